"""The built-ins echo and printf."""

import os

from busypy.sh import descriptor, escape
from busypy.sh.error import CommandError

FLAGS = "-+ #0"


def echo(_shell, argv):
    """-n: no newline; -e: backslash escapes; -E: none (the default)."""
    args, newline, escapes = argv[1:], b"\n", False
    while args and len(args[0]) > 1 and args[0][0] == "-" and not args[0][1:].strip("neE"):
        for letter in args.pop(0)[1:]:
            if letter == "n":
                newline = b""
            else:
                escapes = letter == "e"
    text = " ".join(args)
    if escapes:
        data, stop = escape.expand_b(text)
        descriptor.write_all(1, data if stop else data + newline)
    else:
        descriptor.write_all(1, os.fsencode(text) + newline)
    return 0


def printf(shell, argv):
    args = argv[1:]
    if args[:1] == ["--"]:
        args = args[1:]
    if not args:
        raise CommandError("usage: printf format [argument...]", 2)
    printer = Printer(shell, args[1:])
    try:
        printer.run(args[0])
    finally:
        descriptor.write_all(1, bytes(printer.out))
    return printer.status


class Stop(Exception):
    """\\c in a %b argument: nothing more is printed."""


class Printer:
    """One run of printf: the format is used again while arguments are left."""

    def __init__(self, shell, args):
        self.shell = shell
        self.args = args
        self.next = 0
        self.out = bytearray()
        self.status = 0

    def run(self, text):
        pieces = parse_format(text)
        try:
            while True:
                before = self.next
                for piece in pieces:
                    if isinstance(piece, bytes):
                        self.out += piece
                    elif isinstance(piece, CommandError):
                        raise piece
                    else:
                        self.conversion(*piece)
                if self.next >= len(self.args) or self.next == before:
                    return
        except Stop:
            return

    def argument(self):
        self.next += 1
        return self.args[self.next - 1] if self.next <= len(self.args) else None

    def complain(self, text, why):
        self.shell.complain("printf: %s: %s" % (text, why))
        self.status = 1

    def star(self, text):
        """A width or precision, taken from the arguments where it is a star."""
        if text != "*":
            return int(text) if text else None
        return self.integer(self.argument() or "0")

    def conversion(self, flags, width, precision, letter):
        width = self.star(width)
        precision = self.star(precision[1:] or "0") if precision else None
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        if precision is not None and precision < 0:
            precision = None
        if letter in "diouxX":
            if precision is not None:
                flags = flags.replace("0", "")
            data = self.format_integer(flags, precision, letter, self.argument())
        elif letter in "eEfFgGaA":
            data = self.format_float(flags, precision, letter, self.argument())
        else:
            data = self.format_text(letter, precision)
            flags = flags.replace("0", "")
        self.pad(data, flags, width)

    def pad(self, data, flags, width):
        missing = (width or 0) - len(data)
        if "-" in flags:
            self.out += data + b" " * missing
        elif "0" in flags:
            self.out += zero_padded(data, missing)
        else:
            self.out += b" " * missing + data

    def format_text(self, letter, precision):
        text = self.argument() or ""
        stop = False
        if letter == "b":
            data, stop = escape.expand_b(text)
        else:
            data = os.fsencode(text)
            if letter == "c":
                data = data[:1] or b"\0"
        if precision is not None:
            data = data[:precision]
        if stop:
            self.out += data
            raise Stop
        return data

    def integer(self, text):
        """The value of an integer argument; a quote makes it the next character's code."""
        if not text:
            return 0
        if text[0] in '\'"':
            rest = text[1:2]
            if "\udc80" <= rest <= "\udcff":
                return ord(rest) - 0xdc00
            return ord(rest) if rest else 0
        body = text.strip(" \t\n")
        sign = -1 if body[:1] == "-" else 1
        unsigned = body[1:] if body[:1] in ("-", "+") else body
        base, allowed, start = 10, "0123456789", 0
        if unsigned[:2].lower() == "0x":
            base, allowed, start = 16, escape.HEX, 2
        elif unsigned[:1] == "0":
            base, allowed = 8, escape.OCTAL
        end, digits = escape.digits(unsigned, start, allowed, len(unsigned))
        if not digits:
            self.complain(text, "expected numeric value")
            return 0
        if end < len(unsigned):
            self.complain(text, "not completely converted")
        value = sign * int(digits, base)
        if not -(1 << 63) <= value < 1 << 64:
            self.complain(text, "numerical result out of range")
            value = max(-(1 << 63), min(value, (1 << 63) - 1))
        return value

    def format_integer(self, flags, precision, letter, text):
        value = self.integer(text or "")
        if letter in "ouxX":
            value &= (1 << 64) - 1
        return integer_text(value, flags, precision, letter).encode()

    def format_float(self, flags, precision, letter, text):
        value = self.float(text or "")
        if letter in "aA":
            out = value.hex() if letter == "a" else value.hex().upper()
            return out.encode()
        spec = "%" + "".join(f for f in flags if f != "-" and f != "0")
        spec += "" if precision is None else ".%d" % precision
        return ((spec + letter) % value).encode()

    def float(self, text):
        if text[:1] in ('"', "'"):
            return float(self.integer(text))
        body = text.strip()
        if not body:
            return 0.0
        for convert in (float, float.fromhex):
            try:
                if "_" not in body and (convert is float or "x" in body.lower()):
                    return convert(body)
            except (ValueError, OverflowError):
                continue
        for end in range(len(body) - 1, 0, -1):
            try:
                value = float(body[:end])
            except ValueError:
                continue
            self.complain(text, "not completely converted")
            return value
        self.complain(text, "expected numeric value")
        return 0.0


def zero_padded(data, missing):
    """Zeros between a number's sign or prefix and its digits."""
    head = 1 if data[:1] in (b"-", b"+", b" ") else 0
    head += 2 if data[head:head + 2].lower() == b"0x" else 0
    return data[:head] + b"0" * missing + data[head:]


def integer_text(value, flags, precision, letter):
    """The digits with sign and prefix, and zeros up to precision."""
    if letter in "di":
        digits = str(abs(value))
    else:
        digits = format(value, {"o": "o", "u": "d", "x": "x", "X": "X"}[letter])
    if precision is not None:
        digits = "" if precision == 0 and value == 0 else digits.rjust(precision, "0")
    if "#" in flags and letter == "o" and digits[:1] != "0":
        digits = "0" + digits
    if "#" in flags and letter in "xX" and value:
        digits = "0" + letter + digits
    if letter in "di":
        sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
        digits = sign + digits
    return digits


def parse_format(text):
    """The format as literal bytes and (flags, width, precision, letter) tuples."""
    pieces, literal, i = [], bytearray(), 0
    while i < len(text):
        c = text[i]
        i += 1
        if c == "\\" and i < len(text):
            data, i = format_escape(text, i)
            literal += data
        elif c == "%" and text[i:i + 1] == "%":
            literal += b"%"
            i += 1
        elif c == "%":
            pieces.append(bytes(literal))
            literal = bytearray()
            try:
                piece, i = parse_conversion(text, i)
            except CommandError as error:
                return pieces + [error]     # raised when the output before it is made
            pieces.append(piece)
        else:
            literal += os.fsencode(c)
    return pieces + [bytes(literal)]


def format_escape(text, i):
    data, end = escape.one(text, i, False, True)
    if data is None:
        return os.fsencode("\\" + text[i] if text[i] not in '"\'' else text[i]), i + 1
    return data, end


def parse_conversion(text, i):
    start = i
    while i < len(text) and text[i] in FLAGS:
        i += 1
    flags = text[start:i]
    i, width = star_or_digits(text, i)
    precision = ""
    if text[i:i + 1] == ".":
        i, digits = star_or_digits(text, i + 1)
        precision = "." + digits
    letter = text[i:i + 1]
    if not letter or letter not in "diouxXeEfFgGaAcsb":
        raise CommandError("%%%s: invalid directive" % text[start:i + 1], 2)
    return (flags, width, precision, letter), i + 1


def star_or_digits(text, i):
    if text[i:i + 1] == "*":
        return i + 1, "*"
    return escape.digits(text, i, "0123456789", 9)


COMMANDS = {"echo": echo, "printf": printf}
