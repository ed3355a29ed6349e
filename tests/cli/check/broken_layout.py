"""A tree whose directories, links and modes are not those of a tree."""

import os
import socket

from change import CLIB, MANIFEST, PYTHON, S, X, case


@case("no mount point", "proc", "is missing")
def _(change):
    change.remove("proc")


@case("a file as mount point", "tmp", "is no directory")
def _(change):
    change.write("tmp", "")


@case("no lib64", "lib64", "is missing")
def _(change):
    change.remove("lib64")


@case("lib64 leads elsewhere", "lib64", "leads to usr, not to lib")
def _(change):
    os.symlink("usr", change.new("lib64"))


@case("lib64 is a directory", "lib64", "is no link to lib")
def _(change):
    os.mkdir(change.new("lib64"))


@case("half a runtime", "etc/clib/s390x", "is missing", S, archs=(X,))
def _(change):
    change.remove("etc/clib/s390x")


@case("a runtime for nobody", "etc/clib/amd64", "is for no arch that BusyPy knows", None, "warning")
def _(change):
    os.mkdir(change.new("etc/clib/amd64"))


@case("a device", "dev/null", "is a device")
def _(change):
    os.mknod(change.new("dev/null"), 0o20666, os.makedev(1, 3))
    os.chmod(change.at("dev/null"), 0o644)


@case("a fifo", "etc/pipe", "is a fifo")
def _(change):
    os.mkfifo(change.new("etc/pipe"))
    os.chmod(change.at("etc/pipe"), 0o644)


@case("a fifo that is called a library", CLIB % (X, "libz.so.1"), "is a fifo")
def _(change):
    os.mkfifo(change.new(CLIB % (X, "libz.so.1")))
    os.chmod(change.at(CLIB % (X, "libz.so.1")), 0o644)


@case("a fifo for a manifest", MANIFEST % X, "is a fifo")
def _(change):
    os.mkfifo(change.new(MANIFEST % X))
    os.chmod(change.at(MANIFEST % X), 0o644)


@case("a fifo for an inittab", "etc/inittab", "is a fifo")
def _(change):
    os.mkfifo(change.new("etc/inittab"))
    os.chmod(change.at("etc/inittab"), 0o644)


@case("a socket", "etc/socket", "is a socket")
def _(change):
    here = os.open(change.at("etc"), os.O_PATH)
    with socket.socket(socket.AF_UNIX) as server:
        change.new("etc/socket")
        server.bind(f"/proc/self/fd/{here}/socket")
    os.close(here)
    os.chmod(change.at("etc/socket"), 0o644)


@case("a secret file", "etc/passwd", "cannot be read by everybody (mode 0600)")
def _(change):
    change.chmod("etc/passwd", 0o600)


@case("a secret directory", "site-package", "cannot be read by everybody (mode 0700)")
def _(change):
    change.chmod("site-package", 0o700)


@case("a program that everybody can write", "bin/ls", "can be written by everybody (mode 0757)")
def _(change):
    change.chmod("bin/ls", 0o757)


@case("a directory that its group can write", "sbin", "can be written by its group (mode 0775)")
def _(change):
    change.chmod("sbin", 0o775)


@case("another owner", "bin/ls", "belongs to uid 1000, the tree to 0")
def _(change):
    os.chown(change.own("bin/ls"), 1000, 1000)


@case("a program with rights", "bin/ls", "is set-user-ID (mode 4755)", None, "warning")
def _(change):
    change.chmod("bin/ls", 0o4755)


@case("a link above the tree", "etc/up", "leads to ../../x, which is above the tree")
def _(change):
    os.symlink("../../x", change.new("etc/up"))


@case("a link from the runtime above the view", PYTHON % (X, "lib/up"),
      "leads to ../../../x, which is above the tree")
def _(change):
    os.symlink("../../../x", change.new(PYTHON % (X, "lib/up")))


@case("a link to the machine's own files", "bin/tool",
      "leads to /opt/tool, which the tree does not have")
def _(change):
    os.symlink("/opt/tool", change.new("bin/tool"))


@case("a link to nothing", CLIB % (X, "libx.so.1"), "leads to libx.so.1.0, which is not there",
      None, "warning")
def _(change):
    os.symlink("libx.so.1.0", change.new(CLIB % (X, "libx.so.1")))


@case("a link in a circle", "site-package/a", "leads to a, which is a circle", None, "warning")
def _(change):
    os.symlink("a", change.new("site-package/a"))


@case("names that differ in case", "bin/ls", "differs from LS only in case", None, "warning")
def _(change):
    change.write("bin/LS", "#!/usr/bin/python3\n", 0o755)


@case("a line feed in a name", "site-package/a\nb", "has a control byte in its name")
def _(change):
    change.write("site-package/a\nb", "")


@case("a name that is no UTF-8", "site-package/a\ufffd", "has a name that is no UTF-8")
def _(change):
    change.write(os.fsencode("site-package/a\udcff").decode("utf-8", "surrogateescape"), "")


@case("a backslash in a name", "site-package/a\\b", "has a backslash in its name")
def _(change):
    change.write("site-package/a\\b", "")


@case("a name that ends an archive", "site-package/TRAILER!!!",
      "has the name that ends a cpio archive")
def _(change):
    change.write("site-package/TRAILER!!!", "")


@case("what NFS has left", "site-package/.nfs0000000000a1b2c300000001",
      "is what NFS keeps of a file that was removed while it was open", None, "warning")
def _(change):
    change.write("site-package/.nfs0000000000a1b2c300000001", "")


@case("a tree that is being staged", ".busypy-stage",
      "is of a tree that is being staged, or that was interrupted", None, "warning")
def _(change):
    change.write(".busypy-stage/build/bin/tool", "#!/usr/bin/perl\n")
    change.write(".busypy-stage/lock", "")


@case("a file that cpio cannot carry", "site-package/large", "is larger than 4 GiB")
def _(change):
    os.truncate(change.write("site-package/large", ""), 5 << 30)
