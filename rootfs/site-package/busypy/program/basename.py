"""basename, dirname: the parts of a path, by its text alone."""

from busypy import cli

USAGE = """
usage: basename path [suffix]
       basename -a [-s suffix] path ...
  -a, --multiple  every operand is a path
  -s SUFFIX, --suffix=SUFFIX  take this off the end; means -a
  -z, --zero  NUL instead of the newline
"""
DIRNAME = """
usage: dirname path ...
  -z, --zero  NUL instead of the newline
"""


def base(path, suffix=""):
    name = path.rstrip("/").rpartition("/")[2] or ("/" if path else "")
    if suffix and name.endswith(suffix) and name != suffix:
        name = name[:-len(suffix)]
    return name


def folder(path):
    stripped = path.rstrip("/")
    if not stripped:
        return "/" if path else "."
    head, slash, _ = stripped.rpartition("/")
    return (head.rstrip("/") or "/") if slash else "."


def main(argv):
    directory = argv[0] == "dirname"
    # The suffix may begin with a dash: no options after the first operand.
    opts, args = cli.parse(argv, DIRNAME if directory else USAGE, stop=not directory)
    end = b"\0" if opts["z"] else b"\n"
    if directory:
        cli.operands(args, 1)
        names = map(folder, args)
    elif opts["a"] or opts["s"] is not None:
        cli.operands(args, 1)
        names = [base(path, opts["s"] or "") for path in args]
    else:
        cli.operands(args, 1, 2)
        names = [base(*args)]
    for name in names:
        cli.out().write(cli.enc(name) + end)
