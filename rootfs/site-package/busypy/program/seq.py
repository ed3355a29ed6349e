"""seq: print numbers in order."""

from busypy import cli

USAGE = """
usage: seq [-w] [-f format] [-s text] [first [step]] last
  -f FORMAT, --format=FORMAT  print each by this printf format
  -s TEXT, --separator=TEXT  what to print between them (newline)
  -w, --equal-width  zeros before the shorter ones
"""


def value(text):
    """An int where it can be one, else an exact decimal."""
    try:
        return int(text) if "_" not in text else None
    except ValueError:
        pass
    import decimal
    try:
        found = decimal.Decimal(text)
        if found.is_finite() and "_" not in text:
            return found
    except decimal.InvalidOperation:
        pass
    return None


def numbers(args):
    found = []
    for word in args:
        number = value(word)
        if number is None:
            raise cli.Usage("invalid floating point argument: %s" % cli.quote(word))
        found.append(number)
    if len(found) < 3:
        found = [found[0] if len(found) == 2 else 1, 1, found[-1]]
    first, step, last = found
    if step == 0:
        raise cli.Usage("invalid Zero increment value: %s" % cli.quote(args[1]))
    return first, step, last


def places(args):
    """Digits after the point: those of first and step."""
    shown = args[:-1] or ["1"]
    return max([len(word.partition(".")[2]) for word in shown])


def shape(opts, args, first, last):
    """A function from a number to its text."""
    if opts["f"] is not None:
        from busypy.program import printf
        form = cli.enc(opts["f"])
        return lambda n: b"".join(
            part if isinstance(part, bytes) else printf.Printer([cli.enc(str(n))]).render(part)
            for part in printf.parse(form, printf.Printer([])))
    digits = places(args)
    width = 0
    if opts["w"]:
        width = max(len("%.*f" % (digits, n)) for n in (first, last))
    return lambda n: (b"%0*d" % (width, n)) if isinstance(n, int) and not digits else \
        format(n, "0%d.%df" % (width, digits) if width else ".%df" % digits).encode()


def negatives(argv):
    """Operands like -1 look like options: put -- before the first of them."""
    at = 1
    while at < len(argv):
        word = argv[at]
        if word in ("-f", "-s"):
            at += 1
        elif word[:1] == "-" and word[1:2] and word[1] in "0123456789.":
            return argv[:at] + ["--"] + argv[at:]
        elif word[:1] != "-":
            return argv[:at] + ["--"] + argv[at:] if "--" not in argv else argv
        at += 1
    return argv


def main(argv):
    opts, args = cli.parse(negatives(argv), USAGE, stop=True)
    cli.operands(args, 1, 3)
    first, step, last = numbers(args)
    show = shape(opts, args, first, last)
    joint = cli.enc(opts["s"]) if opts["s"] is not None else b"\n"
    write, number, started = cli.out().write, first, False
    while number <= last if step > 0 else number >= last:
        write(joint + show(number) if started else show(number))
        number, started = number + step, True
    if started:
        write(b"\n")
