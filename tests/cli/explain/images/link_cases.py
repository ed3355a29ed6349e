"""Hard links, files that replace others, rights, and what makes a program of a file."""

import itertools
import stat

import cpio
from case import Case, PROGRAM, SAY, base, elf, say, script
from cpio import archive, directory, file, link, node, trailer
from squeeze import gzip, squeeze

A, B, C = "/a", "/b", "/c"


def linked(name, word="", *, ino=77, links=2, **more):
    """One name of a file with several; its bytes come with it where a word is given."""
    data = f"#!{SAY} ={word}\n" if word else b""
    return file(name, data, ino=ino, links=links, **more)


def hard_links():
    yield Case("link: the bytes with the first", base(linked("a", "x"), linked("b")), (A, B))
    yield Case("link: the bytes with the last", base(linked("a"), linked("b", "x")), (A, B))
    yield Case("link: the bytes with both", base(linked("a", "x"), linked("b", "y")), (A, B))
    yield Case("link: longer bytes first", base(
        linked("a", "x" * 100), linked("b", "y")), (A, B))
    yield Case("link: no bytes", base(linked("a"), linked("b")), (A, B))
    yield Case("link: three names, the bytes within", base(
        linked("a", links=3), linked("b", "x", links=3), linked("c", links=3)), (A, B, C))
    yield Case("link: three names, only two there", base(
        linked("a", "x", links=3), linked("b", links=3)), (A, B))
    yield Case("link: one link by its count", base(
        linked("a", "x", links=1), linked("b", links=1)), (A, B))
    yield Case("link: one link by its count, then two", base(
        linked("a", "x", links=1), linked("b", links=2), linked("c", links=2)), (A, B, C))
    yield Case("link: no link by its count", base(
        linked("a", "x", links=0), linked("b", links=0)), (A, B))
    for ino in (0, 0xffffffff, 0x80000000, 1):
        yield Case(f"link: the number {ino}", base(
            linked("a", "x", ino=ino), linked("b", ino=ino)), (A, B))
    yield Case("link: the same number, all different", base(
        linked("a", "x", links=1), linked("b", "y", links=1), linked("c", "z", links=1)), (A, B, C))
    yield Case("link: the number 0 of all", base(
        linked("a", "x", links=1, ino=0), linked("b", "y", links=1, ino=0)), (A, B))
    for field in ("major", "minor", "rmajor"):
        yield Case(f"link: another {field}", base(
            linked("a", "x"), linked("b", change={field: 1})), (A, B))
    yield Case("link: other rights", base(
        linked("a", "x"), linked("b", mode=0o644)), (A, B))
    yield Case("link: other rights and bytes", base(
        linked("a", mode=0o644), linked("b", "x")), (A, B))
    yield Case("link: another type", base(
        linked("a", "x"), cpio.Member(b"b", stat.S_IFIFO | 0o755, ino=77, links=2)), (A, B))
    yield Case("link: a directory of the same number", base(
        directory("d", ino=77, links=2), linked("a", "x"), linked("b")), (A, B))
    yield Case("link: a symlink of the same number", base(
        link("l", "a", ino=77, links=2), linked("a", "x"), linked("b")), (A, B, "/l"))
    yield Case("link: across a trailer", base(
        linked("a", "x"), trailer(ino=0), linked("b")), (A, B))
    yield Case("link: across archives", base(linked("a", "x")) + base(linked("b")), (A, B))
    yield Case("link: across archives without a trailer", base(linked("a", "x"), end=False)
               + archive(linked("b")), (A, B))
    yield Case("link: across gz", gzip(base(linked("a", "x"))) + gzip(archive(linked("b"))), (A, B))
    yield Case("link: across gz without a trailer", gzip(base(linked("a", "x"), end=False))
               + gzip(archive(linked("b"))), (A, B))
    yield Case("link: across gz without a trailer, the bytes last",
               gzip(base(linked("a"), end=False)) + gzip(archive(linked("b", "x"))), (A, B))
    yield Case("link: across zst and plain without a trailer",
               cpio.aligned(squeeze("zst", base(linked("a", "x"), end=False)))
               + archive(linked("b")), (A, B))
    yield Case("link: the same name twice", base(linked("a", "x"), linked("a", "y")), (A,))
    yield Case("link: the same name twice, then another", base(
        linked("a", "x", links=3), linked("a", links=3), linked("b", links=3)), (A, B))
    yield Case("link: the first name's directory is missing", base(
        linked("no/a", "x"), linked("b")), (B,))
    yield Case("link: the first name's directory is missing, the bytes last", base(
        linked("no/a"), linked("b", "x"), linked("c")), (B, C))
    yield Case("link: the second name's directory is missing", base(
        linked("a", "x"), linked("no/b"), script("c", "c")), (A, C))
    yield Case("link: init", archive(say(), linked("a"), linked("init", "one")), (A,))
    yield Case("link: the program", archive(
        file("say", b"", ino=5, links=2), file("tool", PROGRAM, ino=5, links=2),
        script("init", "one")), ("/tool",))
    yield Case("link: over a file that is there", base(
        script("b", "old"), linked("a", "x"), linked("b")), (A, B))
    yield Case("link: over a directory that is empty", base(
        directory("b"), linked("a", "x"), linked("b")), (A, B))
    yield Case("link: over a directory that is not", base(
        directory("b"), script("b/c", "c"), linked("a", "x"), linked("b")), (A, B, "/b/c"))
    yield Case("link: the first was replaced by a file", base(
        linked("a", "x", links=3), script("a", "new"), linked("b", links=3)), (A, B))
    yield Case("link: the first was replaced by a symlink", base(
        script("c", "c"), linked("a", "x", links=3), link("a", "c"), linked("b", links=3)),
        (A, B, C))
    yield Case("link: the first was replaced by a symlink, bytes last", base(
        script("c", "c"), linked("a", links=3), link("a", "c"), linked("b", "x", links=3)),
        (A, B, C))
    yield Case("link: the first was replaced by a directory", base(
        linked("a", "x", links=3), directory("a"), linked("b", links=3)), (A, B))
    yield Case("link: nodes", base(
        node("a", stat.S_IFIFO, ino=9, links=2), node("b", stat.S_IFIFO, ino=9, links=2),
        script("c", "c")), (A, B, C))
    yield Case("link: many files, each with two names", base(*itertools.chain.from_iterable(
        (linked(f"f{n}", ino=100 + n), linked(f"g{n}", f"w{n}", ino=100 + n))
        for n in range(200))), ("/f0", "/f33", "/f199", "/g64"))


def replaced():
    old = script("a", "old")
    other = "/b"
    yield Case("replaced: a file by a file", base(old, script("a", "new")), (A,))
    yield Case("replaced: a file by a shorter one", base(
        script("a", "old" * 50), script("a", "n")), (A,))
    yield Case("replaced: a file by an empty one", base(old, file("a")), (A,))
    yield Case("replaced: the other name, too", base(
        linked("a", "x"), linked("b"), script("a", "new")), (A, B))
    yield Case("replaced: the other name, too, in another archive",
               base(linked("a", "x"), linked("b")) + archive(script("a", "new")), (A, B))
    yield Case("replaced: the other name, too, in another gz",
               gzip(base(linked("a", "x"), linked("b"))) + gzip(archive(script("b", "new"))),
               (A, B))
    yield Case("replaced: the rights of the other name, too", base(
        linked("a", "x"), linked("b"), script("a", "new", mode=0o644)), (A, B))
    yield Case("replaced: a file by a directory", base(old, directory("a")), (A,))
    yield Case("replaced: a file by a full directory", base(
        old, directory("a"), script("a/c", "c")), (A, "/a/c"))
    yield Case("replaced: an empty directory by a file", base(directory("a"), old), (A,))
    yield Case("replaced: a full directory by a file", base(
        directory("a"), script("a/c", "c"), old, script("b", "b")), (A, "/a/c", other))
    yield Case("replaced: a full directory by a symlink", base(
        directory("a"), script("a/c", "c"), link("a", "init")), (A, "/a/c"))
    yield Case("replaced: a directory by a directory", base(
        directory("a"), script("a/c", "c"), directory("a", 0o700)), ("/a/c",))
    yield Case("replaced: an empty directory by a symlink", base(
        directory("a"), script("b", "b"), link("a", "b")), (A,))
    yield Case("replaced: a symlink by a file", base(
        script("b", "b"), link("a", "b"), script("a", "new")), (A, B))
    yield Case("replaced: a symlink by a directory", base(
        directory("b"), link("a", "b"), directory("a"), script("a/c", "c")), ("/a/c", "/b/c"))
    yield Case("replaced: a symlink by a symlink", base(
        script("b", "b"), script("c", "c"), link("a", "b"), link("a", "c")), (A,))
    yield Case("replaced: a file by a symlink", base(
        script("b", "b"), old, link("a", "b")), (A,))
    yield Case("replaced: a file by a symlink to itself", base(old, link("a", "a")), (A,))
    yield Case("replaced: a file by a pipe", base(old, node("a", stat.S_IFIFO)), (A,))
    yield Case("replaced: a pipe by a file", base(node("a", stat.S_IFIFO), old), (A,))
    yield Case("replaced: a pipe by a device", base(
        node("a", stat.S_IFIFO), node("a", stat.S_IFCHR), script("b", "b")), (A, B))
    yield Case("replaced: rights", base(old, file("a", old.data, 0o644)), (A,))
    yield Case("replaced: rights of a file that was not executable", base(
        file("a", old.data, 0o644), old), (A,))
    yield Case("replaced: through a symlink in front", base(
        directory("bin"), script("bin/a", "old"), link("b", "bin"), script("b/a", "new")),
        ("/bin/a",))
    yield Case("replaced: init by a directory", base(directory("init")))
    yield Case("replaced: init by a symlink", base(script("a", "new"), link("init", "a")))
    yield Case("replaced: init by nothing", base(file("init")))
    yield Case("replaced: init's interpreter", base(file("say", "text")))
    yield Case("replaced: init's interpreter by itself", base(say()))
    yield Case("replaced: the kernel's own /dev/console", base(
        directory("dev"), file("dev/console", "x", 0o644)))
    yield Case("replaced: the kernel's own /dev", base(file("dev", "x", 0o644)))
    yield Case("replaced: /root, which the kernel makes", base(script("root/a", "two")),
               ("/root/a",))
    yield Case("replaced: /dev, which the kernel makes", base(script("dev/a", "two")), ("/dev/a",))


def rights():
    for mode in (0, 0o111, 0o100, 0o010, 0o001, 0o444, 0o644, 0o700, 0o4755, 0o6755, 0o1755, 0o777):
        yield Case(f"rights: init of {mode:04o}", archive(say(), script("init", "one", mode=mode)))
    for mode in (0o644, 0o4755, 0o111):
        yield Case(f"rights: the interpreter of {mode:04o}", archive(
            say(mode=mode), script("init", "one")))
    for mode in (0, 0o644, 0o111):
        yield Case(f"rights: a directory of {mode:04o}", base(
            directory("bin", mode), script("bin/a", "two")), ("/bin/a",))
    yield Case("rights: another owner", base(
        script("a", "two", mode=0o700, change={"uid": 1000, "gid": 1000})), (A,))


def programs():
    for name, text in (
            ("text", "no program\n"), ("nothing", ""), ("zeros", bytes(100)), ("only #!", "#!"),
            ("#! and a line's end", "#!\n"), ("#! and blanks", "#!   \n"),
            ("a blank behind #!", f"#! {SAY} =b\n"), ("a tab behind #!", f"#!\t{SAY} =b\n"),
            ("no line's end", f"#!{SAY} =b"), ("a carriage return", f"#!{SAY}\r\n"),
            ("a carriage return behind an argument", f"#!{SAY} =b\r\n"),
            ("a blank before #!", f" #!{SAY} =b\n"), ("a BOM", b"\xef\xbb\xbf#!/say =b\n"),
            ("a relative interpreter", "#!say =b\n"), ("no interpreter of that name", "#!/no\n"),
            ("a directory as interpreter", "#!/dev\n"), ("itself as interpreter", "#!/a\n"),
            ("a NUL in the line", b"#!/say\0 =b\n"), ("a long line", "#!" + "/" * 250 + "say\n"),
            ("a line of 255", "#!" + "/" * 249 + "say\n"), ("a line too long", "#!" + "/" * 300
                                                            + "say\n"),
            ("a long argument", f"#!{SAY} =" + "b" * 300 + "\n")):
        yield Case(f"program: {name}", base(file("a", text)), (A,))
        if not text or text[1:2] in ("o", "!"):
            yield Case(f"program: init: {name}", archive(say(), file("init", text)))
    for depth in (4, 5, 6):
        chain = [file(f"s{n}", f"#!/s{n - 1} =w\n") for n in range(1, depth)]
        yield Case(f"program: scripts {depth} deep", base(
            file("s0", f"#!{SAY} =w\n"), *chain), (f"/s{depth - 1}",))
    for name, made in (
            ("of aarch64", elf.program("aarch64")), ("of i386", elf.program("i386")),
            ("with an interpreter that is missing", elf.program("x86_64", interp=b"/no/ld.so\0")),
            ("cut in its header", PROGRAM[:40]), ("cut in its program headers", PROGRAM[:80]),
            ("of s390x", elf.program("s390x"))):
        yield Case(f"program: a program {name}", archive(say(), file("init", made)))
    yield Case("program: a script's interpreter is of aarch64", archive(
        file("say", elf.program("aarch64")), script("init", "one")))
    yield Case("program: the interpreter is a link", archive(
        link("sh", "say"), say(), file("init", "#!/sh =one\n")))
    yield Case("program: init is a link", archive(
        say(), directory("bin"), script("bin/one", "one"), link("init", "bin/one")))
    yield Case("program: init is an absolute link", archive(
        say(), directory("bin"), script("bin/one", "one"), link("init", "/bin/one")))
    yield Case("program: init is a link to nothing", archive(say(), link("init", "bin/one")))
    yield Case("program: init is a link to itself", archive(say(), link("init", "init")))
    yield Case("program: init leads to a directory", archive(
        say(), directory("bin"), link("init", "bin")))


def other_inits():
    sbin = (directory("sbin"), script("sbin/init", "sbin"))
    yield Case("rdinit: /sbin/init", base(*sbin), init="/sbin/init")
    yield Case("rdinit: missing", base(), init="/sbin/init")
    yield Case("rdinit: a relative path", base(*sbin), init="sbin/init")
    yield Case("rdinit: not executable", base(
        directory("sbin"), script("sbin/init", "sbin", mode=0o644)), init="/sbin/init")
    yield Case("rdinit: init fails, there is /sbin/init", archive(
        say(), file("init", "text"), *sbin))
    yield Case("rdinit: init fails, there is /bin/sh", archive(
        say(), file("init", "text"), directory("bin"), script("bin/sh", "sh")))
    yield Case("rdinit: no init, but /sbin/init", archive(say(), *sbin))
    yield Case("rdinit: the interpreter fails, there is /etc/init", archive(
        file("init", "#!/no\n"), say(), directory("etc"), script("etc/init", "etc")))


def cases():
    return itertools.chain(hard_links(), replaced(), rights(), programs(), other_inits())
