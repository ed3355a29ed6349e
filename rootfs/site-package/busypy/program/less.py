"""less: look at text a screen at a time; without a terminal the same as cat."""

import os

from busypy import cli, text

USAGE = """
usage: less [-NS] [file ...]
  -N  show line numbers
  -S  cut long lines instead of folding them
  -e, -F, -i, -M, -R, -X  ignored

Keys: space f next page, b page back, enter j line forward, k y line back, d u half a page,
/ ? search, n N again, g < top, G > end, h help, r redraw, q quit; arrows and page keys too.
"""
KEYS = {"\033[A": "k", "\033[B": "j", "\033[5~": "b", "\033[6~": " ", "\033[H": "g",
        "\033[F": "G", "\r": "j", "\n": "j", "f": " ", "y": "k", "e": "j", "<": "g", ">": "G",
        "\x06": " ", "\x02": "b", "\x04": "d", "\x15": "u", "\x0c": "r", "\x03": "q", "Q": "q"}


class Pager:
    """The lines that have been read and the part of them on the screen."""

    def __init__(self, files, tty, opts):
        self.files, self.tty, self.opts = files, tty, opts
        self.file = None
        self.rest = b""
        self.lines = []
        self.top = 0
        self.pattern = None
        self.backward = False
        self.message = ""
        self.typed = ""
        self.size()

    def size(self):
        try:
            columns, rows = os.get_terminal_size(self.tty)
        except OSError:
            columns, rows = 80, 24
        self.columns, self.rows = columns or 80, max((rows or 24) - 1, 1)

    def more(self):
        """Read the next block of the input; False at the end of all."""
        while True:
            if self.file is None:
                if not self.files:
                    if self.rest:
                        self.take(self.rest)
                        self.rest = b""
                        return True
                    return False
                self.file = self.files.pop(0)
            data = os.read(self.file, 65536)
            if data:
                parts = (self.rest + data).split(b"\n")
                self.rest = parts.pop()
                for part in parts:
                    self.take(part)
                return True
            self.file = None

    def take(self, line):
        """Fold or cut a line to the screen; what is not printable is shown as ^X."""
        shown = "".join(c if c.isprintable() else "^" + chr(ord(c) ^ 64) if ord(c) < 128 else "?"
                        for c in os.fsdecode(line).expandtabs(8))
        if self.opts["N"]:
            shown = "%7d %s" % (len(self.lines) + 1, shown)
        width = self.columns
        if self.opts["S"] or text.width(shown) <= width:
            self.lines.append(shown[:width])
            return
        while shown:
            self.lines.append(shown[:width])
            shown = shown[width:]

    def need(self, count):
        while len(self.lines) < count and self.more():
            pass

    def draw(self):
        self.need(self.top + self.rows)
        self.top = max(min(self.top, len(self.lines) - self.rows), 0)
        rows = self.lines[self.top:self.top + self.rows]
        rows += ["~"] * (self.rows - len(rows))
        out = "\033[H" + "".join("\033[K%s\r\n" % self.marked(row) for row in rows)
        ended = self.top + self.rows >= len(self.lines) and not self.files and self.file is None
        prompt = self.message or ("\033[7m(END)\033[m" if ended else ":")
        self.message = ""
        self.put(out + "\033[K" + prompt)

    def marked(self, row):
        if self.pattern is None or self.pattern.search(row) is None:
            return row
        return self.pattern.sub(lambda m: "\033[7m%s\033[m" % m[0] if m[0] else "", row)

    def put(self, shown):
        data = cli.enc(shown)
        while data:
            data = data[os.write(1, data):]

    def key(self):
        """One key, or an escape sequence as one; what was typed ahead stays for later."""
        if not self.typed:
            self.typed = os.fsdecode(os.read(self.tty, 256)) or "q"
        at = 1
        if self.typed[:2] == "\033[":
            at = 2
            while at < len(self.typed) and not (self.typed[at].isalpha() or self.typed[at] == "~"):
                at += 1
            at += 1
        key, self.typed = self.typed[:at], self.typed[at:]
        return key

    def ask(self, prompt):
        """A line typed at the bottom."""
        typed = ""
        while True:
            self.put("\r\033[K" + prompt + typed)
            key = self.key()
            if key in ("\r", "\n"):
                return typed
            if key in ("\x7f", "\b"):
                if not typed:
                    return None
                typed = typed[:-1]
            elif key in ("\033", "\x03"):
                return None
            else:
                typed += "".join(c for c in key if c.isprintable())

    def search(self, backward):
        """Go to the next line that matches."""
        if self.pattern is None:
            return
        at = self.top
        while True:
            at += -1 if backward else 1
            if at < 0:
                break
            self.need(at + 1)
            if at >= len(self.lines):
                break
            if self.pattern.search(self.lines[at]):
                self.top = at
                return
        self.message = "\033[7mPattern not found\033[m"

    def new_search(self, mark):
        import re
        typed = self.ask(mark)
        if typed is None:
            return
        self.backward = mark == "?"
        if typed:
            try:
                self.pattern = re.compile(typed)
            except re.error as error:
                self.message = "\033[7m%s\033[m" % error
                return
        self.search(self.backward)

    def act(self, key):
        """Do what a key says; False to quit."""
        steps = {" ": self.rows, "b": -self.rows, "j": 1, "k": -1, "d": self.rows // 2,
                 "u": -(self.rows // 2)}
        if key == "q":
            return False
        if key in steps:
            self.top += steps[key]
        elif key == "g":
            self.top = 0
        elif key == "G":
            self.need(1 << 60)
            self.top = len(self.lines)
        elif key in "/?" and key:
            self.new_search(key)
        elif key == "n":
            self.search(self.backward)
        elif key == "N":
            self.search(not self.backward)
        elif key == "h":
            self.message = "space b j k d u / ? n N g G q"
        return True

    def run(self):
        resized = []
        import _signal
        old = _signal.signal(_signal.SIGWINCH, lambda *_: resized.append(True))
        try:
            self.put("\033[?1049h")
            while True:
                self.draw()
                key = self.wait(resized)
                if not self.act(KEYS.get(key, key)):
                    return
        finally:
            _signal.signal(_signal.SIGWINCH, old)
            self.put("\r\033[K\033[?1049l")

    def wait(self, resized):
        """A key, or 'r' when the size has changed."""
        import select
        while True:
            if resized:
                resized.clear()
                self.size()
                return "r"
            if self.typed or select.select([self.tty], [], [], 0.5)[0]:
                return self.key()


def opened(names):
    """Descriptors of what can be read, and the status."""
    found, status = [], 0
    for name in names:
        try:
            fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
            os.read(fd, 0)
            found.append(fd)
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
    return found, status


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    if not os.isatty(1):
        from busypy.program import cat
        return cat.main(["cat", "--", *args])
    if not args and os.isatty(0):
        raise cli.Usage("missing filename")
    files, status = opened(args or ["-"])
    if not files:
        return status
    try:
        tty = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        tty = 2
    import termios
    old = termios.tcgetattr(tty)
    new = termios.tcgetattr(tty)
    new[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    new[0] &= ~termios.ICRNL
    try:
        termios.tcsetattr(tty, termios.TCSADRAIN, new)
        Pager(files, tty, opts).run()
    finally:
        termios.tcsetattr(tty, termios.TCSADRAIN, old)
    return status
