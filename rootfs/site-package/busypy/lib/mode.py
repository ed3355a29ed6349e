"""File modes as chmod, mkdir -m, find -perm and umask write them."""

import os

WHO = {"u": 0o4700, "g": 0o2070, "o": 0o1007}
BITS = {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}
SHIFT = {"u": 6, "g": 3, "o": 0}


class Bad(ValueError):
    """Not a mode."""


def umask():
    """The process's umask; there is no call that only reads it."""
    value = os.umask(0)
    os.umask(value)
    return value


def _clauses(text):
    """Symbolic mode -> [(who mask or None, [(operator, permissions)])]."""
    found = []
    for clause in text.split(","):
        at, who = 0, 0
        while at < len(clause) and clause[at] in "ugoa":
            who |= 0o7777 if clause[at] == "a" else WHO[clause[at]]
            at += 1
        named, actions = at > 0, []
        while at < len(clause):
            if clause[at] not in "+-=":
                raise Bad(text)
            operator, start = clause[at], at + 1
            at = start
            while at < len(clause) and clause[at] not in "+-=":
                at += 1
            actions.append((operator, clause[start:at]))
        if not actions:
            raise Bad(text)
        found.append((who if named else None, actions))
    return found


def _permissions(letters, mode, folder, text, mixed):
    """The bits that the letters after an operator mean, for all of u, g and o."""
    bits = 0
    for letter in letters:
        if letter in SHIFT and (mixed or len(letters) == 1):
            bits |= ((mode >> SHIFT[letter]) & 7) * 0o111
        elif letter == "X":
            bits |= 0o111 if folder or mode & 0o111 else 0
        elif letter in BITS:
            bits |= BITS[letter]
        else:
            raise Bad(text)
    return bits


def change(text, mode, folder=False, mask=None, mixed=False):
    """Apply a mode (octal or symbolic) to `mode`; raises Bad.

    `mask` is the umask that a symbolic mode without `who` obeys. `mixed` allows u, g and o after
    an operator beside other letters, as umask does.
    """
    if text and all(c in "01234567" for c in text):
        if int(text, 8) > 0o7777:
            raise Bad(text)
        # A short octal mode leaves a directory's set-id bits, as GNU and BusyBox have it.
        return int(text, 8) | (mode & 0o6000 if folder and len(text) < 5 else 0)
    for who, actions in _clauses(text):
        if who is None:
            who = 0o7777 & ~(umask() if mask is None else mask)
            wipe = 0o7777
        else:
            wipe = who
        for operator, letters in actions:
            bits = _permissions(letters, mode, folder, text, mixed) & who
            if operator == "+":
                mode |= bits
            elif operator == "-":
                mode &= ~bits
            else:
                keep = 0o6000 if folder and "s" not in letters else 0
                mode = (mode & (~wipe | keep)) | bits
    return mode
