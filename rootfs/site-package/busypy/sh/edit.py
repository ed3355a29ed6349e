"""Line editing and completion with readline."""

import os
import readline
import sys

from busypy.sh import builtin
from busypy.sh.parser import RESERVED
from busypy.sh.prompt import mark_escapes

DELIMITERS = ' \t\n"\'><=;|&(){}`'
COMMAND_BEFORE = ("", "|", "&", ";", "(", "{", "`")
COMMAND_AFTER_WORD = frozenset(("if", "then", "else", "elif", "do", "while", "until", "!",
                                "command", "exec"))
ESCAPED = frozenset(' \t\n\\"\'`$&|;<>()*?[#~!')


class Editor:
    """One terminal's line editor."""

    def __init__(self, shell):
        self.shell = shell
        self.matches = []
        self.mode = ""
        # Own objects: the interpreter's are for programs that run in it.
        sys.stdin = open(0, errors="surrogateescape", closefd=False)
        sys.stdout = open(1, "w", errors="surrogateescape", closefd=False)
        readline.parse_and_bind("tab: complete")
        readline.parse_and_bind("set enable-bracketed-paste off")
        readline.set_completer_delims(DELIMITERS)
        readline.set_completer(self.complete)
        readline.set_auto_history(False)
        readline.clear_history()
        for command in shell.history.commands:
            readline.add_history(command)
        shell.history.listener = readline.add_history

    def read(self, prompt):
        """A line with its newline; '' at the end of input."""
        mode = "vi" if self.shell.options.vi else "emacs"
        if mode != self.mode:
            readline.parse_and_bind("set editing-mode " + mode)
            self.mode = mode
        try:
            return input(mark_escapes(prompt)) + "\n"
        except EOFError:
            return ""

    def complete(self, text, state):
        if state == 0:
            try:
                self.matches = self.candidates(text)
            except OSError:
                self.matches = []
        return self.matches[state] if state < len(self.matches) else None

    def candidates(self, text):
        line = readline.get_line_buffer()[:readline.get_endidx()]
        start = word_start(line)
        raw = line[start:]
        quoted = raw[:1] in ('"', "'")
        word = unescape(raw)
        if word.startswith("$") and not quoted:
            return self.variables(word)
        if "/" not in word and is_command_position(line[:start]):
            names = self.commands(word)
        else:
            names = files(word)
        done = raw[:len(raw) - len(text)] if text else raw
        out = []
        for name in names:
            full = name if quoted else escape(name)
            full = raw[:1] + full if quoted else full
            if full.startswith(done):
                out.append(full[len(done):])
        if len(out) == 1 and not out[0].endswith("/"):
            out[0] += raw[:1] + " " if quoted else " "
        return out

    def variables(self, word):
        prefix = "${" if word.startswith("${") else "$"
        return [prefix + name for name in sorted(self.shell.vars.values)
                if name.startswith(word[len(prefix):])]

    def commands(self, prefix):
        """Everything that can stand where a command does."""
        shell = self.shell
        names = set(builtin.TABLE) | set(shell.functions) | set(shell.aliases) | set(RESERVED)
        for directory in (shell.vars.get("PATH") or "").split(":"):
            try:
                entries = os.listdir(directory or ".")
            except OSError:
                continue
            names.update(name for name in entries
                         if name.startswith(prefix)
                         and os.access(os.path.join(directory, name), os.X_OK))
        return sorted(name for name in names if name.startswith(prefix))


def files(word):
    """Names that begin with word; directories end in a slash."""
    directory, slash, prefix = word.rpartition("/")
    place = os.path.expanduser(directory + slash) or "."
    out = []
    for name in sorted(os.listdir(place)):
        if name.startswith(prefix) and (prefix or not name.startswith(".")):
            is_directory = os.path.isdir(os.path.join(place, name))
            out.append(directory + slash + name + ("/" if is_directory else ""))
    return out


def word_start(line):
    """Where the last word of the line begins; quotes count."""
    start, quote, i = 0, "", 0
    while i < len(line):
        c = line[i]
        if quote:
            quote = "" if c == quote else quote
        elif c == "\\":
            i += 1
        elif c in '"\'':
            quote = c
        elif c in " \t\n;|&()<>={}`":
            start = i + 1
        i += 1
    return start


def unescape(raw):
    """The text that a partly typed word stands for."""
    if raw[:1] in ('"', "'"):
        return raw[1:]
    out, i = [], 0
    while i < len(raw):
        if raw[i] == "\\":
            i += 1
        out.append(raw[i:i + 1])
        i += 1
    return "".join(out)


def escape(name):
    head = "~" if name.startswith("~/") else ""
    return head + "".join("\\" + c if c in ESCAPED else c for c in name[len(head):])


def is_command_position(before):
    before = before.rstrip(" \t")
    last = before[-1:]
    return last in COMMAND_BEFORE or before.split()[-1] in COMMAND_AFTER_WORD


def forget():
    """In a child that becomes another program: readline as that program expects it."""
    readline.clear_history()
    readline.set_completer(None)
    readline.set_auto_history(True)
