"""uniq: leave out, count or choose repeated lines."""

from busypy import cli

USAGE = """
usage: uniq [-cdiuz] [-f fields] [-s chars] [-w chars] [input [output]]
  -c, --count  how often before each line
  -d, --repeated  only lines that are repeated
  -D  all of the repeated lines
  -f N, --skip-fields=N  compare from this field on
  -i, --ignore-case  ignore the case of letters
  -s N, --skip-chars=N  and from this character on
  -u, --unique  only lines that are not repeated
  -w N, --check-chars=N  compare no more characters than these
  -z, --zero-terminated  lines end with NUL
"""


def comparer(opts):
    """A function from a line to what is compared."""
    fields = cli.number(opts["f"] or "0", "number of fields to skip")
    skip = cli.number(opts["s"] or "0", "number of bytes to skip")
    most = cli.number(opts["w"], "number of bytes to compare") if opts["w"] is not None else None
    if not (fields or skip or most is not None or opts["i"]):
        return lambda line: line
    import re
    field = re.compile(rb"(?:[ \t]*[^ \t]+){0,%d}" % min(fields, 1 << 30))

    def key(line):
        line = line[field.match(line).end() if fields else 0:][skip:]
        line = line if most is None else line[:most]
        return line.lower() if opts["i"] else line
    return key


def lines(file, end):
    """Lines without their ends."""
    if end == b"\n":
        for line in file:
            yield line[:-1] if line.endswith(b"\n") else line
    else:
        data = file.read()
        yield from (data[:-1] if data.endswith(end) else data).split(end) if data else ()


def run(source, write, opts, end):
    key, count = comparer(opts), 0
    first = known = None

    def put():
        if opts["D"]:
            return
        if not (opts["u"] and count > 1) and not (opts["d"] and count == 1):
            write((b"%7d " % count if opts["c"] else b"") + first + end)
    for line in lines(source, end):
        value = key(line)
        if count and value == known:
            if opts["D"]:
                write((first + end if count == 1 else b"") + line + end)
            count += 1
            continue
        if count:
            put()
        first, known, count = line, value, 1
    if count:
        put()


def old_style(argv):
    """uniq -1 and +1 are -f 1 and -s 1."""
    words = []
    for at, word in enumerate(argv):
        if at and word[:1] in "-+" and word[1:].isdigit() and argv[at - 1] not in (
                "-f", "-s", "-w"):
            words += ["-f" if word[0] == "-" else "-s", word[1:]]
        else:
            words.append(word)
    return words


def main(argv):
    opts, args = cli.parse(old_style(argv), USAGE)
    cli.operands(args, 0, 2)
    if opts["D"] and opts["c"]:
        raise cli.Usage("printing all duplicated lines and repeat counts is meaningless")
    end = b"\0" if opts["z"] else b"\n"
    name = args[0] if args else "-"
    with cli.stdin() if name == "-" else open(name, "rb") as source:
        if len(args) == 2 and args[1] != "-":
            with open(args[1], "wb") as target:
                run(source, target.write, opts, end)
        else:
            run(source, cli.out().write, opts, end)
