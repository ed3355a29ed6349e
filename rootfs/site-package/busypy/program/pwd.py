"""pwd: print the working directory."""

import os

from busypy import cli

USAGE = """
usage: pwd [-L | -P]
  -L  use PWD if it names the working directory, even through symbolic links (default)
  -P  print the path without symbolic links
"""


def logical():
    """PWD, if it is an absolute path without . and .. that leads here."""
    path = os.environ.get("PWD", "")
    if not path.startswith("/") or {".", ".."} & set(path.split("/")):
        return None
    try:
        there, here = os.stat(path), os.stat(".")
    except OSError:
        return None
    return path if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino) else None


def main(argv):
    opts, _ = cli.parse(argv, USAGE)
    path = logical() if opts.last("LP") != "P" else None
    cli.out().write(cli.enc(path or os.getcwd()) + b"\n")
