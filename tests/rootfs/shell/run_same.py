#!/usr/bin/python3
"""A tree's program run in the shell's interpreter and by exec: nothing may differ.

Fixture programs are put into a bin directory of their own beside a copy of the shell.
Each snippet runs with and without -o exec; stdout, stderr and status must be the same.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness

PROGRAMS = {
    "state": """
import os, resource, signal, sys
def stream(f):
    if f is None:
        return None
    buffer = f.buffer
    raw = getattr(buffer, "raw", buffer)
    return (type(f).__name__, f.name, f.mode, f.encoding, f.errors, f.line_buffering,
            f.write_through, f.newlines, type(buffer).__name__, type(raw).__name__, raw.mode,
            raw.name, raw.closefd, f.isatty(), f.seekable(), f.fileno())
fds = []
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        target = os.readlink("/proc/self/fd/%d" % fd)
        fds.append((fd, target.split(":")[0], os.get_inheritable(fd)))
    except OSError:
        pass
out = []
def show(name, value):
    out.append("%s: %r" % (name, value))
show("argv", (sys.argv, sys.orig_argv))
show("main", (__name__, __file__, sorted(globals()), __doc__, __package__, __spec__,
              type(__loader__).__name__))
show("same main", sys.modules["__main__"].__dict__ is globals())
show("path", (sys.path, sys.executable, sys.flags, sys.dont_write_bytecode))
show("environ", list(os.environ.items()))
bytes_too = {os.fsencode(k): os.fsencode(v) for k, v in os.environ.items()}
show("environb", dict(os.environb) == bytes_too)
show("fds", fds)
mask = os.umask(0)
os.umask(mask)
show("umask", mask)
home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
show("cwd", os.path.relpath(os.getcwd(), home))
show("signals", [(n, str(signal.getsignal(n))) for n in signal.valid_signals()])
status = open("/proc/self/status").read().split("\\n")
wanted = ("SigBlk", "SigIgn", "SigCgt", "Name", "Threads", "NoNewPrivs")
show("masks", [line for line in status if line.startswith(wanted)])
for name in ("stdin", "stdout", "stderr"):
    show(name, stream(getattr(sys, name)))
    show("same", getattr(sys, name) is getattr(sys, "__%s__" % name))
show("comm", open("/proc/self/comm").read())
show("limits", [resource.getrlimit(getattr(resource, n)) for n in dir(resource)
                if n.startswith("RLIMIT")])
show("nice", os.nice(0))
show("group", os.getpgrp() == os.getpid())
show("hooks", (sys.excepthook is sys.__excepthook__, sys.displayhook is sys.__displayhook__))
import threading, warnings, gc, locale
show("misc", (threading.current_thread().name, len(warnings.filters), gc.isenabled(),
              gc.get_threshold(), locale.setlocale(locale.LC_CTYPE),
              sys.getrecursionlimit() >= 1000, "readline" in sys.modules))
child = ""
if sys.argv[1:2] == ["child"]:
    child = os.popen("env; grep -e SigIgn -e SigBlk /proc/self/status").read()
show("child", child)
text = "\\n".join(out) + "\\n"
try:
    os.write(2 if sys.stdout is None else 1, text.encode("utf-8", "surrogateescape"))
except OSError:
    open("state.out", "w").write(text)
""",
    "args": 'import os, sys\nos.write(1, b"\\0".join(map(os.fsencode, sys.argv[1:])))\n',
    "ex": "import sys\nsys.exit(eval(sys.argv[1]))\n",
    "fail": """
class Odd(Exception):
    pass
def inner(x):
    raise Odd("bad %s" % x)
def outer():
    try:
        1 / 0
    except ZeroDivisionError as e:
        inner(5)
outer()
""",
    "cause": 'try:\n    {}["k"]\nexcept KeyError as e:\n    raise ValueError("v") from e\n',
    "broken": "def f(:\n    pass\n",
    "importless": "import no_such_module_x\n",
    "recurse": "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError as e:\n"
               "    print(e)\n",
    "interrupt": "raise KeyboardInterrupt\n",
    "die": "import os, signal, sys\nos.kill(os.getpid(), getattr(signal, sys.argv[1]))\n"
           "signal.pause()\n",
    "atexits": """
import atexit, sys
@atexit.register
def first(): print("registered first")
@atexit.register
def second(): print("registered second", file=sys.stderr)
print("body")
""",
    "atexitfail": 'import atexit\natexit.register(lambda: 1 / 0)\nprint("x")\n',
    "leftopen": 'import sys\nf = open(sys.argv[1], "w")\nf.write("kept")\n',
    "thread": 'import threading, time\ndef f():\n    time.sleep(0.05)\n    print("thread done")\n'
              'threading.Thread(target=f).start()\nprint("main done")\n',
    "unflushed": 'import sys\nsys.stdout.write("no newline")\nsys.stderr.write("err")\n',
    "many": 'import sys\nfor i in range(20000):\n    print("line", i)\n',
    "nostdout": 'import sys\nprint("x")\nprint(sys.stdout is None, file=sys.stderr)\n',
    "readin": "import sys\nprint(repr(sys.stdin.read()) if sys.stdin else None)\n",
    "readline1": "import sys\nprint(repr(sys.stdin.buffer.raw.read(3)))\n",
    "asks": 'print("got", input("prompt> "))\n',
    "hook": 'import sys\nsys.excepthook = lambda t, v, tb: print("hook", t.__name__)\n'
            "raise ValueError\n",
    "badhook": 'import sys\ndef h(*a):\n    raise TypeError("in hook")\nsys.excepthook = h\n'
               'raise ValueError("x")\n',
    "execs": 'import os\nos.execv("/usr/bin/env", ["env"])\n',
    "spawns": "import subprocess\n"
              'print(subprocess.run(["sh", "-c", "kill -PIPE $$; echo ignored;'
              ' env | sort"], capture_output=True))\n',
    "forks": 'import os, sys\npid = os.fork()\nif pid == 0:\n    print("child")\n    sys.exit(3)\n'
             "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n",
    "mainmod": "import __main__, sys\nx = 5\n"
               "print(__main__.x, __main__.__file__ == __file__, "
               'sys.modules["__main__"] is __main__)\n',
    "pickles": "import pickle\nclass C: pass\nprint(len(pickle.dumps(C())))\n"
               "print(type(pickle.loads(pickle.dumps(C()))))\n",
    "closesout": 'import sys\nprint("a")\nsys.stdout.close()\n',
    "unraisable": 'class D:\n    def __del__(self):\n        raise ValueError("in del")\n'
                  'd = D()\ndel d\nprint("after")\n',
    "surrogate": 'print("\\udcff")\n',
    "annotated": "x: int = 3\nprint(__annotations__)\n",
    "warns": 'import warnings\nwarnings.warn("careful")\n',
    "slow": 'import sys, signal\nprint("ready", flush=True)\nsignal.pause()\n',
}
SNIPPETS = [
    "state", 'state a "b c" ""', "state child", "state; :", "./state", "../bin/state",
    "cd ..; bin/state", "linked x",
    "state <&-", "state >&-", "state 2>&-", "state <&- >&-", "state </dev/null",
    "state <&- 2>&-; cat state.out; rm state.out",
    "state >out 2>&1; cat out; rm out", "echo x >out; state >>out; cat out; rm out",
    "state </etc/passwd",
    "echo x | state", "state | cat", "state 2>&1 | cat", 'x=$(state); echo "$x"', "(state)",
    "{ state; }", "f() { state; }; f",
    "state 3</dev/null 9>&1", "exec 5</dev/null; state 6<&5", "umask 027; state",
    "mkdir -p d; cd d; state; cd ..; rmdir d",
    'A=1 B="x y" state', "export C=3; state", "unset HOME; state", "export TZ=Asia/Tokyo; state",
    "LC_ALL=C state",
    "LANG=en_US.UTF-8 state", "PYTHONUTF8=1 state", "PYTHONUNBUFFERED=1 state",
    "export PYTHONUNBUFFERED=1; sh -c state",
    'trap "" INT; state', 'trap "" PIPE; state', 'trap "" USR1; state', 'trap "echo t" TERM; state',
    'trap "echo bye" EXIT; state',
    "state & wait", "sh -c state", 'sh -c "state; :"', "exec state", "ulimit -n 200; state",
    "command state", "eval state",
    "echo state > s; . ./s; rm s", "echo state | sh",
    'printf "state\\n" >plain; chmod +x plain; ./plain; rm plain',
    "for i in 1 2 3; do state; done", 'env -u LANG "$SHELL_UNDER_TEST" $MODE -c state',
    "exec 0</dev/null; state",
    "state <. ; echo $?", "state >out <>out; rm out", "state </dev/zero", "set -f; set -u; state",
    'args "$(printf "a\\377b")" "$(printf "n\\nl")" "" "*"', 'args "$(printf "\\303\\251")"',
    "ex 0; echo $?", "ex 3; echo $?", "ex 300; echo $?", "ex -1; echo $?", "ex None; echo $?",
    "ex \"'words'\"; echo $?",
    "ex True; echo $?", "ex [1]; echo $?", "ex 2.5; echo $?", "ex 'nosuch'; echo $?", "ex 3",
    "fail; echo $?", "cause; echo $?", "broken; echo $?", "importless; echo $?", "recurse",
    "interrupt; echo $?", "interrupt",
    "die SIGTERM; echo $?", "die SIGKILL; echo $?", "die SIGINT; echo $?", "die SIGTERM",
    "die SIGABRT; echo $?",
    "atexits; echo $?", "atexitfail; echo $?", "leftopen lo; cat lo; rm lo", "thread", "unflushed",
    "unflushed >/dev/full; echo $?",
    "many | head -n 2", "many >/dev/full; echo $?", "(many; echo $? >&2) | head -n 1",
    "nostdout >&-; echo $?", "unflushed >&-; echo $?",
    'printf "a\\r\\nb\\377" | readin', "readin <&-", "printf abcdef | { readline1; cat; }",
    'printf "q\\nrest\\n" | { asks; cat; }',
    "asks </dev/null; echo $?", "hook; echo $?", "badhook; echo $?", "V=1 execs | sort",
    "V=1 spawns", "forks", "mainmod", "pickles",
    "closesout; echo $?", "unraisable", "surrogate; echo $?", "annotated", "warns",
    "ex 5 | ex 6; echo $?", "ex 5 & wait $!; echo $?",
    "slow >out & p=$!; until test -s out; do :; done; kill -INT $p; kill -TERM $p; wait $p; "
    "echo $?; cat out; rm out",
    "slow >out & p=$!; until test -s out; do :; done; kill $p; wait $p; echo $?; rm out",
    "no_such_x; echo $?", "not_executable; echo $?", "fail 2>err; cat err; rm err",
    "ex 1 && echo no || echo yes",
]


def make_tree(place):
    """A bin directory with the shell and the fixture programs."""
    binary = os.path.join(place, "bin")
    os.mkdir(binary)
    shutil.copy(harness.SHELL, os.path.join(binary, "shell"))
    os.symlink("shell", os.path.join(binary, "sh"))
    for name, text in PROGRAMS.items():
        path = os.path.join(binary, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/usr/bin/python3\n" + text.lstrip("\n"))
        os.chmod(path, 0o755)
    os.symlink("state", os.path.join(binary, "linked"))
    shutil.copy(os.path.join(binary, "ex"), os.path.join(binary, "not_executable"))
    os.chmod(os.path.join(binary, "not_executable"), 0o644)
    return binary


def run(binary, snippet, mode):
    shell = os.path.join(binary, "shell")
    env = harness.environment(PATH=binary + ":/usr/bin:/bin", HOME="/nonexistent",
                              SHELL_UNDER_TEST=shell, MODE=mode)
    done = subprocess.run([shell] + mode.split() + ["-c", snippet], cwd=binary, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=harness.patient(30))
    return done.returncode, normal(done.stdout, mode), normal(done.stderr, mode)


def normal(data, mode):
    """Output without what differs between any two runs: the mode's own name, and addresses."""
    return re.sub(rb"0x[0-9a-f]+", b"ADDRESS", data.replace(mode.encode(), b"MODE"))


def differences(warm, cold):
    """The status and the lines of output in which two runs differ."""
    found = [] if warm[0] == cold[0] else ["status %d and %d" % (warm[0], cold[0])]
    for name, ours, wanted in zip(("stdout", "stderr"), warm[1:], cold[1:]):
        ours, wanted = ours.split(b"\n"), wanted.split(b"\n")
        found += ["%s: %r" % (name, line) for line in ours if line not in wanted]
        found += ["%s by exec: %r" % (name, line) for line in wanted if line not in ours]
    return found or ["the order differs"]


def was_warm(binary):
    """The fast way must be the one that is tested: a program sees the shell's own process start."""
    outputs = [run(binary, 'args "$PPID" >/dev/null; ' + snippet, mode)[1]
               for mode in ("+o exec", "-o exec") for snippet in ("cmdline",)]
    return outputs[0] != outputs[1]


def main():
    tap = harness.Tap()
    with tempfile.TemporaryDirectory(prefix="shell-same.") as place:
        binary = make_tree(place)
        with open(os.path.join(binary, "cmdline"), "w", encoding="utf-8") as file:
            file.write('#!/usr/bin/python3\nprint(open("/proc/self/cmdline").read())\n')
        os.chmod(os.path.join(binary, "cmdline"), 0o755)
        tap.result(was_warm(binary), "same: the two ways are two ways")
        before = sorted(os.listdir(binary))
        for snippet in SNIPPETS:
            warm, cold = run(binary, snippet, "+o exec"), run(binary, snippet, "-o exec")
            tap.result(warm == cold, "same: " + snippet.replace("\n", " "), differences(warm, cold))
        after = sorted(os.listdir(binary))
        tap.result(before == after, "same: nothing is left behind", [set(after) ^ set(before)])
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
