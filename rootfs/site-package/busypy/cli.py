"""The frame of every program: start and end, options, messages, byte-clean output.

Not for anything that only some programs need: this file is the start-up price of `true`.
"""

import _signal
import os
import sys
import time

# typing would cost each start an import, and so would __future__: annotations are text instead.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import BufferedReader, BufferedWriter
    from typing import Callable, Container, Dict, Iterator, NoReturn, Tuple, Union
    Value = Union[str, bool]            # an option's argument, or that it was given
    Names = Dict[str, Tuple[str, str]]  # name of an option: (its key, '' or '=' or '?')

enc = os.fsencode
_name = "busypy"
_stdout: "BufferedWriter | None" = None


class Fail(Exception):
    """A sentence for the user and the exit status that goes with it."""

    def __init__(self, text: object, status: int = 1):
        super().__init__(text)
        self.status = status


class Usage(Fail):
    """A wrong command line; the message gets a pointer to --help."""


class Options(dict):
    """Options that were given: key -> last value (True without argument); absent is None."""

    def __init__(self) -> None:
        super().__init__()
        self.order: "list[tuple[str, Value]]" = []

    def __missing__(self, key: str) -> None:
        return None

    def add(self, key: str, value: "Value") -> None:
        self[key] = value
        self.order.append((key, value))

    def every(self, key: str) -> "list[Value]":
        """All values of an option that may be repeated, in order."""
        return [value for k, value in self.order if k == key]

    def last(self, keys: "Container[str]") -> str:
        """Which of several options that override each other came last, or ''."""
        for key, _ in reversed(self.order):
            if key in keys:
                return key
        return ""


def table(usage: str) -> "Names":
    """Read the option table from a usage text: {name: (key, argument)}.

    Lines that start with two spaces and a dash are the options, so the text that --help prints
    is the only place where they stand. The argument is '' (none), '=' or '?' (optional).
    """
    names = {}
    for line in usage.split("\n"):
        if not line.startswith("  -"):
            continue
        spec = line[2:].split("  ", 1)[0].split(", ")
        key = spec[0][1:2] if spec[0][1] != "-" else spec[0][2:].split("=")[0].split("[")[0]
        argument = ""
        for name in spec:
            argument = "?" if "[" in name else "=" if "=" in name or " " in name else argument
        for name in spec:
            name = name.split("=")[0].split("[")[0].split(" ")[0]
            names[name] = (key, argument)
    return names


def parse(argv: "list[str]", usage: str, stop: bool = False,
          status: int = 1) -> "tuple[Options, list[str]]":
    """Split argv into options and operands by the usage text's table.

    Options may follow operands unless `stop` (programs that run another program) or
    POSIXLY_CORRECT. A wrong option raises Usage with `status`.
    """
    names = table(usage)
    opts, operands = Options(), []
    stop = stop or "POSIXLY_CORRECT" in os.environ
    rest = iter(argv[1:])
    for word in rest:
        if word == "--":
            operands.extend(rest)
        elif word.startswith("--"):
            _long(word, names, rest, opts, usage, status)
        elif word[:1] == "-" and word != "-":
            _short(word, names, rest, opts, status)
        else:
            operands.append(word)
            if stop:
                operands.extend(rest)
    return opts, operands


def _long(word: str, names: "Names", rest: "Iterator[str]", opts: Options, usage: str,
          status: int) -> None:
    name, equals, value = word.partition("=")
    if name == "--help":
        raise SystemExit(usage)
    if name not in names:
        found = [n for n in names if n.startswith(name) and n.startswith("--")]
        if len({names[n][0] for n in found}) != 1:
            trouble = "option '%s' is ambiguous" if found else "unrecognized option '%s'"
            raise Usage(trouble % name, status)
        name = found[0]
    key, argument = names[name]
    if equals:
        if not argument:
            raise Usage("option '%s' doesn't allow an argument" % name, status)
        opts.add(key, value)
    elif argument == "=":
        value = next(rest, None)
        if value is None:
            raise Usage("option '%s' requires an argument" % name, status)
        opts.add(key, value)
    else:
        opts.add(key, True)


def _short(word: str, names: "Names", rest: "Iterator[str]", opts: Options,
           status: int) -> None:
    for at in range(1, len(word)):
        letter = word[at]
        if "-" + letter not in names:
            raise Usage("invalid option -- '%s'" % letter, status)
        key, argument = names["-" + letter]
        if not argument:
            opts.add(key, True)
            continue
        value = word[at + 1:]
        if not value and argument == "=":
            value = next(rest, None)
            if value is None:
                raise Usage("option requires an argument -- '%s'" % letter, status)
        opts.add(key, value or (True if argument == "?" else ""))
        return


def quote(name: "str | bytes") -> str:
    """A file name as messages show it: 'name', or the shell's $'...' where it is not printable."""
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    if name.isprintable():
        return "'%s'" % name if "'" not in name else '"%s"' % name
    return "$'" + "".join(_escape(byte) for byte in enc(name)) + "'"


def _escape(byte: int) -> str:
    special = {9: "\\t", 10: "\\n", 13: "\\r", 39: "\\'", 92: "\\\\"}
    if byte in special:
        return special[byte]
    return chr(byte) if 32 <= byte < 127 else "\\%03o" % byte


def why(error: OSError) -> str:
    """The system's words for an error, without Python's decoration."""
    return os.strerror(error.errno) if error.errno else str(error)


def warn(text: object) -> int:
    """Print `program: text` on stderr, after what stdout holds; returns 1, the usual status."""
    if _stdout is not None:
        try:
            _stdout.flush()
        except OSError:
            pass  # the end of the program reports it
    message = enc("%s: %s\n" % (_name, text))
    try:
        os.write(2, message)
    except OSError:
        pass  # nobody reads it
    return 1


def out() -> "BufferedWriter":
    """Buffered binary standard output, shared by all that write in this run."""
    global _stdout
    if _stdout is None:
        _stdout = open(1, "wb", 65536, closefd=False)
    return _stdout


def stdin() -> "BufferedReader":
    """Standard input as a buffered binary file."""
    return open(0, "rb", 65536, closefd=False)


def operands(args: "list[str]", least: int, most: "int | None" = None) -> None:
    """Refuse too few or too many operands in the usual words."""
    if len(args) < least:
        if not args:
            raise Usage("missing operand")
        raise Usage("missing operand after %s" % quote(args[-1]))
    if most is not None and len(args) > most:
        raise Usage("extra operand %s" % quote(args[most]))


def number(text: str, what: str, least: int = 0) -> int:
    """A decimal operand or option argument."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 999 or int(text) < least:
        raise Fail("invalid %s: %s" % (what, quote(text)))
    return int(text)


def _close_gaps() -> None:
    """Give a closed descriptor 0, 1 or 2 a holder on which every use fails with EBADF.

    Otherwise the next file that is opened would become the standard stream.
    """
    for fd, flags in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(fd)
        except OSError:
            try:
                os.open("/dev/null", flags)
            except OSError:
                return


def _signals() -> None:
    """Die of a closed pipe, a file's limit or ^C as programs do: Python does not."""
    for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def _call(main: "Callable[[list[str]], int | None]", argv: "list[str]") -> int:
    try:
        return main(argv) or 0
    except SystemExit as end:
        if isinstance(end.code, str):  # --help
            out().write(enc(end.code.strip("\n") + "\n"))
            return 0
        return end.code or 0
    except Fail as error:
        warn(error)
        if isinstance(error, Usage):
            os.write(2, enc("Try '%s --help' for more information.\n" % _name))
        return error.status
    except OSError as error:
        name = error.filename
        return warn("%s: %s" % (os.fsdecode(name), why(error)) if name is not None else why(error))
    except MemoryError:
        return warn("out of memory")
    except RecursionError:
        return warn("nested too deeply")
    except OverflowError:
        return warn("numerical result out of range")


def finish(status: int) -> "NoReturn":
    """Flush stdout, report what could not be written, and end the process."""
    if _stdout is not None:
        try:
            _stdout.flush()
        except OSError as error:
            status = warn("write error: " + why(error)) if status in (0, 1) else status
    # Not sys.exit: tearing the interpreter down costs a tenth of a short program's time.
    os._exit(status)


def run(program: str, name: "str | None" = None) -> "NoReturn":
    """Run a program of busypy.program as this process; `name` where it has several."""
    global _name, _stdout
    _name = name or program
    _stdout = None
    _signals()
    _close_gaps()
    time.tzset()  # a shell may run this in its own process, whose TZ was another one
    main = __import__("busypy.program." + program, None, None, ("main",)).main
    finish(_call(main, [_name, *sys.argv[1:]]))
