"""sed: edit text line by line; the language is read by busypy.program.sed.script."""

import os
import stat

from busypy import cli
from busypy.program.sed import script as language
from busypy.program.sed.script import Bad

USAGE = """
usage: sed [-Einrsuz] script [file ...]
       sed [option ...] -e script ... [-f file ...] [file ...]
  -E, --regexp-extended  extended regular expressions
  -e SCRIPT, --expression=SCRIPT  commands
  -f FILE, --file=FILE  the commands are in this file
  -i[SUFFIX], --in-place[=SUFFIX]  replace each file by the result, keeping it under NAME+SUFFIX
  -n, --quiet, --silent  print only what p and others print
  -r  the same as -E
  -s, --separate  each file has its own line numbers and last line
  -u, --unbuffered  write each line at once
  -z, --null-data  lines end with NUL
  --posix  ignored
"""
BLOCK = 1 << 16


class Input:
    """The lines of all files, with one line of foresight for $."""

    def __init__(self, names, separate, end):
        self.names = list(names)
        self.separate, self.end = separate, end
        self.status = 0
        self.file = None
        self.name = "-"
        self.number = 0
        self.next_line = None
        self.opened = lambda name, file: None
        self.closed = lambda: None

    def open_next(self):
        """Open the next file that can be opened; False at the end."""
        while self.names:
            name = self.names.pop(0)
            try:
                if name == "-":
                    file = cli.stdin()
                else:
                    file = open(name, "rb", BLOCK)
                file.peek(1)  # a directory opens, but cannot be read
            except OSError as error:
                # Of what cannot be read only the name is told, as for a missing file.
                words = "couldn't edit %s: not a regular file" if isinstance(
                    error, IsADirectoryError) and self.separate else "can't read %s: " + \
                    cli.why(error).replace("%", "%%")
                self.status = cli.warn(words % name) and 2
                continue
            self.file, self.name = file, name
            return True
        return False

    def raw(self):
        """The next line of the open file with its end, or b''."""
        if self.end == b"\n":
            return self.file.readline()
        parts = []
        while byte := self.file.read(1):
            parts.append(byte)
            if byte == self.end:
                break
        return b"".join(parts)

    def read(self):
        """The next line with its end, over all files; b'' at the end."""
        if self.next_line is not None:
            line, self.next_line = self.next_line, None
            return line
        while True:
            if self.file is None:
                if not self.open_next():
                    return b""
                if self.separate:
                    self.number = 0
                self.opened(self.name, self.file)
            line = self.raw()
            if line:
                return line
            self.close()

    def close(self):
        self.file.close()
        self.file = None
        self.closed()

    def is_last(self):
        """Whether no line follows: only now is the next one read ahead."""
        if self.next_line is not None:
            return False
        if self.separate:
            if self.file is None:
                return True
            line = self.raw()
            if line:
                self.next_line = line
                return False
            return True
        # Reading ahead may open the next file; without -s and -i nobody watches that.
        name = self.name
        line = self.read()
        if not line:
            return True
        self.next_line, self.name = line, name
        return False


class InPlace:
    """-i: write to a temporary name in the same directory and rename when the file is done."""

    def __init__(self, suffix, output):
        self.suffix = "" if suffix is True else suffix
        self.output = output
        self.replacement = None

    def begin(self, name, file):
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise cli.Fail("couldn't edit %s: not a regular file" % name, 4)
        from busypy.replacement import Replacement
        self.replacement = Replacement(name, info)
        self.output.file, self.output.missing = self.replacement.file, False

    def end(self):
        if self.replacement is None:
            return
        backup = None
        if self.suffix:
            folder, base = os.path.split(self.replacement.path)
            backup = self.suffix.replace("*", base) if "*" in self.suffix else base + self.suffix
            backup = os.path.join(folder, backup)
        self.replacement.commit(backup)
        self.replacement = None
        self.output.file, self.output.missing = cli.out(), False

    def abandon(self):
        if self.replacement is not None:
            self.replacement.abandon()


def script_of(opts, args):
    """[(text, where it is from)] of -e and -f, or the first operand."""
    parts = []
    for key, value in opts.order:
        if key == "e":
            parts.append(cli.enc(value))
        elif key == "f":
            try:
                with cli.stdin() if value == "-" else open(value, "rb") as file:
                    data = file.read()
            except OSError as error:
                raise cli.Fail("couldn't open file %s: %s" % (value, cli.why(error))) from None
            parts.append(data[:-1] if data.endswith(b"\n") else data)
    if not parts:
        if not args:
            raise cli.Usage("no script given")
        parts.append(cli.enc(args.pop(0)))
    return b"\n".join(parts)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    text = script_of(opts, args)
    in_place = opts["i"]
    end = b"\0" if opts["z"] else b"\n"
    try:
        script = language.parse(text, bool(opts["E"] or opts["r"]))
    except Bad as error:
        raise cli.Fail("-e expression #1, char %d: %s" % (error.at, error)) from None
    source = Input(args or ["-"], bool(opts["s"] or in_place), end)
    from busypy.program.sed import run
    output = run.Sink(cli.out(), end, bool(opts["u"]))
    machine = run.Machine(script, source, output, bool(opts["n"] or script.quiet), end)
    if not in_place:
        return machine.run() or source.status
    edit = InPlace(in_place, output)
    source.opened, source.closed = edit.begin, edit.end
    try:
        status = machine.run()
        edit.end()
        return status or source.status
    finally:
        edit.abandon()
