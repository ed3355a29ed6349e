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


BLANKS = " \t\n\v\f\r"
ESCAPES = dict(zip("fnrtv\"#$'\\", "\f\n\r\t\v\"#$'\\"))


def escape(text, at, quote):
    """What a backslash at this place stands for, and where the text goes on; None ends a word."""
    letter = text[at + 1:at + 2]
    if quote == "'" and letter not in ("\\", "'"):
        return "\\", at + 1
    if letter in ESCAPES:
        return ESCAPES[letter], at + 2
    if letter == "_":
        return " " if quote else None, at + 2
    if letter == "c" and not quote:
        return None, len(text)
    if not letter:
        raise cli.Fail("invalid backslash at end of string in -S", 125)
    if letter == "c":
        raise cli.Fail("'\\c' must not appear in double-quoted -S string", 125)
    raise cli.Fail("invalid sequence '\\%s' in -S" % letter, 125)


def variable(text, at):
    """The value of a ${NAME} at this place, and where the text goes on."""
    name, end, _ = text[at + 2:].partition("}")
    if text[at + 1:at + 2] != "{" or not end or not name.isidentifier() or not name.isascii():
        raise cli.Fail("only ${VARNAME} expansion is supported, error at: " + text[at:], 125)
    return os.environ.get(name), at + len(name) + 3


def split(text):
    """The words in a text, by the rules of GNU's env -S."""
    words, word, quote, at = [], None, "", 0
    while at < len(text):
        c, piece = text[at], ""
        if c == "#" and word is None:
            break
        if c == "\\":
            piece, at = escape(text, at, quote)
        elif c == "$" and quote != "'":
            piece, at = variable(text, at)
            if piece is None:
                continue
        else:
            at += 1
            if c == quote or (c in "'\"" and not quote):
                quote = "" if quote else c
            else:
                piece = c if quote or c not in BLANKS else None
        if piece is not None:
            word = (word or "") + piece
        elif word is not None:
            words.append(word)
            word = None
    if quote:
        raise cli.Fail("no terminating quote in -S string", 125)
    return words if word is None else [*words, word]


def spread(argv):
    """Resolve -S at the front, the only place where it makes sense."""
    if len(argv) > 1 and (argv[1].startswith("-S") or argv[1].startswith("--split-string=")):
        text = argv[1][2:] if argv[1].startswith("-S") else argv[1].partition("=")[2]
        rest = argv[2:]
        if not text and rest:
            text, *rest = rest
        return [argv[0], *split(text), *rest]
    return argv


def main(argv):
    opts, args = cli.parse(spread(argv), USAGE, stop=True, status=125)
    ignore = opts["i"]
    if args[:1] == ["-"]:
        ignore = True
        del args[0]
    env = {} if ignore else process.environment()
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
        return process.execute(args, env)
    end = b"\0" if opts["0"] else b"\n"
    for name, value in env.items():
        cli.out().write(cli.enc("%s=%s" % (name, value)) + end)
    return 0
