"""Cases of the start's battery: the state in which the interpreter is started. A case that says why
must start plain, every other one from an image."""

from both import BASE, USER, Case
from cases_python import BASICS

MEBIBYTE = 1 << 20
NNP = "prctl=38,1"  # PR_SET_NO_NEW_PRIVS
SAY = "import os, sys\nos.write(1, repr((sys.argv, sys.flags, list(sys.modules))).encode())\n"
# Without opening anything and without standard streams.
STREAMS = """
import sys, os
for name in ('stdin', 'stdout', 'stderr', '__stdin__', '__stdout__', '__stderr__'):
    file = getattr(sys, name)
    lines = repr(file) + ' ' + (repr((file.line_buffering, file.buffer.raw.closefd, vars(file)))
                                if file else '')
    for fd in (9, 1, 2):
        try: os.write(fd, (name + '\\t' + lines + '\\n').encode()); break
        except OSError: pass
if sys.stdout: print('to 1')
if sys.stderr: print('to 2', file=sys.stderr)
if sys.stdin:
    try: print(repr(sys.stdin.read(3)))
    except Exception as error: print(error)
"""
LIMITS = """
import resource, os
print([resource.getrlimit(n) for n in range(16)])
try: print(len(bytearray(1 << 28)))
except MemoryError: print('no memory')
try: print(os.open('/dev/null', 0))
except OSError as error: print(error)
import json, re; print(json.dumps([1]), re.sub('a', 'b', 'ca'))
"""


def streams():
    for closed in range(1, 8):
        numbers = [i for i in range(3) if closed >> i & 1]
        yield Case(f"closed: {numbers}", STREAMS, verbs=(
            "open=9,02,OUT/said", *(f"close={i}" for i in numbers)))
    for name, flags in ("read", 0), ("write", 1), ("both", 2), ("append", 0o2001), \
            ("blocking not", 0o4002):
        for fd in range(3):
            yield Case(f"{fd} is a file to {name}", STREAMS, verbs=(
                f"open=9,02,OUT/file-{fd}", f"close={fd}", f"open={fd},{flags},OUT/file-{fd}"))
    yield Case("input in the middle of a file", STREAMS, verbs=(
        "close=0", "open=0,0,/etc/services", "seek=0,4"))
    for device in "null", "zero", "full":
        yield Case(f"0 is /dev/{device}", STREAMS, verbs=("close=0", f"open=0,02,/dev/{device}"))
        yield Case(f"1 is /dev/{device}", STREAMS, verbs=(
            "open=9,02,OUT/said", "close=1", f"open=1,02,/dev/{device}"))
    yield Case("a terminal's streams", STREAMS, tty=True)
    yield Case("input is a directory", STREAMS, verbs=("close=0", "open=0,0200000,/etc"),
               plain="?")
    yield Case("descriptors that stay open", BASICS, verbs=(
        "open=3,0,/etc/hostname", "open=77,02,/dev/null", "open=5,0,/etc/passwd", "cloexec=5"))
    yield Case("1 that is closed on exec", STREAMS, verbs=("cloexec=1",))


def limits():
    yield Case("stack of 1 MiB", LIMITS, verbs=(f"limit=3,{MEBIBYTE},-1",))
    yield Case("stack of 256 KiB", SAY, verbs=("limit=3,262144,-1",))
    yield Case("stack of 64 MiB", LIMITS, verbs=(f"limit=3,{64 * MEBIBYTE},-1",))
    yield Case("stack unlimited", BASICS, verbs=("limit=3,-1,-1",), plain="?")
    for size in 16, 32, 64, 100, 200:
        yield Case(f"{size} MiB of addresses", LIMITS, verbs=(f"limit=9,{size * MEBIBYTE},-1",),
                   plain="?")
    for size in 1, 32, 64:
        yield Case(f"{size} MiB of data", LIMITS, verbs=(f"limit=2,{size * MEBIBYTE},-1",),
                   plain="?")
    for number in 3, 4, 5, 6, 10:
        yield Case(f"{number} descriptors", LIMITS, plain="?",
                   verbs=(f"limit=7,{number},{number}",))
    yield Case("no core, no file, few processes", LIMITS, verbs=(
        "limit=4,0,0", "limit=1,0,-1", "limit=6,500,500"))
    yield Case("nothing may be locked", LIMITS, verbs=("limit=8,0,0",))
    yield Case("addresses not randomised", BASICS, verbs=("personality=0x40000",))
    yield Case("the old layout", BASICS, verbs=("personality=0x240000",), plain="?")
    yield Case("the old layout, randomised", BASICS, verbs=("personality=0x200000",), plain="?")
    yield Case("not randomised, stack unlimited", BASICS, verbs=(
        "personality=0x40000", "limit=3,-1,-1"), plain="?")
    yield Case("what is readable is executable", SAY, verbs=("personality=0x400000",), plain="?")


def callers():
    yield Case("another user", BASICS, verbs=USER)
    yield Case("no new privileges", BASICS, verbs=(NNP,))
    yield Case("a user without new privileges", BASICS, verbs=(*USER, NNP))
    yield Case("a filter of system calls", BASICS, verbs=(NNP, "seccomp"))
    yield Case("without capabilities", BASICS, verbs=("caps=0,0,0",))
    yield Case("only in effect another", BASICS, plain="?", verbs=(
        "groups=", "gid=0,1000,1000", "uid=0,1000,1000"))
    yield Case("ignored signals", BASICS, verbs=("ignore=0xfffffffffffaf0ff",))
    yield Case("SIGINT ignored", BASICS, verbs=("ignore=0x2",))
    yield Case("SIGPIPE and SIGXFSZ ignored", BASICS, verbs=("ignore=0x1001000",))
    yield Case("SIGCHLD ignored", "import os\npid = os.fork()\nif not pid: os._exit(3)\n"
               "try: print(os.waitpid(pid, 0))\nexcept OSError as error: print(error)\n",
               verbs=("ignore=0x10000",))
    yield Case("blocked signals", BASICS, verbs=("block=0x7ffffffe7ffaf0ff",))
    yield Case("a signal that waits", "import signal, os\nprint(signal.sigpending())\n"
               "signal.signal(10, lambda *a: print('got'))\n"
               "signal.pthread_sigmask(signal.SIG_SETMASK, ())\nprint('after')\n",
               verbs=("block=0x200", "kill=10"))
    yield Case("SIGINT waits", "import signal\nprint(signal.sigpending())\n"
               "signal.pthread_sigmask(signal.SIG_SETMASK, ())\nprint('never')\n",
               verbs=("block=0x2", "kill=2"))
    yield Case("one processor", "import os\nprint(os.sched_getaffinity(0), os.cpu_count())\n",
               verbs=("cpu=1",))
    yield Case("nice, in another session", BASICS, verbs=("nice=5", "setsid", "umask=077"))
    yield Case("in a deleted directory", BASICS, verbs=("deleted=OUT/gone",))
    yield Case("with a timer", "import signal\nprint(signal.getitimer(0)[0] > 0)\n",
               verbs=("timer=1000",))
    yield Case("another argv[0]", BASICS, verbs=("name=login",), plain="?")
    yield Case("an empty argv[0]", SAY, verbs=("name=",), plain="?")
    yield Case("no arguments at all", "", verbs=("noargs",), stdin=b"print(1 + 1)\n",
               plain="?")


VARIABLES = {
    "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1", "PYTHONIOENCODING": "latin-1", "PYTHONPATH": "/etc",
    "PYTHONOPTIMIZE": "1", "PYTHONDEBUG": "", "PYTHONVERBOSE": "", "PYTHONINSPECT": "1",
    "PYTHONSTARTUP": "/etc/hostname", "PYTHONWARNINGS": "error", "PYTHONFAULTHANDLER": "1",
    "PYTHONTRACEMALLOC": "3", "PYTHONASYNCIODEBUG": "1", "PYTHONMALLOC": "debug",
    "PYTHONMALLOCSTATS": "", "PYTHONCOERCECLOCALE": "0", "PYTHONDEVMODE": "1",
    "PYTHONLEGACYWINDOWSSTDIO": "1", "PYTHONPYCACHEPREFIX": "/nowhere", "PYTHONSAFEPATH": "1",
    "PYTHONPROFILEIMPORTTIME": "", "PYTHONBREAKPOINT": "0", "PYTHONEXECUTABLE": "/bin/x",
    "PYTHONINTMAXSTRDIGITS": "700", "PYTHONNODEBUGRANGES": "1", "PYTHONPLATLIBDIR": "lib64",
    "PYTHONUSERBASE": "/etc", "PYTHONWARNDEFAULTENCODING": "1", "PYTHON_FROZEN_MODULES": "off",
    "PYTHON_COLORS": "1", "PYTHON_CPU_COUNT": "7", "PYTHON_GIL": "1", "PYTHON_HISTORY": "/x",
    "PYTHON_PERF_JIT_SUPPORT": "", "PYTHONPERFSUPPORT": "", "PYTHONNONSENSE": "1",
    "PYTHONHOME": "/usr", "PYTHONCASEOK": "1", "PYTHONDUMPREFS": "", "PYTHONTHREADDEBUG": "",
}
PROVEN_VARIABLES = ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE")
OTHERS = ("LD_LIBRARY_PATH=/nowhere", "LD_BIND_NOW=1", "LD_DEBUG=", "LD_PRELOAD=",
          "MALLOC_ARENA_MAX=1", "MALLOC_PERTURB_=7", "GLIBC_TUNABLES=glibc.malloc.check=1",
          "LOCPATH=/nowhere", "NLSPATH=/x",
          "GCONV_PATH=/x", "TZ=Asia/Tokyo", "TZDIR=/x",
          "BROWSER=x", "COLUMNS=40",
          "NO_COLOR=1", "FORCE_COLOR=1", "TERM=dumb", "LANGUAGE=de", "TMPDIR=/nowhere",
          "OPENSSL_CONF=/nowhere", "HOME=", "HOME=relative", "HOME=/root", "BUSYPY_KEPT_PATH=/x",
          "PYTHONNOUSERSITE=busypy")
LOCALES = ({"LANG": "C"}, {"LANG": "POSIX"}, {}, {"LANG": "C.UTF-8"}, {"LC_ALL": "C"},
           {"LC_ALL": "C.UTF-8"}, {"LC_CTYPE": "C.UTF-8"}, {"LANG": "de_DE.UTF-8"},
           {"LANG": "en_US.UTF-8", "LC_ALL": ""}, {"LC_ALL": "xx_YY"},
           {"LANG": "C.utf8"}, {"LANG": "C", "LC_TIME": "x"},
           {"LANG": "C.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"},
           {"LC_CTYPE": "UTF-8"}, {"LANG": ""}, {"LC_ALL": "C.UTF-8", "LC_CTYPE": "C"})
OPTIONS = (("-u",), ("-I",), ("-s",), ("-B",), ("-E",), ("-S",), ("-O",), ("-OO",), ("-P",),
           ("-b",), ("-bb",), ("-d",), ("-q",), ("-R",), ("-v",), ("-x",), ("-i",),
           ("-W", "error"), ("-We",),
           ("-uB",), ("-Is",), ("--",), ("--check-hash-based-pycs", "always"))
ANY_START = ("-u", "-I", "-s", "-B", "-uB", "-Is", "-x")  # images of their own; it fails
NO_SCRIPT = (("-c", "import sys; print(sys.argv)"), ("-m", "platform"), ("-V",), ("--version",),
             ("-h",), ("-m", "json.tool"), ("-",), (), ("/nonexistent.py",), ("/etc",),
             ("-m", "no_such"), ("-Z",), ("/etc/shadow",))
X_OPTIONS = ("faulthandler", "showrefcount", "tracemalloc", "tracemalloc=5", "importtime", "dev",
             "utf8", "utf8=0", "pycache_prefix=/x", "warn_default_encoding", "no_debug_ranges",
             "frozen_modules=off", "frozen_modules=on", "int_max_str_digits=700", "perf", "unknown",
             "cpu_count=3", "gil=1", "context_aware_warnings=1", "presite=x")


def environments():
    for name, value in VARIABLES.items():
        proven = name in PROVEN_VARIABLES
        any_start = proven or not value or name == "PYTHONPLATLIBDIR"  # it fails
        yield Case(f"{name}={value}", BASICS, env=(*BASE, f"{name}={value}"),
                   plain="?" if any_start else "what it does is not in any image")
    for word in OTHERS:
        yield Case(word, BASICS, env=(*BASE, word), plain="?")
    for words in LOCALES:
        env = (*BASE[:2], *(f"{name}={value}" for name, value in words.items()))
        yield Case(f"locale {' '.join(env[2:]) or 'of none'}", BASICS, env=env, plain="?")
    yield Case("an empty environment", BASICS, env=(), plain="?")
    yield Case("no HOME", BASICS, env=BASE[:1], plain="?")


def options():
    for words in OPTIONS:
        yield Case(f"option {' '.join(words)}", SAY, options=words, stdin=b"print(7)\n",
                   plain="?" if words[0] in ANY_START else "an option")
    for word in X_OPTIONS:
        yield Case(f"option -X {word}", "import sys; print(sys.flags, sys._xoptions)\n",
                   options=("-X", word), plain="-X is for the plain start")
    for words in NO_SCRIPT:
        yield Case(f"no script: {' '.join(words)}", "", args=words, stdin=b"print(1)\n", names=(),
                   verbs=USER if "shadow" in "".join(words) else (), plain="?")


def everything():
    for part in (streams, limits, callers, environments, options):
        yield from part()
