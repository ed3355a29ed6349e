"""sync: write what is cached to disk."""

import os

from busypy import cli

USAGE = """
usage: sync [-d] [file ...]
  -d, --data  only the content of the files
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    status = 0
    for name in args:
        try:
            fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
            try:
                (os.fdatasync if opts["d"] else os.fsync)(fd)
            finally:
                os.close(fd)
        except OSError as error:
            status = cli.warn("error syncing %s: %s" % (cli.quote(name), cli.why(error)))
    if not args:
        os.sync()
    return status
