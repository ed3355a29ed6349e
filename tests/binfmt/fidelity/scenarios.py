"""The states that a process can be in before it executes a script: verbs of helpers/state.c.

Each state is set up natively and in every way of WAYS; every property that report
beside this file knows is compared each time. Not here: what may differ (differences.txt).
"""

from dataclasses import dataclass, field

W = "/run/w"
TREE_SCRIPT, FOREIGN_SCRIPT = f"{W}/tree/bin/report", f"{W}/host/report"
NNP = "prctl=38,1"  # PR_SET_NO_NEW_PRIVS
SIGNALS = 0xfffffffffffe8ef0 & ~(1 << 8 | 1 << 18)  # none that stops, faults or kills

# name: (the script is of the tree, started by a tree script, an ordinary user)
WAYS = {
    "root": (True, False, False), "user": (True, False, True), "userns": (True, False, True),
    "nested": (True, True, False), "nested-user": (True, True, True),
    "foreign": (False, False, False), "foreign-user": (False, False, True),
}
USERS = tuple(way for way in WAYS if WAYS[way][2])
ROOTS = tuple(way for way in WAYS if not WAYS[way][2])
DIRECT = ("user", "userns", "foreign-user")
FIRST = tuple(way for way in WAYS if not WAYS[way][1])


@dataclass
class Scenario:
    name: str
    verbs: list = field(default_factory=list)  # as the user that executes
    before: list = field(default_factory=list)  # as root, before becoming a user
    args: tuple = ("one", "", "two words")
    ids: tuple = ("groups=", "gid=1000", "uid=1000")
    env: tuple = ("PATH=/usr/bin:/bin", "HOME=/nowhere", "LANG=C.UTF-8")
    ways: tuple = tuple(WAYS)
    script: str = ""  # suffix of the script's name
    stdin: bytes = None
    tty: bool = False
    fails: bool = False  # natively, too: there is no report


def calls():
    yield Scenario("nothing special")
    yield Scenario("no arguments", args=())
    yield Scenario("an argument on the first line", script="-argument")
    yield Scenario("two words on the first line", script="-words")
    yield Scenario("many arguments", args=tuple(f"-x{i}" for i in range(500)) + ("v" * 100000,))
    yield Scenario("nearly too many arguments", ["limit=3,1048576,-1"],
                   args=("v" * 130000, "w" * 130000))
    yield Scenario("another argv[0]", ["name=login"])
    yield Scenario("an empty argv", ["noargs"])
    yield Scenario("an empty environment", env=(), args=("OUT",))
    yield Scenario("odd variables", env=("A=1", "A=2", "NO_EQUALS", "=x", "E=", "LC_ALL=xx_YY", "",
                                         "PYTHONUNBUFFERED=1", "LD_BIND_NOW=1", "LD_PRELOADED=1"))
    yield Scenario("its own no-user-site", env=("PYTHONNOUSERSITE=yes", "Z=1"))
    yield Scenario("the host's Python", env=("A=1", "PYTHONHOME=/usr", "Z=1"))
    yield Scenario("the host's libraries", env=(
        "LD_LIBRARY_PATH=/run/w", "A=1", "LD_PRELOAD=", "LD_AUDIT=", "Z=1"))


def states():
    yield Scenario("umask", ["umask=077"])
    yield Scenario("blocked signals", [f"block={SIGNALS}"])
    yield Scenario("ignored signals", [f"ignore={SIGNALS}"])
    yield Scenario("pending signals", ["block=0x800000a00", "kill=10", "raise=12", "kill=36",
                                       "kill=36"])
    yield Scenario("a timer", ["timer=1000"])
    yield Scenario("scheduling", ["nice=5", "policy=3", "cpu=1", "ioprio=0x4003"])
    yield Scenario("idle scheduling", ["policy=5"])
    yield Scenario("settings of prctl", [
        "prctl=29,77000", "prctl=36,1", "prctl=41,1", "prctl=33,1,1"])  # slack, reaper, pages, mce
    yield Scenario("a parent-death signal", ["prctl=1,12"])
    yield Scenario("its own session and keyring", ["setsid", "keyring=busypy"])
    yield Scenario("its own process group", ["setpgid"])
    yield Scenario("a controlling terminal", tty=True)
    yield Scenario("out-of-memory score", before=["oom=500"])
    yield Scenario("settings that an exec takes", ["prctl=4,0", "prctl=8,1"])  # dumpable, keepcaps


def limits():
    mebibytes = 1024 * 1024
    yield Scenario("stack limit 64 MiB", [f"limit=3,{64 * mebibytes},-1"])
    yield Scenario("stack limit unlimited", ["limit=3,-1,-1"])
    yield Scenario("stack limit 1 MiB", [f"limit=3,{mebibytes},{2 * mebibytes}"])
    yield Scenario("other limits", [
        "limit=0,1000,2000", f"limit=1,{mebibytes},-1", f"limit=2,{512 * mebibytes},-1",
        f"limit=4,0,{mebibytes}", "limit=6,5000,6000", "limit=7,40,50", "limit=8,65536,65536",
        f"limit=9,{1024 * mebibytes},-1", "limit=10,9,9", "limit=11,10,10", "limit=12,4096,8192"])
    yield Scenario("few descriptors", ["limit=7,7,7"])


def personalities():
    yield Scenario("addresses not randomised", ["personality=0x40000"])
    yield Scenario("old memory layout and version", ["personality=0x220000"])
    yield Scenario("addresses not randomised, stack unlimited",
                   ["personality=0x40000", "limit=3,-1,-1"])


def descriptors():
    for closed in range(1, 8):
        numbers = [i for i in range(3) if closed >> i & 1]
        yield Scenario(f"closed: {numbers}", [f"close={i}" for i in numbers])
    yield Scenario("closed: [0, 1, 2], the rest not", [
        f"open=3,0,{W}/file", f"open=4,02000,{W}/file", "close=0", "close=1", "close=2"])
    yield Scenario("more descriptors", [
        f"open=3,0,{W}/file", "seek=3,3", f"open=5,02002,{W}/file", "open=9,0200000,/etc",
        "open=30,0,/dev/null", f"open=200,04000,{W}/file", f"open=7,010000000,{W}/file"])
    yield Scenario("descriptors to be closed", [f"open=3,0,{W}/file", "cloexec=3",
                                                f"open=4,0,{W}/file", "cloexec=0"])
    yield Scenario("a locked file", [f"open=6,0,{W}/out/lock-NUMBER", "flock=6"])
    yield Scenario("input from a pipe", args=("do=stdin",), stdin=b"two\nlines\n")
    yield Scenario("input from a file, in the middle",
                   ["close=0", f"open=0,0,{W}/file", "seek=0,4"], args=("do=stdin",))
    yield Scenario("output on 1 and 2", args=("do=say",))


def ends():
    for status in (3, 127):
        yield Scenario(f"exit status {status}", args=(f"do=exit:{status}",))
    for signal in (9, 11, 15):
        yield Scenario(f"death by signal {signal}", args=(f"do=die:{signal}",))


def paths():
    yield Scenario("a relative path", [f"cwd={W}/", "path=./DIR/report"])
    yield Scenario("a path with dots", [f"path={W}/host/..//./DIR/report"])
    yield Scenario("a link to the script", [f"path={W}/links/DIR"])
    yield Scenario("a relative link", [f"cwd={W}/links", "path=DIR"])
    yield Scenario("a descriptor", ["open=8,0,SCRIPT", "byfd=8"])
    yield Scenario("blanks and a newline in the path", ["path=SCRIPT\n dir/a b"])
    yield Scenario("a descriptor that is closed", ["open=8,0,SCRIPT", "cloexec=8", "byfd=8"],
                   fails=True)
    yield Scenario("by the first line of another script", [f"path={W}/DIR/chained"])
    yield Scenario("a script with set-id bits", script="-setid")
    yield Scenario("a script that may not be read", script="-unreadable", fails=True,
                   ways=("user", "userns", "foreign-user"))
    yield Scenario("a missing interpreter", before=["hide=/usr/bin"], fails=True,
                   ways=("foreign", "foreign-user"))
    yield Scenario("a link that the view hides", ["path=/usr/games/DIR"], ways=FIRST)


def directories():
    yield Scenario("in /", ["cwd=/"])
    yield Scenario("in a linked directory", [f"cwd={W}/link"])
    yield Scenario("in the tree", [f"cwd={W}/tree/bin"])
    yield Scenario("in a deleted directory", [f"deleted={W}/out/gone-NUMBER"])
    yield Scenario("in an unmounted directory", before=[f"unreachable={W}/unmounted-NUMBER"],
                   ways=FIRST)
    yield Scenario("in a covered directory", before=[f"covered={W}/covered-NUMBER"], ways=FIRST)
    yield Scenario("in a directory of another's", before=[f"cwd={W}/private/mine"],
                   ways=DIRECT)
    yield Scenario("in a directory that the view hides", ["cwd=/usr/games"], ways=FIRST)
    yield Scenario("in a directory that the view replaces", ["cwd=/usr/lib"], ways=FIRST)


def credentials():
    keep = ["prctl=8,1"]  # the capabilities over setuid(2)
    many = "0xffffffff"
    yield Scenario("supplementary groups", ids=("groups=4,20,1000", "gid=1000", "uid=1000"),
                   ways=USERS)
    yield Scenario("root with groups", ["groups=4,20,1000"], ways=ROOTS)
    yield Scenario("effective ids of another", ways=USERS,
                   ids=("groups=", "gid=1000,1001,1002", "uid=1000,1001,1002"))
    yield Scenario("root only in effect", ["gid=1000,0,0", "uid=1000,0,0"], ways=ROOTS)
    yield Scenario("root in name only", ["caps=0,0,0"], ways=ROOTS)
    yield Scenario("inheritable capability", [f"caps={many},{many},0x2400"], ways=ROOTS)
    yield Scenario("a user's inheritable capability", before=[f"caps={many},{many},0x2400"],
                   ways=USERS)
    yield Scenario("a user's capability", before=keep, verbs=["caps=0x400,0x400,0"], ways=DIRECT)
    yield Scenario("a user's ambient capability", before=keep, ways=DIRECT,
                   verbs=["caps=0x400,0x400,0x400", "ambient=10"])
    yield Scenario("a smaller bounding set", before=["unbound=13", "unbound=22"])
    yield Scenario("a bounding set without ours", before=["unbound=21"])
    yield Scenario("no root for root", ["prctl=28,3"], ways=ROOTS)
    yield Scenario("securebits", before=["prctl=28,0xc0"])
    yield Scenario("no new privileges", [NNP])
    yield Scenario("a filter of system calls", [NNP, "seccomp"])
    yield Scenario("a shared working directory", ["sharefs"])


def everything():
    for part in (calls, states, limits, personalities, descriptors, ends, paths, directories,
                 credentials):
        yield from part()
