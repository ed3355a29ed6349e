"""mkdir: make directories."""

import os
import stat

from busypy import cli

USAGE = """
usage: mkdir [-pv] [-m mode] directory ...
  -m MODE, --mode=MODE  the mode, as chmod takes it
  -p, --parents  the directories above too; existing ones are no error
  -v, --verbose  say what is done
"""


def said(path, opts):
    if opts["v"]:
        cli.out().write(cli.enc("mkdir: created directory %s\n" % cli.quote(path)))


def parents(path, opts, mask):
    """Make what is missing above `path`; always writable and searchable for the owner."""
    missing = []
    above = os.path.dirname(path.rstrip("/"))
    while above and not os.path.isdir(above):
        missing.append(above)
        above = os.path.dirname(above.rstrip("/"))
    for folder in reversed(missing):
        try:
            os.mkdir(folder)
            os.chmod(folder, (0o777 & ~mask) | 0o300)
            said(folder, opts)
        except FileExistsError:
            if not os.path.isdir(folder):
                raise


def make(path, opts, wanted, mask):
    if opts["p"]:
        parents(path, opts, mask)
    try:
        os.mkdir(path, 0o777 if wanted is None else wanted & 0o700)
    except FileExistsError:
        if opts["p"] and os.path.isdir(path):
            return
        raise
    if wanted is not None:
        os.chmod(path, wanted | stat.S_IMODE(os.stat(path).st_mode) & 0o6000)
    said(path, opts)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 1)
    from busypy.lib import mode
    mask, wanted = mode.umask(), None
    if opts["m"] is not None:
        try:
            wanted = mode.change(opts["m"], 0o777, mask=mask)
        except mode.Bad:
            raise cli.Fail("invalid mode %s" % cli.quote(opts["m"])) from None
    status = 0
    for path in args:
        try:
            make(path, opts, wanted, mask)
        except OSError as error:
            name = cli.quote(error.filename or path)
            status = cli.warn("cannot create directory %s: %s" % (name, cli.why(error)))
    return status
