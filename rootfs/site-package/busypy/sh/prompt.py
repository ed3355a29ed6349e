"""Prompts: what PS1, PS2 and PS4 become when they are shown."""

import os

from busypy.sh import node
from busypy.sh.error import CommandError, ShellError
from busypy.sh.lexer import Lexer, Text
from busypy.sh.parser import Parser


def expand(shell, text):
    """Expand parameters and whatever else a double-quoted string may hold."""
    status = shell.status
    try:
        lexer = Lexer(Text(text))
        Parser(lexer, {})
        word = node.Word(lexer.quoted_parts(""))
        return shell.expander.text(word)
    except (ShellError, CommandError):
        return text
    finally:
        shell.status = status


def show(shell, text):
    """PS1 or PS2: the escapes of BusyBox and Bash, ! as the command's number, then expansion."""
    out, i = [], 0
    while i < len(text):
        two = text[i:i + 2]
        if two == "!!":
            out.append("!")
        elif text[i] == "!":
            out.append(str(shell.history.next_number()))
            i -= 1
        elif two[:1] == "\\" and two[1:] in ESCAPES:
            out.append(protected(ESCAPES[two[1:]](shell)))
        else:
            out.append(text[i])
            i -= 1
        i += 2
    return expand(shell, "".join(out))


def protected(text):
    """text, escaped so that expansion leaves it alone."""
    return "".join("\\" + c if c in '\\$`"' else c for c in text)


def user_name(_shell):
    import pwd
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def place(shell):
    """The working directory, with ~ for the home."""
    path, home = shell.vars.get("PWD") or "", shell.vars.get("HOME")
    if home and home != "/" and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home):]
    return path


def clock(form):
    def text(_shell):
        import time
        return time.strftime(form)
    return text


ESCAPES = {
    "h": lambda shell: os.uname().nodename.partition(".")[0],
    "H": lambda shell: os.uname().nodename, "u": user_name, "w": place,
    "W": lambda shell: os.path.basename(place(shell)) or "/",
    "$": lambda shell: "#" if os.geteuid() == 0 else "$", "s": lambda shell: shell.name,
    "t": clock("%H:%M:%S"), "A": clock("%H:%M"), "d": clock("%a %b %d"), "e": lambda shell: "\x1b",
    "n": lambda shell: "\n", "r": lambda shell: "\r", "a": lambda shell: "\a",
    "[": lambda shell: "\x01", "]": lambda shell: "\x02",
    "!": lambda shell: str(shell.history.next_number()), "\\": lambda shell: "\\",
}


def mark_escapes(prompt):
    """Tell readline which characters of a prompt take no room: \\001 ... \\002."""
    if "\x1b" not in prompt or "\x01" in prompt:
        return prompt
    out, i = [], 0
    while i < len(prompt):
        if prompt[i:i + 2] != "\x1b[":
            out.append(prompt[i])
            i += 1
            continue
        end = i + 2
        while end < len(prompt) and not "@" <= prompt[end] <= "~":
            end += 1
        out.append("\x01" + prompt[i:end + 1] + "\x02")
        i = end + 1
    return "".join(out)
