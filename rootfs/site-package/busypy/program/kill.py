"""kill: send signals to processes."""

import os

from busypy import cli
from busypy.lib import signals

USAGE = """
usage: kill [-s name | -n number | -name | -number] pid ...
       kill -l [number ...]

A negative pid means its process group; -l lists the signals.
"""


# Real-time signals are numbered from the first one.
KNOWN = {name: number for name, number in signals.NUMBERS.items() if name[:2] != "RT"}
FIRST, LAST = signals.NUMBERS["RTMIN"], signals.NUMBERS["RTMAX"]


def number_of(text):
    """The signal of `9`, `KILL`, `SIGKILL` or `RTMIN+1`, or None; 0 is EXIT."""
    if signals.is_number(text):
        return int(text) if int(text) < signals.LIMIT else None
    text = text.upper().removeprefix("SIG")
    if text in ("EXIT", "0"):
        return 0
    base, plus, offset = text.partition("+")
    if base == "RTMIN" and (not plus or offset.isdigit()):
        return FIRST + int(offset or 0)
    return KNOWN.get({"CLD": "CHLD", "POLL": "IO"}.get(text, text))


def name_of(number):
    """The name without SIG, or None."""
    if number == 0:
        return "EXIT"
    if number is not None and FIRST <= number <= LAST:
        return "RTMIN+%d" % (number - FIRST)
    return signals.NAMES.get(number)


def listing(args):
    if not args:
        names = [name for _, name in sorted((number, name) for name, number in KNOWN.items())]
        cli.out().write(cli.enc(" ".join(names) + "\n"))
        return 0
    status = 0
    for word in args:
        number = number_of(word)
        if number is None and word.isdigit():
            number = int(word)
        if number is not None:
            number = signals.of_status(number)
        name = name_of(number)
        if name is None:
            status = cli.warn("%s: invalid signal" % cli.quote(word))
        else:
            shown = str(number) if not word.isdigit() else name
            cli.out().write(cli.enc(shown + "\n"))
    return status


def split(words):
    """(signal number, pids)."""
    if not words:
        raise cli.Usage("not enough arguments")
    try:
        told, words = signals.option(words)
    except signals.NoName as error:
        raise cli.Usage("option requires an argument -- '%s'" % error.args[0][1]) from None
    number = number_of("TERM" if told is None else told)
    if number is None:
        raise cli.Fail("%s: invalid signal" % cli.quote(told))
    if not words:
        raise cli.Usage("not enough arguments")
    return number, words


def main(argv):
    if argv[1:2] in (["-l"], ["-L"]):
        return listing(argv[2:])
    if argv[1:] == ["--help"]:
        raise SystemExit(USAGE)
    number, words = split(argv[1:])
    status = 0
    for word in words:
        body = word[1:] if word[:1] == "-" else word
        if not (body.isascii() and body.isdigit()):
            status = cli.warn("%s: arguments must be process or job IDs" % cli.quote(word))
            continue
        try:
            os.kill(int(word), number)
        except OSError as error:
            status = cli.warn("(%s): %s" % (word, cli.why(error)))
        except OverflowError:
            status = cli.warn("(%s): No such process" % word)
    return status
