"""The keys of sort: their syntax, and how lines compare by them."""

from busypy import cli

FLAGS = "bdfghiMnRrV"
KINDS = "ghMnRV"
MONTHS = {m: n for n, m in enumerate(
    b"JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}
BLANKS = b" \t\n"
UPPER = bytes(b - 32 if 97 <= b <= 122 else b for b in range(256))
NOT_DICTIONARY = bytes(b for b in range(256) if not (chr(b).isalnum() and b < 128 or b in b" \t"))
NOT_PRINTING = bytes(b for b in range(256) if not 32 <= b < 127)
SCALE = {b"K": 1, b"k": 1, b"M": 2, b"G": 3, b"T": 4, b"P": 5, b"E": 6, b"Z": 7, b"Y": 8}


class Key:
    """One -k: from (field, char) to (field, char), and its flags."""

    def __init__(self, start, end, flags, start_blanks, end_blanks):
        self.start, self.end, self.flags = start, end, flags
        self.start_blanks, self.end_blanks = start_blanks, end_blanks


def position(text, what):
    """'2.3bn' -> (field, char or None, flags)."""
    body = text.rstrip(FLAGS)
    field, dot, char = body.partition(".")
    if not field.isdigit() or (dot and not char.isdigit()):
        raise cli.Fail("invalid number at field %s: invalid count at start of %s"
                       % (what, cli.quote(text)), 2)
    return whole(field), whole(char) if dot else None, text[len(body):]


def whole(digits):
    """A position: no line reaches the last one."""
    return min(int(digits), 1 << 30) if len(digits) < 99 else 1 << 30


def parse_key(text, common):
    """A -k argument; a key without own flags takes the common ones."""
    start, comma, end = text.partition(",")
    field, char, flags = position(start, "start")
    if field == 0:
        raise cli.Fail("field number is zero: invalid field specification %s"
                       % cli.quote(text), 2)
    if char == 0:
        raise cli.Fail("invalid field specification %s: character offset is zero"
                       % cli.quote(text), 2)
    first = (field - 1, (char or 1) - 1)
    last, end_flags = None, ""
    if comma:
        field, char, end_flags = position(end, "end")
        if field == 0:
            raise cli.Fail("invalid field specification %s: field number is zero"
                           % cli.quote(text), 2)
        last = (field - 1, char or None)
    own = flags + end_flags
    if not own:
        return Key(first, last, common, "b" in common, "b" in common)
    return Key(first, last, own, "b" in flags, "b" in end_flags)


def blank_fields(wanted):
    """A function to where field number `wanted` begins: with the blanks before it."""
    if not wanted:
        return lambda line: 0
    import re  # several times faster than a loop over the bytes
    match = re.compile(rb"(?:[ \t\n]*[^ \t\n]*){0,%d}" % wanted).match

    return lambda line: match(line).end()


def fields_by(mark):
    """A function from a field number to a function that finds where it begins in a line."""
    if mark is None:
        return blank_fields

    def finder(wanted):
        return lambda line: field_start(line, wanted, mark)
    return finder


def field_start(line, wanted, mark):
    at = 0
    for _ in range(wanted):
        at = line.find(mark, at) + 1
        if at == 0:
            return len(line)
    return at


def skip_blanks(line, at):
    while at < len(line) and line[at] in BLANKS:
        at += 1
    return at


def ender(key, mark):
    """A function from a line to where a key ends."""
    if key.end is None:
        return len
    field, char = key.end
    if char is None:
        after = fields_by(mark)(field + 1)
        if mark is None:
            return after

        def before_mark(line):
            end = after(line)
            more = end < len(line) or (line.endswith(mark) and line.count(mark) == field + 1)
            return end - 1 if more else end
        return before_mark
    start, blanks = fields_by(mark)(field), key.end_blanks

    def at_char(line):
        end = start(line)
        return (skip_blanks(line, end) if blanks else end) + char
    return at_char


def extractor(key, mark):
    """A function from a line to the text of a key."""
    field, offset = key.start
    if key.end is None and not field and not offset:
        return (lambda line: line.lstrip(BLANKS)) if key.start_blanks else (lambda line: line)
    start, end, blanks = fields_by(mark)(field), ender(key, mark), key.start_blanks
    if key.end is None and not blanks and not offset:
        return lambda line: line[start(line):]

    def extract(line):
        first = start(line)
        if blanks:
            first = skip_blanks(line, first)
        return line[first + offset:end(line)]
    return extract


def number(text):
    """The number at the start: an int, or exact enough to order decimals."""
    text = text.lstrip(BLANKS)
    negative = text[:1] == b"-"
    at = start = 1 if negative else 0
    size = len(text)
    while at < size and 48 <= text[at] <= 57:
        at += 1
    whole = text[start:at]
    value = int(whole) if whole else 0
    if at < size and text[at] == 46:
        end = at + 1
        while end < size and 48 <= text[end] <= 57:
            end += 1
        fraction = text[at + 1:end]
        if fraction.strip(b"0"):
            if end - start < 16:
                value = float(text[start:end])
            else:
                from fractions import Fraction
                value += Fraction(int(fraction), 10 ** len(fraction))
    return -value if negative else value


def human(text):
    """By sign, then unit, then number: 1023K comes before 1M."""
    text = text.lstrip(BLANKS)
    body = text.lstrip(b"-0123456789.")
    value = number(text)
    scale = SCALE.get(body[:1], 0) if value else 0
    return (-scale if value < 0 else scale, value)


def general(text):
    """Any floating point number; what is none comes first, then NaN."""
    words = text.split(None, 1)
    word = words[0] if words else b""
    while word:
        try:
            value = float.fromhex(word.decode()) if b"x" in word.lower() else float(word)
            return (1, 0.0) if value != value else (2, value)
        except (ValueError, UnicodeDecodeError, OverflowError):
            word = word[:-1]
    return (0, 0.0)


def month(text):
    return MONTHS.get(text.lstrip(BLANKS)[:3].upper(), 0)


def version(text):
    """Digits as numbers, all else as text; `~` before everything."""
    import re
    parts = re.split(rb"(\d+)", text)
    parts[1::2] = [(int(p), len(p)) for p in parts[1::2]]
    parts[0::2] = [[-1 if b == 126 else b + 256 * (not chr(b).isalpha()) for b in p] + [0]
                   for p in parts[0::2]]
    return parts


def hasher():
    import hashlib
    from busypy import machine
    salt = machine.random_bytes(16)
    return lambda text: hashlib.md5(salt + text, usedforsecurity=False).digest()


def converter(flags):
    """A function from a key's text to what compares."""
    kinds = {"n": number, "h": human, "g": general, "M": month, "V": version}
    for letter in flags:
        if letter in kinds:
            return kinds[letter]
        if letter == "R":
            return hasher()
    table = UPPER if "f" in flags else None
    delete = b""
    if "d" in flags:
        delete = NOT_DICTIONARY
    elif "i" in flags:
        delete = NOT_PRINTING
    if table is None and not delete:
        return None
    return lambda text: text.translate(table, delete) if not (table and delete) else \
        text.translate(None, delete).translate(table)


class Order:
    """How lines compare: keys first, then, unless -s or -u, all bytes of the line."""

    def __init__(self, opts):
        common = "".join(letter for letter in FLAGS if opts[letter] and letter != "r")
        self.reverse = bool(opts["r"])
        if opts["r"]:
            common += "r"
        mark = None if opts["t"] is None else cli.enc(opts["t"])
        if mark is not None and len(mark) != 1:
            if mark != b"\\0":
                raise cli.Fail("multi-character tab %s" % cli.quote(opts["t"])
                               if mark else "empty tab", 2)
            mark = b"\0"
        keys = [parse_key(text, common) for text in opts.every("k")]
        plain = common.replace("r", "")
        if not keys and plain:
            keys = [Key((0, 0), None, common, "b" in common, False)]
        self.keys = [(self.function(key, mark), "r" in key.flags) for key in keys]
        self.last_resort = not keys or not (opts["s"] or opts["u"])
        for key in keys:
            if sum(letter in key.flags for letter in KINDS) > 1:
                raise cli.Fail("options '-%s' are incompatible"
                               % "".join(k for k in KINDS if k in key.flags), 2)

    @staticmethod
    def function(key, mark):
        extract, convert = extractor(key, mark), converter(key.flags)
        if convert is None:
            return extract
        if key.end is None and key.start == (0, 0) and not key.start_blanks:
            return convert
        return lambda line: convert(extract(line))

    def sort(self, lines):
        """In place: stable passes from the least to the most important key."""
        if self.last_resort:
            lines.sort(reverse=self.reverse)
        for function, reverse in reversed(self.keys):
            lines.sort(key=function, reverse=reverse)

    def compare(self, a, b):
        """-1, 0 or 1."""
        for function, reverse in self.keys:
            x, y = function(a), function(b)
            if x != y:
                return -1 if (x < y) != reverse else 1
        if self.last_resort and a != b:
            return -1 if (a < b) != self.reverse else 1
        return 0

    def position(self, lines, limit, after):
        """How many sorted lines come before `limit`, with those equal to it if `after`."""
        low, high = 0, len(lines)
        while low < high:
            middle = (low + high) // 2
            result = self.compare(lines[middle], limit)
            if result < 0 or (after and result == 0):
                low = middle + 1
            else:
                high = middle
        return low

    def unique(self, lines, last):
        """Without lines that compare equal to the one before them."""
        if not self.keys:
            kept = list(dict.fromkeys(lines))
            return kept[1:] if kept and kept[0] == last else kept
        kept, known = [], None if last is None else self.values(last)
        for line in lines:
            values = self.values(line)
            if values != known:
                kept.append(line)
                known = values
        return kept

    def values(self, line):
        return [function(line) for function, _ in self.keys]
