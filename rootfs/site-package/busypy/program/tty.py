"""tty: print the name of the terminal."""

import os

from busypy import cli

USAGE = """
usage: tty [-s]
  -s, --silent, --quiet  print nothing; the status tells
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE, status=2)
    if args:
        raise cli.Usage("extra operand %s" % cli.quote(args[0]), 2)
    try:
        name = os.ttyname(0)
    except OSError:
        name = None
    if not opts["s"]:
        cli.out().write(cli.enc(name or "not a tty") + b"\n")
    return 0 if name else 1
