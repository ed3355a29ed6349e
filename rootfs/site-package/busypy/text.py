"""How programs show times, modes, owners, sizes and columns."""

import os
import stat
import time

HALF_YEAR = 31556952 // 2


def utf8():
    """Whether the locale says that text is UTF-8."""
    names = (os.environ.get(key) for key in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next((name for name in names if name), "C").lower()
    return locale.endswith(("utf-8", "utf8"))


def width(text):
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    import unicodedata
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def screen_width(fd=1):
    """Columns of the terminal: COLUMNS, the terminal's own word, or 80."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(fd).columns or 80
    except OSError:
        return 80


def human(size, base=1024):
    """A size with one letter, rounded up as ls -h and df -h do."""
    value, unit = size, -1
    while value >= base and unit < 5:
        value, unit = value / base, unit + 1
    if unit < 0:
        return str(size)
    if value < 10:
        tenth = -int(-value * 10 // 1)
        if tenth < 100:
            return "%d.%d%s" % (tenth // 10, tenth % 10, "KMGTPE"[unit])
    whole = -int(-value // 1)
    if whole >= base and unit < 5:
        return "1.0" + "KMGTPE"[unit + 1]
    return "%d%s" % (whole, "KMGTPE"[unit])


def when(seconds, shape):
    """A local time by a strftime shape; the bare number where no calendar reaches it."""
    try:
        return time.strftime(shape, time.localtime(seconds))
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def list_time(seconds, now):
    """The time as ls -l has it: with the hour if recent, else with the year."""
    recent = now - HALF_YEAR < seconds <= now
    return when(seconds, "%b %e %H:%M" if recent else "%b %e  %Y")


class Owners:
    """Names of users and groups, looked up once each."""

    def __init__(self, numeric=False):
        self.numeric = numeric
        self.users, self.groups = {}, {}

    def user(self, uid):
        if uid not in self.users:
            self.users[uid] = str(uid) if self.numeric else self.find_user(uid)
        return self.users[uid]

    def group(self, gid):
        if gid not in self.groups:
            self.groups[gid] = str(gid) if self.numeric else self.find_group(gid)
        return self.groups[gid]

    @staticmethod
    def find_user(uid):
        import pwd
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)

    @staticmethod
    def find_group(gid):
        import grp
        try:
            return grp.getgrgid(gid).gr_name
        except KeyError:
            return str(gid)


def table(rows, right=()):
    """Lines of columns as wide as their widest cell; `right` names the right-aligned ones."""
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - width(cell))
            cells.append(space + cell if i in right else cell + space)
        lines.append(" ".join(cells).rstrip())
    return lines


def device(info):
    return "%3d, %3d" % (os.major(info.st_rdev), os.minor(info.st_rdev))


def is_device(mode):
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode)
