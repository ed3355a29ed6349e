"""du: show how much space files take."""

import os
import stat

from busypy import cli, text

USAGE = """
usage: du [-acHhkLlmsx] [-d depth] [file ...]
  -a, --all  files too, not only directories
  -b, --bytes  the length in bytes instead of the blocks
  -c, --total  a grand total
  -d DEPTH, --max-depth=DEPTH  only so far down
  -H  follow symbolic links among the operands
  -h, --human-readable  sizes with a letter
  -k  in blocks of 1024 bytes (default)
  -L, --dereference  follow all symbolic links
  -l, --count-links  count files with several names several times
  -m  in blocks of 1048576 bytes
  -s, --summarize  only the operands
  -x, --one-file-system  stay on one file system
"""


class Counter:
    """The options and the files already counted."""

    def __init__(self, opts):
        self.opts = opts
        self.seen = set()
        self.status = 0
        self.depth = 0 if opts["s"] else 1 << 30
        if opts["d"] is not None:
            self.depth = cli.number(opts["d"], "maximum depth")

    def size(self, info):
        return info.st_size if self.opts["b"] else info.st_blocks * 512

    def show(self, size, path):
        mode = self.opts.last("hkmb") or "k"
        if mode == "h":
            shown = text.human(size)
        else:
            shown = str(-(-size // {"m": 1 << 20, "b": 1}.get(mode, 1024)))
        cli.out().write(cli.enc("%s\t%s\n" % (shown, path)))

    def look(self, path, operand):
        follow = self.opts["L"] or (operand and self.opts["H"])
        try:
            return os.stat(path) if follow else os.lstat(path)
        except OSError as error:
            if follow and os.path.islink(path):
                return os.lstat(path)
            self.fail("cannot access %s: %s" % (cli.quote(path), cli.why(error)))
            return None

    def fail(self, message):
        self.status = cli.warn(message)

    def names(self, path):
        try:
            return os.listdir(path)[::-1]  # taken from the end
        except OSError as error:
            self.fail("cannot read directory %s: %s" % (cli.quote(path), cli.why(error)))
            return []

    def known(self, info):
        """Whether a file was counted before; remembers it."""
        if not stat.S_ISDIR(info.st_mode) and (info.st_nlink == 1 and not self.opts["L"]):
            return False
        if self.opts["l"] and not stat.S_ISDIR(info.st_mode):
            return False
        key = (info.st_dev, info.st_ino)
        if key in self.seen:
            return True
        self.seen.add(key)
        return False

    def run(self, top):
        """Count one operand: a stack of (path, size so far, names left)."""
        info = self.look(top, True)
        if info is None or self.known(info):
            return 0
        if not stat.S_ISDIR(info.st_mode):
            self.show(self.size(info), top)
            return self.size(info)
        stack = [[top, self.size(info), self.names(top)]]
        while True:
            path, size, names = stack[-1]
            if not names:
                stack.pop()
                if len(stack) <= self.depth:
                    self.show(size, path)
                if not stack:
                    return size
                stack[-1][1] += size
                continue
            self.step(stack, os.path.join(path, names.pop()), info.st_dev)

    def step(self, stack, path, device):
        below = self.look(path, False)
        if below is None or self.known(below):
            return
        if self.opts["x"] and below.st_dev != device:
            return
        if stat.S_ISDIR(below.st_mode):
            stack.append([path, self.size(below), self.names(path)])
            return
        size = self.size(below)
        stack[-1][1] += size
        if self.opts["a"] and len(stack) <= self.depth:
            self.show(size, path)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    if opts["s"] and opts["a"]:
        raise cli.Usage("cannot both summarize and show all entries")
    counter = Counter(opts)
    total = sum([counter.run(path) for path in args or ["."]])
    if opts["c"]:
        counter.show(total, "total")
    return counter.status
