"""chmod: change file modes."""

import os
import stat

from busypy import cli
from busypy.lib import mode as modes

USAGE = """
usage: chmod [-cfRv] mode file ...
       chmod --reference=file file ...
  -c, --changes  say what was changed
  -f, --quiet, --silent  no messages about what could not be changed
  -R, --recursive  all below directories too
  -v, --verbose  say what is done
  --reference=FILE  take the mode of this file
"""

LETTERS = frozenset("rwxXstugoa,+-=01234567")


class Changer:
    """The wanted mode and how to report."""

    def __init__(self, opts, text):
        self.opts, self.text = opts, text
        self.status = 0

    def fail(self, text):
        if not self.opts["f"]:
            cli.warn(text)
        self.status = 1

    def change(self, path, info):
        old = stat.S_IMODE(info.st_mode)
        new = modes.change(self.text, old, stat.S_ISDIR(info.st_mode))
        try:
            os.chmod(path, new)
        except OSError as error:
            self.fail("changing permissions of %s: %s" % (cli.quote(path), cli.why(error)))
            return
        if self.opts["v"] or (self.opts["c"] and new != old):
            self.report(path, old, new)

    def report(self, path, old, new):
        shown = ["%04o (%s)" % (m, stat.filemode(m | stat.S_IFREG)[1:]) for m in (old, new)]
        text = "mode of %s changed from %s to %s" % (cli.quote(path), *shown)
        if old == new:
            text = "mode of %s retained as %s" % (cli.quote(path), shown[1])
        cli.out().write(cli.enc(text + "\n"))

    def run(self, path):
        pending = [(path, True)]
        while pending:
            path, operand = pending.pop()
            try:
                info = os.stat(path) if operand else os.lstat(path)
            except OSError as error:
                self.fail("cannot access %s: %s" % (cli.quote(path), cli.why(error)))
                continue
            if stat.S_ISLNK(info.st_mode):
                continue
            self.change(path, info)
            if self.opts["R"] and stat.S_ISDIR(info.st_mode):
                try:
                    names = sorted(os.listdir(path), reverse=True)
                except OSError as error:
                    self.fail("cannot read directory %s: %s" % (cli.quote(path), cli.why(error)))
                    continue
                pending += [(os.path.join(path, name), False) for name in names]


def split(argv):
    """Take a mode like -x or -rwx, which looks like options, out of argv."""
    for at, word in enumerate(argv[1:], 1):
        if word == "--":
            break
        if len(word) > 1 and word[0] == "-" and set(word[1:]) <= LETTERS:
            return argv[:at] + argv[at + 1:], word
    return argv, None


def main(argv):
    argv, text = split(argv)
    opts, args = cli.parse(argv, USAGE)
    if opts["reference"] is not None:
        text = "%05o" % stat.S_IMODE(os.stat(opts["reference"]).st_mode)
    elif text is None:
        cli.operands(args, 1)
        text = args.pop(0)
    if not args:
        raise cli.Usage("missing operand after %s" % cli.quote(text))
    try:
        modes.change(text, 0)
    except modes.Bad:
        raise cli.Usage("invalid mode: %s" % cli.quote(text)) from None
    changer = Changer(opts, text)
    for path in args:
        changer.run(path)
    return changer.status
