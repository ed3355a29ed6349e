"""sha256sum and its kin: print or check the digests of files."""

import os

from busypy import cli

USAGE = """
usage: %s [-bctw] [file ...]
  -b, --binary  put * before names
  -c, --check  compare with the digests in these files
  -s, --status  with -c, print nothing
  -t, --text  ignored
  -w, --warn  with -c, tell of lines that are none
  --quiet  with -c, only failures
"""
BLOCK = 1 << 20


def digest(name, fd):
    import hashlib
    state = hashlib.new(name, usedforsecurity=False)
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    while count := os.readv(fd, [buffer]):
        state.update(view[:count])
    return state.hexdigest()


def digest_of(kind, name):
    fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
    try:
        return digest(kind, fd)
    finally:
        if fd:
            os.close(fd)


def escaped(name):
    """Names with backslash or newline are written with escapes, and a backslash goes first."""
    shown = name.replace("\\", "\\\\").replace("\n", "\\n")
    return ("\\" if shown != name else ""), shown


def parse_line(line, size):
    """(digest, name) of a line, or None."""
    mark = line.startswith("\\")
    line = line[1:] if mark else line
    value, name = line[:size], line[size:]
    if len(value) != size or any(c not in "0123456789abcdefABCDEF" for c in value):
        return None
    if name[:1] not in (" ", "\t") or len(name) < 2:
        return None
    # Some write one blank before the name, BSD's form; two, or a star, are the usual.
    name = name[2:] if name[:2] in ("  ", " *") else name[1:]
    if not name:
        return None
    if mark:
        name = name.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
    return value.lower(), name


def check(kind, listing, opts, size):
    with cli.stdin() if listing == "-" else open(listing, "rb") as file:
        lines = [os.fsdecode(line).removesuffix("\n").removesuffix("\r") for line in file]
    found = [parse_line(line, size) for line in lines]
    if not any(found):
        return cli.warn("%s: no properly formatted checksum lines found" % listing)
    wrong = missing = 0
    for number, entry in enumerate(found, 1):
        if entry is None:
            if opts["w"]:
                cli.warn("%s: %d: improperly formatted checksum line" % (listing, number))
            continue
        value, name = entry
        try:
            word = "OK" if digest_of(kind, name) == value else "FAILED"
        except OSError as error:
            cli.warn("%s: %s" % (name, cli.why(error)))
            word, missing = "FAILED open or read", missing + 1
        wrong += word == "FAILED"
        if not opts["s"] and not (opts["quiet"] and word == "OK"):
            cli.out().write(cli.enc("%s: %s\n" % (name, word)))
    if not opts["s"]:
        for count, text in ((missing, "listed file%s could not be read"),
                            (wrong, "computed checksum%s did NOT match")):
            if count:
                plural = "" if count == 1 else "s"
                cli.warn("WARNING: %d %s" % (count, text % plural))
    return 1 if wrong or missing else 0


def main(argv):
    opts, args = cli.parse(argv, USAGE % argv[0])
    kind = argv[0].removesuffix("sum")
    status = 0
    if opts["c"]:
        import hashlib
        size = hashlib.new(kind, usedforsecurity=False).digest_size * 2
        for listing in args or ["-"]:
            status |= check(kind, listing, opts, size)
        return status
    for name in args or ["-"]:
        try:
            value = digest_of(kind, name)
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
            continue
        mark, shown = escaped(name)
        line = "%s%s %s%s\n" % (mark, value, "*" if opts["b"] else " ", shown)
        cli.out().write(cli.enc(line))
    return status
