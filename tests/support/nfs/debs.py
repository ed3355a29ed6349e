"""Debian packages, unpacked below build/cache and never installed: a file server's programs are
wanted, not its daemons running on this machine."""

import fcntl
import os
import re
import shutil
import subprocess
import sys

sys.path.append(os.path.abspath(__file__ + "/../.."))
import patience  # noqa: E402

patient = patience.patient
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(HERE + "/../../..")
CACHE = os.environ.get("BUSYPY_TEST_CACHE", f"{ROOT}/build/cache")
PROGRAMS = ("nfs-ganesha", "nfs-ganesha-vfs", "nfs-kernel-server", "rpcbind")
# what comes with them: libraries; what they run only when installed is not needed
LIBRARIES = ("libntirpc4.3", "liburcu8", "libwbclient0", "libnfsidmap1", "libwrap0")
NOT_NEEDED = ("nfs-common", "keyutils")


def run(*words, **more):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: status {done.returncode}\n{done.stdout[-2000:]}")
    return done.stdout


def wanted():
    """The packages, and of what they depend on all that this machine has not."""
    plan = run("apt-get", "-s", "install", "--no-install-recommends", *PROGRAMS)
    missing = re.findall(r"^Inst (\S+)", plan, re.MULTILINE)
    return sorted({*PROGRAMS, *LIBRARIES, *missing} - {*NOT_NEEDED})


def download(directory):
    """Fetches with this machine's own apt; with fresh lists if the mirror has moved on."""
    try:
        run("apt-get", "download", "-q", *wanted(), cwd=directory)
    except RuntimeError:
        run("apt-get", "update", "-q")
        run("apt-get", "download", "-q", *wanted(), cwd=directory)


def unpacked():
    """The directory with all of them, as if it were /."""
    target = f"{CACHE}/nfs-servers"
    os.makedirs(CACHE, exist_ok=True)
    with open(f"{CACHE}/nfs-servers.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(f"{target}/.complete"):
            return target
        shutil.rmtree(target, ignore_errors=True)
        debs = f"{target}/debs"
        os.makedirs(debs)
        download(debs)
        for name in sorted(os.listdir(debs)):
            run("dpkg-deb", "-x", f"{debs}/{name}", target)
        shutil.rmtree(debs)
        with open(f"{target}/.complete", "w"):
            pass
    return target


def library_path():
    root = unpacked()
    return ":".join((f"{root}/usr/lib/x86_64-linux-gnu", f"{root}/lib/x86_64-linux-gnu",
                     f"{root}/usr/lib/ganesha"))


def find(name):
    """A program's path, in whichever folder its package has it."""
    for folder in ("usr/sbin", "sbin", "usr/bin", "bin"):
        if os.path.exists(f"{unpacked()}/{folder}/{name}"):
            return f"{unpacked()}/{folder}/{name}"
    raise LookupError(name)


def libraries(path):
    """{path in an image: path here} of all that a program is linked with."""
    listing = run("ldd", path, env=dict(os.environ, LD_LIBRARY_PATH=library_path()))
    return {("lib64/" if "ld-linux" in one else "lib/") + os.path.basename(one): one for one in
            re.findall(r"(?:=> |^\s*)(/\S+) \(0x", listing, re.MULTILINE)}


def with_libraries(names):
    """The same of several, and the programs themselves."""
    found = {}
    for name in names:
        path = find(name)
        found |= {f"usr/sbin/{name}": path, **libraries(path)}
    return found
