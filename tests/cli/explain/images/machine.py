"""Boots an image in a small real machine, and says what ran: QEMU without acceleration, without
firmware and without devices, which is up in one and a half seconds."""

import errno
import fcntl
import glob
import os
import re
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(HERE + "/../../../support")
sys.path.append(HERE + "/../../../support/nfs")
from patience import patient  # noqa: E402
import vm  # noqa: E402

DEADLINE = patient(30)  # seconds for one boot
# the clocks' rates are said: what the kernel would measure on a busy host may be nothing at all
OPTIONS = "console=ttyS0 panic=-1 oops=panic quiet no_timer_check tsc_early_khz=2000000 lpj=8000000"
UNPACKERS = {b"\x02\x21\x4c\x18": ("lz4", "-dc"), b"\x28\xb5\x2f\xfd": ("zstd", "-dc"),
             b"\xfd7zXZ\0": ("xz", "-dc", "--single-stream"), b"\x1f\x8b\x08\0": ("gzip", "-dc")}


class NoAnswer(Exception):
    """The machine said nothing that is an outcome."""


def payload(vmlinuz):
    """The kernel that a bzImage unpacks when it starts: to do it once is to do it quickly."""
    with open(vmlinuz, "rb") as source:
        image = source.read()
    start, length = struct.unpack_from("<II", image, 0x248)  # Documentation/x86/boot.rst
    start += ((image[0x1f1] or 4) + 1) * 512
    packed = image[start:start + length - 4]  # behind it is the length of what is packed
    for magic, words in UNPACKERS.items():
        if packed.startswith(magic):
            made = subprocess.run(words, input=packed, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, check=False).stdout
            if made.startswith(b"\x7fELF"):
                return made
    raise NoAnswer(f"{vmlinuz}: no kernel that lz4, zstd, xz or gzip unpacks")


def kernel():
    """Debian's, fetched once; its payload lies beside it."""
    folder = vm.kernel()
    made = f"{folder}/vmlinux"
    with open(f"{os.path.dirname(folder)}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(made):
            found, = glob.glob(f"{folder}/boot/vmlinuz-*")
            unpack(found, made)
    return made


def unpack(vmlinuz, to):
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(to), delete=False) as out:
        out.write(payload(vmlinuz))
    os.rename(out.name, to)


def boot(vmlinux, case, folder):
    """What the console said until the machine went off."""
    path = f"{folder}/image"
    with open(path, "wb") as out:
        out.write(case.image)
    options = OPTIONS + (f" rdinit={case.init}" if case.init != "/init" else "")
    options += "".join(" +" + path for path in case.paths) and " --" + "".join(
        " +" + path for path in case.paths)
    try:
        done = subprocess.run(
            ["qemu-system-x86_64", "-M", "microvm,rtc=on", "-accel", "tcg", "-cpu", "qemu64",
             "-m", "512", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
             "-serial", "stdio", "-kernel", vmlinux, "-initrd", path, "-append", options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=DEADLINE, check=False)
    except subprocess.TimeoutExpired as late:
        raise NoAnswer(f"not off after {DEADLINE} s:\n"
                       + (late.output or b"").decode("utf-8", "replace")[-2000:]) from late
    return done.stdout.decode("utf-8", "replace").replace("\r", "")


def name_of(number):
    return errno.errorcode[int(number)]


def outcome(case, console):
    """What became of each path, as "PATH WORD" or "PATH ERRNO", and what the kernel said of the
    image. Where there is no init, this kernel does not say why: "none"."""
    said = re.search(r"Initramfs unpacking failed: (.*)", console)
    failed = re.search(rf"Failed to execute {re.escape(case.init)} \(error -(\d+)\)", console)
    words = re.findall(r"^<(init|ran|errno) (\S+)>$", console, re.MULTILINE)
    if failed:
        results = [f"{case.init} {name_of(failed[1])}"]
        results += [f"instead {word}" for kind, word in words if kind == "init"]
    elif words:
        if len(words) != 1 + len(case.paths):
            raise NoAnswer("not all paths were tried:\n" + console[-2000:])
        results = [f"{path} {name_of(word) if kind == 'errno' else word}"
                   for path, (kind, word) in zip((case.init, *case.paths), words)]
    elif "Attempted to kill init! exitcode=0x00000000" in console:  # elf.program() does no more
        results = [f"{case.init} elf"]
    elif "Kernel panic - not syncing: VFS: Unable to mount root fs" in console:
        results = [f"{case.init} none"]
    elif re.search(r"RIP: 0010:\S+", console):  # it read on behind the image
        results = [f"{case.init} crash"]
    else:
        raise NoAnswer("no outcome:\n" + console[-2000:])
    return ", ".join(results), said[1].strip() if said else ""
