"""readlink, realpath: print where symbolic links lead."""

import os
import stat

from busypy import cli

USAGE = """
usage: readlink [-efmnqsvz] file ...
  -e, --canonicalize-existing  the path without links; all of it must exist
  -f, --canonicalize  the path without links; the last part may be missing
  -m, --canonicalize-missing  the path without links; any part may be missing
  -n, --no-newline  no newline at the end
  -q, --quiet, --silent  no messages (default)
  -s  the same as -q
  -v, --verbose  say what failed
  -z, --zero  NUL instead of the newline
"""
REAL = """
usage: realpath [-emsz] file ...
  -e, --canonicalize-existing  all of the path must exist
  -m, --canonicalize-missing  any part may be missing
  -q, --quiet  no messages
  -s, --strip, --no-symlinks  only . and .. are resolved
  -z, --zero  NUL instead of the newline
"""


def canonical(path, mode):
    """The path without links; raises OSError where `mode` (e, f, m) wants more to exist."""
    if not path:
        raise FileNotFoundError(2, "")
    if mode == "m":
        return os.path.realpath(path)
    if mode == "e" or (path.endswith("/") and os.path.lexists(path)):
        return os.path.realpath(path, strict=True)
    folder, name = os.path.split(path.rstrip("/") or "/")
    if name in ("", ".", ".."):
        return os.path.realpath(path, strict=True)
    base = os.path.realpath(folder or ".", strict=True)
    if not stat.S_ISDIR(os.stat(base).st_mode):
        raise NotADirectoryError(20, "")
    full = os.path.join(base, name)
    if not os.path.islink(full):
        return full
    return follow_last(full, base, 0)


def follow_last(full, base, depth):
    """The last part is a link: its target may be missing, but not the directory it is in."""
    if depth > 40:
        raise OSError(40, "")
    target = os.path.join(base, os.readlink(full))
    folder, name = os.path.split(target.rstrip("/") or "/")
    base = os.path.realpath(folder, strict=True)
    if name in ("", ".", ".."):
        return os.path.realpath(target, strict=True)
    full = os.path.join(base, name)
    return follow_last(full, base, depth + 1) if os.path.islink(full) else full


def main(argv):
    real = argv[0] == "realpath"
    opts, args = cli.parse(argv, REAL if real else USAGE)
    cli.operands(args, 1)
    mode = opts.last("efm") or ("f" if real else "")
    end = b"\0" if opts["z"] else b"\n"
    if opts["n"] and len(args) == 1:
        end = b""
    verbose = opts.last("qsv") == "v" or (real and not opts["q"])
    status = 0
    for path in args:
        try:
            if real and opts["s"]:
                result = os.path.abspath(path)
            else:
                result = canonical(path, mode) if mode else os.readlink(path)
        except OSError as error:
            status = 1
            if verbose:
                cli.warn("%s: %s" % (path, cli.why(error)))
            continue
        cli.out().write(cli.enc(result) + end)
    return status
