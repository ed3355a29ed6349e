"""The command history and the fc built-in."""

import os

from busypy.sh import descriptor, usage
from busypy.sh.error import CommandError

DEFAULT_SIZE = 500


class History:
    """Commands as typed, numbered from first; kept in HISTFILE between sessions."""

    def __init__(self, shell):
        self.shell = shell
        self.commands = []
        self.first = 1
        self.listener = None
        self.load()

    def file(self):
        name = self.shell.vars.get("HISTFILE")
        home = self.shell.vars.get("HOME")
        if name is None and home:
            name = home + "/.sh_history"
        return name

    def size(self):
        text = self.shell.vars.get("HISTSIZE") or ""
        return int(text) if text.isdigit() else DEFAULT_SIZE

    def load(self):
        name = self.file()
        if not name:
            return
        try:
            with open(name, "rb") as file:
                lines = os.fsdecode(file.read()).split("\n")
        except OSError:
            return      # no history yet
        self.commands = [line for line in lines if line][-self.size():]

    def save(self):
        name = self.file()
        if not name:
            return
        lines = [command.replace("\n", " ") for command in self.commands[-self.size():]]
        try:
            with open(name, "wb", opener=private_file) as file:
                file.write(os.fsencode("".join(line + "\n" for line in lines)))
        except OSError:
            pass    # the home cannot be written: the session is not kept

    def next_number(self):
        return self.first + len(self.commands)

    def add(self, text):
        text = text.rstrip("\n")
        if not text.strip() or self.shell.options.nolog and text.lstrip().startswith("function"):
            return
        self.commands.append(text)
        surplus = len(self.commands) - max(self.size(), 1)
        if surplus > 0:
            del self.commands[:surplus]
            self.first += surplus
        if self.listener:
            self.listener(text)

    def find(self, spec, default):
        """Index of the command that a number, a negative offset or a prefix names."""
        count = len(self.commands)
        if spec is None:
            return max(0, min(count - 1, default))
        digits = spec[1:] if spec[0] in "+-" else spec
        if digits.isdigit():
            index = count + int(spec) if spec[0] == "-" else int(spec) - self.first
            return max(0, min(count - 1, index))
        for index in range(count - 1, -1, -1):
            if self.commands[index].startswith(spec):
                return index
        raise CommandError("%s: not found in history" % spec)


def private_file(path, flags):
    return os.open(path, flags, 0o600)


def fc(shell, argv):
    history = shell.history
    if history is None or not history.commands:
        raise CommandError("history is empty")
    found, operands = options(argv)
    if "l" not in found:
        history.commands.pop()      # the fc command itself is replaced by what it runs
        if not history.commands:
            raise CommandError("history is empty")
    if "s" in found:
        return again(shell, operands)
    first, last, turned = span(history, operands, "l" in found)
    chosen = list(range(first, last + 1))
    if turned != ("r" in found):
        chosen.reverse()
    if "l" in found:
        for index in chosen:
            text = history.commands[index].replace("\n", "\n\t")
            number = "" if "n" in found else "%d" % (history.first + index)
            shell.write(1, number + "\t" + text + "\n")
        return 0
    return edit_and_run(shell, found.get("e"), [history.commands[index] for index in chosen])


def options(argv):
    """Options of fc: -5 is an operand, not an option."""
    i = 1
    while (i < len(argv) and argv[i][:1] == "-" and not argv[i][1:2].isdigit()
           and argv[i] not in ("-", "--")):
        i += 2 if argv[i][-1] == "e" else 1
    found, rest = usage.options(argv[:i], "lnrse:")
    tail = argv[i:]
    return found, rest + (tail[1:] if tail[:1] == ["--"] else tail)


def span(history, operands, listing):
    """(first index, last index, were they given backwards)."""
    count = len(history.commands)
    first = operands[0] if operands else None
    start = history.find(first, count - 16 if listing else count - 1)
    end = history.find(operands[1] if len(operands) > 1 else None, count - 1 if listing else start)
    return min(start, end), max(start, end), start > end


def again(shell, operands):
    """fc -s: run a command again, with old replaced by new."""
    old = new = None
    if operands and "=" in operands[0]:
        old, _, new = operands[0].partition("=")
        operands = operands[1:]
    index = shell.history.find(operands[0] if operands else None, len(shell.history.commands) - 1)
    text = shell.history.commands[index]
    if old:
        text = text.replace(old, new, 1)
    return run_again(shell, text)


def run_again(shell, text):
    shell.write(2, text + "\n")
    shell.history.add(text)
    return shell.run_text(text)


def edit_and_run(shell, editor, commands):
    """Let an editor change commands, then run what it leaves."""
    import tempfile
    from busypy.lib.escape import quote
    editor = editor or shell.vars.get("FCEDIT") or shell.vars.get("EDITOR") or "ed"
    fd, path = tempfile.mkstemp(prefix="fc.")
    try:
        try:
            descriptor.write_all(fd, os.fsencode("\n".join(commands) + "\n"))
        finally:
            os.close(fd)
        status = shell.run_text("%s %s" % (editor, quote(path)))
        if status:
            return status
        with open(path, "rb") as file:
            text = os.fsdecode(file.read()).rstrip("\n")
    finally:
        os.unlink(path)
    return run_again(shell, text)


COMMANDS = {"fc": fc}
