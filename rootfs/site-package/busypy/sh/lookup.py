"""Built-ins that tell what a name is: command -v and -V, type, hash."""

import os

from busypy.lib.escape import quote
from busypy.sh import builtin, programs, usage
from busypy.sh.error import CommandError
from busypy.sh.parser import RESERVED


def describe(shell, name, path=None):
    """(kind, path or alias text) of a command name; kind '' if there is none."""
    if name in shell.aliases:
        return "alias", shell.aliases[name]
    if name in RESERVED:
        return "keyword", name
    found = builtin.TABLE.get(name)
    if found and found.special:
        return "special builtin", name
    if name in shell.functions:
        return "function", name
    if found:
        return "builtin", name
    try:
        file = programs.find(shell, name, path)
    except CommandError:
        return "", ""
    return "file", file if "/" in name or file.startswith("/") else os.path.join(os.getcwd(), file)


def brief(kind, name, text):
    """The line of command -v."""
    if kind == "alias":
        return "alias %s=%s" % (name, quote(text))
    return text if kind == "file" else name


def long(kind, name, text):
    """The line of command -V and type."""
    if kind == "alias":
        return "%s is an alias for %s" % (name, text)
    words = {"keyword": "a shell keyword", "special builtin": "a special shell builtin",
             "function": "a shell function", "builtin": "a shell builtin", "file": text}
    return "%s is %s" % (name, words[kind])


def command(shell, argv):
    """Only command -v and -V: running a command is the executor's."""
    found, names = usage.options(argv, "pvV")
    if not names:
        return 0
    show = long if "V" in found else brief
    path = programs.standard_path() if "p" in found else None
    status = 0
    for name in names:
        kind, text = describe(shell, name, path)
        if kind:
            shell.write(1, show(kind, name, text) + "\n")
            continue
        status = 127
        if "V" in found:
            shell.complain_plain("%s: not found" % name)
    return status


def type_(shell, argv):
    status = 0
    for name in argv[1:]:
        kind, text = describe(shell, name)
        if kind:
            shell.write(1, long(kind, name, text) + "\n")
        else:
            shell.complain_plain("%s: not found" % name)
            status = 127
    return status


def hash_(shell, argv):
    found, names = usage.options(argv, "r")
    if "r" in found:
        shell.hash.clear()
    elif not names:
        shell.write(1, "".join(path + "\n" for _, path in sorted(shell.hash.items())))
    status = 0
    for name in names:
        if name in builtin.TABLE or name in shell.functions:
            continue
        shell.hash.pop(name, None)
        try:
            programs.find(shell, name)
        except CommandError as error:
            shell.complain("hash: " + error.message)
            status = 1
    return status


COMMANDS = {"command": command, "type": type_, "hash": hash_}
