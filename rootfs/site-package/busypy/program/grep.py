"""grep, egrep, fgrep: print the lines that match a pattern."""

import os
import stat

from busypy import cli, regex

USAGE = """
usage: grep [-EFabcHhilLnoqRrsvwxz] [-A n] [-B n] [-C n] [-m n] pattern [file ...]
       grep [option ...] -e pattern ... [-f file ...] [file ...]
  -A N, --after-context=N  lines after each match too
  -a, --text  ignored: every file is taken for text
  -B N, --before-context=N  lines before each match too
  -b, --byte-offset  the offset of each line
  -C N, --context=N  lines around each match too
  -c, --count  only the number of lines
  -E, --extended-regexp  extended regular expressions
  -e PATTERN, --regexp=PATTERN  a pattern
  -F, --fixed-strings  the patterns are plain text
  -f FILE, --file=FILE  the patterns are the lines of this file
  -G, --basic-regexp  basic regular expressions (default)
  -H, --with-filename  the name of the file before each line
  -h, --no-filename  no names of files
  -i, --ignore-case  ignore the case of letters
  -L, --files-without-match  only the names of files without a match
  -l, --files-with-matches  only the names of files with a match
  -m N, --max-count=N  stop after so many lines
  -n, --line-number  the number of each line
  -o, --only-matching  only the matching parts
  -q, --quiet, --silent  print nothing; stop at the first match
  -R, --dereference-recursive  all files below directories, links followed
  -r, --recursive  all files below directories
  -s, --no-messages  nothing about files that cannot be read
  -v, --invert-match  the lines that do not match
  -w, --word-regexp  match whole words
  -x, --line-regexp  match whole lines
  -y  the same as -i
  -Z, --null  NUL after the names of files
  -z, --null-data  lines end with NUL
  --color[=WHEN], --colour[=WHEN]  colours: always, auto or never
  --exclude=GLOB  with -r, not these names
  --exclude-dir=GLOB  with -r, not these directories
  --include=GLOB  with -r, only these names
  --line-buffered  write each line at once
"""
BLOCK = 1 << 20


class Stop(Exception):
    """Nothing more is wanted from this file."""


class Unreadable(Exception):
    """The file cannot be read; as opposed to the output, which cannot be written."""


def read(fd):
    try:
        return os.read(fd, BLOCK)
    except OSError as error:
        raise Unreadable(error) from None


class Grep:
    """The options, made into decisions."""

    def __init__(self, opts, patterns, kind):
        self.opts = opts
        self.invert = bool(opts["v"])
        self.quiet = opts["q"]
        self.names = opts.last("lL")
        self.limit = cli.number(opts["m"], "max count", -1) if opts["m"] is not None else -1
        self.end = b"\0" if opts["z"] else b"\n"
        self.color = opts["color"] in ("always", True) or (
            opts["color"] == "auto" and os.isatty(1))
        around = opts["C"] or "0"
        self.after = cli.number(opts["A"] or around, "context length argument")
        self.before = cli.number(opts["B"] or around, "context length argument")
        self.context = bool(self.after or self.before)
        self.each = self.context or opts["o"] or opts["z"] or self.color
        self.nothing = not patterns
        icase = bool(opts["i"] or opts["y"])
        try:
            self.regex = regex.Any(patterns or [b""], kind, icase, not self.each,
                                   bool(opts["w"]), bool(opts["x"]))
        except regex.Bad as error:
            raise cli.Fail(error, 2) from None
        self.everything = patterns and b"" in patterns and not opts["w"] and not opts["x"]
        self.title = False
        self.found = False
        self.failed = False
        self.printed = False    # a group of lines: another one has -- before it
        self.write = cli.out().write

    def fail(self, name, error):
        self.failed = True
        if not self.opts["s"]:
            cli.warn("%s: %s" % (name, cli.why(error)))

    def finder(self):
        """A function (block, at) -> position of the next match or -1."""
        literal = self.regex.literal
        if literal is not None:
            return lambda block, at: block.find(literal, at)
        search = self.regex.compiled.search

        def find(block, at):
            match = search(block, at)
            return match.start() if match else -1
        return find

    def file(self, name, fd):
        """Search one open file; returns whether a line was selected."""
        label = "(standard input)" if name == "-" else name
        scan = Lines(self, label) if self.each else Blocks(self, label)
        try:
            if self.limit:
                scan.run(fd)
        except Stop:
            pass
        if self.names:
            wanted = (scan.count > 0) == (self.names == "l")
            if wanted and not self.quiet:
                self.write(cli.enc(label) + (b"\0" if self.opts["Z"] else b"\n"))
        elif self.opts["c"] and not self.quiet:
            self.write(scan.prefix(b":", None, None) + b"%d\n" % scan.count)
        return scan.count > 0


class Scan:
    """One file being searched."""

    def __init__(self, grep, label):
        self.grep, self.opts = grep, grep.opts
        self.count = 0
        self.label = cli.enc(label) if grep.title else None
        self.silent = grep.quiet or grep.names or grep.opts["c"]
        self.plain = not (self.label or grep.opts["n"] or grep.opts["b"])

    def prefix(self, mark, number, offset):
        """What stands before a line; mark is : for matches and - for context."""
        parts = []
        if self.label is not None:
            parts.append(self.label + (b"\0" if self.opts["Z"] else mark))
        if self.opts["n"] and number is not None:
            parts.append(b"%d" % number + mark)
        if self.opts["b"] and offset is not None:
            parts.append(b"%d" % offset + mark)
        return b"".join(parts)

    def select(self, count):
        """Count selected lines; with -q and -l the first is enough."""
        self.count += count
        if count and (self.grep.quiet or self.grep.names):
            raise Stop


class Blocks(Scan):
    """The fast way: search many lines at once, look at line ends only around matches."""

    def run(self, fd):
        self.find = self.grep.finder()
        self.number, self.offset = 1, 0
        pieces = []
        while data := read(fd):
            cut = data.rfind(b"\n")
            if cut < 0:
                pieces.append(data)
                continue
            pieces.append(data[:cut])
            self.block(b"".join(pieces))
            pieces = [data[cut + 1:]] if cut + 1 < len(data) else []
        if pieces:
            self.block(b"".join(pieces))

    def matches(self, block):
        """Yield (start, end) of each line that matches; adjacent ones may come as one."""
        if self.grep.nothing:
            return
        if self.grep.everything:
            yield 0, len(block)
            return
        find, at, size = self.find, 0, len(block)
        while at <= size:
            position = find(block, at)
            if position < 0:
                return
            start = block.rfind(b"\n", at, position) + 1 or at
            end = block.find(b"\n", position)
            end = size if end < 0 else end
            yield start, end
            at = end + 1

    def others(self, block):
        """Yield (start, end) of the runs of lines that do not match."""
        at = 0
        for start, end in self.matches(block):
            if start > at:
                yield at, start - 1
            at = end + 1
        if at <= len(block):
            yield at, len(block)

    def block(self, block):
        spans = self.others(block) if self.grep.invert else self.matches(block)
        if self.grep.limit < 0 and self.silent:
            counted = self.grep.invert or self.grep.everything
            for start, end in spans:
                self.select(block.count(b"\n", start, end) + 1 if counted else 1)
            return
        if self.plain and self.grep.limit < 0:
            self.copy(block, spans)
        else:
            self.lines(block, spans)
        if self.opts["line-buffered"]:
            cli.out().flush()

    def copy(self, block, spans):
        """Print spans as they are, neighbours in one piece."""
        write, first, last, view = self.grep.write, 0, -1, memoryview(block)
        for start, end in spans:
            self.count += 1
            if start == last + 1 and last >= 0:
                last = end
                continue
            if last >= 0:
                write(view[first:last])
                write(b"\n")
            first, last = start, end
        if last >= 0:
            write(view[first:last])
            write(b"\n")

    def lines(self, block, spans):
        """Print lines one by one, with what goes before them."""
        at = 0
        for start, end in spans:
            if self.opts["n"]:
                self.number += block.count(b"\n", at, start)
                at = start
            while start <= end:
                stop = block.find(b"\n", start, end)
                stop = end if stop < 0 else stop
                self.select(1)
                if not self.silent:
                    front = self.prefix(b":", self.number, self.offset + start)
                    self.grep.write(front + block[start:stop] + b"\n")
                if self.count == self.grep.limit:
                    raise Stop
                if stop < end:
                    self.number += 1
                    at = stop + 1
                start = stop + 1
        self.number += block.count(b"\n", at) + 1
        self.offset += len(block) + 1


class Lines(Scan):
    """The slow way, line by line: context, -o, -z, colours."""

    def run(self, fd):
        grep, held, number, offset = self.grep, [], 0, 0
        left = last = 0
        for line in split(fd, grep.end):
            number += 1
            matched = not grep.nothing and self.regex_search(line) is not None
            if matched != grep.invert:
                if self.count == grep.limit:
                    if not left:
                        return
                    matched = None
                else:
                    self.select(1)
            if matched is not None and matched != grep.invert:
                first = held[0][0] if held else number
                if not self.silent:
                    if grep.context and grep.printed and (not last or first > last + 1):
                        grep.write(b"--\n")
                    grep.printed = True
                    for n, o, text in held:
                        self.print(b"-", n, o, text)
                    self.print(b":", number, offset, line)
                held, left, last = [], grep.after, number
                if self.count == grep.limit and not left:
                    return
            elif left:
                left, last = left - 1, number
                if not self.silent:
                    self.print(b"-", number, offset, line)
                if self.count == grep.limit and not left:
                    return
            elif grep.before:
                held = (held + [(number, offset, line)])[-grep.before:]
            offset += len(line) + 1

    def regex_search(self, line, at=0):
        return self.grep.regex.search(line, at)

    def print(self, mark, number, offset, line):
        grep = self.grep
        if self.opts["o"]:
            if mark == b":" and not grep.invert:
                for start, end in self.parts(line):
                    text = line[start:end]
                    if grep.color:
                        text = b"\033[01;31m\033[K" + text + b"\033[m\033[K"
                    grep.write(self.prefix(mark, number, offset + start) + text + grep.end)
            return
        front = self.prefix(mark, number, offset)
        if grep.color and mark == b":" and not grep.invert:
            line = self.painted(line)
        grep.write(front + line + grep.end)

    def parts(self, line):
        """Yield (start, end) of the matches that are not empty."""
        at = 0
        while at <= len(line):
            match = self.regex_search(line, at)
            if match is None:
                return
            if match.end() > match.start():
                yield match.span()
                at = match.end()
            else:
                at = match.end() + 1

    def painted(self, line):
        pieces, at = [], 0
        for start, end in self.parts(line):
            pieces += [line[at:start], b"\033[01;31m\033[K", line[start:end], b"\033[m\033[K"]
            at = end
        return b"".join(pieces + [line[at:]])


def split(fd, end):
    """Yield the lines of a descriptor without their ends."""
    rest = b""
    while data := read(fd):
        lines = (rest + data).split(end)
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


def gather(opts, args):
    """The patterns, from -e, -f or the first operand."""
    texts = []
    for key, value in opts.order:
        if key == "e":
            texts.append(cli.enc(value))
        elif key == "f":
            try:
                with cli.stdin() if value == "-" else open(value, "rb") as file:
                    data = file.read()
            except OSError as error:
                raise cli.Fail("%s: %s" % (value, cli.why(error)), 2) from None
            texts.append(None if not data else data[:-1] if data.endswith(b"\n") else data)
    if not texts and not opts.every("e") + opts.every("f"):
        if not args:
            raise cli.Usage("no pattern given", 2)
        texts.append(cli.enc(args.pop(0)))
    found = [p for text in texts if text is not None for p in text.split(b"\n")]
    return list(dict.fromkeys(found))


def wanted(name, opts):
    """--include and --exclude, for the last part of a path."""
    if not (opts["include"] or opts["exclude"]):
        return True
    from fnmatch import fnmatchcase
    name = os.path.basename(name)
    if any(fnmatchcase(name, glob) for glob in opts.every("exclude")):
        return False
    chosen = opts.every("include")
    return not chosen or any(fnmatchcase(name, glob) for glob in chosen)


def below(top, grep):
    """Yield the files below a directory, in order."""
    pending, seen = [top], set()
    while pending:
        path = pending.pop()
        try:
            info = os.stat(path) if grep.opts["R"] or path == top else os.lstat(path)
            if stat.S_ISDIR(info.st_mode):
                key = (info.st_dev, info.st_ino)
                if key in seen or (path != top and skipped(path, grep.opts)):
                    continue
                seen.add(key)
                names = sorted(os.listdir(path), reverse=True)
                pending += [os.path.join(path, name) for name in names]
            elif stat.S_ISREG(info.st_mode) and wanted(path, grep.opts):
                yield path
        except OSError as error:
            grep.fail(path, error)


def skipped(path, opts):
    from fnmatch import fnmatchcase
    return any(fnmatchcase(os.path.basename(path), glob) for glob in opts.every("exclude-dir"))


def search(grep, name):
    """Search one file by name."""
    try:
        fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
    except OSError as error:
        grep.fail(name, error)
        return
    try:
        grep.found |= grep.file(name, fd)
    except Unreadable as failure:
        grep.fail(name, failure.args[0])
    except OSError as error:
        raise cli.Fail("write error: " + cli.why(error), 2) from None
    finally:
        if fd:
            os.close(fd)


def main(argv):
    opts, args = cli.parse(argv, USAGE, status=2)
    kind = opts.last("EFG") or {"egrep": "E", "fgrep": "F"}.get(argv[0], "G")
    grep = Grep(opts, gather(opts, args), kind)
    recursive = opts["r"] or opts["R"]
    if not args:
        args = ["."] if recursive else ["-"]
    grep.title = opts.last("Hh") == "H" or (
        opts.last("Hh") != "h" and (len(args) > 1 or bool(recursive and os.path.isdir(args[0]))))
    for name in args:
        if recursive and name != "-" and os.path.isdir(name):
            for path in below(name, grep):
                path = path[2:] if name == "." and "." not in argv[1:] else path
                search(grep, path)
                if grep.quiet and grep.found:
                    return 0
        else:
            search(grep, name)
            if grep.quiet and grep.found:
                return 0
    return 2 if grep.failed else 0 if grep.found else 1
