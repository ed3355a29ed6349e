"""Reading no more than is wanted: commands from stdin, and the built-ins read and getopts."""

import os

from busypy.sh import descriptor, usage
from busypy.sh.error import CommandError, ShellError
from busypy.sh.expand import decode
from busypy.sh.variables import DEFAULT_IFS
from busypy.sh.wordreader import is_name

BLOCK = 4096
LONGEST = 1e9       # seconds that select takes: thirty years


class Input:
    """Bytes from a descriptor, never more than are wanted: what follows is for the next reader."""

    def __init__(self, shell, fd):
        self.shell = shell
        self.fd = fd
        self.buffer = b""
        self.taken = 0
        try:
            os.lseek(fd, 0, os.SEEK_CUR)
            self.seekable = True
        except OSError:
            self.seekable = False

    def byte(self):
        """The next byte; b'' at the end of input."""
        if self.taken == len(self.buffer):
            with self.shell.interruptible() if self.shell.interactive else descriptor.nothing:
                self.buffer = os.read(self.fd, BLOCK if self.seekable else 1)
            self.taken = 0
        self.taken += 1
        return self.buffer[self.taken - 1:self.taken]

    def give_back(self):
        """Set the file offset to just after what was used."""
        unused = len(self.buffer) - self.taken
        if self.seekable and unused > 0:
            os.lseek(self.fd, -unused, os.SEEK_CUR)


class Stdin:
    """Commands from descriptor 0, never reading past the line: the rest is for the commands."""

    def __init__(self, shell):
        self.shell = shell

    def more(self, _continued):
        source, line = Input(self.shell, 0), bytearray()
        try:
            while not line.endswith(b"\n"):
                c = source.byte()
                if not c:
                    break
                line += c
            source.give_back()
        except OSError as error:
            raise ShellError("cannot read standard input: " + descriptor.reason(error)) from None
        text = decode(bytes(line))
        if self.shell.options.v:
            self.shell.write(2, text)
        return text


def read(shell, argv):
    found, names = usage.options(argv, "rsp:n:t:u:d:")
    for name in names:
        if not is_name(name):
            raise CommandError("%s: bad variable name" % name, 2)
    if "p" in found and os.isatty(0):
        shell.write(2, found["p"])
    fd = usage.number(found.get("u", "0"))
    try:
        if "t" in found and not ready(fd, found["t"]):
            return 1
        text, ended = with_echo(shell, fd, found)
    except OSError as error:
        raise CommandError("read error: %s" % descriptor.reason(error), 2) from None
    assign(shell, names or ["REPLY"], text, bool(names))
    return 0 if ended else 1


def ready(fd, seconds):
    """-t: whether input arrives in time."""
    import select
    whole, _, fraction = seconds.partition(".")
    if not ((whole + fraction).isdigit() and seconds.isascii()):
        raise CommandError("%s: bad timeout" % seconds, 2)
    return bool(select.select([fd], [], [], min(float(seconds), LONGEST))[0])


def with_echo(shell, fd, found):
    """-s: read while the terminal does not echo."""
    if "s" not in found or not os.isatty(fd):
        return read_text(shell, fd, found)
    import termios
    before = termios.tcgetattr(fd)
    quiet = before[:3] + [before[3] & ~termios.ECHO] + before[4:]
    termios.tcsetattr(fd, termios.TCSADRAIN, quiet)
    try:
        return read_text(shell, fd, found)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


def read_text(shell, fd, found):
    """([(character text, is it quoted)], whether the delimiter was seen)."""
    source = Input(shell, fd)
    raw, limit = "r" in found, usage.number(found["n"]) if "n" in found else -1
    delimiter = os.fsencode(found.get("d", "\n"))[:1] or b"\0"
    out = [(bytearray(), False)]
    count, ended = 0, limit == 0
    while count != limit:
        c = source.byte()
        quoted = c == b"\\" and not raw
        if quoted:
            c = source.byte()
            if c == b"\n":
                if shell.interactive:
                    shell.write(2, shell.vars.get("PS2") or "")
                continue
        if c == b"" or (c == delimiter and not quoted):
            ended = c != b""
            break
        if c == b"\0":
            continue
        if out[-1][1] != quoted:
            out.append((bytearray(), quoted))
        out[-1][0].extend(c)
        count += 1
    source.give_back()
    return [(decode(bytes(run)), quoted) for run, quoted in out], ended or count == limit


def assign(shell, names, runs, split):
    """Split the line by IFS into as many variables; the last gets the rest."""
    chars = [(c, quoted) for text, quoted in runs for c in text]
    ifs = shell.vars.get("IFS")
    ifs = DEFAULT_IFS if ifs is None else ifs
    if not split:
        shell.vars.set(names[0], "".join(c for c, _ in chars))
        return
    i = skip_blanks(chars, 0, ifs)
    for index, name in enumerate(names):
        if index == len(names) - 1:
            shell.vars.set(name, rest(chars, i, ifs))
            return
        start = i
        while i < len(chars) and (chars[i][1] or chars[i][0] not in ifs):
            i += 1
        value = "".join(c for c, _ in chars[start:i])
        i = skip_delimiter(chars, i, ifs)
        shell.vars.set(name, value)


def is_blank(char, ifs):
    c, quoted = char
    return not quoted and c in ifs and c in " \t\n"


def skip_blanks(chars, i, ifs):
    while i < len(chars) and is_blank(chars[i], ifs):
        i += 1
    return i


def skip_delimiter(chars, i, ifs):
    """Blanks, at most one other IFS character, blanks."""
    i = skip_blanks(chars, i, ifs)
    if i < len(chars) and not chars[i][1] and chars[i][0] in ifs:
        i = skip_blanks(chars, i + 1, ifs)
    return i


def rest(chars, i, ifs):
    """The last variable's value: no trailing blanks, and no delimiter if that ends one field."""
    end = i
    while end < len(chars) and (chars[end][1] or chars[end][0] not in ifs):
        end += 1
    if skip_delimiter(chars, end, ifs) == len(chars):
        return "".join(c for c, _ in chars[i:end])
    end = len(chars)
    while end > i and is_blank(chars[end - 1], ifs):
        end -= 1
    return "".join(c for c, _ in chars[i:end])


def getopts(shell, argv):
    args = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if len(args) < 2:
        raise CommandError("usage: getopts optstring name [argument...]", 2)
    known, name, operands = args[0], args[1], args[2:] or shell.args
    if not is_name(name):
        raise CommandError("%s: bad variable name" % name, 2)
    optind = shell.vars.get("OPTIND") or "1"
    index = int(optind) if optind.isdigit() else 1
    column = shell.getopts_column
    word = operands[index - 1] if 0 < index <= len(operands) else None
    if column == 0:
        if word is None or len(word) < 2 or word[0] != "-":
            return end_of_options(shell, name, index)
        if word == "--":
            return end_of_options(shell, name, index + 1)
        column = 1
    elif word is None or column >= len(word):
        return end_of_options(shell, name, index)
    letter = word[column]
    column += 1
    at = known.find(letter, 1) if known[:1] == ":" else known.find(letter)
    value, result, status = None, letter, 0
    if letter == ":" or at < 0:
        result, value = bad_option(shell, known, letter, "illegal option -- %s", "?")
    elif known[at + 1:at + 2] == ":":
        value, column, index = word[column:], len(word), index
        if not value:
            if index < len(operands):
                value = operands[index]
                index += 1
            else:
                result, value = bad_option(shell, known, letter,
                                           "option requires an argument -- %s", ":")
    if column >= len(word):
        column, index = 0, index + 1
    set_result(shell, name, result, value, index)
    shell.getopts_column = column
    return status


def bad_option(shell, known, letter, message, quiet_result):
    """What name and OPTARG get for a wrong option."""
    if known[:1] == ":":
        return quiet_result, letter
    shell.complain_plain("%s: %s" % (shell.name, message % letter))
    return "?", None


def set_result(shell, name, result, value, index):
    if value is None:
        shell.vars.unset("OPTARG")
    else:
        shell.vars.set("OPTARG", value)
    shell.vars.set("OPTIND", str(index))
    shell.vars.set(name, result)


def end_of_options(shell, name, index):
    set_result(shell, name, "?", None, index)
    return 1


COMMANDS = {"read": read, "getopts": getopts}
