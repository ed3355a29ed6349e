"""The trap built-in."""

from busypy.lib.escape import quote
from busypy.lib.signals import NAMES
from busypy.sh import signals, usage
from busypy.sh.error import CommandError


def trap(shell, argv):
    found, args = usage.options(argv, "lp")
    if "l" in found:
        names = [name for _, name in sorted(NAMES.items())]
        shell.write(1, "\n".join(names) + "\n")
        return 0
    if not args or "p" in found:
        return print_traps(shell, args)
    action = args[0]
    if action.isdigit() and action.isascii():
        action, conditions = None, args     # trap N...: reset
    else:
        conditions = args[1:]
        if not conditions and signals.parse(action) is not None:
            action, conditions = None, args
    status = 0
    for condition in conditions:
        number = signals.parse(condition)
        if number is None:
            shell.complain("trap: %s: bad trap" % condition)
            status = 1
        else:
            shell.traps.set(number, None if action == "-" else action)
    if not conditions:
        raise CommandError("condition expected", 2)
    return status


def print_traps(shell, conditions):
    wanted = [signals.parse(c) for c in conditions]
    if None in wanted:
        raise CommandError("%s: bad trap" % conditions[wanted.index(None)], 1)
    listing = dict(shell.traps.listing())
    lines = []
    for number in (wanted or sorted(listing)):
        if number in listing:
            lines.append("trap -- %s %s\n" % (quote(listing[number]), signals.name_of(number)))
        elif wanted:
            lines.append("trap -- - %s\n" % signals.name_of(number))
    shell.write(1, "".join(lines))
    return 0


COMMANDS = {"trap": trap}
