"""find: walk directory trees; the expression is read by busypy.program.find.expression."""

import os
import stat

from busypy import cli
from busypy.program.find import expression

USAGE = """
usage: find [-H | -L | -P] [path ...] [expression]

Tests: -name -iname -path -ipath -regex -iregex -type -perm -user -group -uid -gid -nouser -nogroup
-size -empty -links -inum -samefile -newer -anewer -cnewer -mtime -atime -ctime -mmin -amin -cmin
-readable -writable -executable -true -false
Actions: -print -print0 -printf -ls -delete -prune -quit -exec ... ; -exec ... {} + -ok -execdir
Options: -depth -maxdepth -mindepth -xdev -mount
Operators: ( ) ! -not -a -and -o -or ,
"""


class Entry:
    """One file on the way: its path and, looked up once and only if needed, its data."""

    __slots__ = ("path", "depth", "top", "_info", "follow", "prune")

    def __init__(self, path, depth, top, follow):
        self.path, self.depth, self.top, self.follow = path, depth, top, follow
        self._info = None
        self.prune = False

    @property
    def info(self):
        if self._info is None:
            try:
                self._info = os.stat(self.path) if self.follow else os.lstat(self.path)
            except OSError:
                if not self.follow:
                    raise
                self._info = os.lstat(self.path)  # a link that leads nowhere stands for itself
        return self._info

    @property
    def name(self):
        return os.path.basename(self.path.rstrip("/")) or "/"


class Walk:
    """The options that say where to go."""

    def __init__(self, follow, rules):
        self.follow, self.rules = follow, rules
        self.status = 0

    def fail(self, path, error):
        self.status = cli.warn("%s: %s" % (cli.quote(path), cli.why(error)))

    def run(self, top):
        """Depth first, in order of the directory; -depth visits a directory after its content."""
        rules = self.rules
        start = Entry(top, 0, top, self.follow in ("H", "L"))
        try:
            device = start.info.st_dev
        except OSError as error:
            self.fail(top, error)
            return
        stack = [(start, (), False)]
        while stack:
            entry, above, done = stack.pop()
            if done:
                self.visit(entry)
                continue
            try:
                info = entry.info
            except OSError as error:
                self.fail(entry.path, error)
                continue
            if not rules.depth:
                self.visit(entry)
            else:
                stack.append((entry, above, True))
            if not stat.S_ISDIR(info.st_mode) or entry.prune or entry.depth >= rules.most:
                continue
            if rules.one_device and info.st_dev != device:
                continue
            key = (info.st_dev, info.st_ino)
            if key in above:
                self.status = cli.warn("File system loop detected; %s is part of the same file "
                                       "system loop" % cli.quote(entry.path))
                continue
            self.push(stack, entry, above + (key,) if self.follow == "L" else ())

    def push(self, stack, entry, above):
        try:
            names = os.listdir(entry.path)
        except OSError as error:
            self.fail(entry.path, error)
            return
        base = entry.path if entry.path.endswith("/") else entry.path + "/"
        below, top, follow = entry.depth + 1, entry.top, self.follow == "L"
        names.reverse()
        stack += [(Entry(base + name, below, top, follow), above, False) for name in names]

    def visit(self, entry):
        if entry.depth < self.rules.least:
            return
        try:
            self.rules.test(entry)
        except FileNotFoundError as error:
            self.fail(entry.path, error)


def main(argv):
    words = argv[1:]
    follow = "P"
    while words[:1] and words[0] in ("-H", "-L", "-P"):
        follow = words.pop(0)[1]
    if words[:1] == ["--help"]:
        raise SystemExit(USAGE)
    paths = []
    while words and not (words[0][:1] == "-" and len(words[0]) > 1) and words[0] not in (
            "(", ")", "!", ","):
        paths.append(words.pop(0))
    rules = expression.parse(words, follow)
    walk = Walk(follow, rules)
    try:
        for path in paths or ["."]:
            walk.run(path)
    except expression.Quit:
        pass
    for batch in rules.batches:
        batch.flush()
    return walk.status or rules.status
