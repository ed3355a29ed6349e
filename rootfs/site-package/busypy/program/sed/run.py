"""Run a sed script: pattern space, hold space, ranges."""

import os

from busypy import cli, text


class Quit(Exception):
    """q or Q; args[0] is the status."""


class Again(Exception):
    """D: the next cycle starts without reading a line."""


class Sink:
    """Where edited lines go. A newline that the input lacked is added when more comes."""

    def __init__(self, file, end, flush):
        self.file, self.end, self.flush = file, end, flush
        self.missing = False

    def put(self, text, end):
        """Write a line; `end` is empty where the input had none."""
        if self.missing:
            self.file.write(self.end)
        self.file.write(text + end)
        self.missing = not end
        if self.flush:
            self.file.flush()

    def raw(self, data):
        if not data:
            return
        if self.missing:
            self.file.write(self.end)
        self.missing = False
        self.file.write(data)
        if self.flush:
            self.file.flush()


class Machine:
    """The two spaces and everything that lives from one cycle to the next."""

    def __init__(self, script, source, output, quiet, end):
        self.script, self.source, self.output = script, source, output
        self.quiet, self.end = quiet, end
        self.space = self.hold = b""
        self.line_end = end
        self.queue = []
        self.substituted = False
        self.last_regex = None
        self.files = {name: self.writable(name) for name in dict.fromkeys(script.files)}
        self.reading = {}
        self.wide = text.utf8()

    def writable(self, name):
        if name == b"/dev/stdout":
            return self.output
        if name == b"/dev/stderr":
            return Sink(open(2, "wb", 0, closefd=False), self.end, True)
        try:
            return Sink(open(name, "wb"), self.end, True)
        except OSError as error:
            shown = os.fsdecode(name)
            raise cli.Fail("couldn't open file %s: %s" % (shown, cli.why(error)), 4) from None

    def run(self):
        """All cycles; returns the status."""
        keep = False
        try:
            while keep or self.read():
                if not keep:
                    self.substituted = False
                keep = self.cycle()
        except Quit as end:
            return end.args[0]
        return 0

    def cycle(self):
        """One pass over the script; whether the next one keeps the pattern space."""
        try:
            self.execute()
        except Again:
            self.flush_queue()
            return True
        except StopIteration:
            self.flush_queue()
            return False
        self.finish()
        return False

    def finish(self):
        """The end of a cycle: print the pattern space and what was queued."""
        if not self.quiet:
            self.output.put(self.space, self.line_end)
        self.flush_queue()

    def read(self):
        line = self.source.read()
        if not line:
            return False
        self.source.number += 1
        if self.source.separate and self.source.number == 1:
            for command in self.script.commands:
                command.reset()
        self.take(line)
        return True

    def take(self, line):
        if line.endswith(self.end):
            self.space, self.line_end = line[:-1], self.end
        else:
            self.space, self.line_end = line, b""

    def flush_queue(self):
        """What a, r and R have queued comes after the line."""
        queue, self.queue = self.queue, []
        for kind, data in queue:
            self.output.raw(self.content(data) if kind == "file" else data)

    @staticmethod
    def content(name):
        """A file that cannot be read counts as empty."""
        try:
            with open(0 if name == b"/dev/stdin" else name, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def matches(self, pattern):
        return self.find(pattern, 0) is not None

    def find(self, pattern, at):
        if pattern is None:
            pattern = self.last_regex
            if pattern is None:
                raise cli.Fail("no previous regular expression")
        self.last_regex = pattern
        return pattern.search(self.space, at)

    def at_address(self, address):
        number = self.source.number
        if address.kind == "number":
            return number == address.value
        if address.kind == "last":
            return self.source.is_last()
        if address.kind == "regex":
            return self.matches(address.value)
        if address.kind == "step":
            first, step = address.value, address.other
            return number == first if step <= 0 else number >= first and \
                (number - first) % step == 0
        return False

    def selected(self, command):
        if command.first is None:
            return not command.negated
        if command.second is None:
            return self.at_address(command.first) != command.negated
        return self.in_range(command) != command.negated

    def in_range(self, command):
        number, second = self.source.number, command.second
        if not command.active:
            if command.first.kind == "zero" and number == 1 and command.until is None:
                command.active, command.until = True, -1
                return self.still(command, second, number) or True
            if not self.begins(command, number):
                return False
            command.active = True
            command.done = command.first.kind == "number"
            if second.kind == "number" and second.value <= number:
                command.active = False
                # Past its end already: only the very line of the first address counts.
                return second.value == number or self.at_address(command.first)
            elif second.kind == "relative":
                command.until = number + second.value
                command.active = second.value > 0
            elif second.kind == "multiple":
                step = second.value
                command.until = number if step <= 0 else -(-number // step) * step
                command.active = command.until > number
            elif second.kind == "last" and self.source.is_last():
                command.active = False
            return True
        if second.kind == "number" and number > second.value:
            # Lines were skipped past the end of the range: this one counts on its own.
            command.active = False
            return self.in_range(command)
        return self.still(command, second, number)

    def begins(self, command, number):
        """Whether a range begins here. One that begins at a line number begins once: at that line,
        or, if the command did not see it, at the next one that it sees."""
        if command.first.kind == "number":
            return not command.done and number >= command.first.value
        return command.first.kind != "zero" and self.at_address(command.first)

    def still(self, command, second, number):
        """In a range that has begun: end it at its second address."""
        if second.kind in ("relative", "multiple"):
            command.active = number < command.until
        elif second.kind == "number":
            command.active = number < second.value
        else:
            command.active = not self.at_address(second)
        return True

    def execute(self):
        commands, at = self.script.commands, 0
        while at < len(commands):
            command = commands[at]
            at += 1
            if not self.selected(command):
                if command.name == b"{":
                    at = command.end
                continue
            action = ACTIONS.get(command.name)
            jump = action(self, command) if action else None
            if jump is not None:
                at = jump

    def jump(self, command):
        label = command.argument
        return self.script.labels[label] if label else len(self.script.commands)

    def if_substituted(self, command):
        if self.substituted:
            self.substituted = False
            return self.jump(command)
        return None

    def unless_substituted(self, command):
        if self.substituted:
            self.substituted = False
            return None
        return self.jump(command)

    def append(self, command):
        self.queue.append(("text", command.argument))

    def insert(self, command):
        self.output.raw(command.argument)

    def change(self, command):
        if command.second is None or not command.active or command.negated:
            self.output.raw(command.argument)
        raise StopIteration

    def delete(self, command):
        raise StopIteration

    def delete_first(self, command):
        if b"\n" not in self.space:
            raise StopIteration
        self.space = self.space.split(b"\n", 1)[1]
        raise Again

    def next(self, command):
        if self.source.is_last() and not self.more_files():
            # GNU prints the pattern space here, POSIX says quit without; both print once.
            self.finish()
            raise Quit(0)
        if not self.quiet:
            self.output.put(self.space, self.line_end)
        self.flush_queue()
        self.read()

    def next_append(self, command):
        if self.source.is_last() and not self.more_files():
            self.finish()
            raise Quit(0)
        self.flush_queue()
        held = self.space
        self.read()
        self.space = held + self.end + self.space

    def more_files(self):
        """With -s and -i the last line of a file is not the last of all."""
        return self.source.separate and bool(self.source.names)

    def print(self, command):
        self.output.put(self.space, self.line_end)

    def print_first(self, command):
        self.output.put(self.space.split(b"\n", 1)[0], self.end)

    def print_number(self, command):
        self.output.raw(b"%d\n" % self.source.number)

    def print_name(self, command):
        self.output.raw(cli.enc(self.source.name) + b"\n")

    def copy_out(self, command):
        self.hold = self.space

    def append_out(self, command):
        self.hold += b"\n" + self.space

    def copy_in(self, command):
        self.space = self.hold

    def append_in(self, command):
        self.space += b"\n" + self.hold

    def exchange(self, command):
        self.space, self.hold = self.hold, self.space

    def empty(self, command):
        self.space = b""

    def quit(self, command):
        self.finish()
        raise Quit(command.argument or 0)

    def quit_now(self, command):
        raise Quit(command.argument or 0)

    def read_file(self, command):
        self.queue.append(("file", command.argument))

    def read_line(self, command):
        name = command.argument
        if name not in self.reading:
            try:
                self.reading[name] = open(name, "rb")
            except OSError:
                self.reading[name] = None
        line = self.reading[name].readline() if self.reading[name] else b""
        if line:
            self.queue.append(("text", line if line.endswith(b"\n") else line + b"\n"))

    def write(self, command):
        self.files[command.argument].put(self.space, self.line_end)

    def write_first(self, command):
        self.files[command.argument].put(self.space.split(b"\n", 1)[0], self.end)

    def list(self, command):
        """l: everything visible, long lines folded."""
        width = 70 if command.argument is None else command.argument
        self.output.raw(visible(self.space, width))

    def transliterate(self, command):
        coding = ("utf-8", "surrogateescape") if self.wide else ("latin-1",)
        table = {ord(a): b for a, b in command.argument.items()}
        self.space = self.space.decode(*coding).translate(table).encode(*coding)

    def substitute(self, command):
        change = command.argument
        pieces, at, count, done = [], 0, 0, False
        match = self.find(change.pattern, 0)
        if match is None:
            return
        space, last_end = self.space, -1
        while match is not None:
            start, end = match.span()
            if start == end == last_end:
                # Right after a match there is no empty one.
                if end >= len(space):
                    break
                pieces.append(space[at:end + 1])
                at = end + 1
                match = self.find(None, at)
                continue
            count += 1
            if count >= change.nth:
                pieces += [space[at:start], replaced(change.parts, match)]
                done, at = True, end
                if not change.every:
                    break
            else:
                pieces.append(space[at:end])
                at = end
            last_end = end
            step = end
            if start == end:
                if end >= len(space):
                    break
                pieces.append(space[end:end + 1])
                at = step = end + 1
            match = self.find(None, step)
        if not done:
            return
        self.space = b"".join(pieces + [space[at:]])
        self.substituted = True
        if change.show:
            self.print(command)
        if change.file is not None:
            self.files[change.file].put(self.space, self.line_end)


def replaced(parts, match):
    """The replacement with its groups put in and the case changed."""
    if not any(isinstance(part, str) for part in parts):
        return b"".join([match.group(p) or b"" if isinstance(p, int) else p for p in parts])
    out, mode, once = [], "E", ""
    for part in parts:
        if isinstance(part, str):
            if part in "ul":
                once = part
            else:
                mode = part
            continue
        data = (match.group(part) or b"") if isinstance(part, int) else part
        data = data.upper() if mode == "U" else data.lower() if mode == "L" else data
        if once and data:
            first = data[:1].upper() if once == "u" else data[:1].lower()
            data, once = first + data[1:], ""
        out.append(data)
    return b"".join(out)


def visible(data, width):
    names = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r",
             92: b"\\\\"}
    lines, line = [], b""
    for byte in data:
        shown = names.get(byte) or (b"%c" % byte if 32 <= byte < 127 else b"\\%03o" % byte)
        if width > 1 and len(line) + len(shown) > width - 1:
            lines.append(line + b"\\\n")
            line = b""
        line += shown
    return b"".join(lines) + line + b"$\n"


ACTIONS = {
    b"=": Machine.print_number, b"a": Machine.append, b"b": Machine.jump, b"c": Machine.change,
    b"d": Machine.delete, b"D": Machine.delete_first, b"F": Machine.print_name,
    b"g": Machine.copy_in, b"G": Machine.append_in, b"h": Machine.copy_out,
    b"H": Machine.append_out, b"i": Machine.insert, b"l": Machine.list, b"n": Machine.next,
    b"N": Machine.next_append, b"p": Machine.print, b"P": Machine.print_first,
    b"q": Machine.quit, b"Q": Machine.quit_now, b"r": Machine.read_file,
    b"R": Machine.read_line, b"s": Machine.substitute, b"t": Machine.if_substituted,
    b"T": Machine.unless_substituted, b"w": Machine.write, b"W": Machine.write_first,
    b"x": Machine.exchange, b"y": Machine.transliterate, b"z": Machine.empty,
}
