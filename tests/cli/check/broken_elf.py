"""ELF files that cannot be loaded: absent, for another machine, damaged, of another version."""

import os
import struct
import subprocess

from change import A, CLIB, H, PYTHON, PYTHON3, S, SSL, X, case
from elfedit import Elf, PT_DYNAMIC, PT_LOAD


# -- ELF: what is there and for which machine ------------------------------------------------------


@case("a library is missing", PYTHON3[X], "needs libz.so.1, which is not in the view", X)
def _(change):
    change.remove(CLIB % (X, "libz.so.1"))


@case("a library of a library is missing", CLIB % (A, "libssl.so.3"),
      "needs libcrypto.so.3, which is not in the view", A)
def _(change):
    change.remove(CLIB % (A, "libcrypto.so.3"))


@case("a library that is only opened", CLIB % (S, "libgcc_s.so.1"), "is missing", S)
def _(change):
    change.remove(CLIB % (S, "libgcc_s.so.1"))


@case("the loader is missing", PYTHON3[X],
      "asks for the loader /lib64/ld-linux-x86-64.so.2, which is not in the view", X)
def _(change):
    change.remove(CLIB % (X, "ld-linux-x86-64.so.2"))


@case("the loader is another arch's", PYTHON3[X],
      "asks for the loader /lib64/ld-linux-x86-64.so.2, which cannot be used", X)
def _(change):
    change.copy(change.at(CLIB % (A, "ld-linux-aarch64.so.1")),
                CLIB % (X, "ld-linux-x86-64.so.2"))


@case("the interpreter is missing", PYTHON % (S, "bin/python3"), "is missing", S)
def _(change):
    change.remove(PYTHON3[S])


@case("the interpreter has no execute bit", PYTHON3[X], "is not executable (mode 0644)", X)
def _(change):
    change.chmod(PYTHON3[X], 0o644)


@case("an interpreter for Android", PYTHON3[X],
      "asks for the loader /system/bin/linker64, which is not in the view", X)
def _(change):
    with change.elf(PYTHON3[X]) as elf:
        elf.set_interp("/system/bin/linker64")


@case("a library of the soft-float ABI", CLIB % (H, "libz.so.1"), "is for armel, not for armhf", H)
def _(change):
    with change.elf(CLIB % (H, "libz.so.1")) as elf:
        elf.set_flags(elf.flags() & ~0x400 | 0x200)


@case("a library of another machine", CLIB % (X, "libz.so.1"), "is for aarch64, not for x86_64", X)
def _(change):
    change.copy(change.at(CLIB % (A, "libz.so.1")), CLIB % (X, "libz.so.1"), 0o644)


@case("a library of a big-endian machine", CLIB % (A, "libz.so.1"), "is for s390x, not for aarch64",
      A)
def _(change):
    change.copy(change.at(CLIB % (S, "libz.so.1")), CLIB % (A, "libz.so.1"), 0o644)


@case("a library of a 32-bit machine", CLIB % (A, "libz.so.1"), "is for armhf, not for aarch64", A)
def _(change):
    change.copy(change.at(CLIB % (H, "libz.so.1")), CLIB % (A, "libz.so.1"), 0o644)


@case("a library of a machine that nobody knows", CLIB % (X, "libz.so.1"),
      "is for another machine (e_machine 9999, e_flags 0x0), not for x86_64", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.set_machine(9999)


@case("a big-endian header", CLIB % (A, "libz.so.1"), "is big-endian, and aarch64 is little-endian",
      A)
def _(change):
    with change.elf(CLIB % (A, "libz.so.1")) as elf:
        machine, each, n = elf.get(18, 2), elf.each, elf.count
        elf.bytes[5], elf.order = 2, ">"
        elf.put(18, 2, machine)
        elf.put(32, 8, 0)
        elf.put(54, 2, each)
        elf.put(56, 2, 0 * n)


@case("an extension module of another arch", SSL, "is for s390x, not for x86_64", X)
def _(change):
    change.copy(change.at(SSL.replace(X, S)), SSL, 0o644)


# -- ELF: cut, damaged, patched twice --------------------------------------------------------------

@case("a library that is cut in the middle", CLIB % (X, "libcrypto.so.3"),
      lambda sizes: "it is cut: it has %d bytes, and its segments need %d" % sizes, X)
def _(change):
    path = change.own(CLIB % (X, "libcrypto.so.3"))
    end, size = Elf(path).end(), os.path.getsize(path) // 2
    os.truncate(path, size)
    with Elf(path) as elf:
        # what the dynamic section needs is in the lost half
        assert end == elf.end()
    return size, end


@case("a library that is cut in its last segment", CLIB % (S, "libz.so.1"),
      lambda sizes: "it is cut: it has %d bytes, and its segments need %d" % sizes, S)
def _(change):
    path = change.own(CLIB % (S, "libz.so.1"))
    end = Elf(path).end()
    os.truncate(path, end - 1)
    return end - 1, end


@case("a library that is cut in its headers", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: its program headers lie outside of the file", X)
def _(change):
    os.truncate(change.own(CLIB % (X, "libz.so.1")), 100)


@case("an empty library", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: it is empty", X)
def _(change):
    change.write(CLIB % (X, "libz.so.1"), b"")


@case("a text that is called a library", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: it does not begin as an ELF file", X)
def _(change):
    change.write(CLIB % (X, "libz.so.1"), "INPUT(/lib/libz.so.1.2)\n" * 10)


@case("a library without its section headers' end", CLIB % (X, "libz.so.1"),
      "its section headers lie outside of the file", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.set_section_headers(len(elf.bytes) - 64)


@case("a string table outside of the segments", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: the names of its dynamic section lie outside of its segments, "
      "as after strip on a patched file", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.set_dynamic("STRTAB", 0x7fff0000)


@case("a symbol table outside of the segments", CLIB % (A, "libz.so.1"),
      "is no sound ELF file: its symbol tables lie outside of the file", A)
def _(change):
    with change.elf(CLIB % (A, "libz.so.1")) as elf:
        elf.set_dynamic("SYMTAB", 0x7fff0000)


@case("a hash table that lies", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: its symbol tables lie outside of the file", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.put(elf.table("GNU_HASH"), 4, 0x7fffffff)


@case("a version table that lies", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: its symbol tables lie outside of the file", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.put(elf.table("VERNEED") + 8, 4, 0x7fffffff)


@case("a segment that ends behind all numbers", CLIB % (X, "libz.so.1"),
      lambda size: f"it is cut: it has {size} bytes, and its segments need {2 ** 64 - 1}", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        last = elf.segments(PT_LOAD)[-1]
        elf.set_segment(last, "offset", 2 ** 64 - 4096)
        elf.set_segment(last, "file_size", 8192)
        elf.set_segment(last, "size", 8192)
        return len(elf.bytes)


@case("more versions than there can be", CLIB % (X, "libcrypto.so.3"),
      "is no sound ELF file: its symbol tables lie outside of the file", X)
def _(change):
    with change.elf(CLIB % (X, "libcrypto.so.3")) as elf:
        count = 0xffff  # of one library, each without a name, over what is at the table's place
        at = elf.table("VERNEED")
        elf.bytes[at:at + 16] = struct.pack("<HHIII", 1, count, 0, 16, 0)
        elf.bytes[at + 16:at + 16 * (count + 1)] = struct.pack("<IHHII", 0, 0, 2, 0, 16) * count


@case("a dynamic section outside of the file", CLIB % (X, "libz.so.1"),
      "is no sound ELF file: its dynamic section lies outside of the file", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.set_segment(elf.segments(PT_DYNAMIC)[0], "offset", 0x7fff0000)


@case("a dynamic section that is not loaded", CLIB % (X, "libz.so.1"),
      "its dynamic section is in none of the segments that are loaded", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        i = elf.segments(PT_DYNAMIC)[0]
        elf.set_segment(i, "address", elf.segment(i, "address") + 0x100000)


@case("segments upon one another", CLIB % (X, "libz.so.1"), "its segments lie upon one another", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        first, second = elf.segments(PT_LOAD)[:2]
        elf.set_segment(first, "size", elf.segment(second, "address") + 1)


@case("a segment with more bytes than memory", CLIB % (X, "libz.so.1"),
      "one of its segments has more bytes than memory", X)
def _(change):
    with change.elf(CLIB % (X, "libz.so.1")) as elf:
        elf.set_segment(elf.segments(PT_LOAD)[0], "size", 1)


@case("a library for small pages", CLIB % (A, "libz.so.1"),
      "its segments are aligned to 4096 bytes, and kernels have pages of up to 65536", A)
def _(change):
    with change.elf(CLIB % (A, "libz.so.1")) as elf:
        for i in elf.segments(PT_LOAD):
            elf.set_segment(i, "align", 4096)


def patch(path, *options):
    subprocess.run(["patchelf", *options, path], check=True)


@case("a module that was patched twice", SSL,
      "it was patched more than once: 2 segments are patchelf's", X)
def _(change):
    path = change.own(SSL)
    patch(path, "--set-rpath", "/lib")
    patch(path, "--set-rpath", "/lib:/usr/lib:/lib:/usr/lib:/lib:/usr/lib")


@case("an interpreter that was patched twice", PYTHON3[X],
      "differs from its checksum in etc/busypy/x86_64/python3.sha256", X)
def _(change):
    path = change.own(PYTHON3[X])
    patch(path, "--set-rpath", "/lib")
    patch(path, "--set-rpath", "/lib:/usr/lib:/lib:/usr/lib:/lib:/usr/lib")


@case("a module that would load a host's libraries", SSL,
      "looks for libraries in '/usr/lib/x86_64-linux-gnu'", X)
def _(change):
    change.write("etc/busypy/tree.conf", "programs = host\n")
    patch(change.own(SSL), "--set-rpath", "$ORIGIN:/usr/lib/x86_64-linux-gnu")


@case("a module that needs a host's library by its path", SSL,
      "needs '/usr/lib/libx.so.1'", X, "error", 1)  # which the tree lacks, too
def _(change):
    change.write("etc/busypy/tree.conf", "programs = host\n")
    patch(change.own(SSL), "--add-needed", "/usr/lib/libx.so.1")


@case("an interpreter that was patched and then stripped", PYTHON3[X],
      "is no sound ELF file: the names of its dynamic section lie outside of its segments, "
      "as after strip on a patched file", X)
def _(change):
    path = change.own(PYTHON3[X])
    patch(path, "--set-interpreter", "/lib64/ld-linux-x86-64.so.2", "--set-rpath",
          "/lib:/usr/lib:/some/where")
    subprocess.run(["strip", path], check=True, stderr=subprocess.DEVNULL)


# -- ELF: versions and symbols ---------------------------------------------------------------------

@case("a C library that is too old", PYTHON3[X],
      "needs GLIBC_2.34 of /lib/libc.so.6, which does not have it", X)
def _(change):
    with change.elf(CLIB % (X, "libc.so.6")) as elf:
        elf.rename("GLIBC_2.34", "GLIBC_2.3_")


@case("a module for a newer C library", SSL,
      "needs GLIBC_2.44 of /lib/libc.so.6, which does not have it", X)
def _(change):
    with change.elf(SSL) as elf:
        elf.rename("GLIBC_2.14", "GLIBC_2.44")


@case("a big-endian module for a newer C library", SSL.replace(X, S),
      "needs GLIBC_9.2 of /lib/libc.so.6, which does not have it", S)
def _(change):
    with change.elf(SSL.replace(X, S)) as elf:
        elf.rename("GLIBC_2.2", "GLIBC_9.2")


@case("a library without versions", SSL,
      "needs OPENSSL_3.0.0 of /lib/libssl.so.3, which has no versions",
      X, "warning", 1)  # the manifest is another matter
def _(change):
    with change.elf(CLIB % (X, "libssl.so.3")) as elf:
        elf.set_dynamic("VERDEFNUM", 0)


@case("a library that a patch has taken from the list", PYTHON3[X],
      "asks for versions of libm.so.6, which it does not load", X)
def _(change):
    with change.elf(PYTHON3[X]) as elf:
        start = elf.segment(elf.segments(PT_DYNAMIC)[0], "offset")
        strings = elf.table("STRTAB")
        names = {}
        for i in range(8):
            at = start + i * 16
            if elf.get(at, 8) == 1:
                name = bytes(elf.bytes[strings + elf.get(at + 8, 8):]).split(b"\0", 1)[0]
                names[name] = (at + 8, elf.get(at + 8, 8))
        elf.put(names[b"libm.so.6"][0], 8, names[b"libz.so.1"][1])


@case("a module for another interpreter", SSL,
      "uses PyLong_FromLang, which nothing defines that it loads", X)
def _(change):
    with change.elf(SSL) as elf:
        elf.rename("PyLong_FromLong", "PyLong_FromLang")


@case("a library that has lost a function", SSL,
      "uses SSL_write_ex@OPENSSL_3.0.0, which nothing defines that it loads", X)
def _(change):
    with change.elf(CLIB % (X, "libssl.so.3")) as elf:
        elf.rename("SSL_write_ex", "SSL_wrote_ex")


@case("a loader that reads the machine's own list of libraries",
      CLIB % (X, "ld-linux-x86-64.so.2"), "reads /etc/ld.so.cache or /etc/ld.so.preload", X)
def _(change):
    path = change.own(CLIB % (X, "ld-linux-x86-64.so.2"))
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(content.replace(b"/lib/ld.so.cache", b"/etc/ld.so.cache"))


@case("a library for newer processors", CLIB % (X, "libc.so.6"), "needs x86-64-v3", X,
      severity="warning", status=1)
def _(change):
    with change.elf(CLIB % (X, "libc.so.6")) as elf:
        elf.set_level(3)


@case("an interpreter for processors to come", PYTHON3[X], "needs more than x86-64-v4", X,
      severity="warning", status=1)
def _(change):
    with change.elf(PYTHON3[X]) as elf:
        elf.set_level(5)


@case("in glibc-hwcaps only what is newer than that is told",
      CLIB % (X, "glibc-hwcaps/x86-64-v2/libc.so.6"), "needs x86-64-v3", X, severity="warning")
def _(change):
    for level in ("v2", "v3"):
        name = CLIB % (X, f"glibc-hwcaps/x86-64-{level}/libc.so.6")
        change.copy(change.at(CLIB % (X, "libc.so.6")), name)
        with change.elf(name) as elf:
            elf.set_level(3)
