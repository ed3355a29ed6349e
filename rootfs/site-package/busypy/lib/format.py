"""printf: print arguments by a format."""

import os

from busypy import cli
from busypy.lib import escape

USAGE = "usage: printf format [argument ...]"
FLAGS = b"-+ #0"
INTEGERS = b"diouxX"
FLOATS = b"aAeEfFgG"


class Spec:
    """One conversion: % flags width .precision letter; None means `take it from an argument`."""

    def __init__(self, flags, width, precision, letter):
        self.flags, self.width, self.precision, self.letter = flags, width, precision, letter


def size(text, at):
    """A width or precision: (number, or None for *, index after it)."""
    if text[at:at + 1] == b"*":
        return None, at + 1
    run = escape.digits(text, at, b"0123456789", len(text))
    return int(run or b"0"), at + len(run)


def compile_format(text):
    """Split a format into bytes and Specs; \\c is the end."""
    parts, at = [], 0
    while at < len(text):
        if text[at] == 92:
            if text[at + 1:at + 2] == b"c":
                return parts + [escape.Stop]
            value, at = escape.one(text, at)
            parts.append(value)
        elif text[at] != 37:
            end = min([i for i in (text.find(b"\\", at), text.find(b"%", at)) if i >= 0],
                      default=len(text))
            parts.append(text[at:end])
            at = end
        elif text[at + 1:at + 2] == b"%":
            parts.append(b"%")
            at += 2
        else:
            spec, at = conversion(text, at)
            parts.append(spec)
    return parts


def conversion(text, start):
    at = start + 1
    while at < len(text) and text[at] in FLAGS:
        at += 1
    flags = text[start + 1:at]
    width, at = size(text, at)
    precision = -1
    if text[at:at + 1] == b".":
        precision, at = size(text, at + 1)
    while text[at:at + 1] in (b"l", b"h", b"L", b"j", b"z", b"t", b"q"):
        at += 1
    letter = text[at:at + 1]
    if not letter or letter not in b"csbq" + INTEGERS + FLOATS:
        raise cli.Fail("%s: invalid conversion specification" % os.fsdecode(text[start:at + 1]))
    return Spec(flags, width, precision, letter), at + 1


class Printer:
    """The arguments, and the status that wrong ones leave behind."""

    def __init__(self, args):
        self.args = args
        self.used = 0
        self.status = 0

    def take(self):
        self.used += 1
        return self.args[self.used - 1] if self.used <= len(self.args) else b""

    def complain(self, text, trouble):
        self.status = cli.warn("%s: %s" % (cli.quote(text), trouble))

    def character(self, text):
        """The number of a character constant: 'x or "x."""
        if len(text) < 2:
            self.complain(text, "expected a numeric value")
            return 0
        decoded = os.fsdecode(text[1:])
        return ord(decoded[0]) & 0xFF if ord(decoded[0]) >= 0xDC80 else ord(decoded[0])

    def integer(self, text):
        if text[:1] in (b"'", b'"'):
            return self.character(text)
        body = text.strip(b" \t\n")
        sign, digits = (body[:1], body[1:]) if body[:1] in (b"+", b"-") else (b"", body)
        base, allowed, start = 10, b"0123456789", 0
        if digits[:2] in (b"0x", b"0X"):
            base, allowed, start = 16, escape.HEX, 2
        elif digits[:1] == b"0":
            base, allowed = 8, escape.OCTAL
        run = escape.digits(digits, start, allowed, len(digits))
        if len(run) + start != len(digits) or not run:
            if text or self.used <= len(self.args):
                known = "value not completely converted" if run else "expected a numeric value"
                self.complain(text, known)
        value = int(run or b"0", base)
        return -value if sign == b"-" else value

    def floating(self, text):
        if text[:1] in (b"'", b'"'):
            return float(self.character(text))
        try:
            body = text.strip()
            if body[:3].lower().lstrip(b"+-")[:2] == b"0x":
                return float.fromhex(body.decode())
            if b"_" in body:
                raise ValueError
            return float(body or b"0")
        except ValueError:
            pass
        end = len(text)
        while end:  # the longest prefix that is a number, as strtod has it
            try:
                value = float(text[:end])
                self.complain(text, "value not completely converted")
                return value
            except ValueError:
                end -= 1
        self.complain(text, "expected a numeric value")
        return 0.0

    def render(self, spec):
        """One conversion with its argument."""
        width = spec.width if spec.width is not None else self.integer(self.take())
        precision = spec.precision if spec.precision is not None else self.integer(self.take())
        flags, letter = spec.flags, spec.letter
        if width < 0:
            width, flags = -width, flags + b"-"
        text = self.take()
        if letter in INTEGERS:
            body = integer_text(self.bounded(text, letter), flags, precision, letter)
            if b"0" in flags and b"-" not in flags and precision < 0:
                return zero_fill(body, width)
        elif letter in FLOATS:
            value = self.floating(text)
            body = float_text(value, flags, precision, letter)
            if b"0" in flags and b"-" not in flags and value - value == 0:
                return zero_fill(body, width)
        else:
            return self.textual(text, flags, width, precision, letter)
        return body.ljust(width) if b"-" in flags else body.rjust(width)

    def bounded(self, text, letter):
        """The integer as 64 bits hold it."""
        value = self.integer(text)
        low, high = (-(1 << 63), (1 << 63) - 1) if letter in b"di" else (-(1 << 63), (1 << 64) - 1)
        if not low <= value <= high:
            self.complain(text, "Numerical result out of range")
            value = high if value > high else low
        return value if letter in b"di" else value & ((1 << 64) - 1)

    def textual(self, text, flags, width, precision, letter):
        stop = False
        if letter == b"b":
            try:
                text = escape.decode(text)
            except escape.Stop as end:
                text, stop = end.args[0], True
        elif letter == b"c":
            text = text[:1]
        elif letter == b"q":
            text = cli.enc(shell_quote(os.fsdecode(text)))
        if precision >= 0 and letter != b"c":
            text = text[:precision]
        text = text.ljust(width) if b"-" in flags else text.rjust(width)
        if stop:
            raise escape.Stop(text)
        return text


def shell_quote(text):
    plain = text and all(c.isalnum() or c in "@%+=:,./-_" for c in text)
    return text if plain else "'" + text.replace("'", "'\\''") + "'"


def sign_of(negative, flags):
    return "-" if negative else "+" if b"+" in flags else " " if b" " in flags else ""


def integer_text(value, flags, precision, letter):
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


def output(form, args, write):
    """Print args by form, again and again while arguments are left; returns the status."""
    printer = Printer(args)
    parts = compile_format(form)
    while True:
        before = printer.used
        for part in parts:
            if part is escape.Stop:
                return printer.status
            try:
                write(part if isinstance(part, bytes) else printer.render(part))
            except escape.Stop as stop:
                write(stop.args[0])
                return printer.status
        if printer.used >= len(args) or printer.used == before:
            break
    if printer.used < len(args):
        cli.warn("warning: ignoring excess arguments, starting with %s"
                 % cli.quote(args[printer.used]))
    return printer.status


def main(argv):
    args = argv[1:]
    if args[:1] == ["--help"]:
        raise SystemExit(USAGE)
    if args[:1] == ["--"]:
        del args[0]
    cli.operands(args, 1)
    form, *rest = [cli.enc(word) for word in args]
    return output(form, rest, cli.out().write)
