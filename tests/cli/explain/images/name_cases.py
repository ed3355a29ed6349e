"""Headers and names: formats of cpio, numbers that are none, names that are long, odd or lead
elsewhere, members that are cut, devices."""

import itertools
import stat

import cpio
from case import Case, PROGRAM, SAY, base, say, script, second
from cpio import CRC, archive, directory, file, link, node, trailer
from squeeze import gzip

A = "/bin/a"
BIN = directory("bin")


def formats():
    init, tool = script("init", "one"), say()
    crc = {"magic": CRC}
    yield Case("format: crc", archive(say(**crc), script("init", "one", **crc),
                                      trailer(**crc)))
    yield Case("format: crc, a wrong sum of another file", archive(
        tool, init, file("x", "bytes", **crc, change={"check": 1}), script("b", "b")), ("/b",))
    yield Case("format: crc, a wrong sum of init", archive(
        tool, script("init", "one", **crc, change={"check": 1})))
    yield Case("format: crc, a wrong sum within gz", gzip(archive(
        tool, init, file("x", "bytes", **crc, change={"check": 1}), script("b", "b"))), ("/b",))
    yield Case("format: crc, no sum", archive(
        tool, script("init", "one", **crc, change={"check": 0})))
    yield Case("format: crc, a sum of an empty file", archive(
        tool, init, file("x", "", **crc, change={"check": 5}), script("b", "b")), ("/b",))
    yield Case("format: crc, a sum of a directory", archive(
        tool, init, directory("x", **crc, change={"check": 5}), script("b", "b")), ("/b",))
    yield Case("format: crc, a sum of a link", archive(
        tool, init, link("x", "init", **crc, change={"check": 5}), script("b", "b")), ("/x", "/b"))
    yield Case("format: newc with a sum", archive(
        tool, script("init", "one", change={"check": 5})))
    yield Case("format: crc and newc", archive(tool, script("init", "one", **crc)))
    yield Case("format: odc", cpio.odc(tool, init))
    yield Case("format: odc within gz", gzip(cpio.odc(tool, init)))
    yield Case("format: newc, odc", base() + cpio.odc(script("init", "two")))
    yield Case("format: binary", cpio.binary(tool, init))
    yield Case("format: binary of the other order", cpio.binary(tool, init, order="big"))
    yield Case("format: binary within gz", gzip(cpio.binary(tool, init)))
    yield Case("format: ustar", cpio.ustar(tool, init))
    yield Case("format: ustar within gz", gzip(cpio.ustar(tool, init)))
    yield Case("format: 070703", archive(tool, script("init", "one", magic=b"070703")))
    yield Case("format: small letters", archive(
        say(upper=False), script("init", "one", upper=False)))


def numbers():
    for name, field, value in (
            ("a letter behind the size", "size", b"0000000Z"), ("a blank size", "size", b" " * 8),
            ("a size with a sign", "size", b"+000000C"), ("a size with 0x", "size", b"0x00000C"),
            ("a mode with a letter", "mode", b"000081eg"), ("a size of NULs", "size", bytes(8)),
            ("a name's length with a blank", "name_size", b"     005"),
            ("a mode of 0x81ed", "mode", b"0x0081ed"), ("links of a letter", "links", b"zzzzzzzz"),
            ("a mode above 16 bits", "mode", b"FFFF81ED"), ("a uid of all bits", "uid", b"F" * 8),
            ("a time of all bits", "mtime", b"F" * 8), ("a number of all bits", "ino", b"F" * 8),
            ("a size of all bits", "size", b"F" * 8), ("a device of all bits", "major", b"F" * 8),
            ("a name's length of all bits", "name_size", b"F" * 8)):
        yield Case(f"number: {name}", base(
            BIN, script("bin/a", "b", change={field: value}), script("bin/c", "c")), (A, "/bin/c"))


def spellings():
    for name, spelling in (("bin/", "bin/"), ("bin//", "bin//"), ("./bin", "./bin"),
                           ("/bin", "/bin"), ("//bin", "//bin"), ("./bin/.", "./bin/."),
                           ("bin/..", "bin/.."), ("././/bin", "././/bin")):
        yield Case(f"name: a directory as {name}", base(
            directory(spelling), script("bin/a", "two")), (A,))
    for spelling in ("./bin/a", "/bin/a", "//bin/a", "bin//a", "bin/./a", "bin/../bin/a",
                     "../bin/a", "../../../bin/a", "/../bin/a", "bin/a/", "bin/a/.",
                     "none/../bin/a", "./none/../bin/a", "init/../bin/a", "bin/a\n", " bin/a",
                     "bin/a\0more", "BIN/A"):
        yield Case(f"name: {spelling!r}", base(BIN, script(spelling, "two")), (A,))
    yield Case("name: a dot", base(directory("."), BIN, script("bin/a", "two")), (A,))
    yield Case("name: a dot without rights", base(
        directory(".", 0), BIN, script("bin/a", "two")), (A,))
    yield Case("name: a dot as a file", base(file(".", "x"), BIN, script("bin/a", "two")), (A,))
    yield Case("name: two dots", base(directory(".."), BIN, script("bin/a", "two")), (A,))
    yield Case("name: a slash", base(directory("/"), BIN, script("bin/a", "two")), (A,))
    yield Case("name: empty", base(file("", "x"), BIN, script("bin/a", "two")), (A,))
    yield Case("name: of length 0", base(
        file("", "abcd", terminated=False), BIN, script("bin/a", "two")), (A,))
    yield Case("name: of length 0, a directory", base(
        directory("", terminated=False), BIN, script("bin/a", "two")), (A,))
    yield Case("name: the length counts more NULs", base(
        BIN, script(b"bin/a\0\0\0\0\0", "two")), (A,))


def lengths():
    for size in (255, 256):
        name = "n" * size
        yield Case(f"length: a component of {size}", base(
            BIN, script(f"bin/{name}", "long"), script("bin/a", "two")), (A, f"/bin/{name}"))
    for size in (4094, 4095, 4096, 4097, 8192):
        name = ("./" * 4096)[:(size - 5) // 2 * 2] + "/" * (size % 2 == 0) + "bin/a"
        assert len(name) == size
        yield Case(f"length: a name of {size}", base(
            BIN, script(name, "two"), script("bin/b", "b")), (A, "/bin/b"))
    for size in (0, 1, 4094, 4095, 4096, 4097, 9000):
        target = ("./" * 5000)[:size // 2 * 2 - 2] + "/" * (size % 2) + "b" if size > 1 else \
            "b" * size
        yield Case(f"length: a link's target of {size}", base(
            BIN, script("bin/b", "b"), link("bin/a", target), script("bin/c", "c")),
            (A, "/bin/c"))
    yield Case("length: a target with a NUL", base(
        BIN, script("bin/b", "b"), link("bin/a", b"b\0more")), (A,))


def orders():
    yield Case("order: a file before its directory", base(script("bin/a", "two"), BIN), (A,))
    yield Case("order: no directory", base(script("bin/a", "two")), (A,))
    yield Case("order: a directory of a directory that is missing", base(
        directory("x/bin"), script("x/bin/a", "two")), ("/x/bin/a",))
    yield Case("order: below a file", base(file("bin", "x"), script("bin/a", "two")), (A,))
    yield Case("order: below a link to a directory", base(
        BIN, link("b", "bin"), script("b/a", "two")), (A, "/b/a"))
    yield Case("order: below an absolute link", base(
        BIN, link("b", "/bin"), script("b/a", "two")), (A, "/b/a"))
    yield Case("order: below a link that leads up", base(
        BIN, link("b", "../../../bin"), script("b/a", "two")), (A,))
    yield Case("order: below a link to nothing", base(
        link("b", "bin"), script("b/a", "two"), BIN), ("/b/a",))
    yield Case("order: below a link to itself", base(
        link("b", "b"), script("b/a", "two"), BIN), ("/b/a",))
    yield Case("order: a link before its target", base(
        link("sbin", "bin"), BIN, script("sbin/a", "two")), (A,))
    yield Case("order: init first", archive(script("init", "one"), say()))
    yield Case("order: a trailer within", base(
        trailer(ino=0), BIN, script("bin/a", "two")), (A,))
    yield Case("order: a trailer with bytes", archive(
        say(), script("init", "one"), cpio.Member(cpio.TRAILER, stat.S_IFREG | 0o755, b"#!x\n"),
        BIN, script("bin/a", "two")), (A, "/TRAILER!!!"))
    yield Case("order: a trailer as a directory", base(
        directory("TRAILER!!!"), BIN, script("bin/a", "two")), (A,))
    yield Case("order: a trailer as a link", base(
        link("TRAILER!!!", "init"), BIN, script("bin/a", "two")), (A, "/TRAILER!!!"))
    yield Case("order: no trailer", base(end=False))
    yield Case("order: no trailer, gz", gzip(base(end=False)))
    yield Case("order: no trailer, then another", base(end=False) + second(), (A,))
    yield Case("order: a trailer with a slash", base(
        file("./TRAILER!!!", "x"), BIN, script("bin/a", "two")), (A,))


def cut():
    """Ends at each place of the last member, plain and compressed."""
    whole = base(BIN, script("bin/a", "two"), end=False)
    start = whole.rindex(b"070701")
    for where, at in (("the magic", start + 3), ("the header", start + 60),
                      ("the header's end", start + 110), ("the name", start + 113),
                      ("the name's end", start + 116), ("the bytes", start + 120),
                      ("the bytes' end", start + len(whole[start:].rstrip(b"\0"))),
                      ("the member", len(whole))):
        yield Case(f"cut: in {where}", whole[:at], (A,))
        yield Case(f"cut: in {where}, gz", gzip(whole[:at]), (A,))
        yield Case(f"cut: in {where}, zeros", whole[:at] + bytes(8192), (A,))
    for name, size in (("smaller by 2", -2), ("smaller by 1", -1), ("larger by 1", 1),
                       ("larger by 4", 4), ("larger by 300", 300), ("larger than all", 100000)):
        one = script("bin/a", "two")
        changed = script("bin/a", "two", change={"size": len(one.data) + size})
        yield Case(f"cut: a size {name}", base(BIN, changed, script("bin/c", "c")), (A, "/bin/c"))
    for name, size in (("smaller by 1", -1), ("larger by 1", 1), ("larger by 4", 4),
                       ("larger by 100", 100)):
        changed = script("bin/a", "two", change={"name_size": 6 + size})
        yield Case(f"cut: a name's length {name}", base(BIN, changed, script("bin/c", "c")),
                   (A, "/bin/c"))
    yield Case("cut: a directory with bytes", base(
        cpio.Member(b"bin", stat.S_IFDIR | 0o755, b"some bytes"), script("bin/a", "two")), (A,))
    yield Case("cut: init cut", archive(say(), script("init", "one"))[:-150])
    yield Case("cut: the program cut", archive(script("init", "one"), say())[:-5000])


def nodes():
    yield Case("node: a device", base(node("null", stat.S_IFCHR, 1, 3), BIN,
                                      script("bin/a", "two")), ("/null", A))
    for name, kind in (("a block device", stat.S_IFBLK), ("a pipe", stat.S_IFIFO),
                       ("a socket", stat.S_IFSOCK)):
        yield Case(f"node: {name}", base(node("x", kind, mode=0o777), script("b", "b")),
                   ("/x", "/b"))
    yield Case("node: no type", base(cpio.Member(b"x", 0o755, b""), script("b", "b")), ("/x", "/b"))
    yield Case("node: no type, with bytes", base(
        cpio.Member(b"x", 0o755, b"#!/say =x\n"), script("b", "b")), ("/x", "/b"))
    yield Case("node: an unknown type", base(
        cpio.Member(b"x", 0o150755, b""), script("b", "b")), ("/x", "/b"))
    yield Case("node: a device with bytes", base(
        cpio.Member(b"x", stat.S_IFCHR | 0o644, b"bytes", device=(1, 3)), script("b", "b")),
        ("/x", "/b"))
    yield Case("node: a pipe as init", archive(node("init", stat.S_IFIFO, mode=0o755), say()))
    yield Case("node: a device as init", archive(node("init", stat.S_IFCHR, mode=0o755), say()))
    yield Case("node: init is the program", archive(file("init", PROGRAM)))
    yield Case("node: the interpreter is a device", archive(
        node(SAY[1:], stat.S_IFCHR, mode=0o755), script("init", "one")))


def cases():
    return itertools.chain(formats(), numbers(), spellings(), lengths(), orders(), cut(), nodes())
