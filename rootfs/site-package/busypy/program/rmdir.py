"""rmdir: remove empty directories."""

import errno
import os

from busypy import cli

USAGE = """
usage: rmdir [-pv] directory ...
  -p, --parents  the directories of the path above too
  -v, --verbose  say what is done
  --ignore-fail-on-non-empty  a directory that is not empty is no failure
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 1)
    status = 0
    for path in args:
        while path:
            if opts["v"]:
                text = "rmdir: removing directory, %s\n" % cli.quote(path)
                cli.out().write(cli.enc(text))
            try:
                os.rmdir(path)
            except OSError as error:
                full = error.errno in (errno.ENOTEMPTY, errno.EEXIST)
                if not (full and opts["ignore-fail-on-non-empty"]):
                    status = cli.warn("failed to remove %s: %s"
                                      % (cli.quote(path), cli.why(error)))
                break
            path = os.path.dirname(path.rstrip("/")) if opts["p"] else ""
    return status
