"""ls: list files and directories."""

import os
import stat

from busypy import cli

USAGE = """
usage: ls [-1AaBCcdFfgHhiklLmnopqRrSstuxX] [-w columns] [file ...]
  -1  one name per line
  -a, --all  names that start with a dot too
  -A, --almost-all  the same without . and ..
  -B, --ignore-backups  no names that end with ~
  -C  in columns, sorted down
  -c  show, and with -t sort by, the time of the last status change
  -d, --directory  directories themselves, not what is in them
  -F, --classify  a letter after the name for its type
  -f  everything, unsorted
  -G, --no-group  no group in the long form
  -g  the long form without the owner
  -H  follow symbolic links among the operands
  -h, --human-readable  sizes with a letter
  -i, --inode  the serial number
  -k  ignored: blocks have 1024 bytes
  -L, --dereference  follow all symbolic links
  -l  the long form
  -m  one after the other, with commas
  -n, --numeric-uid-gid  the long form with numbers for owner and group
  -o  the long form without the group
  -p  / after the name of a directory
  -q, --hide-control-chars  ? for what cannot be printed (default on a terminal)
  -R, --recursive  directories below too
  -r, --reverse  the other way round
  -S  sort by size
  -s, --size  the number of blocks
  -t  sort by time
  -U  unsorted
  -u  show, and with -t sort by, the time of the last access
  -w COLUMNS, --width=COLUMNS  the width of the screen
  -X  sort by the ending
  -x  in columns, sorted across
  --full-time  the long form with full dates
  --color[=WHEN]  colours: always, auto or never
  --group-directories-first  directories before the rest
  --show-control-chars  print every byte as it is
"""
LONG = "lgnoG"
KINDS = {stat.S_IFDIR: "/", stat.S_IFLNK: "@", stat.S_IFIFO: "|", stat.S_IFSOCK: "="}
COLORS = {stat.S_IFDIR: "1;34", stat.S_IFLNK: "1;36", stat.S_IFIFO: "33", stat.S_IFSOCK: "1;35",
          stat.S_IFBLK: "1;33", stat.S_IFCHR: "1;33"}


class Item:
    """One name to show; `info` is None where nothing but the name is needed."""

    __slots__ = ("name", "path", "info")

    def __init__(self, name, path, info):
        self.name, self.path, self.info = name, path, info


class Listing:
    """The options, made into decisions, and the status so far."""

    def __init__(self, opts):
        self.opts = opts
        self.status = 0
        self.shape = opts.last("1lgnoCmx") or ("l" if opts["full-time"] else "")
        self.tty = self.on_terminal()
        if not self.shape:
            self.shape = "C" if self.tty else "1"
        if self.shape == "1" and (opts.last(LONG) or opts["full-time"]):
            self.shape = "l"
        self.long = self.shape in LONG or self.shape == "l"
        self.hide = (opts.last(("q", "show-control-chars")) or ("q" if self.tty else "")) == "q"
        self.order = opts.last("tSXUf")
        self.time = {"c": "st_ctime_ns", "u": "st_atime_ns"}.get(opts.last("cu"), "st_mtime_ns")
        if opts.last("cu") and not self.order and not self.long:
            self.order = "t"
        color = opts["color"]
        self.color = color in ("always", "yes", True) or (color in ("auto", "tty") and self.tty)
        self.need = (self.long or self.order in ("t", "S") or self.color or
                     any(opts[k] for k in ("F", "p", "i", "s", "R", "group-directories-first")))
        self.write = cli.out().write

    @staticmethod
    def on_terminal():
        try:
            return os.isatty(1)
        except OSError:
            return False

    def fail(self, text, serious):
        cli.warn(text)
        self.status = 2 if serious else max(self.status, 1)

    def look(self, path, operand):
        """The file's data: of what a link points at where the options say so."""
        opts = self.opts
        follow = opts["L"] or (operand and opts.last("HL"))
        if operand and not follow:
            follow = not (self.long or opts["d"] or opts["F"]) and "d"
        if follow:
            try:
                info = os.stat(path)
                if follow is not True and follow == "d" and not stat.S_ISDIR(info.st_mode):
                    return os.lstat(path)
                return info
            except OSError:
                if operand and opts["L"]:
                    return os.lstat(path)
        return os.lstat(path)

    def entries(self, path):
        """The items of a directory, unsorted."""
        opts, items = self.opts, []
        names = os.listdir(path)
        if opts.last("aAf") in ("a", "f"):
            names = [".", ".."] + names
        elif opts.last("aA") != "A":
            names = [name for name in names if name[0] != "."]
        if opts["B"]:
            names = [name for name in names if name[-1] != "~"]
        if not self.need:
            return [Item(name, None, None) for name in names]
        base = path if path.endswith("/") else path + "/"
        for name in names:
            try:
                items.append(Item(name, base + name, self.look(base + name, False)))
            except FileNotFoundError as error:
                if os.path.lexists(base + name) or opts["L"]:
                    self.fail("cannot access %s: %s" % (cli.quote(base + name), cli.why(error)), 0)
            except OSError as error:
                self.fail("cannot access %s: %s" % (cli.quote(base + name), cli.why(error)), 0)
        return items

    def sort(self, items):
        if self.order in ("f", "U"):
            return items
        items.sort(key=lambda item: cli.enc(item.name))
        if self.order == "t":
            items.sort(key=lambda item: -getattr(item.info, self.time))
        elif self.order == "S":
            items.sort(key=lambda item: -item.info.st_size)
        elif self.order == "X":
            items.sort(key=lambda item: os.path.splitext(item.name)[1])
        if self.opts["r"]:
            items.reverse()
        if self.opts["group-directories-first"]:
            items.sort(key=lambda item: not stat.S_ISDIR(item.info.st_mode))
        return items

    def name(self, item):
        """The name as it is shown, without colour."""
        text = item.name
        if self.hide and not text.isprintable():
            text = "".join(c if c.isprintable() else "?" for c in text)
        return text

    def mark(self, mode):
        """The letter of -F and -p."""
        if self.opts["F"]:
            kind = KINDS.get(stat.S_IFMT(mode))
            return kind or ("*" if stat.S_ISREG(mode) and mode & 0o111 else "")
        return "/" if self.opts["p"] and stat.S_ISDIR(mode) else ""

    def paint(self, text, mode):
        code = COLORS.get(stat.S_IFMT(mode)) or ("1;32" if mode & 0o111 else "")
        return "\033[%sm%s\033[m" % (code, text) if code else text

    def shown(self, item):
        """(text, columns it takes)."""
        text = self.name(item)
        if item.info is None:
            return text, text
        mode = item.info.st_mode
        plain = text + self.mark(mode)
        return (self.paint(text, mode) if self.color else text) + self.mark(mode), plain

    def blocks(self, info):
        size = info.st_blocks * 512
        if self.opts["h"]:
            from busypy import text
            return text.human(size)
        return str((size + 1023) // 1024)

    def show(self, items, total):
        """Print sorted items; `total` adds the line that -l and -s put before a directory."""
        if total and (self.long or self.opts["s"]):
            size = sum(item.info.st_blocks for item in items) * 512
            if self.opts["h"]:
                from busypy import text
                self.write(b"total %s\n" % text.human(size).encode())
            else:
                self.write(b"total %d\n" % ((size + 1023) // 1024))
        if not items:
            return
        if self.long:
            from busypy.program.ls import long
            long.show(self, items)
            return
        if self.shape == "1" and not self.need and not self.hide:
            enc = cli.enc
            self.write(b"\n".join([enc(item.name) for item in items]) + b"\n")
            return
        self.arrange([(*self.shown(item), item.info) for item in items])

    def arrange(self, rows):
        """Print in lines, in columns, or with commas."""
        cells = self.prefixed(rows)
        if self.shape == "1":
            self.write(b"".join(cli.enc(text) + b"\n" for text, _ in cells))
            return
        from busypy.program.ls import long
        limit = self.opts["w"]
        limit = None if limit is None else cli.number(limit, "line width")
        put = long.commas if self.shape == "m" else long.columns
        put(self.write, cells, limit, self.shape == "x")

    def prefixed(self, rows):
        """Put -i and -s before each name."""
        opts = self.opts
        front = [""] * len(rows)
        for wanted, value in (("i", lambda info: str(info.st_ino)), ("s", self.blocks)):
            if opts[wanted]:
                column = [value(info) for _, _, info in rows]
                wide = max(map(len, column)) if self.shape != "m" else 0
                front = [f + c.rjust(wide) + " " for f, c in zip(front, column)]
        return [(f + text, f + plain) for f, (text, plain, _) in zip(front, rows)]


def directory(listing, item, title, first, seen):
    """Print one directory, and with -R those below it."""
    try:
        items = listing.sort(listing.entries(item.path))
    except OSError as error:
        text = "cannot open directory %s: %s" % (cli.quote(item.path), cli.why(error))
        listing.fail(text, first is not None)
        return
    if title:
        listing.write(cli.enc(("" if first else "\n") + listing.name(item) + ":\n"))
    listing.show(items, True)
    if not listing.opts["R"]:
        return
    for below in items:
        if below.name in (".", "..") or not stat.S_ISDIR(below.info.st_mode):
            continue
        key = (below.info.st_dev, below.info.st_ino)
        if key in seen:
            listing.fail("%s: not listing already-listed directory" % below.path, False)
            continue
        directory(listing, Item(below.path, below.path, below.info), True, None, seen | {key})


def main(argv):
    opts, args = cli.parse(argv, USAGE, status=2)
    listing = Listing(opts)
    files, folders = [], []
    for name in args or ["."]:
        try:
            info = listing.look(name, True)
        except OSError as error:
            listing.fail("cannot access %s: %s" % (cli.quote(name), cli.why(error)), True)
            continue
        group = folders if stat.S_ISDIR(info.st_mode) and not opts["d"] else files
        group.append(Item(name, name, info))
    listing.show(listing.sort(files), False)
    title = len(args) > 1 or opts["R"]
    first = not files
    for item in listing.sort(folders):
        key = (item.info.st_dev, item.info.st_ino)
        directory(listing, item, title, first, {key})
        first = False
    return listing.status
