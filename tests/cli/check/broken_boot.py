"""What a client could not boot from."""

import os

from change import A, CLIB, PYTHON3, X, case
from elfedit import Elf, PT_LOAD


@case("an init for Android", "init",
      "asks for the loader /system/bin/linker64, which is not in the view", X)
def _(change):
    with Elf(change.copy(change.at(PYTHON3[X]), "init")) as elf:
        elf.set_interp("/system/bin/linker64")


@case("a dynamic init of another C library", "init",
      "asks for the loader /lib/ld-musl-x86_64.so.1, which is not in the view", X)
def _(change):
    with Elf(change.copy(change.at(PYTHON3[X]), "init")) as elf:
        elf.set_interp("/lib/ld-musl-x86_64.so.1")


@case("a busybox that is not static", "etc/busypy/x86_64/rescue/busybox",
      "asks for the loader /lib64/ld-linux-x86-64.so.2, which is not in the view", X)
def _(change):
    change.copy(change.at(PYTHON3[X]), "etc/busypy/x86_64/rescue/busybox")
    change.remove(CLIB % (X, "ld-linux-x86-64.so.2"))


@case("a busybox that was changed", "etc/busypy/x86_64/rescue/busybox",
      "differs from its checksum in etc/busypy/x86_64/rescue/sha256", X)
def _(change):
    with open(change.own("etc/busypy/x86_64/rescue/busybox"), "ab") as file:
        file.write(b"\0")


@case("an init that lacks a library", "sbin/x86_64-init",
      "libexpat.so.1, which /sbin/x86_64-init needs, is missing", X)
def _(change):
    change.copy(change.at(PYTHON3[X]), "sbin/x86_64-init")
    change.remove(CLIB % (X, "libexpat.so.1"))


@case("an init of another arch", "sbin/aarch64-init", "is for x86_64, not for aarch64", A)
def _(change):
    change.copy(change.at("sbin/x86_64-init"), "sbin/aarch64-init")


@case("an init that is cut", "sbin/x86_64-init",
      lambda sizes: "it is cut: it has %d bytes, and its segments need %d" % sizes, X)
def _(change):
    path = change.own("sbin/x86_64-init")
    end = Elf(path).end()
    os.truncate(path, end // 2)
    return end // 2, end


@case("an init that is empty", "sbin/x86_64-init", "is no sound ELF file: it is empty", X)
def _(change):
    change.write("sbin/x86_64-init", "", 0o755)


@case("an init for small pages", "sbin/aarch64-init",
      "its segments are aligned to 4096 bytes, and kernels have pages of up to 65536", A)
def _(change):
    with change.elf("sbin/aarch64-init") as elf:
        for i in elf.segments(PT_LOAD):
            elf.set_segment(i, "align", 4096)


@case("an init without execute bits", "sbin/x86_64-init", "is not executable (mode 0644)", X)
def _(change):
    change.chmod("sbin/x86_64-init", 0o644)


@case("an inittab with a program that is not there", "etc/inittab",
      "line 2 starts /bin/nothing, which is not there")
def _(change):
    change.write("etc/inittab", "# first\n::sysinit:/bin/nothing -x\n")


@case("an inittab with a line that is none", "etc/inittab",
      "1:3: unknown action 'sysinitt'", None, "warning")
def _(change):
    change.write("etc/inittab", "::sysinitt:/bin/sync\n")


@case("a program that waits for randomness", "etc/init.d/rcS",
      "line 3 has os.urandom, and the inittab starts it with /etc/init.d/rcS", None, "warning")
def _(change):
    change.write("etc/init.d/rcS", "#!/usr/bin/python3\nimport os\nseed = os.urandom(16)\n", 0o755)


@case("a package that waits for randomness", "site-package/slow/__init__.py",
      "line 2 has multiprocessing, and the inittab starts it with /etc/init.d/rcS", None, "warning")
def _(change):
    change.write("etc/init.d/rcS", "#!/usr/bin/python3\nfrom slow import pool\n", 0o755)
    os.mkdir(change.new("site-package/slow"))
    os.chmod(change.at("site-package/slow"), 0o755)
    change.write("site-package/slow/__init__.py", "# parts\nimport multiprocessing\n")


@case("a host's program at boot, which no client has", "bin/starts",
      "calls git (line 3), not in the tree, and the inittab starts it with starts", None, "warning")
def _(change):
    change.write("etc/busypy/tree.conf", "programs = host\n")
    change.write("bin/starts",
                 "#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(['git'])\n", 0o755)
    change.write("etc/inittab", "::sysinit:starts\n")
