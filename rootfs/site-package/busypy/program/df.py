"""df: show how much space is free."""

import os

from busypy import cli, machine, text

USAGE = """
usage: df [-ahikmPT] [-t type] [file ...]
  -a, --all  file systems without blocks too
  -B SIZE, --block-size=SIZE  count in blocks of this size
  -H, --si  sizes with a letter, in powers of 1000
  -h, --human-readable  sizes with a letter
  -i, --inodes  serial numbers instead of blocks
  -k  in blocks of 1024 bytes (default)
  -l, --local  ignored
  -m  in blocks of 1048576 bytes
  -P, --portability  the format of POSIX
  -T, --print-type  the type too
  -t TYPE, --type=TYPE  only file systems of this type
"""
SUFFIXES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40,
            "KB": 10 ** 3, "MB": 10 ** 6, "GB": 10 ** 9}


class Units:
    """How sizes are shown."""

    def __init__(self, opts):
        self.mode = opts.last("kmhHB") or "k"
        self.block = {"m": 1 << 20}.get(self.mode, 1024)
        self.title = {"m": "1M-blocks", "h": "Size", "H": "Size"}.get(self.mode, "1K-blocks")
        if opts["P"] and self.mode == "k":
            self.title = "1024-blocks"
        if self.mode == "B":
            given = opts["B"].upper()
            body = given.rstrip("KMGTB")
            if given[len(body):] not in SUFFIXES or not (body or "1").isdigit():
                raise cli.Fail("invalid -B argument %s" % cli.quote(opts["B"]))
            self.block = int(body or "1") * SUFFIXES[given[len(body):]] or 1
            self.title = opts["B"] + "-blocks"

    def show(self, size):
        if self.mode == "h":
            return text.human(size)
        if self.mode == "H":
            return text.human(size, 1000)
        return str(-(-size // self.block))


def percent(used, total):
    return "%d%%" % -(-100 * used // total) if total else "-"


def row(entry, opts, units):
    """One line, or None if there is nothing to count; raises OSError."""
    source, target, kind, _ = entry
    info = os.statvfs(target)
    if not info.f_blocks and not opts["a"]:
        return None
    front = [source] + ([kind] if opts["T"] else [])
    if opts["i"]:
        used = info.f_files - info.f_ffree
        return front + [str(info.f_files), str(used), str(info.f_ffree),
                        percent(used, info.f_files), target]
    size = info.f_frsize
    used = (info.f_blocks - info.f_bfree) * size
    free = info.f_bavail * size
    return front + [units.show(info.f_blocks * size), units.show(used), units.show(free),
                    percent(used, used + free), target]


def of_files(names, entries):
    """(entries of the mounts that hold the files, status)."""
    found, status = [], 0
    for name in names:
        try:
            wanted = os.stat(name).st_dev
        except OSError as error:
            status = cli.warn("%s: %s" % (name, cli.why(error)))
            continue
        best = None
        path = os.path.realpath(name)
        for entry in entries:
            above = path == entry[1] or path.startswith(entry[1].rstrip("/") + "/")
            if above and (best is None or len(entry[1]) >= len(best[1])):
                best = entry
        if best is None:
            best = next((e for e in entries if device(e[1]) == wanted), ("-", name, "-", ""))
        found.append(best)
    return found, status


def device(path):
    try:
        return os.stat(path).st_dev
    except OSError:
        return None


def visible(entries, opts):
    """Without what lies under a later mount, and each device once."""
    last = {entry[1]: entry for entry in entries}
    shown, seen = [], set()
    for entry in entries:
        if last.get(entry[1]) is not entry:
            continue
        key = device(entry[1])
        if key in seen and not opts["a"]:
            continue
        seen.add(key)
        shown.append(entry)
    return shown


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    units, entries, status = Units(opts), machine.mounts(), 0
    if args:
        chosen, status = of_files(args, entries)
    else:
        chosen = visible(entries, opts)
    middle = ["Inodes", "IUsed", "IFree", "IUse%"] if opts["i"] else [
        units.title, "Used", "Avail" if units.mode in "hH" else "Available",
        "Capacity" if opts["P"] else "Use%"]
    rows = [["Filesystem"] + (["Type"] if opts["T"] else []) + middle + ["Mounted on"]]
    for entry in chosen:
        if opts["t"] is not None and entry[2] not in opts.every("t"):
            continue
        try:
            line = row(entry, opts, units)
        except OSError as error:
            if args:
                status = cli.warn("%s: %s" % (entry[1], cli.why(error)))
            continue
        if line or args:
            rows.append(line or [entry[0]] + (["-"] if opts["T"] else []) +
                        ["0", "0", "0", "-", entry[1]])
    if len(rows) == 1:
        return status or cli.warn("no file systems processed")
    first = 2 if opts["T"] else 1
    for line in text.table(rows, range(first, first + 4)):
        cli.out().write(cli.enc(line) + b"\n")
    return status
