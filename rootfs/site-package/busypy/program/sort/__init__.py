"""sort: sort, merge or check lines; what does not fit in memory goes through temporary files."""

import os

from busypy import cli
from busypy.program.sort import keys

USAGE = """
usage: sort [-bcCdfghiMmnrsuVz] [-k key] ... [-o file] [-t char] [file ...]
  -b, --ignore-leading-blanks  blanks at the start do not count
  -C  like -c without a message
  -c, --check  only check whether the input is sorted
  -d, --dictionary-order  only blanks, letters and digits count
  -f, --ignore-case  lower case letters count as upper case ones
  -g, --general-numeric-sort  by any floating point number
  -h, --human-numeric-sort  by numbers like 2K and 1G
  -i, --ignore-nonprinting  only printable characters count
  -k KEY, --key=KEY  sort by start[.char][flags][,end[.char][flags]]
  -M, --month-sort  by the names of months
  -m, --merge  the files are sorted: only merge them
  -n, --numeric-sort  by numbers
  -o FILE, --output=FILE  write to this file, which may be one of the input
  -R, --random-sort  by a random hash of the keys
  -r, --reverse  the other way round
  -S SIZE, --buffer-size=SIZE  memory to use before temporary files
  -s, --stable  lines with the same keys keep their order
  -T DIR, --temporary-directory=DIR  where temporary files go
  -t CHAR, --field-separator=CHAR  what separates fields
  -u, --unique  only the first of lines with the same keys
  -V, --version-sort  numbers in names count as numbers
  -z, --zero-terminated  lines end with NUL
  --parallel=N  ignored

Characters sort by their bytes, whatever the locale.
"""
PIECE = 1 << 22
COST = 64  # bytes that a line takes besides its text
MEMORY = 160 << 20
WAYS = 64  # runs that are merged at a time


class Runs:
    """Sorted temporary files without names: nothing is left behind whatever happens."""

    def __init__(self, folder, end):
        self.folder, self.end = folder, end
        self.files = []

    def temporary(self):
        import tempfile
        return tempfile.TemporaryFile(dir=self.folder)

    def add(self, lines):
        file = self.temporary()
        for at in range(0, len(lines), 1 << 16):
            file.write(self.end.join(lines[at:at + (1 << 16)]) + self.end)
        file.seek(0)
        self.files.append(file)

    def reduce(self, order, unique):
        """Merge runs until few enough are left to merge in one go; in order, so it stays stable."""
        while len(self.files) > WAYS:
            group, self.files = self.files[:WAYS], self.files[WAYS:]
            file = self.temporary()
            merge([pieces(f, self.end) for f in group], order, unique, file.write, self.end)
            file.seek(0)
            # Every further merge takes what follows: the order of the input is kept.
            self.files.append(file)
            for done in group:
                done.close()


def pieces(file, end):
    """Yield lists of lines, without their ends."""
    rest = b""
    while data := file.read(PIECE):
        lines = (rest + data).split(end)
        rest = lines.pop()
        if lines:
            yield lines
    if rest:
        yield [rest]


class Side:
    """One sorted input of a merge: the lines that are loaded."""

    def __init__(self, source):
        self.source, self.lines = source, []

    def fill(self):
        while not self.lines:
            self.lines = next(self.source, None)
            if self.lines is None:
                return False
        return True


def merge(sources, order, unique, write, end):
    """Merge sorted inputs by blocks: what is surely next of each is sorted together.

    list.sort finds the sorted stretches and merges them, much faster than line by line.
    """
    sides, last = [Side(source) for source in sources], None
    while True:
        sides = [side for side in sides if side.fill()]
        if not sides:
            return
        bound = 0
        for at in range(1, len(sides)):
            if order.compare(sides[at].lines[-1], sides[bound].lines[-1]) < 0:
                bound = at
        limit, ready = sides[bound].lines[-1], []
        for at, side in enumerate(sides):
            # Equal lines of later inputs wait: an earlier one may still have more of them.
            cut = len(side.lines) if at == bound else \
                order.position(side.lines, limit, at < bound)
            ready += side.lines[:cut]
            side.lines = side.lines[cut:]
        order.sort(ready)
        if unique:
            ready = order.unique(ready, last)
            last = ready[-1] if ready else last
        if ready:
            write(end.join(ready) + end)


def check(source, order, unique, name, quiet, end):
    """-c and -C: the status, and the first line out of order."""
    last, number = None, 0
    for lines in pieces(source, end):
        for line in lines:
            number += 1
            if last is not None:
                result = order.compare(last, line)
                if result > 0 or (unique and result == 0):
                    if not quiet:
                        cli.warn("%s:%d: disorder: %s" % (name, number, os.fsdecode(line)))
                    return 1
            last = line
    return 0


def load(files, limit, runs, order, unique, end):
    """Read all; the last part stays in memory and is returned sorted, the rest goes into runs."""
    lines, used = [], 0

    def finish():
        order.sort(lines)
        return order.unique(lines, None) if unique else lines
    for file in files:
        for part in pieces(file, end):
            lines += part
            used += PIECE + COST * len(part)
            if used > limit:
                runs.add(finish())
                lines, used = [], 0
    return finish()


def open_one(name):
    try:
        file = cli.stdin() if name == "-" else open(name, "rb")
    except OSError as error:
        raise cli.Fail("cannot read: %s: %s" % (name, cli.why(error)), 2) from None
    try:
        file.peek(1)
    except OSError as error:
        raise cli.Fail("read failed: %s: %s" % (name, cli.why(error)), 2) from None
    return file


def opened(names):
    """Yield the open files one after the other."""
    for name in names:
        with open_one(name) as file:
            yield file


def memory(text):
    if text is None:
        return MEMORY
    digits = text.rstrip("bBkKmMgG%")
    unit = {"": 1 << 10, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "%": 1 << 22}
    suffix = text[len(digits):].lower()
    if not digits.isdigit() or suffix not in unit:
        raise cli.Fail("invalid -S argument %s" % cli.quote(text), 2)
    return max(int(digits) * unit[suffix], 1 << 20)


class Output:
    """Where to write: standard output, or the file of -o, which is as before or complete."""

    def __init__(self, name):
        self.replacement = None
        self.file = cli.out()
        if name is None:
            return
        try:
            from busypy import replacement
            info = replacement.replaceable(name)
            if info:
                self.replacement = replacement.Replacement(name, info)
            self.file = self.replacement.file if info else open(name, "wb")
        except OSError as error:
            raise cli.Fail("open failed: %s: %s" % (name, cli.why(error)), 2) from None

    def __enter__(self):
        return self.file.write

    def __exit__(self, failed, *_):
        if self.replacement and failed:
            self.replacement.abandon()
        elif self.replacement:
            self.file.flush()
            self.replacement.commit()
        else:
            self.file.flush()


def reads(args, name):
    """Whether the file of -o is one of the input: it must not be opened before all is read."""
    try:
        target = os.stat(name)
    except (OSError, TypeError):
        return False
    for arg in args:
        try:
            if os.path.samestat(os.fstat(0) if arg == "-" else os.stat(arg), target):
                return True
        except OSError:
            continue    # told when it is opened
    return False


def put(lines, write, end):
    for at in range(0, len(lines), 1 << 16):
        write(end.join(lines[at:at + (1 << 16)]) + end)


def sort(opts, args, order, end):
    runs = Runs(opts["T"] or os.environ.get("TMPDIR") or "/tmp", end)
    unique = bool(opts["u"])
    if opts["m"] and not reads(args, opts["o"]):
        sources = [pieces(open_one(name), end) for name in args]
        with Output(opts["o"]) as write:
            merge(sources, order, unique, write, end)
    else:
        lines = load(opened(args), memory(opts["S"]), runs, order, unique, end)
        if runs.files:
            runs.reduce(order, unique)
            sources = [pieces(file, end) for file in runs.files] + [iter([lines] if lines else [])]
            with Output(opts["o"]) as write:
                merge(sources, order, unique, write, end)
        else:
            with Output(opts["o"]) as write:
                put(lines, write, end)


def main(argv):
    opts, args = cli.parse(argv, USAGE, status=2)
    end = b"\0" if opts["z"] else b"\n"
    order = keys.Order(opts)
    args = args or ["-"]
    if opts["c"] or opts["C"]:
        if len(args) > 1:
            raise cli.Fail("extra operand %s not allowed with -c" % cli.quote(args[1]), 2)
        for file in opened(args):
            return check(file, order, opts["u"], args[0], opts["C"], end)
    try:
        sort(opts, args, order, end)
    except OSError as error:
        name = "write failed: %s" % (opts["o"] or "'standard output'")
        raise cli.Fail("%s: %s" % (name, cli.why(error)), 2) from None
    return 0
