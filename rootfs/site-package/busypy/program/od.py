"""od, hexdump: show the bytes of files."""

import os
import struct

from busypy import cli

USAGE = """
usage: od [-bcdovx] [-A base] [-j skip] [-N count] [-t type] ... [file ...]
  -A BASE  addresses: d, o, x or n
  -b  the same as -t o1
  -c  the same as -t c
  -d  the same as -t u2
  -j SKIP  skip so many bytes
  -N COUNT  show so many bytes
  -o  the same as -t o2
  -t TYPE  a, c, d, o, u or x, with the size (1 2 4 8), or f4, f8
  -v  lines that repeat too
  -w WIDTH  bytes in a line
  -x  the same as -t x2
"""
DUMP = """
usage: hexdump [-bcCdovx] [-n count] [-s skip] [file ...]
  -b  bytes in octal
  -C  bytes in hexadecimal, and as characters
  -c  characters
  -d  two bytes in decimal
  -n COUNT  show so many bytes
  -o  two bytes in octal
  -s SKIP  skip so many bytes
  -v  lines that repeat too
  -x  two bytes in hexadecimal
"""
NAMES = ("nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb "
         "can em sub esc fs gs rs us sp").split()
ESCAPES = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}
CODES = {1: "bB", 2: "hH", 4: "iI", 8: "qQ"}
SHORT = {"b": "o1", "c": "c", "d": "u2", "o": "o2", "x": "x2"}


def character(byte):
    return ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else "%03o" % byte)


def named(byte):
    byte &= 127
    return NAMES[byte] if byte <= 32 else "del" if byte == 127 else chr(byte)


class Format:
    """One -t: the size of an item and how it is shown."""

    def __init__(self, text):
        kind, rest = text[:1], text[1:]
        self.tail = rest.endswith("z")
        rest = rest.rstrip("z")
        sizes = {"": 4 if kind in "doux" else 8 if kind == "f" else 1, "C": 1, "S": 2, "I": 4,
                 "L": 8, "F": 4, "D": 8}
        self.size = sizes.get(rest, int(rest) if rest.isdigit() else 0)
        if kind not in tuple("acdoxuf") or self.size not in CODES or \
                (kind == "f" and self.size < 4) or (kind in "ac" and rest):
            raise cli.Fail("invalid type string %s" % cli.quote(text))
        self.kind = kind
        bits = self.size * 8
        self.width = {"a": 3, "c": 3, "o": -(-bits // 3), "x": bits // 4,
                      "u": len(str((1 << bits) - 1)), "d": len(str(1 << bits - 1)) + 1,
                      "f": 15 if self.size == 4 else 24}[kind]

    def items(self, data):
        """The texts of one line; an incomplete item is filled with zeros."""
        if self.kind in "ac":
            return [(named if self.kind == "a" else character)(b) for b in data]
        data = data + bytes(-len(data) % self.size)
        code = {4: "f", 8: "d"}[self.size] if self.kind == "f" else \
            CODES[self.size][self.kind != "d"]
        values = struct.unpack("=%d%s" % (len(data) // self.size, code), data)
        if self.kind == "f":
            return ["%.8g" % v if self.size == 4 else repr(v) for v in values]
        if self.kind in "du":
            return [str(v) for v in values]
        return ["%0*x" % (self.width, v) if self.kind == "x" else "%0*o" % (self.width, v)
                for v in values]


def blocks(names, skip, count, width, state):
    """Yield the bytes of all files in lines of `width`."""
    rest = b""
    for name in names:
        try:
            fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
            while count != 0 and (data := os.read(fd, 65536)):
                if skip:
                    cut = min(skip, len(data))
                    data, skip = data[cut:], skip - cut
                if count > 0:
                    data = data[:count]
                    count -= len(data)
                rest += data
                whole = len(rest) // width * width
                for at in range(0, whole, width):
                    yield rest[at:at + width]
                rest = rest[whole:]
            if fd:
                os.close(fd)
        except OSError as error:
            state.append(cli.warn("%s: %s" % (name, cli.why(error))))
    if rest:
        yield rest
    if skip:
        state.append(cli.warn("cannot skip past end of combined input"))


def lines(data, formats, width):
    """The lines of one block: one for each format, items below each other."""
    unit = max(form.size for form in formats)
    total = max(unit // form.size * (form.width + 1) for form in formats)
    for form in formats:
        space = total * form.size // unit
        text = "".join(item.rjust(space) for item in form.items(data))
        if form.tail:
            printable = "".join(chr(b) if 32 <= b < 127 else "." for b in data)
            text = text.ljust(total * width // unit) + "  >" + printable + "<"
        yield text


def address(base, at):
    return {"o": "%07o", "d": "%07d", "x": "%06x"}[base] % at if base != "n" else ""


def show(source, put, verbose, address_of):
    """Print blocks with their addresses; * stands for lines like the one before."""
    at, last, starred = 0, None, False
    for data in source:
        if data == last and not verbose:
            if not starred:
                cli.out().write(b"*\n")
            starred = True
        else:
            put(at, data)
            starred, last = False, data
        at += len(data)
    end = address_of(at)
    if end:
        cli.out().write(end.encode() + b"\n")


def amount(text, what):
    body, unit = (text[:-1], {"b": 512, "k": 1024, "m": 1 << 20}[text[-1]]) \
        if text[-1:] in ("b", "k", "m") and text[:2].lower() != "0x" else (text, 1)
    try:
        if body[:2].lower() != "0x" and body[:1] == "0":
            return int(body, 8) * unit
        return int(body, 0) * unit
    except ValueError:
        raise cli.Fail("invalid %s %s" % (what, cli.quote(text))) from None


def hexdump(argv):
    opts, args = cli.parse(argv, DUMP)
    skip, count = amount(opts["s"] or "0", "skip"), amount(opts["n"] or "-1", "count")
    kind, state = opts.last("bcCdox") or "x", []
    forms = {"b": ("%03o", 1, 3), "c": (None, 1, 3), "d": ("%05d", 2, 7), "o": ("%06o", 2, 7),
             "x": ("%04x", 2, 7 if opts["x"] else 4)}

    def canonical(at, data):
        cells = " ".join("%02x" % b for b in data[:8]).ljust(23) + "  " + \
            " ".join("%02x" % b for b in data[8:]).ljust(23)
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in data)
        cli.out().write(("%08x  %s  |%s|\n" % (at + skip, cells, text)).encode())

    def plain(at, data):
        shape, size, wide = forms[kind]
        padded = data + bytes(-len(data) % size)
        values = struct.unpack("=%d%s" % (len(padded) // size, "BH"[size - 1]), padded)
        cells = [character(v) if shape is None else shape % v for v in values]
        line = " ".join(c.rjust(wide) for c in cells)
        full = (16 // size) * (wide + 1) - 1
        cli.out().write(("%07x %s\n" % (at + skip, line.ljust(full))).encode())
    source = blocks(args or ["-"], skip, count, 16, state)
    shape = "%08x" if kind == "C" else "%07x"
    show(source, canonical if kind == "C" else plain, opts["v"],
         lambda at: shape % (at + skip) if at else "")
    return 1 if state else 0


def main(argv):
    if argv[0] == "hexdump":
        return hexdump(argv)
    opts, args = cli.parse(argv, USAGE)
    base = opts["A"] or "o"
    if base not in tuple("odxn"):
        raise cli.Fail("invalid output address radix %s" % cli.quote(base))
    formats = []
    for key, value in opts.order:
        if key == "t":
            import re
            formats += [Format(t) for t in re.findall(r"[acdoxuf](?:\d+|[CSILFD])?z?|.+", value)]
        elif key in SHORT:
            formats.append(Format(SHORT[key]))
    formats = formats or [Format("o2")]
    width = int(opts["w"] or 16)
    skip, count = amount(opts["j"] or "0", "skip"), amount(opts["N"] or "-1", "count")
    state = []

    def put(at, data):
        front = address(base, at + skip)
        for text in lines(data, formats, width):
            cli.out().write((front + text + "\n").encode())
            front = " " * len(front)
    show(blocks(args or ["-"], skip, count, width, state), put, opts["v"],
         lambda at: address(base, at + skip) if at or not state else "")
    return 1 if state else 0
