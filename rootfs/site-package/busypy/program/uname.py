"""uname: print the names of system and machine."""

import os

from busypy import cli

USAGE = """
usage: uname [-asnrvmo]
  -a, --all               everything
  -s, --kernel-name       the kernel's name (default)
  -n, --nodename          the host name
  -r, --kernel-release    the kernel's release
  -v, --kernel-version    the kernel's version
  -m, --machine           the machine
  -p, --processor         the processor (as -m; not in -a)
  -i, --hardware-platform the hardware (as -m; not in -a)
  -o, --operating-system  the operating system
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 0)
    info = os.uname()
    values = {
        "s": info.sysname, "n": info.nodename, "r": info.release, "v": info.version,
        "m": info.machine, "p": info.machine, "i": info.machine, "o": "GNU/Linux",
    }
    wanted = "snrvmo" if opts["a"] else [k for k in values if opts[k]] or "s"
    cli.out().write(cli.enc(" ".join(values[key] for key in wanted) + "\n"))
