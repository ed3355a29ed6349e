"""Conditions of test and [: files, strings, integers, and the grammar that joins them.

What an error is called, and how few arguments are judged before the grammar is asked, is the
caller's: the program and the built-in are two dialects.
"""

import os
import stat

KINDS = {"b": stat.S_ISBLK, "c": stat.S_ISCHR, "d": stat.S_ISDIR, "f": stat.S_ISREG,
         "p": stat.S_ISFIFO, "S": stat.S_ISSOCK}
MODES = {"u": stat.S_ISUID, "g": stat.S_ISGID, "k": stat.S_ISVTX}
ACCESS = {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}
UNARY = frozenset("-" + letter for letter in "bcdfpSugkrwxehLsntzOGN")


class Wrong(Exception):
    """The expression cannot be understood; args are what is wrong, one of these, and the word."""
    ARGUMENT, OPERATOR, UNARY, PARENTHESIS, INTEGER = range(5)


def integer(text):
    body = text.strip(" \t\n")
    digits = body[1:] if body[:1] in ("+", "-") else body
    if not (digits.isascii() and digits.isdigit()) or len(digits.lstrip("0")) > 19:
        raise Wrong(Wrong.INTEGER, text)
    value = int(body)
    if not -1 << 63 <= value < 1 << 63:
        raise Wrong(Wrong.INTEGER, text)
    return value


def file_status(path, follow=True):
    try:
        return os.stat(path) if follow else os.lstat(path)
    except (OSError, ValueError):
        return None


def unary(op, word):
    letter = op[1]
    if letter in "nz":
        return (word != "") == (letter == "n")
    if letter == "t":
        try:
            return os.isatty(integer(word))
        except OverflowError:
            return False
    if letter in ACCESS:
        return os.access(word, ACCESS[letter], effective_ids=True)
    info = file_status(word, letter not in "hL")
    if info is None:
        return False
    if letter in KINDS:
        return KINDS[letter](info.st_mode)
    if letter in MODES:
        return bool(info.st_mode & MODES[letter])
    if letter in "hL":
        return stat.S_ISLNK(info.st_mode)
    values = {"e": True, "s": info.st_size > 0, "O": info.st_uid == os.geteuid(),
              "G": info.st_gid == os.getegid(), "N": info.st_mtime_ns > info.st_atime_ns}
    return values[letter]


def age(path):
    """The time of a file; one that does not exist is older than any."""
    info = file_status(path)
    return info.st_mtime_ns if info else -1 << 80


def same(left, right):
    one, two = file_status(left), file_status(right)
    return bool(one and two and os.path.samestat(one, two))


BINARY = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: os.fsencode(a) < os.fsencode(b),
    ">": lambda a, b: os.fsencode(a) > os.fsencode(b),
    "-eq": lambda a, b: integer(a) == integer(b),
    "-ne": lambda a, b: integer(a) != integer(b),
    "-gt": lambda a, b: integer(a) > integer(b),
    "-ge": lambda a, b: integer(a) >= integer(b),
    "-lt": lambda a, b: integer(a) < integer(b),
    "-le": lambda a, b: integer(a) <= integer(b),
    "-nt": lambda a, b: age(a) > age(b),
    "-ot": lambda a, b: age(a) < age(b),
    "-ef": same,
}


class Grammar:
    """Recursive descent for what is longer than four words."""
    unary_operators = UNARY

    def __init__(self, words):
        self.words = words
        self.at = 0

    def value(self):
        """The truth of all words; raises Wrong."""
        result = self.either()
        if self.at < len(self.words):
            raise Wrong(Wrong.OPERATOR, self.words[self.at])
        return result

    def unary(self, op, word):
        return unary(op, word)

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.words[at] if at < len(self.words) else None

    def next(self):
        if self.at >= len(self.words):
            raise Wrong(Wrong.ARGUMENT, None)
        self.at += 1
        return self.words[self.at - 1]

    def either(self):
        value = self.both()
        while self.peek() == "-o":
            self.at += 1
            value = self.both() or value
        return value

    def both(self):
        value = self.term()
        while self.peek() == "-a":
            self.at += 1
            value = self.term() and value
        return value

    def negates(self):
        """Whether the ! that comes next is the operator: something must follow it."""
        return self.peek(1) is not None

    def term(self):
        turn = False
        while self.peek() == "!" and self.negates():
            self.at += 1
            turn = not turn
        return self.primary() != turn

    def primary(self):
        if self.peek(1) in BINARY and self.peek(2) is not None:
            left, op, right = self.next(), self.next(), self.next()
            return BINARY[op](left, right)
        word = self.next()
        if word == "(":
            value = self.either()
            if self.peek() != ")":
                raise Wrong(Wrong.PARENTHESIS, None)
            self.at += 1
            return value
        if word in self.unary_operators and self.peek() is not None:
            return self.unary(word, self.next())
        return word != ""
