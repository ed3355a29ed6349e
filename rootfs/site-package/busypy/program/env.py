"""env: run a program in a changed environment, or print it."""

import os

from busypy import cli, process

USAGE = """
usage: env [-i0] [-u name] [-C dir] [name=value ...] [program [argument ...]]
  -i, --ignore-environment  start with an empty environment
  -u NAME, --unset=NAME     take one variable out
  -0, --null                end each printed line with NUL
  -C DIR, --chdir=DIR       change the working directory first
  -S TEXT, --split-string=TEXT  split text into words: for use in a script's first line
"""


def spread(argv):
    """Resolve -S at the front, the only place where it makes sense."""
    if len(argv) > 1 and (argv[1].startswith("-S") or argv[1].startswith("--split-string=")):
        import shlex
        text = argv[1][2:] if argv[1].startswith("-S") else argv[1].partition("=")[2]
        rest = argv[2:]
        if not text and rest:
            text, *rest = rest
        return [argv[0], *shlex.split(text), *rest]
    return argv


def main(argv):
    opts, args = cli.parse(spread(argv), USAGE, stop=True, status=125)
    ignore = opts["i"]
    if args[:1] == ["-"]:
        ignore = True
        del args[0]
    env = {} if ignore else dict(os.environ)
    for name in opts.every("u"):
        env.pop(name, None)
    while args and "=" in args[0]:
        name, _, value = args.pop(0).partition("=")
        if not name:
            raise cli.Fail("cannot set '=%s': Invalid argument" % value, 125)
        env[name] = value
    if opts["C"]:
        if not args:
            raise cli.Usage("must specify command with --chdir (-C)", 125)
        try:
            os.chdir(opts["C"])
        except OSError as error:
            raise cli.Fail("cannot change directory to %s: %s"
                           % (cli.quote(opts["C"]), cli.why(error)), 125) from None
    if args:
        if opts["0"]:
            raise cli.Usage("cannot specify --null (-0) with command", 125)
        os.environ.clear()  # PATH of the new environment decides where the program is looked for
        os.environ.update(env)
        return process.execute(args)
    end = b"\0" if opts["0"] else b"\n"
    for name, value in env.items():
        cli.out().write(cli.enc("%s=%s" % (name, value)) + end)
    return 0
