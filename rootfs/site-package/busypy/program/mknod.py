"""mknod, mkfifo: make device files and named pipes."""

import os
import stat

from busypy import cli

USAGE = """
usage: mknod [-m mode] name b|c|u major minor
       mknod [-m mode] name p
  -m MODE, --mode=MODE  the mode, as chmod takes it
"""
FIFO = """
usage: mkfifo [-m mode] name ...
  -m MODE, --mode=MODE  the mode, as chmod takes it
"""
KINDS = {"b": stat.S_IFBLK, "c": stat.S_IFCHR, "u": stat.S_IFCHR}


def make(path, kind, device, text):
    """Make the node; a given mode is set whatever the umask says."""
    from busypy.lib import mode
    try:
        wanted = 0o666 if text is None else mode.change(text, 0o666)
    except mode.Bad:
        raise cli.Fail("invalid mode: %s" % cli.quote(text)) from None
    os.mknod(path, kind | wanted, device)
    if text is not None:
        os.chmod(path, wanted)


def fifos(argv):
    opts, args = cli.parse(argv, FIFO)
    cli.operands(args, 1)
    status = 0
    for path in args:
        try:
            make(path, stat.S_IFIFO, 0, opts["m"])
        except OSError as error:
            status = cli.warn("cannot create fifo %s: %s" % (cli.quote(path), cli.why(error)))
    return status


def main(argv):
    if argv[0] == "mkfifo":
        return fifos(argv)
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 2)
    path, kind, *numbers = args
    if kind == "p":
        cli.operands(args, 2, 2)
        device, kind = 0, stat.S_IFIFO
    elif kind in KINDS:
        cli.operands(args, 4, 4)
        try:
            device = os.makedev(*(cli.number(n, "device number") for n in numbers))
        except OverflowError:
            raise cli.Fail("invalid device %s %s" % tuple(numbers)) from None
        kind = KINDS[kind]
    else:
        raise cli.Usage("invalid device type %s" % cli.quote(kind))
    try:
        make(path, kind, device, opts["m"])
    except OSError as error:
        return cli.warn("%s: %s" % (path, cli.why(error)))
    return 0
