"""Inside a throw-away machine: enables a tree whose programs are the host's, runs the battery there
and in a folder of the host, and compares. Usage: inside.py ROOT BUSYPY HOST-TREE TREE [ROW ...]"""
import os
import re
import shutil
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from compare import (CALLERS, PATH, UID, battery, install, report, run,  # noqa: E402
                     scripts_of_host)

ROOT, BUSYPY, _, STAGED = sys.argv[1:5]
ROWS = sys.argv[5:]
HERE = os.path.dirname(os.path.abspath(__file__))
ARCH = os.uname().machine
HOST, TREE = "/srv/host", "/srv/tree"


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def make_host():
    """A user u, who may do all by sudo, and Python scripts of the host."""
    run("mount", "-t", "tmpfs", "-o", "mode=755", "srv", "/srv")
    for folder in HOST, "/srv/work", "/srv/etc", "/srv/sudoers.d":
        os.mkdir(folder)
    os.chmod("/srv/work", 0o1777)
    write("/srv/etc/passwd", read("/etc/passwd") + f"u:x:{UID}:{UID}::/home/u:/bin/sh\n")
    write("/srv/etc/group", read("/etc/group") + f"u:x:{UID}:\n")
    write("/srv/etc/shadow", read("/etc/shadow") + "u:*:19700:0:99999:7:::\n", 0o600)
    # sudo looks its own host up, and says so where that fails
    write("/srv/etc/hosts", read("/etc/hosts") + f"127.0.1.1 {os.uname().nodename}\n")
    for name in "passwd", "group", "shadow", "hosts":
        run("mount", "--bind", f"/srv/etc/{name}", f"/etc/{name}")
    write("/srv/sudoers.d/u", "u ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    run("mount", "--bind", "/srv/sudoers.d", "/etc/sudoers.d")
    scripts_of_host(HOST)


def two_pythons():
    """What is the tree's and what the host's can be told apart only where they differ."""
    names = [re.findall(r"^python3\.\d+$", "\n".join(os.listdir(folder)), re.MULTILINE)
             for folder in (f"{STAGED}/etc/python/{ARCH}/usr/bin", "/usr/bin")]
    if len(names[0]) != 1 or names[0] == names[1]:
        sys.exit(f"Bail out! the tree has {names[0]}, the host {names[1]}")
    print(f"# the tree has {names[0][0]}, the host {' '.join(names[1])}")


def make_tree():
    for folder in "etc/python", "etc/clib":
        os.makedirs(f"{TREE}/{folder}")
        run("cp", "-a", f"{STAGED}/{folder}/{ARCH}", f"{TREE}/{folder}/")
    for folder in "bin", "sbin", "site-package":
        os.mkdir(f"{TREE}/{folder}")
    os.mkdir(f"{TREE}/etc/busypy")
    shutil.copy(f"{STAGED}/etc/busypy/selftest", f"{TREE}/etc/busypy/selftest")
    write(f"{TREE}/etc/busypy/tree.conf", "programs = host\n")
    for folder in HOST, TREE + "/bin":
        install(HERE, folder)
    write("/srv/conf", "[busypy]\n")


def enable():
    run(BUSYPY, "enable", "--quiet", "--config", "/srv/conf", TREE)


def main():
    two_pythons()
    make_host()
    make_tree()
    # before there is a handler: nothing of us is in the host's own way
    host = {caller: battery(HOST, caller, f"{PATH}:{HOST}", ROWS) for caller in CALLERS}
    enable()
    tree = {caller: battery(TREE + "/bin", caller, PATH, ROWS) for caller in CALLERS}
    return not report(host, tree)


sys.exit(main())
