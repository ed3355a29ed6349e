"""cat: join files and print them."""

import os

from busypy import cli

USAGE = """
usage: cat [-AbeEnstTuv] [file ...]
  -A, --show-all          the same as -vET
  -b, --number-nonblank   number lines that are not empty
  -e                      the same as -vE
  -E, --show-ends         put $ at the end of each line
  -n, --number            number all lines
  -s, --squeeze-blank     print one empty line for several
  -t                      the same as -vT
  -T, --show-tabs         print tabs as ^I
  -u                      ignored: output is never held back
  -v, --show-nonprinting  print control characters as ^X and high ones as M-x
"""
BLOCK = 1 << 17


def visible(byte):
    """How -v shows one byte."""
    if byte >= 128:
        return b"M-" + visible(byte - 128)
    if byte == 127:
        return b"^?"
    if byte < 32:
        return b"^%c" % (byte + 64)
    return b"%c" % byte


class Filter:
    """Numbering and showing, carried over from one file to the next."""

    def __init__(self, opts):
        self.number = opts["n"] or opts["b"]
        self.nonblank = opts["b"]
        self.squeeze = opts["s"]
        self.end = b"$\n" if opts["A"] or opts["e"] or opts["E"] else b"\n"
        keep_tab = not (opts["A"] or opts["t"] or opts["T"])
        show = opts["A"] or opts["e"] or opts["t"] or opts["v"]
        self.shown = [visible(b) if show else b"%c" % b for b in range(256)]
        self.shown[9] = b"\t" if keep_tab else b"^I"
        self.plain = not show and keep_tab
        self.count = 0
        self.blank = False
        self.fresh = True

    def line(self, line):
        body = line.rstrip(b"\n") if line.endswith(b"\n") else line
        ended = len(body) != len(line)
        if self.fresh:
            empty = ended and not body
            if empty and self.blank and self.squeeze:
                return b""
            self.blank = empty
        prefix = b""
        if self.number and self.fresh and not (self.nonblank and ended and not body):
            self.count += 1
            prefix = b"%6d\t" % self.count
        self.fresh = ended
        if not self.plain:
            body = b"".join([self.shown[b] for b in body])
        return prefix + body + (self.end if ended else b"")


def copy(fd):
    """Copy a descriptor to stdout; the kernel moves the data where it can."""
    moved = 0
    try:
        while count := os.sendfile(1, fd, None, 1 << 30):
            moved += count
        if moved:
            return
    except OSError:
        pass  # not for this pair of files: read and write say what is wrong, if anything
    while data := os.read(fd, BLOCK):
        put(data)


def put(data):
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(1, view):]
    except OSError as error:
        raise cli.Fail("write error: " + cli.why(error)) from None


def loops(fd):
    """Whether this input is also the output, so that copying would never end."""
    source, target = os.fstat(fd), os.fstat(1)
    if (source.st_dev, source.st_ino) != (target.st_dev, target.st_ino):
        return False
    if source.st_mode & 0o170000 != 0o100000 or source.st_size == 0:
        return False
    import fcntl
    append = fcntl.fcntl(1, fcntl.F_GETFL) & os.O_APPEND
    return append or os.lseek(fd, 0, 1) < os.lseek(1, 0, 1)


def show(fd, rules):
    out = cli.out()
    with open(fd, "rb", closefd=False) as file:
        while line := file.readline(BLOCK):
            out.write(rules.line(line))
            if out.raw.isatty():
                out.flush()


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    rules = Filter(opts) if set(opts) - {"u"} else None
    status = 0
    for name in args or ["-"]:
        try:
            fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
            continue
        try:
            if loops(fd):
                status = cli.warn("%s: input file is output file" % name)
            elif rules:
                show(fd, rules)
            else:
                copy(fd)
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
        finally:
            if fd:
                os.close(fd)
    return status
