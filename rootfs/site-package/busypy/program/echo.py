"""echo: print the arguments."""

from busypy import cli
from busypy.lib import escape

# Not parsed by cli.parse: whatever is not exactly one of these options is text to print.
FLAGS = frozenset("neE")


def main(argv):
    args, newline, escapes = argv[1:], b"\n", False
    while args and args[0][:1] == "-" and len(args[0]) > 1 and FLAGS.issuperset(args[0][1:]):
        for flag in args.pop(0)[1:]:
            if flag == "n":
                newline = b""
            else:
                escapes = flag == "e"
    text = cli.enc(" ".join(args))
    if escapes:
        try:
            text = escape.decode(text)
        except escape.Stop as stop:
            text, newline = stop.args[0], b""
    cli.out().write(text + newline)
