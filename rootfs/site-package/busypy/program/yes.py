"""yes: print a line again and again."""

import os

from busypy import cli

USAGE = "usage: yes [text ...]"


def main(argv):
    if argv[1:] == ["--help"]:
        raise SystemExit(USAGE)
    line = cli.enc(" ".join(argv[1:] or ["y"])) + b"\n"
    data = line * max(65536 // len(line), 1)
    while True:
        try:
            os.write(1, data)
        except OSError as error:
            raise cli.Fail("standard output: " + cli.why(error)) from None
