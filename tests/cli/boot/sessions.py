"""What a person does at a client's console, from the prompt to the end. Each test is a generator:
it yields the name of what it is about to show."""

import os
import re
import shutil

import places
from console import Machine

FIRST = r"^[^\n]*[#$] \Z"
READY = r"^ready> \Z"
LOGIN = r"^\(none\):[~/]# \Z"  # the prompt of /etc/profile
SYSINIT = "::sysinit:/etc/init.d/rcS\n"
WAIT = "::wait:/bin/echo the wait entry ran as $0\n"
FOLDERS = "bin dev etc home init lib lib64 mnt proc root run sbin site-package sys tmp usr var"
SCRIPT = """\
cat >/tmp/script <<'END'
#!/bin/sh
for word in "$@"; do echo "$word is $((6 * 7))"; done
END"""
PYTHON_INIT = """\
#!/usr/bin/python3
import os
print("python is process", os.getpid(), "on", os.ttyname(2), flush=True)
print("its /usr is of", os.stat("/usr").st_ino == os.stat("/etc/python/%s/usr").st_ino, flush=True)
os.execv("/sbin/halt", ["halt", "-f"])
"""
RNG = "0x1005"  # virtio-rng's PCI device


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"got    {got!r}\nwanted {wanted!r}")


def holds(text, pattern):
    if not re.search(pattern, text, re.MULTILINE):
        raise AssertionError(f"no {pattern!r} in\n{text}")


def prompt(machine, first=FIRST):
    """The first prompt, made one that no program prints."""
    machine.expect(first)
    machine.command("PS1='re''ady> '", READY)


def interactive(arch):
    yield "rcS runs, then a wait entry, then there is a prompt"
    with open(f"{places.ROOT}/rootfs/etc/inittab", encoding="ascii") as file:
        inittab = file.read().replace(SYSINIT, SYSINIT + WAIT)
    path = places.changed(arch, "inittab", lambda image: image.put("etc/inittab", inittab))
    with Machine(f"interactive.{arch}", "-a", arch, "--append", "quiet", path) as machine:
        machine.expect(rf"^busypy: arch {arch}, Python 3\.\d+\.\d+$")
        machine.expect(r"^busypy: file systems: ok$")
        machine.expect(r"^busypy: start scripts: ok$")
        machine.expect(r"^the wait entry ran as /bin/sh$")
        prompt(machine, LOGIN)
        yield from programs(machine, inittab)
        yield "a script and a Python program are typed and run"
        for line in SCRIPT.split("\n"):
            machine.type(line)
            machine.expect(re.escape(line) + r"\n(> |ready> )\Z")
        machine.command("chmod +x /tmp/script", READY)
        same(machine.command("/tmp/script this that", READY), "this is 42\nthat is 42\n")
        same(machine.command("/usr/bin/python3 -c 'print(6 * 7)'", READY), "42\n")
        yield from respawn(machine)
        yield "poweroff switches the machine off"
        machine.type("poweroff")
        machine.ends("poweroff", r"^The system is going down NOW!$",
                     r"^Sent SIGTERM to all processes$", r"^Sent SIGKILL to all processes$",
                     r"^Requesting system poweroff$", r"reboot: Power down$")


def programs(machine, inittab):
    yield "ls, ps, mount and cat are typed and answer"
    same(sorted(machine.command("ls /", READY).split()), FOLDERS.split())
    holds(machine.command("ps -e", READY), r"^ +1 \? .* init$")
    mounts = machine.command("mount", READY)
    holds(mounts, r"^rootfs on /usr type rootfs \(ro,nosuid,nodev\b")
    holds(mounts, r"^rootfs on /lib type rootfs \(ro,nosuid,nodev\b")
    holds(mounts, r"^busypy on /dev type devtmpfs \(rw,nosuid\b")
    same(machine.command("cat /etc/inittab", READY), inittab)
    same(machine.command("cat /proc/1/comm", READY), "init\n")


def respawn(machine):
    yield "a shell that ends is started again"
    first = machine.command("echo $$", READY).strip()
    machine.type("exit")
    prompt(machine, LOGIN)
    second = machine.command("echo $$", READY).strip()
    if not (first.isdigit() and second.isdigit() and first != second):
        raise AssertionError(f"the shells were {first} and {second}")


def without_device(arch):
    """A directory with a QEMU that has no source of random numbers, and one that has none."""
    program = f"qemu-system-{'x86_64' if arch == 'x86_64' else 'aarch64'}"
    directory = places.scratch(f"no-rng.{arch}")
    os.makedirs(directory, exist_ok=True)
    with open(f"{directory}/{program}", "w") as file:
        file.write("#!/usr/bin/python3\nimport os, sys\nwords = sys.argv[1:]\n"
                   "at = words.index('virtio-rng-pci')\ndel words[at - 1:at + 1]\n"
                   f"os.execv({shutil.which(program)!r}, [{program!r}, *words])\n")
    os.chmod(f"{directory}/{program}", 0o755)
    return directory


def no_random_numbers(arch):
    compression = {"x86_64": "zstd", "aarch64": "gzip"}[arch]
    yield f"an image of {compression}, busypy.shell, and no source of random numbers"
    with Machine(f"no-rng.{arch}", "-a", arch, "--append", "quiet busypy.shell",
                 places.packed(arch, compression), path=without_device(arch)) as machine:
        prompt(machine)
        if "busypy: start scripts" in machine.text:
            raise AssertionError("rcS ran in spite of busypy.shell")
        devices = machine.command("cat /sys/bus/pci/devices/*/device", READY)
        if RNG in devices or "0x" not in devices:
            raise AssertionError(f"the PCI devices are {devices!r}")
        same(machine.command("/usr/bin/python3 -c 'import os; print(len(os.urandom(16)))'", READY),
             "16\n")
        yield "reboot restarts the machine"
        machine.type("reboot")
        machine.ends("reboot", r"^Requesting system reboot$", r"reboot: Restarting system$")


def other_init(arch):
    yield "busypy.init= hands over to a Python program as PID 1, and halt -f halts"

    def change(image):
        image.put("sbin/python-init", PYTHON_INIT % arch, 0o755)
    with Machine(f"init.{arch}", "-a", arch, "--append", "quiet busypy.init=/sbin/python-init",
                 places.changed(arch, "init", change)) as machine:
        machine.expect(r"^python is process 1 on /dev/console$")
        machine.expect(r"^its /usr is of True$")
        machine.ends("halt", r"reboot: System halted$")


def halted(arch):
    yield "halt stops the machine"
    path = places.changed(arch, "halt", lambda image: image.put(
        "etc/inittab", "::respawn:-/bin/shell\n"))
    with Machine(f"halt.{arch}", "-a", arch, "--append", "quiet", path) as machine:
        prompt(machine)
        machine.type("halt")
        machine.ends("halt", r"^Requesting system halt$", r"reboot: System halted$")


TESTS = [interactive, no_random_numbers, other_init, halted]
