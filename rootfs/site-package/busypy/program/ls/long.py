"""The parts of ls that a plain listing does not need: the long form and columns."""

import os
import stat
import time

from busypy import cli, text


def stamp(listing, info, now):
    nanoseconds = getattr(info, listing.time)
    seconds = nanoseconds // 1000000000
    if listing.opts["full-time"]:
        day = text.when(seconds, "%Y-%m-%d %H:%M:%S")
        return "%s.%09d %s" % (day, nanoseconds % 1000000000, text.when(seconds, "%z"))
    return text.list_time(seconds, now)


def size(listing, info):
    if text.is_device(info.st_mode):
        return text.device(info)
    return text.human(info.st_size) if listing.opts["h"] else str(info.st_size)


def target(listing, item):
    """What follows the name of a symbolic link."""
    if not stat.S_ISLNK(item.info.st_mode):
        return ""
    try:
        return " -> " + os.readlink(item.path)
    except OSError as error:
        listing.fail("cannot read symbolic link %s: %s" % (cli.quote(item.path), cli.why(error)), 0)
        return ""


def show(listing, items):
    """The long form."""
    opts, now = listing.opts, time.time()
    owners = text.Owners(opts["n"])
    rows = []
    for item in items:
        info = item.info
        row = [stat.filemode(info.st_mode), str(info.st_nlink)]
        if not opts["g"]:
            row.append(owners.user(info.st_uid))
        if not (opts["o"] or opts["G"]):
            row.append(owners.group(info.st_gid))
        rows.append(row + [size(listing, info), stamp(listing, info, now)])
    right = {1, len(rows[0]) - 2}
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for item, row in zip(items, rows):
        cells = [cell.rjust(wide) if i in right else cell.ljust(wide)
                 for i, (cell, wide) in enumerate(zip(row, widths))]
        shown = listing.shown(item)[0]
        if stat.S_ISLNK(item.info.st_mode) and opts["F"]:
            shown = shown[:-1]
        lines.append((" ".join(cells + [shown]) + target(listing, item), "", item.info))
    for line, _ in listing.prefixed(lines):
        listing.write(cli.enc(line) + b"\n")


def fit(widths, across, limit):
    """The smallest number of rows whose columns fit: (rows, column widths)."""
    count = len(widths)
    most = max(1, min(count, limit // 3))
    for columns in range(most, 0, -1):
        rows = -(-count // columns)
        if not across:
            columns = -(-count // rows)
        sizes = [max(widths[i::columns] if across else widths[i * rows:(i + 1) * rows])
                 for i in range(columns)]
        if columns == 1 or sum(sizes) + 2 * (columns - 1) < limit:
            return rows, sizes
    return count, [max(widths)]


def columns(write, cells, limit, across):
    """In columns, sorted down or across. cells: (text, the same without colour)."""
    limit = text.screen_width() if limit is None else limit or 1 << 30
    widths = [text.width(plain) for _, plain in cells]
    rows, sizes = fit(widths, across, limit)
    step = len(sizes)
    for row in range(rows):
        line = []
        chosen = range(row * step, row * step + step) if across else range(row, len(cells), rows)
        chosen = [i for i in chosen if i < len(cells)]
        for column, index in enumerate(chosen):
            pad = sizes[column] - widths[index] + 2 if index != chosen[-1] else 0
            line.append(cells[index][0] + " " * pad)
        write(cli.enc("".join(line)) + b"\n")


def commas(write, cells, limit, _):
    """One after the other, as many in a line as fit."""
    limit = text.screen_width() if limit is None else limit or 1 << 30
    line, used = [], 0
    for number, (shown, plain) in enumerate(cells):
        last = number == len(cells) - 1
        wide = text.width(plain)
        if line and used + 2 + wide + (not last) > limit:
            write(cli.enc(", ".join(line)) + b",\n")
            line, used = [], 0
        used += wide + (2 if line else 0)
        line.append(shown)
    write(cli.enc(", ".join(line)) + b"\n")
