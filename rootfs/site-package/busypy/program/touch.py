"""touch: set the times of files, making those that do not exist."""

import os
import time

from busypy import cli

USAGE = """
usage: touch [-achm] [-r file | -t stamp | -d date] file ...
  -a  the time of access only
  -c, --no-create  make no file
  -d DATE, --date=DATE  this time, as date -d takes it
  -f  ignored
  -h, --no-dereference  the times of symbolic links themselves
  -m  the time of change only
  -r FILE, --reference=FILE  the times of this file
  -t STAMP  this time: [[CC]YY]MMDDhhmm[.SS]
"""


def wanted(opts):
    """(atime, mtime) in nanoseconds, or None for now."""
    if opts["r"] is not None:
        try:
            info = os.stat(opts["r"])
        except OSError as error:
            raise cli.Fail("failed to get attributes of %s: %s"
                           % (cli.quote(opts["r"]), cli.why(error))) from None
        return info.st_atime_ns, info.st_mtime_ns
    if opts["t"] is None and opts["d"] is None:
        return None
    from busypy import dates
    text = opts["t"] if opts["t"] is not None else opts["d"]
    try:
        if opts["t"] is not None:
            seconds, fraction = dates.touch_stamp(text, time.time())
        else:
            seconds, fraction = dates.parse(text, time.time())
    except dates.Bad:
        raise cli.Fail("invalid date format %s" % cli.quote(text)) from None
    stamp = seconds * 1000000000 + fraction
    return stamp, stamp


def touch(path, opts, times):
    follow = not opts["h"]
    if not opts["c"] and follow and not os.path.exists(path):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOCTTY | os.O_NONBLOCK, 0o666))
    if times is None and not (opts["a"] or opts["m"]):
        # The kernel sets the present for everybody who may write; other times need the owner.
        os.utime(path, follow_symlinks=follow)
        return
    times = times or (time.time_ns(),) * 2
    info = os.stat(path, follow_symlinks=follow)
    access = times[0] if opts["a"] or not opts["m"] else info.st_atime_ns
    change = times[1] if opts["m"] or not opts["a"] else info.st_mtime_ns
    os.utime(path, ns=(access, change), follow_symlinks=follow)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 1)
    times, status = wanted(opts), 0
    for path in args:
        try:
            touch(path, opts, times)
        except FileNotFoundError as error:
            if opts["c"]:
                continue
            status = cli.warn("cannot touch %s: %s" % (cli.quote(path), cli.why(error)))
        except OSError as error:
            status = cli.warn("cannot touch %s: %s" % (cli.quote(path), cli.why(error)))
        except OverflowError:
            status = cli.warn("cannot touch %s: date out of range" % cli.quote(path))
    return status
