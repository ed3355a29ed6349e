"""test, [: evaluate a condition."""

import os
import stat

from busypy import cli

# What POSIX leaves to the expression's length is decided here by length as it demands; only
# longer ones go through the grammar (! -a -o and parentheses).
KINDS = {"b": stat.S_ISBLK, "c": stat.S_ISCHR, "d": stat.S_ISDIR, "f": stat.S_ISREG,
         "p": stat.S_ISFIFO, "S": stat.S_ISSOCK}
MODES = {"u": stat.S_ISUID, "g": stat.S_ISGID, "k": stat.S_ISVTX}
ACCESS = {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}
UNARY = frozenset("-" + letter for letter in "bcdfpSugkrwxehLsntzOGN")


class Wrong(Exception):
    """The expression cannot be understood."""


def integer(text):
    body = text.strip(" \t\n")
    digits = body[1:] if body[:1] in ("+", "-") else body
    if not (digits.isascii() and digits.isdigit()):
        raise Wrong("invalid integer %s" % cli.quote(text))
    return int(body)


def unary(op, word):
    letter = op[1]
    if letter in "nz":
        return (word != "") == (letter == "n")
    if letter == "t":
        try:
            return os.isatty(integer(word))
        except (OSError, OverflowError):
            return False
    try:
        info = os.lstat(word) if letter in "hL" else os.stat(word)
    except (OSError, ValueError):
        return False
    if letter in KINDS:
        return KINDS[letter](info.st_mode)
    if letter in MODES:
        return bool(info.st_mode & MODES[letter])
    if letter in ACCESS:
        return os.access(word, ACCESS[letter], effective_ids=os.getuid() != os.geteuid())
    if letter in "hL":
        return stat.S_ISLNK(info.st_mode)
    values = {"e": True, "s": info.st_size > 0, "O": info.st_uid == os.geteuid(),
              "G": info.st_gid == os.getegid(), "N": info.st_mtime_ns > info.st_atime_ns}
    return values[letter]


def age(name):
    try:
        return os.stat(name).st_mtime_ns
    except OSError:
        return -1 << 80


def same(left, right):
    try:
        return os.path.samestat(os.stat(left), os.stat(right))
    except OSError:
        return False


BINARY = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: cli.enc(a) < cli.enc(b),
    ">": lambda a, b: cli.enc(a) > cli.enc(b),
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

    def __init__(self, words):
        self.words = words
        self.at = 0

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.words[at] if at < len(self.words) else None

    def next(self):
        if self.at >= len(self.words):
            raise Wrong("argument expected")
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

    def term(self):
        turn = False
        while self.peek() == "!" and self.peek(1) is not None and self.peek(1) not in BINARY:
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
                raise Wrong("')' expected")
            self.at += 1
            return value
        if word in UNARY and self.peek() is not None:
            return unary(word, self.next())
        return word != ""


def evaluate(words):
    """The truth of an expression; raises Wrong."""
    count = len(words)
    if count == 0:
        return False
    if count == 1:
        return words[0] != ""
    if count == 2:
        if words[0] == "!":
            return words[1] == ""
        if words[0] in UNARY:
            return unary(*words)
        raise Wrong("%s: unary operator expected" % words[0])
    if count == 3:
        if words[1] in BINARY:
            return BINARY[words[1]](words[0], words[2])
        if words[1] in ("-a", "-o"):
            left, right = words[0] != "", words[2] != ""
            return (left and right) if words[1] == "-a" else (left or right)
    if words[0] == "!" and count <= 4:
        return not evaluate(words[1:])
    if words[0] == "(" and words[-1] == ")" and count <= 4:
        return evaluate(words[1:-1])
    grammar = Grammar(words)
    value = grammar.either()
    if grammar.peek() is not None:
        raise Wrong("%s: unexpected operator" % grammar.peek())
    return value


def main(argv):
    words = argv[1:]
    if argv[0] == "[":
        if words[-1:] != ["]"]:
            raise cli.Fail("missing ']'", 2)
        del words[-1]
    try:
        return 0 if evaluate(words) else 1
    except Wrong as error:
        raise cli.Fail(error, 2) from None
