"""Names and numbers of signals, and which one kill is to send, without importing signal."""

import _signal

# Of several names of a signal, one. RTMIN and RTMAX are two signals of their own here.
NUMBERS = {name[3:]: getattr(_signal, name) for name in dir(_signal)
           if name.startswith("SIG") and name[3] != "_" and isinstance(getattr(_signal, name), int)
           and name not in ("SIGCLD", "SIGPOLL", "SIGIOT")}
NAMES = {number: name for name, number in NUMBERS.items()}
LIMIT = _signal.NSIG


class NoName(Exception):
    """The option (args[0]) that names a signal is the last word."""


def is_number(text):
    return text.isascii() and text.isdigit()


def of_status(status):
    """The signal in the status of a child that one ended; other numbers are signals themselves."""
    return status - 128 if status > 128 else status


def option(words):
    """(what names the signal, or None; the words after it) of kill's arguments.

    The signal is told by -s NAME, -n NUMBER, -sNAME or -NAME; a -- after it is skipped.
    """
    told, first = None, words[0] if words else ""
    if first in ("-s", "-n"):
        if len(words) < 2:
            raise NoName(first)
        told, words = words[1], words[2:]
    elif first[:1] == "-" and first not in ("-", "--"):
        told, words = first.removeprefix("-s") if first[:2] == "-s" else first[1:], words[1:]
    return told, words[1:] if words[:1] == ["--"] else words
