"""The way to a file, its kind, its mode and its mount."""

import os
import socket
import subprocess

from case import Case, mount, write


def cases(machine):
    base = machine.folder("path")
    program = open(machine.nothing, "rb").read()
    good = write(f"{base}/good", program)
    yield Case("a sound program", good, "status 0")
    yield Case("a sound program, as a user", good, "status 0", user=True)
    yield Case("no such file", f"{base}/none", "errno ENOENT")
    yield Case("no such directory", f"{base}/none/file", "errno ENOENT",
               sentence=f"{base}/none does not exist")
    yield Case("a file for a directory", f"{good}/file", "errno ENOTDIR",
               sentence=f"{good} is no directory")
    yield Case("a slash behind it", f"{good}/", "errno ENOTDIR")
    yield Case("a dot behind it", f"{good}/.", "errno ENOTDIR")
    yield Case("a directory", base, "errno EACCES", sentence="it is a directory")
    yield Case("a directory with a slash", base + "/", "errno EACCES")
    os.mkfifo(f"{base}/fifo", 0o755)
    yield Case("a named pipe", f"{base}/fifo", "errno EACCES", sentence="it is a named pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(f"{base}/socket")
    os.chmod(f"{base}/socket", 0o755)
    yield Case("a socket", f"{base}/socket", "errno EACCES", sentence="it is a socket")
    yield Case("a device", "/dev/null", "errno EACCES", sentence="it is a device")
    yield Case("an empty path", "", "errno ENOENT")
    yield from modes(base, program)
    yield from links(base, good)
    yield from lengths(base, program)
    yield from relative(base, program)
    yield from mounts(base, program)


def modes(base, program):
    for mode in (0o644, 0o000, 0o100, 0o010, 0o001, 0o711, 0o755, 0o4755):
        path = write(f"{base}/mode{mode:o}", program, mode)
        yield Case(f"mode {mode:04o}, as root", path)
        if mode & 0o5 != 0o1:  # what he may execute and not read, a user cannot foretell
            yield Case(f"mode {mode:04o}, as a user", path, user=True)
    own = write(f"{base}/own", program, 0o077)
    os.chown(own, 1000, 1000)
    yield Case("the owner has no right, others have", own, "errno EACCES", user=True)
    for mode in (0o700, 0o711, 0o744, 0o755):
        os.mkdir(f"{base}/dir{mode:o}")
        path = write(f"{base}/dir{mode:o}/file", program)
        os.chmod(f"{base}/dir{mode:o}", mode)
        yield Case(f"in a directory of mode {mode:04o}, as root", path, "status 0")
        yield Case(f"in a directory of mode {mode:04o}, as a user", path,
                   "status 0" if mode & 1 else "errno EACCES", user=True,
                   sentence="" if mode & 1 else f"may not search the directory {base}/dir{mode:o}")
    yield Case("nothing in a directory that may not be searched", f"{base}/dir700/none",
               "errno EACCES", user=True)


def links(base, good):
    os.symlink("good", f"{base}/link")
    yield Case("a link", f"{base}/link", "status 0")
    os.symlink("nothing-there", f"{base}/dangling")
    yield Case("a dangling link", f"{base}/dangling", "errno ENOENT",
               sentence=f"{base}/nothing-there does not exist")
    os.symlink("loop", f"{base}/loop")
    yield Case("a loop", f"{base}/loop", "errno ELOOP")
    os.symlink(good, f"{base}/l1")
    for n in range(2, 42):
        os.symlink(f"l{n - 1}", f"{base}/l{n}")
    yield Case("40 links behind one another", f"{base}/l40", "status 0")
    yield Case("41 links behind one another", f"{base}/l41", "errno ELOOP")
    os.symlink("good/x", f"{base}/through")
    yield Case("a link through a file", f"{base}/through", "errno ENOTDIR")
    sticky = f"{base}/sticky"
    os.mkdir(sticky)
    os.chmod(sticky, 0o1777)
    os.symlink(good, f"{sticky}/theirs")
    os.lchown(f"{sticky}/theirs", 1234, 1234)
    os.symlink(base, f"{sticky}/middle")
    os.lchown(f"{sticky}/middle", 1234, 1234)
    for user in (False, True):
        who = "a user" if user else "root"
        yield Case(f"another's link in a sticky directory, as {who}", f"{sticky}/theirs", user=user)
        yield Case(f"the same on the way, as {who}", f"{sticky}/middle/good", "status 0", user=user)


def lengths(base, program):
    longest = write(f"{base}/{'n' * 255}", program)
    yield Case("a name of 255 bytes", longest, "status 0")
    yield Case("a name of 256 bytes", longest + "n", "errno ENAMETOOLONG")
    fill = "/." * ((4095 - len(base) - len("/good")) // 2)
    fit = base + fill + "/good"
    yield Case("a path as long as can be", "/" * (4095 - len(fit)) + fit, "status 0")
    yield Case("a path one byte longer", "/" * (4096 - len(fit)) + fit, "errno ENAMETOOLONG")


def relative(base, program):
    yield Case("a relative path", "good", "status 0", directory=base)
    yield Case("./", "./good", "status 0", directory=base)
    yield Case("..", "../path/good", "status 0", directory=base)
    yield Case("a relative path to nothing", "nothing", "errno ENOENT", directory=base)
    hidden = f"{base}/hidden/in"
    os.makedirs(hidden)
    write(f"{hidden}/file", program)
    os.chmod(f"{base}/hidden", 0o700)
    yield Case("a relative path below a directory that may not be searched", "./file", "status 0",
               user=True, directory=hidden)
    yield Case("and out of it", "../in/file", "errno EACCES", user=True, directory=hidden)


def mounts(base, program):
    for options, wanted in (("noexec", "errno EACCES"), ("nosuid", "status 0"),
                            ("nodev", "status 0"), ("ro", "")):
        path = f"{base}/{options}"
        mount(path, "mode=0755")
        write(f"{path}/file", program)
        write(f"{path}/script", f"#!{base}/good\n")
        subprocess.run(["mount", "-o", f"remount,{options}", path], check=True)
        yield Case(f"on a mount that is {options}", f"{path}/file", wanted)
        yield Case(f"a script there, {options}", f"{path}/script", wanted)
        script = write(f"{base}/to-{options}", f"#!{path}/file\n")
        yield Case(f"an interpreter there, {options}", script, wanted, user=True)
    os.symlink(f"{base}/noexec/file", f"{base}/to-noexec-link")
    yield Case("a link into it", f"{base}/to-noexec-link", "errno EACCES",
               sentence="lies on a file system mounted noexec")
