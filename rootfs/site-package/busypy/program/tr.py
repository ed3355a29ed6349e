"""tr: translate, squeeze or delete bytes."""

import os

from busypy import cli
from busypy.lib import escape

USAGE = """
usage: tr [-cCdst] set1 [set2]
  -c, --complement  all that is not in set1
  -C  the same as -c
  -d, --delete  delete what is in set1
  -s, --squeeze-repeats  one for several of the same, of the last set
  -t, --truncate-set1  cut set1 to the length of set2

Sets: characters, a-z, [:class:], [=x=], [x*n] (in set2), and the escapes \\n \\t \\\\ \\ooo ...
Bytes, not characters, are translated, whatever the locale.
"""
BLOCK = 1 << 16
CLASSES = {
    "alpha": lambda b: 65 <= b & 0xdf <= 90, "digit": lambda b: 48 <= b <= 57,
    "alnum": lambda b: 65 <= b & 0xdf <= 90 or 48 <= b <= 57,
    "upper": lambda b: 65 <= b <= 90, "lower": lambda b: 97 <= b <= 122,
    "space": lambda b: b in b" \t\n\v\f\r", "blank": lambda b: b in b" \t",
    "punct": lambda b: 32 < b < 127 and not chr(b).isalnum(), "print": lambda b: 32 <= b < 127,
    "graph": lambda b: 32 < b < 127, "cntrl": lambda b: b < 32 or b == 127,
    "xdigit": lambda b: b in escape.HEX,
}


def element(text, at):
    """One character, maybe written as an escape: (value, whether plain, index after it)."""
    if text[at] != 92:
        return text[at], True, at + 1
    value, at = escape.one(text, at)
    return value[-1], False, at


class Set:
    """The bytes of a set in order; `fill` is where [x*] may grow."""

    def __init__(self, text):
        self.text = cli.enc(text)
        self.bytes, self.fill = [], None
        at = 0
        while at < len(self.text):
            at = self.bracketed(at) or self.plain(at)

    def bracketed(self, at):
        """[:class:], [=x=] or [x*n]; 0 if it is none of these."""
        text = self.text
        if text[at] != 91 or at + 1 >= len(text):
            return 0
        if text[at + 1] == 58:
            end = text.find(b":]", at + 2)
            if end >= 0:
                self.named(os.fsdecode(text[at + 2:end]))
                return end + 2
        if text[at + 1] == 61 and text[at + 3:at + 5] == b"=]":
            self.bytes.append(text[at + 2])
            return at + 5
        value, _, star = element(text, at + 1)
        end = text.find(b"]", star)
        count = text[star + 1:end] if text[star:star + 1] == b"*" and end > 0 else b"x"
        if count and not count.isdigit():
            return 0
        number = int(count or b"0", 8 if count.startswith(b"0") else 10)
        if number == 0:
            if self.fill is not None:
                raise cli.Fail("only one [c*] repeat construct may appear in string2")
            self.fill = (len(self.bytes), value)
        self.bytes += [value] * min(number, 1 << 16)
        return end + 1

    def named(self, name):
        if name not in CLASSES:
            raise cli.Fail("invalid character class %s" % cli.quote(name))
        self.bytes += [b for b in range(256) if CLASSES[name](b)]

    def plain(self, at):
        text = self.text
        low, _, at = element(text, at)
        if text[at:at + 1] == b"-" and at + 1 < len(text):
            high, _, at = element(text, at + 1)
            if high < low:
                raise cli.Fail("range-endpoints of '%s' are in reverse collating sequence order"
                               % os.fsdecode(bytes([low]) + b"-" + bytes([high])))
            self.bytes += range(low, high + 1)
        else:
            self.bytes.append(low)
        return at

    def grown(self, size):
        """As long as `size`: by [x*], or by repeating the last byte."""
        found = list(self.bytes)
        if self.fill is not None:
            at, value = self.fill
            found[at:at] = [value] * max(size - len(found), 0)
        if found and len(found) < size:
            found += [found[-1]] * (size - len(found))
        return found


def translation(first, second, opts):
    """The table of bytes.translate, and the bytes of the second set."""
    source = first.bytes
    if opts["c"] or opts["C"]:
        source = sorted(set(range(256)) - set(source))
    if opts["t"]:
        source = source[:len(second.bytes)]
    target = second.grown(len(source))
    if source and not target:
        raise cli.Fail("when not truncating set1, string2 must be non-empty")
    table = bytearray(range(256))
    for a, b in zip(source, target):
        table[a] = b
    return bytes(table), set(target)


def squeezer(members):
    import re
    inside = b"".join(b"\\x%02x" % b for b in sorted(members))
    pattern = re.compile(b"([" + inside + b"])\\1+") if members else None
    return lambda data: pattern.sub(rb"\1", data) if pattern else data


def main(argv):
    opts, args = cli.parse(argv, USAGE, stop=True)
    need = 1 if (opts["d"] and not opts["s"]) or (opts["s"] and len(args) < 2 and not opts["d"]) \
        else 2
    cli.operands(args, need, need)
    sets = [Set(word) for word in args]
    chosen = set(sets[0].bytes)
    if opts["c"] or opts["C"]:
        chosen = set(range(256)) - chosen
    table, members, delete = None, set(), b""
    if opts["d"]:
        delete = bytes(chosen)
        members = set(sets[1].bytes) if opts["s"] else members
    elif len(sets) == 2:
        table, members = translation(*sets, opts)
    else:
        members = chosen
    squeeze = squeezer(members) if opts["s"] else None
    write, last = cli.out().write, b""
    while data := os.read(0, BLOCK):
        data = data.translate(table, delete)
        if squeeze and data:
            joined = squeeze(last + data)
            data, last = joined[len(last):], joined[-1:] if joined[-1] in members else b""
        write(data)
