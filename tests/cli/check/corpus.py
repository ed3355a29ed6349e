"""Broken trees: each a sound one with one change, the file that `busypy check` must name, and what
it must say of it.

    base = corpus.make_base(trees, work)       # a tree of our own: hard links to a staged one
    for case in corpus.CASES:
        with case.broken(base):                # the change; taken back at the end
            ...                                # case.path, case.arch, case.what, case.severity

A change never reaches the staged tree: what is edited is copied first."""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import tempfile

from elfedit import Elf, PT_DYNAMIC, PT_LOAD

ARCHS = X, A, H, S = "x86_64", "aarch64", "armhf", "s390x"
CLIB, PYTHON = "etc/clib/%s/%s", "etc/python/%s/usr/%s"


class Change:
    """What a case may do to a tree, and how that is taken back. Paths are below the tree."""

    def __init__(self, tree):
        self.tree = tree
        self.kept = tempfile.mkdtemp(prefix="kept.", dir=os.path.dirname(tree))
        self.undo = []

    def at(self, path):
        return os.path.join(self.tree, path)

    def take_back(self):
        for action in reversed(self.undo):
            action()
        shutil.rmtree(self.kept)

    def remove(self, path):
        """Moves a file or directory away."""
        kept = os.path.join(self.kept, str(len(self.undo)))
        full = self.at(path)
        os.rename(full, kept)
        self.undo.append(lambda: os.rename(kept, full))

    def new(self, path):
        """A path where something new may be made."""
        full = self.at(path)
        if os.path.lexists(full):
            self.remove(path)

        def clear():
            if os.path.isdir(full) and not os.path.islink(full):
                shutil.rmtree(full)
            elif os.path.lexists(full):
                os.unlink(full)
        self.undo.append(clear)
        return full

    def own(self, path):
        """The file as a copy of its own, which may be edited. Follows no link."""
        full = self.new(path)
        shutil.copy2(os.path.join(self.kept, str(len(self.undo) - 2)), full)
        return full

    def elf(self, path):
        return Elf(self.own(path))

    def write(self, path, content, mode=0o644):
        full = self.new(path)
        with open(full, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(full, mode)
        return full

    def copy(self, source, path, mode=0o755):
        full = self.new(path)
        shutil.copyfile(source, full)
        os.chmod(full, mode)
        return full

    def replace(self, path, old, new):
        full = self.own(path)
        with open(full, "rb") as file:
            content = file.read()
        assert old in content, (path, old)
        with open(full, "wb") as file:
            file.write(content.replace(old, new, 1))

    def chmod(self, path, mode):
        full = self.at(path)
        if os.path.isdir(full):
            before = os.stat(full).st_mode & 0o7777
            self.undo.append(lambda: os.chmod(full, before))
        else:
            full = self.own(path)
        os.chmod(full, mode)


class Case:
    """what: the exact sentence; or a function of the change's own result, for numbers."""

    def __init__(self, name, make, path, what, arch=None, severity="error", status=None,
                 archs=()):
        self.name, self.make, self.path, self.what = name, make, path, what
        self.arch, self.severity = arch, severity
        # the archs that have to be looked at to find it
        self.archs = archs or (arch or X,)
        self.status = status if status is not None else int(severity == "error")

    @contextlib.contextmanager
    def broken(self, tree):
        """Yields what must be said."""
        change = Change(tree)
        try:
            result = self.make(change)
            yield self.what(result) if callable(self.what) else self.what
        finally:
            change.take_back()


CASES = []


def case(name, path, what, arch=None, severity="error", status=None, archs=()):
    def add(make):
        CASES.append(Case(name, make, path, what, arch, severity, status, archs))
        return make
    return add


def make_base(trees, work):
    """A tree of hard links to the staged one, with the archs of ARCHS alone; without what has many
    files and nothing to break."""
    source, base = f"{trees}/debian", f"{work}/base"
    os.makedirs(f"{base}/etc")
    for name in os.listdir(source):
        if name != "etc":
            link(f"{source}/{name}", f"{base}/{name}")
    for name in os.listdir(f"{source}/etc"):
        if name not in ("python", "clib", "busypy"):
            link(f"{source}/etc/{name}", f"{base}/etc/{name}")
    for part in ("python", "clib", "busypy"):
        os.makedirs(f"{base}/etc/{part}")
        for arch in ARCHS:
            link(f"{source}/etc/{part}/{arch}", f"{base}/etc/{part}/{arch}")
    link(f"{source}/etc/busypy/selftest", f"{base}/etc/busypy/selftest")
    for arch in ARCHS:
        usr = f"{base}/etc/python/{arch}/usr"
        for data in ("zoneinfo", "terminfo"):
            shutil.rmtree(f"{usr}/share/{data}", ignore_errors=True)
        for package in ("asyncio", "distutils", "email", "unittest", "xml"):
            shutil.rmtree(f"{usr}/lib/python3.11/{package}")
    os.chmod(base, 0o755)
    os.chmod(f"{base}/etc", 0o755)
    return base


def link(source, to):
    subprocess.run(["cp", "-al", source, to], check=True)


# -- ELF: what is there and for which machine ------------------------------------------------------

PYTHON3 = {arch: PYTHON % (arch, "bin/python3.11") for arch in ARCHS}
SSL = PYTHON % (X, "lib/python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so")


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


# -- records ---------------------------------------------------------------------------------------

MANIFEST = "etc/busypy/%s/manifest"


@case("one bit of a library", CLIB % (A, "libcrypto.so.3"), "differs from its line in the manifest",
      A)
def _(change):
    path = change.own(CLIB % (A, "libcrypto.so.3"))
    with open(path, "r+b") as file:
        file.seek(0x100000)
        byte = file.read(1)[0]
        file.seek(0x100000)
        file.write(bytes([byte ^ 1]))


@case("one bit of the loader", CLIB % (S, "ld64.so.1"), "differs from its line in the manifest", S)
def _(change):
    path = change.own(CLIB % (S, "ld64.so.1"))
    with open(path, "r+b") as file:
        file.seek(0x8000)
        byte = file.read(1)[0]
        file.seek(0x8000)
        file.write(bytes([byte ^ 1]))


@case("a library that has grown", CLIB % (H, "libz.so.1"),
      lambda sizes: "has %d bytes, and the manifest says %d" % sizes, H)
def _(change):
    path = change.own(CLIB % (H, "libz.so.1"))
    size = os.path.getsize(path)
    with open(path, "ab") as file:
        file.write(b"\0")
    return size + 1, size


@case("a module that is in the manifest alone", SSL, "is in the manifest and is no file here", X)
def _(change):
    change.remove(SSL)


@case("a line that is none", MANIFEST % X, "line 3 is no line of a manifest", X)
def _(change):
    path = change.own(MANIFEST % X)
    with open(path) as file:
        lines = file.readlines()
    lines[2] = "nonsense\n"
    with open(path, "w") as file:
        file.writelines(lines)


@case("a line that leads elsewhere", MANIFEST % A, "line 1 names /etc/passwd, which is outside of "
      "the runtime", A)
def _(change):
    change.write(MANIFEST % A, "0" * 64 + " 1 /etc/passwd x as-is\n")


@case("no manifest", MANIFEST % X, "is missing", X, "warning")
def _(change):
    change.remove(MANIFEST % X)


@case("an interpreter that was exchanged", PYTHON3[X],
      "differs from its checksum in etc/busypy/x86_64/python3.sha256", X)
def _(change):
    change.replace(PYTHON3[X], b"\0SystemError\0", b"\0SystemErrer\0")


# -- layout ----------------------------------------------------------------------------------------

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


@case("a file that cpio cannot carry", "site-package/large", "is larger than 4 GiB")
def _(change):
    os.truncate(change.write("site-package/large", ""), 5 << 30)


# -- programs --------------------------------------------------------------------------------------

@case("carriage returns", "bin/ls", "has a carriage return at the end of its first line")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/python3\r\n")


@case("env", "bin/ls", "begins with #!/usr/bin/env python3, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/env python3\n")


@case("one minor version", "bin/ls",
      "begins with #!/usr/bin/python3.11, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/python3.11\n")


@case("two blanks", "bin/ls", "begins with #!  /usr/bin/python3, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!  /usr/bin/python3\n")


@case("two blanks before the shell", "bin/ls",
      "begins with #!  /bin/shell, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!  /bin/shell\n")


@case("the tree's own env", "bin/ls",
      "begins with #!/bin/env cat, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/bin/env cat\n")


@case("a long first line", "bin/ls", "has a first line of more than 255 bytes")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/python3 -X" + b"a" * 250 + b"\n")


@case("a first line without an interpreter", "bin/ls", "has a first line without an interpreter")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!  \n")


@case("a byte order mark", "bin/ls", "begins with a byte order mark")
def _(change):
    change.replace("bin/ls", b"#!", b"\xef\xbb\xbf#!")


@case("an interpreter that is not there", "bin/ls",
      "begins with #!/usr/bin/perl, which is not in the view")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/perl\n")


@case("an interpreter that one arch lacks", "bin/ls",
      "begins with #!/usr/bin/own, which is not in the view", S, archs=(X, S))
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/own\n")
    for arch in (X, A, H):
        change.copy(change.at(PYTHON3[arch]), PYTHON % (arch, "bin/own"))


@case("an interpreter that cannot be executed", "bin/ls",
      "begins with #!/etc/passwd, which is not executable")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/etc/passwd\n")


@case("interpreters in a circle", "bin/ls", "has more than 5 interpreters behind one another")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/bin/ls\n")


@case("a program of one arch", "bin/tool", "is an ELF program", X)
def _(change):
    change.copy(change.at(PYTHON3[X]), "bin/tool")


@case("a text without a first line", "bin/tool", "is neither a script nor a program")
def _(change):
    change.write("bin/tool", "print(1)\n", 0o755)


@case("a script without execute bits", "bin/ls", "is a script and not executable (mode 0644)", None,
      "warning")
def _(change):
    change.chmod("bin/ls", 0o644)


@case("a syntax error", "bin/ls", "line 2 is no Python 3.11: expected ':'")
def _(change):
    change.write("bin/ls", "#!/usr/bin/python3\nif True\n    pass\n", 0o755)


@case("Python 2", "sbin/tool", "line 2 is no Python 3.11: Missing parentheses in call to 'print'. "
      "Did you mean print(...)?")
def _(change):
    change.write("sbin/tool", "#!/usr/bin/python3\nprint 1\n", 0o755)


@case("a NUL byte in a program", "bin/tool",
      "line 0 is no Python 3.11: source code string cannot contain null bytes")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\nx = '\0'\n", 0o755)


@case("a program on which the compiler gives up", "bin/tool",
      "line 0 is no Python 3.11: MemoryError")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\nx = " + "-" * 100000 + "1\n", 0o755)


@case("a syntax error beside such a program", "bin/ls", "line 2 is no Python 3.11: expected ':'")
def _(change):
    change.write("bin/another", "#!/usr/bin/python3\nx = " + "-" * 100000 + "1\n", 0o755)
    change.write("bin/ls", "#!/usr/bin/python3\nif True\n    pass\n", 0o755)


@case("a syntax error in a package", "site-package/broken.py",
      "line 1 is no Python 3.11: 'return' outside function")
def _(change):
    change.write("site-package/broken.py", "return 1\n")


# -- what boots ------------------------------------------------------------------------------------

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


# -- Python ----------------------------------------------------------------------------------------

STDLIB = PYTHON % ("%s", "lib/python3.11")


@case("no os.py", STDLIB % X + "/os.py", "is missing", X)
def _(change):
    change.remove(STDLIB % X + "/os.py")


@case("no encodings", STDLIB % A + "/encodings", "is missing or has no __init__.py", A)
def _(change):
    change.remove(STDLIB % A + "/encodings")


@case("no lib-dynload", STDLIB % X + "/lib-dynload", "is missing", X)
def _(change):
    change.remove(STDLIB % X + "/lib-dynload")


@case("no standard library", STDLIB % S + "/os.py", "is missing", S)
def _(change):
    change.remove(STDLIB % S)


PYC = STDLIB % X + "/__pycache__/ast.cpython-311.pyc"


@case("a module that is not compiled", STDLIB % X,
      lambda n: f"has no compiled file of Python 3.11 for 1 of its {n} modules, "
                f"the first is ast.py",
      X, "warning")
def _(change):
    change.remove(PYC)
    return sum(name.endswith(".py") for _, _, names in os.walk(change.at(STDLIB % X))
               for name in names)


@case("a module compiled by another Python", PYC, "is for Python 3.12, not for 3.11", X, "warning")
def _(change):
    with open(change.own(PYC), "r+b") as file:
        file.write((3531).to_bytes(2, "little"))


@case("a module compiled by an unknown Python", PYC,
      "is for another Python (magic 9999), not for 3.11", X, "warning")
def _(change):
    with open(change.own(PYC), "r+b") as file:
        file.write((9999).to_bytes(2, "little"))


@case("a compiled file that is cut", PYC, "is no compiled Python file", X, "warning")
def _(change):
    os.truncate(change.own(PYC), 12)


@case("a module that was changed after it was compiled", PYC, "was compiled from another ast.py", X)
def _(change):
    change.replace(STDLIB % X + "/ast.py", b"import", b"import ")


@case("a module whose time was changed", PYC, "was compiled from another ast.py", X, "warning")
def _(change):
    source = os.stat(change.at(STDLIB % X + "/ast.py"))
    with open(change.own(PYC), "r+b") as file:
        file.seek(4)
        file.write(bytes(4) + int(source.st_mtime + 1).to_bytes(4, "little")
                   + source.st_size.to_bytes(4, "little"))


@case("a package that was changed after it was compiled",
      "site-package/busypy/__pycache__/text.cpython-311.pyc", "was compiled from another text.py",
      None, "warning")
def _(change):
    change.replace("site-package/busypy/text.py", b"\n", b"\n\n")


@case("a module that differs", STDLIB % A + "/this.py", "differs from the one of x86_64", A,
      "warning", 1, archs=(X, A, S))  # its compiled file is another matter
def _(change):
    change.write(STDLIB % A + "/this.py", "s = 1\n")


@case("a module that one arch lacks", STDLIB % H + "/this.py", "is missing, and x86_64 has it",
      H, "warning", archs=(X, A, H))
def _(change):
    change.remove(STDLIB % H + "/this.py")
