"""tail: print the end of files, and go on as they grow."""

import os
import stat
import time

from busypy import cli
from busypy.program.head import amount

USAGE = """
usage: tail [-fFqv] [-n count | -c count] [file ...]
  -n COUNT, --lines=COUNT  so many lines (10); +COUNT: from that line on
  -c COUNT, --bytes=COUNT  so many bytes; +COUNT: from that byte on
  -f, --follow  wait for more
  -F  the same, by name: a file that is replaced is opened again
  -q, --quiet, --silent  no names
  -s SECONDS, --sleep-interval=SECONDS  with -f, look so often (0.5)
  -v, --verbose  always the names
  -z, --zero-terminated  lines end with NUL
  --pid=PID  with -f, end when this process has ended
  --retry  ignored: -F does it
"""
BLOCK = 1 << 16


def old_style(argv):
    """tail -5, tail +5 and tail -5f are tail -n 5, -n +5 and -n 5 -f."""
    words = []
    for at, word in enumerate(argv):
        if at and word == "--":
            return words + argv[at:]
        taken = at and argv[at - 1] in ("-n", "-c", "-s", "--lines", "--bytes")
        if at and not taken and word[:1] in ("-", "+") and word[1:2].isdigit():
            digits = word[1:].rstrip("cflkbmq")
            rest = word[1 + len(digits):]
            sign = "+" if word[0] == "+" else ""
            words += ["-c" if "c" in rest else "-n", sign + digits]
            words += ["-f"] if "f" in rest else []
        else:
            words.append(word)
    return words


def rest_of(fd, write):
    while data := os.read(fd, BLOCK):
        write(data)


def from_line(fd, number, write, end):
    skip = max(number - 1, 0)
    while skip:
        data = os.read(fd, BLOCK)
        if not data:
            return
        found = data.count(end)
        if found < skip:
            skip -= found
            continue
        at = -1
        for _ in range(skip):
            at = data.find(end, at + 1)
        write(data[at + 1:])
        break
    rest_of(fd, write)


def from_byte(fd, number, write):
    skip = max(number - 1, 0)
    while skip:
        data = os.read(fd, min(BLOCK, skip))
        if not data:
            return
        skip -= len(data)
    rest_of(fd, write)


def last_of_pipe(fd, count, write, lines, end):
    """Keep only what may be the end."""
    held, seen = [], 0
    while data := os.read(fd, BLOCK):
        held.append(data)
        seen += data.count(end) if lines else len(data)
        while len(held) > 1:
            first = held[0].count(end) if lines else len(held[0])
            if seen - first <= count:
                break
            seen -= first
            held.pop(0)
    data = b"".join(held)
    write(data[cut(data, count, lines, end):])


def cut(data, count, lines, end):
    """Where the last `count` lines or bytes begin."""
    if not lines:
        return max(len(data) - count, 0)
    if not count:
        return len(data)
    at = len(data) - 1 if data.endswith(end) else len(data)
    for _ in range(count):
        at = data.rfind(end, 0, at)
        if at < 0:
            return 0
    return at + 1


def last_of_file(fd, count, write, lines, end):
    """Go backwards in blocks from the end; nothing but the end is read."""
    start = os.lseek(fd, 0, os.SEEK_CUR)
    size = os.lseek(fd, 0, os.SEEK_END)
    at, data = size, b""
    if not lines:
        at = max(start, size - count)
    while lines and at > start and data.count(end) <= count:
        step = min(BLOCK, at - start)
        at -= step
        data = os.pread(fd, step, at) + data
    os.lseek(fd, at + cut(data, count, lines, end) if lines else at, os.SEEK_SET)
    rest_of(fd, write)


def show(fd, opts, sign, count, write):
    lines, end = opts.last("nc") != "c", b"\0" if opts["z"] else b"\n"
    if sign == "+":
        from_line(fd, count, write, end) if lines else from_byte(fd, count, write)
        return
    seekable = stat.S_ISREG(os.fstat(fd).st_mode) and os.fstat(fd).st_size
    (last_of_file if seekable else last_of_pipe)(fd, count, write, lines, end)


class Followed:
    """One file that is waited for."""

    def __init__(self, name, fd, title):
        self.name, self.fd, self.title = name, fd, title

    def reopened(self):
        """-F: whether the name now leads to another file; it is opened."""
        try:
            there = os.stat(self.name)
            if self.fd is not None:
                here = os.fstat(self.fd)
                if (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino):
                    return False
            fd = os.open(self.name, os.O_RDONLY)
        except OSError:
            return False
        if self.fd is not None:
            os.close(self.fd)
        self.fd = fd
        return True

    def more(self, by_name, write):
        """Print what has been added; whether there was something."""
        if by_name and self.name != "-":
            old = self.fd
            data = self.read()
            if not data and self.reopened():
                verb = "has been replaced" if old is not None else "has appeared"
                cli.warn("%s %s;  following new file" % (cli.quote(self.name), verb))
                data = self.read()
        else:
            data = self.read()
        if data:
            self.title(self)
            write(data)
        return bool(data)

    def read(self):
        if self.fd is None:
            return b""
        info = os.fstat(self.fd)
        if stat.S_ISREG(info.st_mode) and os.lseek(self.fd, 0, os.SEEK_CUR) > info.st_size:
            cli.warn("%s: file truncated" % self.name)
            os.lseek(self.fd, 0, os.SEEK_SET)
        return os.read(self.fd, BLOCK)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def follow(files, opts):
    out, by_name = cli.out(), opts.last("fF") == "F"
    pause = float(opts["s"] or 0.5)
    pid = cli.number(opts["pid"], "PID") if opts["pid"] is not None else None
    while True:
        ended = pid is not None and not alive(pid)
        grown = [file.more(by_name, out.write) for file in files]
        out.flush()
        if any(grown):
            continue
        if ended:
            return
        time.sleep(pause)


def main(argv):
    opts, args = cli.parse(old_style(argv), USAGE)
    key = opts.last("nc") or "n"
    sign, count = amount(opts[key] or "10", "bytes" if key == "c" else "lines")
    titles = opts.last("qv") == "v" or (len(args) > 1 and opts.last("qv") != "q")
    out, shown, files, status = cli.out(), [], [], 0

    def title(file):
        """Say whose output follows, if it is another file's than before."""
        if titles and (not shown or shown[-1] is not file):
            label = "standard input" if file.name == "-" else file.name
            out.write(cli.enc("%s==> %s <==\n" % ("\n" if shown else "", label)))
            shown.append(file)

    for name in args or ["-"]:
        try:
            file = Followed(name, 0 if name == "-" else os.open(name, os.O_RDONLY), title)
            title(file)
            show(file.fd, opts, sign, count, out.write)
            if name != "-" or not stat.S_ISFIFO(os.fstat(0).st_mode):
                files.append(file)      # of a pipe as standard input -f is ignored (POSIX)
        except OSError as error:
            opening = error.filename is not None
            what = "cannot open %s for reading" if opening else "error reading %s"
            status = cli.warn("%s: %s" % (what % cli.quote(name), cli.why(error)))
            if opening and opts.last("fF") == "F":
                files.append(Followed(name, None, title))
    if opts.last("fF") and files:
        follow(files, opts)
    return status
