"""echo: print the arguments."""

from busypy import cli
from busypy.lib import escape


def main(argv):
    cli.out().write(escape.echo(argv[1:]))
