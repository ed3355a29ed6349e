"""nproc: print how many processors there are for this process."""

import os

from busypy import cli

USAGE = """
usage: nproc [--all] [--ignore=n]
  --all  all processors of the machine
  --ignore=N  so many less, but at least one
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 0)
    count = os.cpu_count() or 1 if opts["all"] else len(os.sched_getaffinity(0))
    count = max(count - cli.number(opts["ignore"] or "0", "number"), 1)
    cli.out().write(b"%d\n" % count)
