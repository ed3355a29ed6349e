"""wc: count lines, words and bytes."""

import os
import stat

from busypy import cli

USAGE = """
usage: wc [-clLmw] [file ...]
  -c, --bytes  bytes
  -l, --lines  lines
  -L, --max-line-length  the length of the longest line
  -m, --chars  characters
  -w, --words  words
"""
BLOCK = 1 << 18
SPACE = b" \t\n\v\f\r"


class Count:
    """Lines, words, characters, bytes and the longest line."""

    def __init__(self):
        self.lines = self.words = self.chars = self.bytes = self.longest = 0

    def add(self, other):
        for key in ("lines", "words", "chars", "bytes"):
            setattr(self, key, getattr(self, key) + getattr(other, key))
        self.longest = max(self.longest, other.longest)

    def read(self, fd, wanted):
        """Count an open file; only what is wanted is looked for."""
        if wanted == {"c"} and self.known(fd):
            return
        inside, rest = False, b""
        multibyte = "m" in wanted and utf8()
        while data := os.read(fd, BLOCK):
            self.bytes += len(data)
            self.lines += data.count(b"\n")
            if "w" in wanted:
                self.words += len(data.split())
                if inside and data[0] not in SPACE:
                    self.words -= 1
                inside = data[-1] not in SPACE
            if multibyte:
                # Every byte that does not continue a sequence begins a character.
                self.chars += len(data) - len(data.translate(None, LEADS))
            if "L" in wanted:
                rest = self.measure(rest + data)
        if not multibyte:
            self.chars = self.bytes
        if "L" in wanted:
            self.longest = max(self.longest, columns(rest))

    def measure(self, data):
        lines = data.split(b"\n")
        rest = lines.pop()
        self.longest = max([self.longest] + [columns(line) for line in lines])
        return rest

    def known(self, fd):
        """The length of a regular file without reading it."""
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or not info.st_size:
            return False
        self.bytes = max(info.st_size - os.lseek(fd, 0, os.SEEK_CUR), 0)
        os.lseek(fd, 0, os.SEEK_END)
        return True


LEADS = bytes(b for b in range(256) if b & 0xc0 != 0x80)


def utf8():
    from busypy import text
    return text.utf8()


def columns(line):
    from busypy import text
    return text.width(line.decode("utf-8", "replace").expandtabs(8))


def line_of(count, keys, width, name):
    values = {"l": count.lines, "w": count.words, "m": count.chars, "c": count.bytes,
              "L": count.longest}
    shown = " ".join(str(values[key]).rjust(width) for key in keys)
    return cli.enc(shown + (" " + name if name is not None else "") + "\n")


def column_width(names, keys):
    """As wide as the sum of the sizes, as GNU has it; 7 if a size is not known before."""
    if len(keys) == 1 and len(names) <= 1:
        return 1
    total = 0
    for name in names or ["-"]:
        try:
            info = os.fstat(0) if name == "-" else os.stat(name)
        except OSError:
            continue
        if not stat.S_ISREG(info.st_mode):
            return 7
        total += info.st_size
    return len(str(total))


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    keys = [key for key in "lwmcL" if opts[key]] or ["l", "w", "c"]
    width, total, status = column_width(args, keys), Count(), 0
    for name in args or ["-"]:
        count = Count()
        try:
            fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
            continue
        try:
            count.read(fd, set(keys))
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
        if fd:
            os.close(fd)
        cli.out().write(line_of(count, keys, width, name if args else None))
        total.add(count)
    if len(args) > 1:
        cli.out().write(line_of(total, keys, width, "total"))
    return status
