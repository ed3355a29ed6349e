"""Backslash escapes of echo, printf, tr and others, on bytes."""

SIMPLE = {
    97: 7, 98: 8, 101: 27, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11, 92: 92,
}
OCTAL = b"01234567"
HEX = b"0123456789abcdefABCDEF"


class Stop(Exception):
    """\\c was met: nothing more is to be printed; `args[0]` is what came before it."""


def digits(text, at, allowed, most):
    """The longest run of allowed digits from `at`, at most `most`."""
    end = at
    while end < len(text) and end - at < most and text[end] in allowed:
        end += 1
    return text[at:end]


def one(text, at, zero=False):
    """Decode the escape whose backslash is text[at]: (bytes, index after it).

    Octal is \\ooo, or \\0ooo where `zero` is set (echo, %b). Unknown ones stand for themselves.
    """
    if at + 1 >= len(text):
        return b"\\", at + 1
    letter = text[at + 1]
    if letter in SIMPLE:
        return bytes([SIMPLE[letter]]), at + 2
    if letter in OCTAL:
        most = 4 if zero and letter == 48 else 3
        run = digits(text, at + 1, OCTAL, most)
        return bytes([int(run, 8) & 255]), at + 1 + len(run)
    if letter == 120:
        run = digits(text, at + 2, HEX, 2)
        if run:
            return bytes([int(run, 16)]), at + 2 + len(run)
    return text[at:at + 2], at + 2


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
