"""tee: copy standard input to standard output and to files."""

import os

from busypy import cli

USAGE = """
usage: tee [-ai] [file ...]
  -a, --append  add to the files instead of replacing them
  -i, --ignore-interrupts  go on after ^C
"""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    if opts["i"]:
        import _signal
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    status, targets = 0, [("standard output", 1)]
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if opts["a"] else os.O_TRUNC)
    for name in args:
        try:
            targets.append((name, os.open(name, flags, 0o666)))
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
    while targets and (data := os.read(0, 1 << 16)):
        for target in list(targets):
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(target[1], view):]
            except OSError as error:
                status = cli.warn("%s: %s" % (target[0], cli.why(error)))
                targets.remove(target)
    return status
