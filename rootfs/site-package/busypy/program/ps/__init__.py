"""ps: show processes."""

import os
import time

from busypy import cli, text
from busypy.program.ps import process

USAGE = """
usage: ps [-AadefjlTw] [-o format] ... [-p pids] [-t ttys] [-u users] [-U users] [-g sids] [-G gids]
       ps [aux]
  -A  all processes
  -a  all with a terminal but session leaders
  -d  all but session leaders
  -e  all processes
  -f  the full form
  -g LIST  of these sessions
  -G LIST  of these real groups
  -j  with group and session
  -l  the long form
  -o FORMAT  these columns: pid,ppid,comm=NAME ...
  -p LIST  these processes
  -T  ignored
  -t LIST  of these terminals
  -u LIST  of these users
  -U LIST  of these real users
  -w  ignored: lines are never cut but on a terminal

Columns: args cmd comm etime gid group nice pcpu pgid pid pmem ppid pri rgid rgroup rss ruid ruser
sid stat stime time tty uid user vsz.
"""
RIGHT = frozenset(
    "etime gid nice pcpu pgid pid pmem ppid pri rgid rss ruid sid time uid vsz".split())
TITLES = {"args": "COMMAND", "cmd": "CMD", "comm": "COMMAND", "etime": "ELAPSED", "nice": "NI",
          "pcpu": "%CPU", "pmem": "%MEM", "stat": "STAT", "state": "S", "sid": "SID",
          "tty": "TTY", "vsz": "VSZ", "rgroup": "RGROUP", "ruser": "RUSER", "pgid": "PGID"}
ALIASES = {"command": "args", "%cpu": "pcpu", "%mem": "pmem", "ni": "nice", "tt": "tty",
           "vsize": "vsz", "sess": "sid", "s": "state", "ucmd": "comm", "euser": "user",
           "pgrp": "pgid", "fname": "comm"}


class View:
    """Values that all rows need, looked up once."""

    def __init__(self):
        self.owners = text.Owners()
        self.hertz = os.sysconf("SC_CLK_TCK")
        self.boot = process.boot_time()
        self.now = time.time()
        from busypy import machine
        self.memory = machine.memory().get("MemTotal", 0) or 1

    def clock(self, seconds, hours=True):
        seconds = int(seconds)
        days, rest = divmod(seconds, 86400)
        front = "%d-" % days if days else ""
        if hours or days or rest >= 3600:
            return front + "%02d:%02d:%02d" % (rest // 3600, rest // 60 % 60, rest % 60)
        return "%02d:%02d" % (rest // 60, rest % 60)

    def age(self, p):
        return max(self.now - self.boot - p.start / self.hertz, 0)

    def state(self, p):
        extra = ("<" if p.nice < 0 else "N" if p.nice > 0 else "")
        extra += "s" if p.sid == p.pid else ""
        return p.state + extra + ("+" if p.tpgid == p.pgid and p.tty else "")

    def started(self, p):
        began = self.boot + p.start / self.hertz
        return text.when(began, "%H:%M" if self.now - began < 86400 else "%b%d")

    def value(self, p, key):
        simple = {"pid": p.pid, "ppid": p.ppid, "pgid": p.pgid, "sid": p.sid, "uid": p.uid,
                  "ruid": p.ruid, "gid": p.gid, "rgid": p.rgid, "comm": p.comm, "nice": p.nice,
                  "pri": 39 - p.priority, "rss": p.rss >> 10, "vsz": p.vsize >> 10,
                  "state": p.state}
        if key in simple:
            return str(simple[key])
        return {
            "args": p.arguments, "cmd": p.arguments, "tty": p.tty_name,
            "user": lambda: self.owners.user(p.uid), "ruser": lambda: self.owners.user(p.ruid),
            "group": lambda: self.owners.group(p.gid),
            "rgroup": lambda: self.owners.group(p.rgid),
            "time": lambda: self.clock(p.ticks / self.hertz),
            "etime": lambda: self.clock(self.age(p), False),
            "pcpu": lambda: "%.1f" % (100 * p.ticks / self.hertz / (self.age(p) or 1)),
            "pmem": lambda: "%.1f" % (100 * p.rss / self.memory),
            "stat": lambda: self.state(p), "stime": lambda: self.started(p),
            "start": lambda: self.started(p), "c": lambda: "0",
        }[key]()


KEYS = frozenset("""args cmd comm etime gid group nice pcpu pgid pid pmem ppid pri rgid rgroup rss
ruid ruser sid stat state stime start time tty uid user vsz c""".split())


def columns_of(formats):
    """-o texts -> [(key, title)]; a title after = takes the rest of its text."""
    found = []
    for given in formats:
        head, equals, title = given.partition("=")
        words = head.replace(",", " ").split()
        for at, word in enumerate(words):
            key = ALIASES.get(word.lower(), word.lower())
            if key not in KEYS:
                raise cli.Fail("unknown user-defined format specifier \"%s\"" % word)
            last = equals and at == len(words) - 1
            found.append((key, title if last else TITLES.get(key, key.upper())))
    return found


def default_columns(opts, bsd):
    if opts["o"] is not None:
        return columns_of(opts.every("o"))
    if "u" in bsd:
        return columns_of(["user,pid,pcpu,pmem,vsz,rss,tty,stat,start,time,args"])
    if bsd:
        return columns_of(["pid,tty,stat,time,args"])
    if opts["f"]:
        return [(k, "UID" if k == "user" else t) for k, t in
                columns_of(["user,pid,ppid,c,stime,tty,time,cmd"])]
    if opts["l"]:
        return columns_of(["state,uid,pid,ppid,pri,nice,rss,vsz,tty,time"]) + [("comm", "CMD")]
    if opts["j"]:
        return columns_of(["pid,pgid,sid,tty,time"]) + [("comm", "CMD")]
    return columns_of(["pid,tty,time"]) + [("comm", "CMD")]


def numbers(texts, what, find=None):
    found = set()
    for word in " ".join(texts).replace(",", " ").split():
        if word.isdigit():
            found.add(int(word))
        elif find is not None and find(word) is not None:
            found.add(find(word))
        else:
            raise cli.Fail("%s: %s" % (what, cli.quote(word)))
    return found


def selector(opts, bsd):
    """A function that says which processes to show."""
    from busypy.program import chown
    tests = []
    if opts["A"] or opts["e"] or ("a" in bsd and "x" in bsd):
        return lambda p: True
    if opts["p"] is not None:
        wanted = numbers(opts.every("p"), "process ID list syntax error")
        tests.append(lambda p: p.pid in wanted)
    for key, field, find in (("u", "uid", chown.user_id), ("U", "ruid", chown.user_id),
                             ("G", "rgid", chown.group_id), ("g", "sid", None)):
        if opts[key] is not None:
            chosen = numbers(opts.every(key), "unknown user or group", find)
            tests.append(lambda p, f=field, c=chosen: getattr(p, f) in c)
    if opts["t"] is not None:
        given = " ".join(opts.every("t")).replace(",", " ").split()
        names = {name.removeprefix("/dev/") for name in given}
        tests.append(lambda p: p.tty_name() in names or p.tty_name().removeprefix("tty") in names)
    if opts["a"] or (bsd and "a" in bsd):
        tests.append(lambda p: p.tty and p.sid != p.pid)
    if opts["d"]:
        tests.append(lambda p: p.sid != p.pid)
    if tests:
        return lambda p: any(test(p) for test in tests)
    uid = os.geteuid()
    if "x" in bsd:
        return lambda p: p.uid == uid
    tty = process.Process(os.getpid()).tty
    return lambda p: p.uid == uid and p.tty == tty


def main(argv):
    bsd = ""
    if len(argv) > 1 and argv[1][:1] not in ("-", "") and set(argv[1]) <= set("auxwfl"):
        bsd = argv.pop(1)
        argv = argv[:1] + (["-e"] if "a" in bsd and "x" in bsd else []) + argv[1:]
    opts, args = cli.parse(argv, USAGE)
    for word in args:       # `ps PID` as `ps -p PID`
        opts.add("p", word)
    columns, wanted, view = default_columns(opts, bsd), selector(opts, bsd), View()
    chosen = [p for p in process.processes() if wanted(p)]
    rows = [[title for _, title in columns]] if any(title for _, title in columns) else []
    rows += [[view.value(p, key) for key, _ in columns] for p in chosen]
    right = [at for at, (key, _) in enumerate(columns) if key in RIGHT]
    limit = text.screen_width() if os.isatty(1) and not opts["w"] and "w" not in bsd else 1 << 30
    for line in text.table(rows, right):
        cli.out().write(cli.enc(line[:limit]) + b"\n")
    return 0 if chosen else 1
