"""Backslash escapes: of $'...', of printf and of echo; and quoting for reuse as input."""

import os

SIMPLE = {"a": 7, "b": 8, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
OCTAL = "01234567"
HEX = "0123456789abcdefABCDEF"


def digits(text, i, allowed, limit):
    """(index after the digits at i, text of them)."""
    start = i
    while i < len(text) and i - start < limit and text[i] in allowed:
        i += 1
    return i, text[start:i]


def one(text, i, zero_octal, hexadecimal):
    """(bytes, index after it) for the escape whose letter is at i; None if it is none."""
    c = text[i]
    if c in SIMPLE:
        return bytes((SIMPLE[c],)), i + 1
    if c in OCTAL and (not zero_octal or c == "0"):
        end, octal = digits(text, i, OCTAL, 4 if zero_octal else 3)
        return bytes((int(octal, 8) & 255,)), end
    if c == "x" and hexadecimal:
        end, value = digits(text, i + 1, HEX, 2)
        if value:
            return bytes((int(value, 16),)), end
    return None, i


def dollar_quote(text):
    """The text of $'text'."""
    out, i = bytearray(), 0
    while i < len(text):
        c = text[i]
        i += 1
        if c != "\\" or i >= len(text):
            out += os.fsencode(c)
            continue
        following = text[i]
        if following in '\'"?':
            out += following.encode()
            i += 1
        elif following == "c" and i + 1 < len(text):
            out.append(ord(text[i + 1].upper()) & 255 ^ 64)
            i += 2
        elif following in "uU":
            end, value = digits(text, i + 1, HEX, 4 if following == "u" else 8)
            out += code_point(value) if value else os.fsencode("\\" + following)
            i = end
        else:
            data, i = one(text, i, False, True)
            if data is None:
                data = os.fsencode("\\" + following)
                i += 1
            out += data
    return os.fsdecode(bytes(out).partition(b"\0")[0])


def code_point(value):
    number = int(value, 16)
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else b"?"


def expand_b(text):
    """(bytes, stop) of a %b operand: \\c ends all output."""
    out, i = bytearray(), 0
    while True:
        at = text.find("\\", i)
        if at < 0 or at + 1 >= len(text):
            return bytes(out) + os.fsencode(text[i:]), False
        out += os.fsencode(text[i:at])
        if text[at + 1] == "c":
            return bytes(out), True
        data, i = one(text, at + 1, False, True)
        if data is None:
            data, i = os.fsencode(text[at:at + 2]), at + 2
        elif text[at + 1] == "0":
            i, octal = digits(text, at + 1, OCTAL, 4)
            data = bytes((int(octal, 8) & 255,))
        out += data


def quote(text):
    """text in single quotes, so that the shell reads it back unchanged."""
    return "'" + text.replace("'", "'\\''") + "'"


SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,")


def quote_if_needed(text):
    """text as -x shows it: quoted only where reading it back needs that."""
    return text if text and SAFE.issuperset(text) else quote(text)
