"""head: print the beginning of files."""

import os

from busypy import cli

USAGE = """
usage: head [-qv] [-n count | -c count] [file ...]
  -n COUNT, --lines=COUNT  so many lines (10); -COUNT: all but the last ones
  -c COUNT, --bytes=COUNT  so many bytes; -COUNT: all but the last ones
  -q, --quiet, --silent  no names
  -v, --verbose  always the names
  -z, --zero-terminated  lines end with NUL
"""
BLOCK = 1 << 16
UNITS = {"b": 512, "k": 1 << 10, "K": 1 << 10, "m": 1 << 20, "M": 1 << 20, "G": 1 << 30,
         "kB": 1000, "KB": 1000, "MB": 10 ** 6, "KiB": 1 << 10, "MiB": 1 << 20}


def amount(text, what):
    """A count with its sign and suffix: (sign or '', number)."""
    sign = text[:1] if text[:1] in ("+", "-") else ""
    body = text[len(sign):]
    digits = body.rstrip("bkKmMGBi")
    unit = UNITS.get(body[len(digits):], 1 if digits == body else None)
    if not (digits.isascii() and digits.isdigit()) or unit is None:
        raise cli.Fail("invalid number of %s: %s" % (what, cli.quote(text)))
    return sign, int(digits) * unit


def old_style(argv):
    """head -5 is head -n 5; also -5c, -5q."""
    words = []
    for at, word in enumerate(argv):
        if at and word == "--":
            return words + argv[at:]
        taken = at and argv[at - 1] in ("-n", "-c", "--lines", "--bytes")
        if at and not taken and word[:1] == "-" and word[1:2].isdigit():
            digits = word[1:].rstrip("cqvlzkmb")
            rest = word[1 + len(digits):]
            words += ["-c" if "c" in rest else "-n", digits]
            words += ["-" + letter for letter in rest if letter in "qvz"]
        else:
            words.append(word)
    return words


def first_bytes(fd, count, write):
    while count > 0:
        data = os.read(fd, min(BLOCK, count))
        if not data:
            return
        write(data)
        count -= len(data)


def first_lines(fd, count, write, end):
    """Read no further than a block; give back what was too much where the file can seek."""
    while count > 0:
        data = os.read(fd, BLOCK)
        if not data:
            return
        found = data.count(end)
        if found < count:
            write(data)
            count -= found
            continue
        at = -1
        for _ in range(count):
            at = data.find(end, at + 1)
        write(data[:at + 1])
        try:
            os.lseek(fd, at + 1 - len(data), os.SEEK_CUR)
        except OSError:
            pass  # a pipe
        return


def all_but_bytes(fd, count, write):
    held = b""
    while data := os.read(fd, BLOCK):
        held += data
        if len(held) > count:
            write(held[:len(held) - count])
            held = held[len(held) - count:]


def all_but_lines(fd, count, write, end):
    held = b""
    while data := os.read(fd, BLOCK):
        held += data
        extra = held.count(end) - count
        if extra > 0:
            at = len(held)
            for _ in range(count + 1):
                at = held.rfind(end, 0, at)
            write(held[:at + 1])
            held = held[at + 1:]
    if held and not held.endswith(end):
        # The unfinished last line is one of those to leave out.
        at = held.find(end)
        if at >= 0 and held.count(end) >= count:
            write(held[:at + 1])
        elif count == 0:
            write(held)


def show(fd, opts, sign, count, write):
    end = b"\0" if opts["z"] else b"\n"
    if opts.last("nc") == "c":
        (all_but_bytes if sign == "-" else first_bytes)(fd, count, write)
    else:
        (all_but_lines if sign == "-" else first_lines)(fd, count, write, end)


def main(argv):
    opts, args = cli.parse(old_style(argv), USAGE)
    key = opts.last("nc") or "n"
    sign, count = amount(opts[key] or "10", "bytes" if key == "c" else "lines")
    titles = opts.last("qv") == "v" or (len(args) > 1 and opts.last("qv") != "q")
    status, first = 0, True
    write = cli.out().write
    for name in args or ["-"]:
        try:
            fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
        except OSError as error:
            status = cli.warn("cannot open %s for reading: %s" % (cli.quote(name), cli.why(error)))
            continue
        if titles:
            shown = "standard input" if name == "-" else name
            write(cli.enc("%s==> %s <==\n" % ("" if first else "\n", shown)))
            first = False
        try:
            show(fd, opts, sign, count, write)
        except OSError as error:
            status = cli.warn("error reading %s: %s" % (cli.quote(name), cli.why(error)))
        finally:
            if fd:
                os.close(fd)
    return status
