"""xargs: run a program with arguments from standard input."""

import os

from busypy import cli, process

USAGE = """
usage: xargs [-0prtx] [-E eof] [-I text | -L lines | -n count] [-P jobs] [-s size]
             [program [argument ...]]
  -0, --null  the arguments end with NUL, and quotes mean nothing
  -a FILE, --arg-file=FILE  read this file instead of standard input
  -d CHAR, --delimiter=CHAR  the arguments end with this, and quotes mean nothing
  -E EOF  this argument ends the input
  -I TEXT  one line at a time, in place of this text
  -L LINES, --max-lines=LINES  so many lines for each run
  -n COUNT, --max-args=COUNT  so many arguments for each run
  -P JOBS, --max-procs=JOBS  so many at the same time (0: no limit)
  -p, --interactive  ask before each run
  -r, --no-run-if-empty  do nothing without arguments
  -s SIZE, --max-chars=SIZE  so many bytes for each command line
  -t, --verbose  print each command on standard error
  -x, --exit  fail if an argument does not fit
"""
BLOCK = 1 << 16


class Reader:
    """Split the input into (argument, whether it ends a line)."""

    def __init__(self, fd, opts):
        self.fd = fd
        self.eof = cli.enc(opts["E"]) if opts["E"] else None
        self.lines = opts["I"] is not None
        self.mark = b"\0" if opts["0"] else None
        if opts["d"] is not None:
            from busypy.lib import escape
            self.mark = escape.decode(cli.enc(opts["d"]))[:1] or b"\0"

    def blocks(self):
        while data := os.read(self.fd, BLOCK):
            yield data

    def split(self):
        """For -0 and -d."""
        rest = b""
        for data in self.blocks():
            parts = (rest + data).split(self.mark)
            rest = parts.pop()
            for part in parts:
                yield part, True
        if rest:
            yield rest, True

    def quoted(self):
        """Blanks, quotes and backslashes as POSIX has them for xargs."""
        word, quote, escaped, blank = None, 0, False, False
        for data in self.blocks():
            for byte in data:
                if escaped:
                    word, escaped = (word or bytearray()) + bytes([byte]), False
                elif quote:
                    if byte == quote:
                        quote = 0
                    elif byte == 10:
                        kind = "double" if quote == 34 else "single"
                        raise cli.Fail("unmatched %s quote; by default quotes are special to "
                                       "xargs unless you use the -0 option" % kind)
                    else:
                        word.append(byte)
                elif byte == 92:
                    word, escaped = word if word is not None else bytearray(), True
                elif byte in b"'\"":
                    word, quote = word if word is not None else bytearray(), byte
                elif byte == 10 or (byte in b" \t" and not self.lines):
                    if word is not None:
                        # A line that ends with a blank goes on in the next one (for -L).
                        yield bytes(word), byte == 10
                    elif byte == 10 and blank is not True:
                        yield None, True
                    word = None
                elif byte in b" \t" and word is None:
                    continue
                else:
                    word = word if word is not None else bytearray()
                    word.append(byte)
        if quote:
            raise cli.Fail("unmatched %s quote; by default quotes are special to xargs "
                           "unless you use the -0 option" % ("double" if quote == 34 else "single"))
        if word is not None:
            yield bytes(word), True

    def arguments(self):
        for argument, last in (self.split() if self.mark else self.quoted()):
            if argument is not None and argument == self.eof and not self.mark:
                return
            yield argument, last


class Runner:
    """The child processes and the status they cause."""

    def __init__(self, opts, jobs):
        self.opts, self.jobs = opts, jobs
        self.running = 0
        self.status = 0
        self.null = os.open("/dev/null", os.O_RDONLY)

    def run(self, command):
        if self.opts["t"] or self.opts["p"]:
            cli.out().flush()
            os.write(2, b" ".join(command) + (b"?..." if self.opts["p"] else b"\n"))
            if self.opts["p"] and not self.confirmed():
                return
        while self.jobs and self.running >= self.jobs:
            self.wait()
        process.start([os.fsdecode(word) for word in command], self.null)
        self.running += 1

    @staticmethod
    def confirmed():
        with open("/dev/tty", "rb") as terminal:
            return terminal.readline()[:1] in (b"y", b"Y")

    def wait(self):
        status = os.waitstatus_to_exitcode(os.wait()[1])
        self.running -= 1
        if status < 0:
            raise cli.Fail("terminated by signal %d" % -status, 125)
        if status == 255:
            raise cli.Fail("exited with status 255; aborting", 124)
        if status in (126, 127):
            self.status = status
            raise SystemExit(status)
        if status:
            self.status = 123

    def finish(self):
        while self.running:
            self.wait()
        return self.status


def limit(opts):
    """How long a command line may get: what the kernel takes, less the environment."""
    if opts["s"] is not None:
        return cli.number(opts["s"], "number for -s option", 1)
    most = os.sysconf("SC_ARG_MAX") - 4096
    most -= sum(len(k) + len(v) + 10 for k, v in os.environb.items())
    return max(min(most, 128 << 10), 4096)


def batches(reader, opts, base):
    """Yield the lists of arguments for each run."""
    room = limit(opts) - sum(len(word) + 1 for word in base)
    key = opts.last("nL")
    most = cli.number(opts["n"], "number for -n option", 1) if key == "n" else 0
    lines = cli.number(opts["L"], "number for -L option", 1) if key == "L" else 0
    batch, size, ended = [], 0, 0
    for argument, last in reader.arguments():
        if argument is None:
            continue
        if len(argument) + 1 > room:
            if batch:
                yield batch
            raise cli.Fail("argument line too long")
        if batch and (size + len(argument) + 1 > room or len(batch) == most):
            if opts["x"] and len(batch) != most and most:
                raise cli.Fail("argument line too long")
            yield batch
            batch, size, ended = [], 0, 0
        batch.append(argument)
        size += len(argument) + 1
        ended += last
        if lines and ended == lines:
            yield batch
            batch, size, ended = [], 0, 0
    if batch:
        yield batch


def main(argv):
    opts, args = cli.parse(argv, USAGE, stop=True)
    base = [cli.enc(word) for word in args or ["echo"]]
    jobs = cli.number(opts["P"] or "1", "number for -P option")
    fd = 0 if opts["a"] is None else os.open(opts["a"], os.O_RDONLY)
    reader, runner = Reader(fd, opts), Runner(opts, jobs)
    if opts["I"] is not None:
        text = cli.enc(opts["I"])
        for argument, _ in reader.arguments():
            if argument is not None:
                runner.run([word.replace(text, argument) for word in base])
        return runner.finish()
    ran = False
    try:
        for batch in batches(reader, opts, base):
            runner.run(base + batch)
            ran = True
    except cli.Fail:
        runner.finish()
        raise
    if not ran and not opts["r"]:
        runner.run(base)
    return runner.finish()
