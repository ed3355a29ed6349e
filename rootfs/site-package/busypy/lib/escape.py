"""Backslash escapes of echo, printf, tr, $'...' and others; and quoting for the shell."""

import os

SIMPLE = {
    97: 7, 98: 8, 101: 27, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11, 92: 92,
}
OCTAL = b"01234567"
HEX = b"0123456789abcdefABCDEF"
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,")
ECHO_OPTIONS = frozenset("neE")


class Stop(Exception):
    """\\c was met: nothing more is to be printed; `args[0]` is what came before it."""


def digits(text, at, allowed, most):
    """The longest run of allowed digits from `at`, at most `most`."""
    end = at
    while end < len(text) and end - at < most and text[end] in allowed:
        end += 1
    return text[at:end]


def known(text, at, zero=False):
    """Decode the escape whose backslash is text[at]: (bytes, index after it); None if it is none.

    Octal is \\ooo, or \\0ooo where `zero` is set (echo, %b).
    """
    letter = text[at + 1]
    if letter in SIMPLE:
        return bytes([SIMPLE[letter]]), at + 2
    if letter in OCTAL:
        run = digits(text, at + 1, OCTAL, 4 if zero and letter == 48 else 3)
        return bytes([int(run, 8) & 255]), at + 1 + len(run)
    if letter == 120:
        run = digits(text, at + 2, HEX, 2)
        if run:
            return bytes([int(run, 16)]), at + 2 + len(run)
    return None, at + 2


def one(text, at, zero=False):
    """The same, with a backslash that begins no escape standing for itself."""
    if at + 1 >= len(text):
        return b"\\", at + 1
    value, end = known(text, at, zero)
    return text[at:end] if value is None else value, end


def decode(text, zero=True):
    """Decode all escapes as echo -e and %b do; raises Stop at \\c."""
    parts, at = [], 0
    while True:
        found = text.find(b"\\", at)
        if found < 0:
            return b"".join(parts) + text[at:]
        parts.append(text[at:found])
        if text[found + 1:found + 2] == b"c":
            raise Stop(b"".join(parts))
        value, at = one(text, found, zero)
        parts.append(value)


def echo(args):
    """What echo prints: -n no newline, -e with escapes, -E without (the default).

    What is not exactly one of these options is text to print.
    """
    args, newline, escapes = list(args), b"\n", False
    while args and args[0][:1] == "-" and args[0] != "-" and ECHO_OPTIONS.issuperset(args[0][1:]):
        for letter in args.pop(0)[1:]:
            if letter == "n":
                newline = b""
            else:
                escapes = letter == "e"
    text = os.fsencode(" ".join(args))
    if escapes:
        try:
            text = decode(text)
        except Stop as stop:
            return stop.args[0]
    return text + newline


def dollar_quote(text):
    """What the shell's $'text' stands for."""
    out, at = bytearray(), 0
    while True:
        found = text.find("\\", at)
        if found < 0 or found + 1 >= len(text):
            out += os.fsencode(text[at:])
            return os.fsdecode(bytes(out).partition(b"\0")[0])
        out += os.fsencode(text[at:found])
        letter, at = text[found + 1], found + 2
        if letter in "'\"?":
            out += letter.encode()
        elif letter == "c" and at < len(text):
            out.append(ord(text[at].upper()[0]) & 255 ^ 64)
            at += 1
        elif letter in "uU":
            run = digits(text, at, HEX.decode(), 4 if letter == "u" else 8)
            out += code_point(run) if run else os.fsencode("\\" + letter)
            at += len(run)
        else:
            data, length = known(os.fsencode(text[found:found + 5]), 0)
            if data is None:
                data = os.fsencode("\\" + letter)
            else:
                at = found + length
            out += data


def code_point(run):
    number = int(run, 16)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else b"?"


def quote(text):
    """text in single quotes, so that the shell reads it back unchanged."""
    return "'" + text.replace("'", "'\\''") + "'"


def quote_if_needed(text):
    """text as -x shows it: quoted only where reading it back needs that."""
    return text if text and SAFE.issuperset(text) else quote(text)
