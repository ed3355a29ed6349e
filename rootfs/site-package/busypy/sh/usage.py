"""Options of built-ins: the syntax guidelines of XBD 12.2, short options only."""

from busypy.sh.error import CommandError

LONGEST = 18        # digits of what fits a C long


def options(argv, known):
    """({letter: value or True}, operands). A colon after a letter in known: it has a value."""
    found, i = {}, 1
    while i < len(argv):
        arg = argv[i]
        if arg == "--":
            i += 1
            break
        if len(arg) < 2 or arg[0] != "-":
            break
        i += 1
        j = 1
        while j < len(arg):
            letter = arg[j]
            at = known.find(letter)
            j += 1
            if letter == ":" or at < 0:
                raise CommandError("illegal option -%s" % letter, 2)
            if known[at + 1:at + 2] != ":":
                found[letter] = True
                continue
            value = arg[j:]
            if not value:
                if i >= len(argv):
                    raise CommandError("no argument for -%s option" % letter, 2)
                value = argv[i]
                i += 1
            found[letter] = value
            break
    return found, argv[i:]


def number(text, status=2):
    """A non-negative decimal operand."""
    if not (text.isdigit() and text.isascii()) or len(text.lstrip("0")) > LONGEST:
        raise CommandError("illegal number: %s" % text, status)
    return int(text)
