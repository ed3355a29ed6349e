"""The built-in echo."""

from busypy.lib import escape
from busypy.sh import descriptor


def echo(_shell, argv):
    descriptor.write_all(1, escape.echo(argv[1:]))
    return 0


COMMANDS = {"echo": echo}
