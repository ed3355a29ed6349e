"""cut: print parts of each line."""

from busypy import cli, text

USAGE = """
usage: cut -b list [-n] [file ...]
       cut -c list [file ...]
       cut -f list [-d char] [-s] [file ...]
  -b LIST, --bytes=LIST  these bytes
  -c LIST, --characters=LIST  these characters
  -d CHAR, --delimiter=CHAR  what separates fields (tab)
  -f LIST, --fields=LIST  these fields
  -n  with -b, do not split characters
  -s, --only-delimited  no lines without a delimiter
  -z, --zero-terminated  lines end with NUL
  --complement  all but these
  --output-delimiter=TEXT  what to print between fields

List: numbers and ranges from 1 with commas, as 1,3-5,7-.
"""
OPEN = 1 << 60


def ranges(given, what):
    """'1,3-' -> sorted, joined [(first, last)], counted from 0, last included."""
    found = []
    for part in given.replace(" ", ",").replace("\t", ",").split(","):
        low, dash, high = part.partition("-")
        if part == "-" or not all((w or "0").isdigit() and w.isascii() for w in (low, high)) \
                or not part:
            raise cli.Usage("invalid %s value %s" % (what, cli.quote(part)))
        first = int(low or 1)
        last = int(high) if high else OPEN if dash else first
        if first == 0 or (high and last == 0):
            kind = "fields are numbered from 1" if what == "field" else \
                "byte/character positions are numbered from 1"
            raise cli.Usage(kind)
        if last < first:
            raise cli.Usage("invalid decreasing range")
        found.append((first - 1, last - 1))
    joined = []
    for first, last in sorted(found):
        if joined and first <= joined[-1][1] + (what == "field"):
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def complement(chosen):
    found, at = [], 0
    for first, last in chosen:
        if first > at:
            found.append((at, first - 1))
        at = max(at, last + 1)
    return found + ([(at, OPEN)] if at < OPEN else [])


def whole_characters(line, chosen):
    """-b -n: a character belongs to a range if its last byte does."""
    out, at = [], 0
    for letter in line.decode("utf-8", "surrogateescape"):
        data = letter.encode("utf-8", "surrogateescape")
        end = at + len(data) - 1
        if any(first <= end <= last for first, last in chosen):
            out.append(data)
        at = end + 1
    return b"".join(out)


def by_position(opts, chosen, joint):
    """A function from a line to its chosen bytes or characters."""
    wide = text.utf8()
    if opts["b"] is not None and opts["n"] and wide:
        return lambda line: whole_characters(line, chosen)

    def positions(line):
        if opts["c"] is None or not wide or line.isascii():
            return joint.join([line[a:b + 1] for a, b in chosen if a < len(line)])
        decoded = line.decode("utf-8", "surrogateescape")
        shown = [decoded[a:b + 1] for a, b in chosen if a < len(decoded)]
        return joint.join([part.encode("utf-8", "surrogateescape") for part in shown])
    return positions


def by_field(chosen, mark, joint, only):
    """A function from a line to its chosen fields, or None for a line to leave out."""
    most = chosen[-1][1] + 1 if chosen and chosen[-1][1] < OPEN else -1

    def fields(line):
        if mark not in line:
            return None if only else line
        parts = line.split(mark, most)
        if most > 0 and len(parts) > most:
            parts.pop()
        if len(chosen) == 1:
            return joint.join(parts[chosen[0][0]:chosen[0][1] + 1])
        return joint.join([part for a, b in chosen for part in parts[a:b + 1]])
    return fields


def chooser(opts):
    kinds = [key for key in "bcf" if opts[key] is not None]
    if len(kinds) != 1:
        raise cli.Usage("only one list may be specified" if kinds else
                        "you must specify a list of bytes, characters, or fields")
    what = "field" if kinds[0] == "f" else "byte/character position"
    chosen = ranges(opts[kinds[0]], what)
    if opts["complement"]:
        chosen = complement(chosen)
    given = opts["output-delimiter"]
    if kinds[0] != "f":
        if opts["d"] is not None:
            raise cli.Usage("an input delimiter may be specified only when operating on fields")
        if opts["s"]:
            raise cli.Usage("suppressing non-delimited lines makes sense\n"
                            "\tonly when operating on fields")
        return by_position(opts, chosen, cli.enc(given or ""))
    mark = "\t" if opts["d"] is None else opts["d"] or "\0"
    if len(mark) != 1:
        raise cli.Usage("the delimiter must be a single character")
    joint = cli.enc(given) if given is not None else cli.enc(mark)
    return by_field(chosen, cli.enc(mark), joint, opts["s"])


def whole(file, end):
    """Where fields end as lines do, all of a file is one line."""
    data = file.read()
    if data:
        yield data.removesuffix(end)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    choose, status = chooser(opts), 0
    end = b"\0" if opts["z"] else b"\n"
    write = cli.out().write
    from busypy.program import uniq
    joined = opts["d"] is not None and cli.enc(opts["d"] or "\0") == end
    lines = whole if joined else uniq.lines
    for name in args or ["-"]:
        try:
            with cli.stdin() if name == "-" else open(name, "rb") as file:
                for line in lines(file, end):
                    shown = choose(line)
                    if shown is not None:
                        write(shown + end)
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
    return status
