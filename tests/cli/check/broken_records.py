"""Records that do not say what is there."""

import os

from change import A, CLIB, H, MANIFEST, PYTHON3, S, SSL, X, case


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
