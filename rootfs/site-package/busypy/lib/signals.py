"""Names and numbers of signals, without the price of the signal module."""

import _signal

KNOWN = {name[3:]: getattr(_signal, name) for name in dir(_signal)
         if name.startswith("SIG") and name[3] != "_" and isinstance(getattr(_signal, name), int)
         and name not in ("SIGCLD", "SIGPOLL", "SIGIOT", "SIGRTMIN", "SIGRTMAX")}
BY_NUMBER = {number: name for name, number in sorted(KNOWN.items())}


def names():
    """[(number, name)] in order, with 0 for EXIT."""
    return [(0, "EXIT")] + sorted(BY_NUMBER.items())


def number(text):
    """The signal of `9`, `KILL`, `SIGKILL` or `RTMIN+1`, or None."""
    if text.isascii() and text.isdigit():
        value = int(text)
        return value if value <= _signal.SIGRTMAX else None
    text = text.upper().removeprefix("SIG")
    if text in ("EXIT", "0"):
        return 0
    base, plus, offset = text.partition("+")
    if base == "RTMIN" and (not plus or offset.isdigit()):
        return _signal.SIGRTMIN + int(offset or 0)
    return {"CLD": KNOWN["CHLD"], "POLL": KNOWN.get("IO")}.get(text, KNOWN.get(text))


def name(value):
    """The name without SIG, or None."""
    if value == 0:
        return "EXIT"
    if value is not None and _signal.SIGRTMIN <= value <= _signal.SIGRTMAX:
        return "RTMIN+%d" % (value - _signal.SIGRTMIN)
    return BY_NUMBER.get(value)
