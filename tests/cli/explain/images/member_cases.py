"""One archive behind another, each compressed or not, with zeros or junk before, between and behind
them; and one archive that several members hold together."""

import itertools

import squeeze
from case import Case, base, script, second
from cpio import aligned, archive, directory, file
from squeeze import KINDS, squeeze as packed

ALL = ("plain", *KINDS)


def pair(first, following, between=0):
    """first, zeros up to a multiple of four and so many more, following. For lz4 four zeros are an
    end; fewer would be the start of a length."""
    if first.startswith(squeeze.LEGACY):
        between += 4
    return aligned(first) + bytes(between) + following


def pairs():
    for a, b in itertools.product(ALL, ALL):
        if a != b and not {a, b} & {"plain", "gz"}:
            continue
        yield Case(f"pair: {a}, {b}", pair(packed(a, base()), packed(b, second())), ("/bin/a",))
    for kind in KINDS:
        # so that what follows is not aligned; a stream of xz always ends there
        made = (packed(kind, base(file("more", "abcdefgh"[:n]))) for n in range(9))
        first = next((one for one in made if len(one) % 4), None) or packed(kind, base())
        yield Case(f"pair: {kind}, plain where it ends", first + second(), ("/bin/a",))
        for following in sorted({"gz", kind}):
            yield Case(f"pair: {kind}, {following} where it ends",
                       first + packed(following, second()), ("/bin/a",))


def third():
    return archive(script("init", "four"), directory("sbin"), script("sbin/c", "five"))


def triples():
    for kinds in ("plain gz plain", "gz plain gz", "gz gz plain", "plain plain gz", "zst plain zst",
                  "xz gz bz2", "lz4 plain lz4", "lz4 lz4 lz4", "lzo plain xz", "lzma plain plain",
                  "plain plain plain", "bz2 bz2 plain", "zst zst zst", "plain xz lzma"):
        a, b, c = (packed(kind, data) for kind, data in
                   zip(kinds.split(), (base(), second(), third())))
        yield Case(f"triple: {kinds}", pair(pair(a, b), c), ("/bin/a", "/sbin/c"))


def paddings():
    for count in (0, 1, 3, 4, 8):
        for a, b in (("plain", "plain"), ("gz", "plain"), ("plain", "gz"), ("zst", "gz")):
            yield Case(f"padding: {a}, {count} zeros, {b}",
                       pair(packed(a, base()), packed(b, second()), count), ("/bin/a",))
    for count in (1, 4, 6, 512):
        for kind in ("plain", "gz"):
            yield Case(f"padding: {count} zeros, {kind}", bytes(count) + packed(kind, base()))
    for kind in ALL:
        for count in (1, 4, 512):
            yield Case(f"padding: {kind}, {count} zeros", packed(kind, base()) + bytes(count))


def junk():
    for name, bad in (("text", b"junk"), ("a line's end", b"\n"), ("a 0", b"0"),
                      ("four 0", b"0000"), ("a header's magic", b"070701"), ("ff", b"\xff\xff"),
                      ("gzip's magic", b"\x1f\x8b"), ("zstd's magic", squeeze.MAGIC),
                      ("lz4's magic", squeeze.LEGACY), ("xz's magic", b"\xfd7zXZ\0")):
        for kind in ("plain", "zst"):
            yield Case(f"junk: {kind}, {name}", aligned(packed(kind, base())) + bad)
    for kind in KINDS:
        yield Case(f"junk: {kind}, zeros and text", aligned(packed(kind, base()) + bytes(4))
                   + b"text")
    for kind in ("gz", "lz4", "zst"):
        yield Case(f"junk: text, {kind}", b"text" + packed(kind, base()))
        yield Case(f"junk: within {kind}, behind the archive", packed(kind, base() + b"text"))
        yield Case(f"junk: within {kind}, before the archive", packed(kind, b"text" + base()))
        yield Case(f"junk: within {kind}, zeros around it",
                   packed(kind, bytes(8) + base() + bytes(513)))
        yield Case(f"junk: within {kind}, two archives", packed(kind, base() + second()),
                   ("/bin/a",))
        yield Case(f"junk: within {kind}, two archives and a zero between",
                   packed(kind, base() + bytes(1) + second()), ("/bin/a",))
        yield Case(f"junk: within {kind}, gz", packed(kind, packed("gz", base())))
    yield Case("junk: plain, text, plain", base() + b"text" + second(), ("/bin/a",))
    yield Case("junk: plain, text, gz", base() + b"text" + packed("gz", second()), ("/bin/a",))
    yield Case("junk: gz, text, gz", packed("gz", base()) + b"text" + packed("gz", second()),
               ("/bin/a",))


def splits():
    """One archive in two pieces: within a member's bytes, within a header, between two."""
    whole = base(directory("bin"), script("bin/a", "three"))
    start = whole.rindex(b"070701", 0, whole.index(b"bin/a\0"))
    for where, at in (("within a header", start + 50), ("within a name", start + 112),
                      ("within the padding of a name", start + 117),
                      ("within the bytes", start + 122), ("between members", start)):
        for kind in (KINDS if at == start else ("gz", "xz", "zst")):
            yield Case(f"split: {kind}, {where}",
                       packed(kind, whole[:at]) + packed(kind, whole[at:]), ("/bin/a",))
        yield Case(f"split: plain, gz, {where}", whole[:at] + packed("gz", whole[at:]), ("/bin/a",))
        yield Case(f"split: gz, plain, {where}", aligned(packed("gz", whole[:at])) + whole[at:],
                   ("/bin/a",))


def early():
    """Microcode and tables in front, as distributions have them."""
    code = archive(directory("kernel"), directory("kernel/x86"), directory("kernel/x86/microcode"),
                   file("kernel/x86/microcode/GenuineIntel.bin", b"x" * 5000, 0o644))
    amd = archive(directory("kernel"), directory("kernel/x86"), directory("kernel/x86/microcode"),
                  file("kernel/x86/microcode/AuthenticAMD.bin", b"x" * 333, 0o644))
    for kind in ALL:
        yield Case(f"early: microcode, {kind}", code + packed(kind, base()))
    yield Case("early: microcode, zeros, zst", code + bytes(-len(code) % 512)
               + packed("zst", base()))
    yield Case("early: two microcodes, xz", code + amd + packed("xz", base()))
    yield Case("early: gz, microcode", aligned(packed("gz", base())) + code)
    yield Case("early: only microcode", code)


def cases():
    return itertools.chain(pairs(), triples(), paddings(), junk(), splits(), early())
