"""mktemp: make a file or directory with a name that nobody can guess."""

import os

from busypy import cli, machine

USAGE = """
usage: mktemp [-dqtu] [-p dir] [--suffix=text] [template]
  -d, --directory  a directory
  -p DIR, --tmpdir=DIR  below this directory
  -q, --quiet  no messages
  -t  the template is a name below TMPDIR
  -u, --dry-run  only print a name
  --suffix=TEXT  put this after the template
"""
LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def random_name(count):
    data = machine.random_bytes(count)
    return "".join(chr(LETTERS[byte % len(LETTERS)]) for byte in data)


def template(opts, args):
    """(part before the X's, their number, part after them)."""
    given = args[0] if args else "tmp.XXXXXXXXXX"
    folder = opts["p"]
    if opts["t"]:
        folder = os.environ.get("TMPDIR") or folder or "/tmp"
    elif folder is None and not args:
        folder = os.environ.get("TMPDIR") or "/tmp"
    if opts["t"] and "/" in given:
        raise cli.Fail("invalid template, %s, contains directory separator" % cli.quote(given))
    path = os.path.join(folder, given) if folder else given
    suffix = opts["suffix"] or ""
    if opts["suffix"] is None and "X" in os.path.basename(path):
        end = path.rindex("X") + 1
        path, suffix = path[:end], path[end:]
    body = path.rstrip("X")
    if len(path) - len(body) < 3 or "/" in suffix:
        raise cli.Fail("too few X's in template %s" % cli.quote(given))
    return body, len(path) - len(body), suffix


def make(opts, args):
    body, count, suffix = template(opts, args)
    for _ in range(10000):
        path = body + random_name(count) + suffix
        try:
            if opts["u"]:
                os.lstat(path)
            elif opts["d"]:
                os.mkdir(path, 0o700)
                return path
            else:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
                return path
        except FileExistsError:
            continue
        except OSError as error:
            if opts["u"]:
                return path
            kind = "directory" if opts["d"] else "file"
            shown = cli.quote(body + "X" * count + suffix)
            raise cli.Fail("failed to create %s via template %s: %s"
                           % (kind, shown, cli.why(error))) from None
    raise cli.Fail("no free name for %s" % cli.quote(body))


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 1)
    try:
        path = make(opts, args)
    except cli.Fail:
        if opts["q"]:
            return 1
        raise
    cli.out().write(cli.enc(path) + b"\n")
    return 0
