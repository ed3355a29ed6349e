"""kill: send signals to processes."""

import os

from busypy import cli
from busypy.lib import signals

USAGE = """
usage: kill [-s name | -n number | -name | -number] pid ...
       kill -l [number ...]

A negative pid means its process group; -l lists the signals.
"""


def listing(args):
    if not args:
        names = [name for number, name in signals.names() if number]
        cli.out().write(cli.enc(" ".join(names) + "\n"))
        return 0
    status = 0
    for word in args:
        number = signals.number(word)
        if number is None and word.isdigit():
            number = int(word)
        if number is not None and number > 128:
            number -= 128  # the status of a shell's child that a signal ended
        name = signals.name(number)
        if name is None:
            status = cli.warn("%s: invalid signal" % cli.quote(word))
        else:
            shown = str(number) if not word.isdigit() else name
            cli.out().write(cli.enc(shown + "\n"))
    return status


def split(argv):
    """(signal number, pids); a first word like -9 or -TERM is the signal."""
    words = argv[1:]
    if not words:
        raise cli.Usage("not enough arguments")
    chosen = "TERM"
    if words[0] in ("-s", "-n"):
        if len(words) < 2:
            raise cli.Usage("option requires an argument -- '%s'" % words[0][1])
        chosen, words = words[1], words[2:]
    elif words[0] != "--" and words[0][:1] == "-" and len(words[0]) > 1:
        chosen = words[0][2:] if words[0][:2] == "-s" and words[0][2:] else words[0][1:]
        words = words[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    number = signals.number(chosen)
    if number is None:
        raise cli.Fail("%s: invalid signal" % cli.quote(chosen))
    if not words:
        raise cli.Usage("not enough arguments")
    return number, words


def main(argv):
    if argv[1:2] in (["-l"], ["-L"]):
        return listing(argv[2:])
    if argv[1:] == ["--help"]:
        raise SystemExit(USAGE)
    number, words = split(argv)
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
