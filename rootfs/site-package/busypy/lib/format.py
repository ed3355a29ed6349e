"""What printf makes of a format and its arguments, on bytes.

How complaints are worded, and where the program and the shell's built-in differ, is in attributes
and methods of Printer that they replace.
"""

import os

from busypy.lib import escape

FLAGS = b"-+ #0"
INTEGERS = b"diouxX"
FLOATS = b"aAeEfFgG"
DIGITS = b"0123456789"
MOST_DIGITS = 9  # of a width or precision
LOWEST, HIGHEST, UNSIGNED = -(1 << 63), (1 << 63) - 1, (1 << 64) - 1
NONE, PARTLY, RANGE = range(3)  # what is wrong with a number


class BadDirective(Exception):
    """What follows a % is no conversion: args[0]."""


class Spec:
    """One conversion: % flags width .precision letter; None means `take it from an argument`."""

    def __init__(self, flags, width, precision, letter):
        self.flags, self.width, self.precision, self.letter = flags, width, precision, letter


class Printer:
    """A format at work: its arguments, and the status that wrong ones cause."""
    letters = b"csb" + INTEGERS + FLOATS
    lengths = b""  # letters before the conversion that mean nothing here

    def __init__(self, args):
        self.args = args
        self.used = 0
        self.status = 0

    def complain(self, text, wrong):
        """Say that an argument is no number (NONE, PARTLY) or too large a one (RANGE)."""
        raise NotImplementedError

    # Reading the format.

    def parse(self, text):
        """The format as bytes and Specs; escape.Stop or a BadDirective ends it."""
        parts, at = [], 0
        while at < len(text):
            if text[at] == 92:
                value, at = self.format_escape(text, at)
            elif text[at] != 37:
                end = min([i for i in (text.find(b"\\", at), text.find(b"%", at)) if i >= 0],
                          default=len(text))
                value, at = text[at:end], end
            elif text[at + 1:at + 2] == b"%":
                value, at = b"%", at + 2
            else:
                try:
                    value, at = self.conversion(text, at)
                except BadDirective as error:
                    return parts + [error]
            parts.append(value)
            if value is escape.Stop:
                break
        return parts

    def format_escape(self, text, at):
        """(bytes or escape.Stop, index after it) of the backslash at text[at]."""
        return escape.one(text, at)

    def conversion(self, text, start):
        at = start + 1
        while at < len(text) and text[at] in FLAGS:
            at += 1
        flags = text[start + 1:at]
        width, at = size(text, at)
        precision = -1
        if text[at:at + 1] == b".":
            precision, at = size(text, at + 1)
        while at < len(text) and text[at] in self.lengths:
            at += 1
        letter = text[at:at + 1]
        if not letter or letter not in self.letters:
            raise BadDirective(text[start:at + 1])
        return Spec(flags, width, precision, letter), at + 1

    # Printing.

    def run(self, parts, write):
        """Print by the parts of a format, again and again while arguments are left.

        False if a \\c has ended it.
        """
        while True:
            before = self.used
            for part in parts:
                if part is escape.Stop:
                    return False
                if isinstance(part, BadDirective):
                    raise part
                try:
                    write(part if isinstance(part, bytes) else self.render(part))
                except escape.Stop as stop:
                    write(stop.args[0])
                    return False
            if self.used >= len(self.args) or self.used == before:
                return True

    def take(self):
        self.used += 1
        return self.args[self.used - 1] if self.used <= len(self.args) else b""

    def render(self, spec):
        """One conversion with its argument; raises escape.Stop with the last that is printed."""
        width = spec.width if spec.width is not None else self.integer(self.take())
        precision = spec.precision if spec.precision is not None else self.integer(self.take())
        flags, letter = spec.flags, spec.letter
        if width < 0:
            width, flags = -width, flags + b"-"
        text = self.take()
        if letter in INTEGERS:
            body = integer_text(self.bounded(text, letter), flags, precision, letter)
            fill = precision < 0
        elif letter in FLOATS:
            value = self.floating(text)
            body = float_text(value, flags, precision, letter)
            fill = value - value == 0
        else:
            return self.textual(text, flags, width, precision, letter)
        if fill and b"0" in flags and b"-" not in flags:
            return zero_fill(body, width)
        return aligned(body, flags, width)

    def textual(self, text, flags, width, precision, letter):
        stopped = False
        if letter == b"b":
            try:
                text = escape.decode(text)
            except escape.Stop as stop:
                text, stopped = stop.args[0], True
        elif letter == b"c":
            text = self.one_byte(text)
        else:
            text = self.other_text(text, letter)
        if precision >= 0 and letter != b"c":
            text = text[:precision]
        text = aligned(text, flags, width)
        if stopped:
            raise escape.Stop(text)
        return text

    def one_byte(self, text):
        return text[:1]

    def other_text(self, text, _letter):
        return text

    # Numbers of arguments.

    def integer(self, text):
        """The value of an integer argument; a quote makes it the next character's code."""
        if text[:1] in (b"'", b'"'):
            return self.character(text)
        value, wrong = integer_value(text)
        if wrong is not None:
            self.complain(text, wrong)
        return value

    def character(self, text):
        """The number of a character constant: 'x or "x."""
        letter = os.fsdecode(text[1:])[:1]
        if "\udc80" <= letter <= "\udcff":
            return ord(letter) - 0xdc00
        return ord(letter) if letter else 0

    def bounded(self, text, letter):
        """The integer as 64 bits hold it."""
        value = self.integer(text)
        high = HIGHEST if letter in b"di" else UNSIGNED
        if not LOWEST <= value <= high:
            self.complain(text, RANGE)
            value = high if value > high else LOWEST
        return value if letter in b"di" else value & UNSIGNED

    def floating(self, text):
        if text[:1] in (b"'", b'"'):
            return float(self.character(text))
        value, wrong = float_value(text)
        if wrong is not None:
            self.complain(text, wrong)
        return value


def size(text, at):
    """A width or precision: (number, or None for *, index after it)."""
    if text[at:at + 1] == b"*":
        return None, at + 1
    run = escape.digits(text, at, DIGITS, MOST_DIGITS)
    return int(run or b"0"), at + len(run)


def integer_value(text):
    """(value, what is wrong or None) of a decimal, octal or hexadecimal number."""
    body = text.strip(b" \t\n")
    sign, digits = (body[:1], body[1:]) if body[:1] in (b"+", b"-") else (b"", body)
    base, allowed, start = 10, DIGITS, 0
    if digits[:2] in (b"0x", b"0X"):
        base, allowed, start = 16, escape.HEX, 2
    elif digits[:1] == b"0":
        base, allowed = 8, escape.OCTAL
    run = escape.digits(digits, start, allowed, len(digits))
    wrong = None if run and start + len(run) == len(digits) else PARTLY if run else NONE
    value = int(run or b"0", base)
    return -value if sign == b"-" else value, wrong


def float_value(text):
    """(value, what is wrong or None) of a number as strtod reads it."""
    body = text.decode("ascii", "surrogateescape").strip()
    if not body:
        return 0.0, None
    for convert in (float, float.fromhex):
        try:
            if "_" not in body and (convert is float or "x" in body.lower()):
                return convert(body), None
        except (ValueError, OverflowError):
            continue
    for end in range(len(body) - 1, 0, -1):
        try:
            if "_" not in body[:end]:
                return float(body[:end]), PARTLY
        except ValueError:
            continue
    return 0.0, NONE


def sign_of(negative, flags):
    return "-" if negative else "+" if b"+" in flags else " " if b" " in flags else ""


def integer_text(value, flags, precision, letter):
    """The digits with sign and prefix, and zeros up to the precision."""
    letter = letter.decode()
    body = format(abs(value), {"i": "d", "u": "d"}.get(letter, letter))
    if precision == 0 and value == 0:
        body = ""
    body = body.rjust(max(precision, 0), "0")
    prefix = sign_of(value < 0, flags) if letter in "di" else ""
    if b"#" in flags and letter == "o" and body[:1] != "0":
        prefix = "0"
    elif b"#" in flags and letter in "xX" and value:
        prefix = "0" + letter
    return (prefix + body).encode()


def float_text(value, flags, precision, letter):
    letter = letter.decode()
    if letter in "aA":
        body = hex_float(abs(value), precision)
        body = body.upper() if letter == "A" else body
        return (sign_of(str(value)[0] == "-", flags) + body).encode()
    shape = "%" + flags.replace(b"0", b"").replace(b"-", b"").decode()
    shape += ".%d%s" % (precision if precision >= 0 else 6, letter)
    return (shape % value).encode()


def hex_float(value, precision):
    """C's %a; float.hex() pads its fraction with zeros that C leaves out."""
    if value - value != 0:
        return str(value)
    mantissa, exponent = value.hex().split("p")
    head, _, fraction = mantissa.partition(".")
    fraction = fraction.rstrip("0")
    if precision >= 0:
        scaled = int(head[2:] + fraction.ljust(13, "0"), 16)
        cut = max(13 - precision, 0) * 4
        scaled = (scaled + ((1 << cut) >> 1)) >> cut if cut else scaled
        head = "0x%x" % (scaled >> (4 * min(precision, 13)))
        fraction = "%0*x" % (min(precision, 13), scaled & ((1 << (4 * min(precision, 13))) - 1))
        fraction = fraction.ljust(precision, "0") if precision else ""
    return head + ("." + fraction if fraction else "") + "p" + exponent


def zero_fill(body, width):
    """Put zeros between the sign or 0x and the digits."""
    at = 1 if body[:1] in (b"-", b"+", b" ") else 0
    at += 2 if body[at:at + 2] in (b"0x", b"0X") else 0
    return body[:at] + body[at:].rjust(max(width - at, 0), b"0")


def aligned(body, flags, width):
    return body.ljust(width) if b"-" in flags else body.rjust(width)
