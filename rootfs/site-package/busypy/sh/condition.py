"""The built-ins test and [ : file, string and integer conditions."""

import os
import stat

from busypy.sh.error import CommandError

KINDS = {"-b": stat.S_ISBLK, "-c": stat.S_ISCHR, "-d": stat.S_ISDIR, "-f": stat.S_ISREG,
         "-p": stat.S_ISFIFO, "-S": stat.S_ISSOCK}
BITS = {"-u": stat.S_ISUID, "-g": stat.S_ISGID, "-k": stat.S_ISVTX}
ACCESS = {"-r": os.R_OK, "-w": os.W_OK, "-x": os.X_OK}
UNARY = (frozenset(("-n", "-z", "-t", "-e", "-s", "-h", "-L", "-o", "-O", "-G", "-N"))
         | KINDS.keys() | BITS.keys() | ACCESS.keys())


def file_status(path, follow=True):
    try:
        return os.stat(path) if follow else os.lstat(path)
    except (OSError, ValueError):
        return None


def integer(text):
    body = text.strip(" \t\n")
    unsigned = body[1:] if body[:1] in ("-", "+") else body
    if not (unsigned.isdigit() and unsigned.isascii()):
        raise CommandError("illegal number: %s" % text, 2)
    return int(body)


def compare_times(a, b):
    """-1, 0 or 1; a file that does not exist is older than any."""
    times = [status.st_mtime_ns if status else -1 for status in (file_status(a), file_status(b))]
    return (times[0] > times[1]) - (times[0] < times[1])


def same_file(a, b):
    first, second = file_status(a), file_status(b)
    return bool(first and second and os.path.samestat(first, second))


BINARY = {
    "=": lambda a, b: a == b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "<": lambda a, b: os.fsencode(a) < os.fsencode(b),
    ">": lambda a, b: os.fsencode(a) > os.fsencode(b), "-eq": lambda a, b: integer(a) == integer(b),
    "-ne": lambda a, b: integer(a) != integer(b), "-lt": lambda a, b: integer(a) < integer(b),
    "-le": lambda a, b: integer(a) <= integer(b), "-gt": lambda a, b: integer(a) > integer(b),
    "-ge": lambda a, b: integer(a) >= integer(b), "-nt": lambda a, b: compare_times(a, b) > 0,
    "-ot": lambda a, b: compare_times(a, b) < 0, "-ef": same_file,
}


def unary(shell, op, operand):
    if op == "-n":
        return operand != ""
    if op == "-z":
        return operand == ""
    if op == "-t":
        return os.isatty(integer(operand))
    if op == "-o":
        return dict(shell.options.listing()).get(operand, False)
    if op in ACCESS:
        return os.access(operand, ACCESS[op], effective_ids=True)
    status = file_status(operand, op not in ("-h", "-L"))
    if status is None:
        return False
    if op in KINDS:
        return KINDS[op](status.st_mode)
    if op in BITS:
        return bool(status.st_mode & BITS[op])
    if op in ("-h", "-L"):
        return stat.S_ISLNK(status.st_mode)
    tests = {"-e": True, "-s": status.st_size > 0, "-O": status.st_uid == os.geteuid(),
             "-G": status.st_gid == os.getegid(), "-N": status.st_mtime_ns > status.st_atime_ns}
    return tests[op]


class Condition:
    """The grammar: by the number of arguments up to four, by precedence for more (POSIX)."""

    def __init__(self, shell, args):
        self.shell = shell
        self.args = args
        self.pos = 0

    def value(self):
        args, count = self.args, len(self.args)
        if count == 0:
            return False
        if count <= 4:
            known = self.short(args)
            if known is not None:
                return known
        result = self.either()
        if self.pos < count:
            raise CommandError("%s: unexpected operator" % args[self.pos], 2)
        return result

    def short(self, args):
        """The result for up to four arguments, or None if the rules do not decide."""
        if len(args) == 1:
            return args[0] != ""
        if len(args) == 2:
            if args[0] == "!":
                return args[1] == ""
            if args[0] in UNARY:
                return unary(self.shell, args[0], args[1])
            raise CommandError("%s: unexpected operator" % args[0], 2)
        if len(args) == 3 and args[1] in BINARY:
            return BINARY[args[1]](args[0], args[2])
        if args[0] == "!":
            inner = self.short(args[1:])
            return None if inner is None else not inner
        if args[0] == "(" and args[-1] == ")":
            return self.short(args[1:-1])
        return None

    def peek(self, ahead=0):
        at = self.pos + ahead
        return self.args[at] if at < len(self.args) else None

    def either(self):
        result = self.both()
        while self.peek() == "-o":
            self.pos += 1
            result = self.both() or result
        return result

    def both(self):
        result = self.negated()
        while self.peek() == "-a":
            self.pos += 1
            result = self.negated() and result
        return result

    def negated(self):
        if self.peek() == "!" and self.peek(1) is not None:
            self.pos += 1
            return not self.negated()
        return self.primary()

    def primary(self):
        first = self.peek()
        if first is None:
            raise CommandError("argument expected", 2)
        if self.peek(1) in BINARY and self.peek(2) is not None:
            self.pos += 3
            return BINARY[self.args[self.pos - 2]](first, self.args[self.pos - 1])
        if first == "(":
            self.pos += 1
            result = self.either()
            if self.peek() != ")":
                raise CommandError("closing paren expected", 2)
            self.pos += 1
            return result
        if first in UNARY and self.peek(1) is not None:
            self.pos += 2
            return unary(self.shell, first, self.args[self.pos - 1])
        self.pos += 1
        return first != ""


def test(shell, argv):
    return int(not Condition(shell, argv[1:]).value())


def bracket(shell, argv):
    if argv[-1] != "]":
        raise CommandError("missing ]", 2)
    return int(not Condition(shell, argv[1:-1]).value())


COMMANDS = {"test": test, "[": bracket}
