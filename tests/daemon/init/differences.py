"""What differs from BusyBox's init on purpose: each is listed in init(8), DIFFERENCES, and shown
here; and what ours can do beyond it."""

import os
import re
import signal
import subprocess
import sys
import time

from world import INIT, ROOT, Skeleton, World, patient

TESTS = []


def test(name):
    def add(function):
        TESTS.append((name, function))
        return function
    return add


def tests():
    return TESTS


class ours(World):
    """A world of our init that removes itself."""

    def __init__(self, skeleton, inittab, **options):
        super().__init__(skeleton, "ours", inittab, **options)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.remove()


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def has(text, part):
    check(part in text, "wanted %r in:\n%s" % (part, text))


def has_not(text, part):
    check(part not in text, "did not want %r in:\n%s" % (part, text))


FIN = "::once:/bin/fin\n"
READY = "::once:/bin/note ready\n"


@test("a bad entry is told with line, column and reason")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/note a\n:x:boot:/bin/b\nnothing\n::wait:\n::wa\\\nxx:c\n"
              + FIN) as w:
        w.finish()
        for line in ("Bad inittab entry at line 2: /etc/inittab:2:4: unknown action 'boot'",
                     "Bad inittab entry at line 3: /etc/inittab:3:8: fewer than four fields",
                     "Bad inittab entry at line 4: /etc/inittab:4:7: no command",
                     "Bad inittab entry at line 6: /etc/inittab:5:3: unknown action 'waxx'"):
            has(w.text(), line)


@test("what cannot be executed is explained")
def _(skeleton):
    cases = (("etc/a", "#!/bin/nothing\n", "init: cannot start /bin/nothing: No such file"),
             ("etc/e", "#!/bin/nothing\r\n",
              "init: the first line of /etc/e ends in a carriage return, "
              "so its interpreter would be '/bin/nothing\\r', which does not exist"),
             ("etc/b", b"\x7fELF" + bytes(100), "init: /etc/b is neither a script nor a sound ELF"),
             ("etc/c", foreign(), "init: /etc/c is a program for s390x, and this machine is"),
             ("etc/d", native("/lib/ld-none.so.1"),
              "init: /etc/d needs the ELF interpreter /lib/ld-none.so.1, which is missing here"))
    inittab = "".join("::sysinit:/%s\n" % path for path, _, _ in cases) + FIN
    with ours(skeleton, inittab, files=[(p, c, 0o755) for p, c, _ in cases]) as w:
        w.finish()
        for path, _, sentence in cases:
            has(w.text(), "can't run '/%s'" % path)
            has(w.text(), sentence)


@test("what would steer the console is shown")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/none\r\n::sysinit:/bin/a\x1bc\n" + FIN) as w:
        w.finish()
        has(w.text(), "can't run '/bin/none\\x0d': No such file or directory")
        has(w.text(), "can't run '/bin/a\\x1bc': No such file or directory")


def elf(machine, order, interp):
    """The smallest program of 64 bits that wants an interpreter."""
    def number(value, size):
        return value.to_bytes(size, order)
    name = interp.encode() + b"\0"
    ident = b"\x7fELF" + bytes([2, 1 if order == "little" else 2, 1]) + bytes(9)
    head = ident + number(2, 2) + number(machine, 2) + number(1, 4) + number(0x400000, 8)
    head += number(64, 8) + number(0, 8) + number(0, 4) + number(64, 2) + number(56, 2)
    head += number(1, 2) + bytes(6)
    segment = number(3, 4) + number(4, 4) + number(120, 8) + number(0, 16)
    segment += number(len(name), 8) * 2 + number(1, 8)
    return head + segment + name


def foreign():
    return elf(22, "big", "/lib/ld64.so.1")


def native(interp):
    return elf({"x86_64": 62, "aarch64": 183}[os.uname().machine], "little", interp)


@test("shutdown entries know what is going on")
def _(skeleton):
    for number, word in ((signal.SIGUSR1, "halt"), (signal.SIGUSR2, "poweroff"),
                         (signal.SIGTERM, "reboot"), (signal.SIGQUIT, "restart")):
        with ours(skeleton, READY + "::shutdown:/bin/probe -e down\n"
                  "::restart:/bin/probe -e restarted\n") as w:
            w.until_log("ready")
            w.kill(number)
            w.finish()
            has(w.log(), " BUSYPY_SHUTDOWN=%s " % word)
            if word == "restart":
                has_not(w.log().split("restarted")[1], "BUSYPY_SHUTDOWN")


@test("a stuck shutdown entry and a stopped process end within deadline, grace and margin")
def _(skeleton):
    with ours(skeleton,
              "::once:/bin/sh -c '/bin/trapper t & kill -STOP $!; /bin/note ready; wait'\n"
              "::once:/bin/deaf d\n::shutdown:/bin/sh -c '/bin/note stuck; exec sleep 1000'\n"
              "::shutdown:/bin/note late\n", args=["busypy.shutdown=1", "busypy.grace=1"]) as w:
        w.until_log("ready")
        w.until_log("d ready")
        w.started = time.monotonic()
        w.kill(signal.SIGUSR2)
        w.finish()
        has(w.text(), "exec sleep 1000'' is still running, going on")
        has(w.text(), "init: no time is left for '/bin/note late'")
        check(w.elapsed < 2 + patient(4), "it took %.1f s" % w.elapsed)
        return "deadline 1 s, grace 1 s: %.2f s" % w.elapsed


@test("a stopped process is continued, and gets its TERM")
def _(skeleton):
    with ours(skeleton, "::once:/bin/trapper t\n", args=["busypy.grace=10"]) as w:
        w.until_log("t ready")
        inner = [p for p in (World.read_host("/proc/%d/task/%d/children" % (w.pid(), w.pid()))
                             .split())]
        os.kill(int(inner[0]), signal.SIGSTOP)
        w.kill(signal.SIGUSR2)
        w.finish()
        has(w.log(), "t got TERM")


@test("an empty machine is down at once")
def _(skeleton):
    with ours(skeleton, READY) as w:
        w.until_log("ready")
        w.started = time.monotonic()
        w.kill(signal.SIGUSR2)
        w.finish()
        check(w.elapsed < patient(1), "it took %.2f s" % w.elapsed)
        return "%.0f ms" % (w.elapsed * 1000)


@test("SIGPWR during sysinit is served before the wait entries")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/sh -c 'kill -PWR 1; /bin/note s'\n::wait:/bin/note w\n"
              "::shutdown:/bin/note down\n") as w:
        w.finish()
        check(w.log() == "s\ndown\n", w.log())


@test("SIGHUP leaves the process of a removed entry running")
def _(skeleton):
    keep = "::respawn:/bin/sh -c 'echo keep >>/log; exec sleep 1000'\n"
    new = "::respawn:/bin/sh -c 'echo new >>/log; exec sleep 1000'\n"
    third = "::respawn:/bin/sh -c 'echo third >>/log; exec sleep 1000'\n"
    with ours(skeleton, keep) as w:
        for text, mark, count in ((None, "keep", 1), (new, "new", 2), (keep + third, "third", 3)):
            if text:
                w.write("etc/inittab", text)
                w.kill(signal.SIGHUP)
            w.until_log(mark)
            pids = World.read_host("/proc/%d/task/%d/children" % (w.pid(), w.pid())).split()
            check(len(pids) == count, "%d processes run behind %s" % (len(pids), mark))
        w.kill(signal.SIGUSR2)
        w.finish()
        check(w.log() == "keep\nnew\nthird\n", w.log())


@test("without an inittab, a tree's shell is started")
def _(skeleton):
    skeleton = Skeleton()  # of its own: the other worlds must not have that shell
    try:
        os.symlink("probe", os.path.join(skeleton.path, "bin/shell"))
        with ours(skeleton, None, files=[("etc/init.d/rcS", "#!/bin/sh\necho rcS >>/log\n", 0o755)]
                  ) as w:
            w.until_log("[-/bin/shell]")
            w.kill(signal.SIGUSR2)
            w.finish()
            check(w.log().startswith("rcS\n"), w.log())
        with ours(skeleton, READY, args=["busypy.shell"]) as w:
            w.until_log("[-/bin/shell]")
            w.kill(signal.SIGUSR2)
            w.finish()
            has_not(w.log(), "ready")
    finally:
        skeleton.remove()


@test("the log is in /run/busypy/boot.log, warnings too")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/note a # b\n::sysinit:/bin/nothing\n::wait:/bin/note a; x\n"
              "::sysinit:/bin/nothing\nttyNone::wait:/bin/note\n" + FIN) as w:
        w.finish()
        log = World.read_host(os.path.join(w.path, "run/busypy/boot.log")).decode()
        for part in ("init: /etc/inittab:1:11: a '#' ends the command here",
                     "init: /etc/inittab:3:8: run as 'exec ...': what follows ';'",
                     "init: /etc/inittab:4:11: the same command and terminal again: this sysinit "
                     "entry replaces the sysinit one", "starting pid", "can't run '/bin/nothing'",
                     "can't open /dev/ttyNone: No such file", "Requesting system poweroff"):
            has(log, part)
        has_not(w.text(), "a '#' ends")


@test("the respawn limiter pauses an entry, and only where it is asked for")
def _(skeleton):
    with ours(skeleton, "::respawn:/bin/note run\n", args=["busypy.respawn=2/3"]) as w:
        w.until_console("'/bin/note run' was started 2 times in 3 s, waiting as long")
        check(w.log() == "run\nrun\n", w.log())
        w.kill(signal.SIGUSR2)
        w.finish()


@test("busypy.run: the program's exit status, signals to its group, no orphan left")
def _(skeleton):
    for program, drive, status in (
            ("/bin/sh -c 'exit 7'", None, 7), ("/bin/nothing", None, 127),
            ("/etc/plain", None, 126), ("/bin/sh -c 'kill -9 $$'", None, 137),
            ("/bin/sh -c 'sleep 1000 & exit 3'", None, 3),
            ("/bin/sh -c 'trap \"exit 5\" TERM; /bin/note up; while :; do sleep 0.05; done'",
             signal.SIGTERM, 5),
            ("/bin/sh -c '/bin/note up; sleep 1000; /bin/note no'", signal.SIGTERM, 143),
            ("/bin/sh -c 'trap \"exit 6\" USR1; /bin/note up; while :; do sleep 0.05; done'",
             signal.SIGUSR1, 6)):
        with ours(skeleton, READY, args=["busypy.run=" + program],
                  files=[("etc/plain", "x", 0o644)]) as w:
            if drive:
                w.until_log("up")
                w.kill(drive)
            check(w.finish() == status, "%s: %s\n%s" % (program, w.status, w.text()))
            has_not(w.log(), "ready")


@test("busypy.init: the program becomes PID 1")
def _(skeleton):
    with ours(skeleton, READY, args=["busypy.init=/bin/sh -c 'echo pid $$ >>/log; exit 4'"]) as w:
        check(w.finish() == 4, "status %s" % w.status)
        check(w.log() == "pid 1\n", w.log())
    with ours(skeleton, READY, args=["busypy.init=/bin/nothing"]) as w:
        check(w.finish() == 127, "status %s" % w.status)
        has(w.text(), "init: busypy.init: cannot start /bin/nothing: No such file or directory")


@test("options that are wrong or contradict are told, and the boot goes on")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/note ready\n" + FIN,
              args=["busypy.nonsense=1", "busypy.grace=soon", "busypy.arch", "busypy.respawn=3",
                    "busypy.shell=2"]) as w:
        w.finish()
        for line in ("init: arguments: 1:1: there is no option busypy.nonsense, ignoring",
                     "init: arguments: 1:2: busypy.grace cannot be 'soon', ignoring",
                     "init: arguments: 1:3: busypy.arch needs a value, ignoring",
                     "init: arguments: 1:4: busypy.respawn cannot be '3', ignoring",
                     "init: arguments: 1:5: busypy.shell cannot be '2', ignoring"):
            has(w.text(), line)
        has(w.log(), "ready")
    with ours(skeleton, READY, args=["busypy.init=/bin/a", "busypy.run=/bin/true"]) as w:
        check(w.finish() == 0, "status %s" % w.status)
        has(w.text(), "1:2: busypy.run contradicts an earlier option; the last one counts")


@test("a crash of init: exit status in a container, and only a real one")
def _(skeleton):
    with ours(skeleton, READY, args=["busypy.debug"]) as w:
        w.until_log("ready")
        w.kill(signal.SIGSEGV)
        check(w.finish() == 128 + signal.SIGSEGV, "status %s" % w.status)
        has(w.text(), "init: PID 1 crashed: signal 11")


def runtime_files(arch):
    return [("etc/python/%s/usr/bin/marker" % arch, "#!/bin/sh\necho composed $0 >>/log\n", 0o755),
            ("etc/clib/%s/libx" % arch, "", 0o644), ("usr/x", "", 0o644), ("lib/x", "", 0o644)]


@test("the tree's runtime is composed, read-only")
def _(skeleton):
    arch = os.uname().machine
    inittab = ("::sysinit:/usr/bin/marker\n::sysinit:/bin/sh -c 'ls /lib >>/log; touch /usr/y'\n"
               "::sysinit:/bin/probe -e env\n::sysinit:/bin/sh -c 'grep -c \" /usr \" "
               "/proc/mounts >>/log; grep \" /lib \" /proc/mounts | cut -d, -f1 >>/log'\n" + FIN)
    with ours(skeleton, inittab, files=runtime_files(arch),
              env={"PYTHONHOME": "/x", "LD_PRELOAD": ""}) as w:
        w.finish()
        has(w.log(), "composed /usr/bin/marker\nlibx\n")
        has(w.text(), "touch: /usr/y: Read-only file system")
        has(w.log(), "PYTHONNOUSERSITE=1")
        has_not(w.log(), "PYTHONHOME")
        has(w.log(), "\n1\n")
        check(re.search(r" /lib \S+ ro", w.log()), w.log())


@test("busypy.overlay: /usr can be written to, the tree is untouched")
def _(skeleton):
    inittab = ("::sysinit:/usr/bin/marker\n::sysinit:/bin/sh -c 'echo new >/usr/bin/marker && "
               "echo written >>/log'\n" + FIN)
    files = runtime_files(os.uname().machine)
    with ours(skeleton, inittab, files=files, args=["busypy.overlay=1"]) as w:
        w.finish()
        has(w.log(), "composed /usr/bin/marker\nwritten\n")
        check(World.read_host(os.path.join(w.path, files[0][0])).decode() == files[0][1],
              "the tree has changed")


@test("a runtime that is missing is named")
def _(skeleton):
    with ours(skeleton, READY + FIN, files=runtime_files("s390x")) as w:
        w.finish()
        arch = os.uname().machine
        has(w.text(), "init: compose: this tree has no runtime for %s: /etc/python/%s/usr: No such "
            "file or directory (Hint: " % (arch, arch))
    with ours(skeleton, "::sysinit:/usr/bin/marker\n" + FIN, files=runtime_files("s390x"),
              args=["busypy.arch=s390x"]) as w:
        w.finish()
        has(w.log(), "composed")
    with ours(skeleton, READY + FIN, files=runtime_files("s390x"), args=["busypy.arch=vax"]) as w:
        w.finish()
        has(w.text(), "init: compose: busypy.arch: there is no arch 'vax'")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=patient(30),
                          **options)


# A grandchild whose parent has ended, and the first process: both have the same parent.
ORPHAN = """
import os
r, w = os.pipe()
r2, w2 = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        os.read(r, 1)
        os.write(1, b"%d " % os.getppid())
        os.write(w2, b"x")
    os._exit(0)
os.wait()
os.write(w, b"x")
os.read(r2, 1)
os.write(1, b"%d " % os.getppid())
"""


@test("not as PID 1: BusyBox's words; --subreaper")
def _(skeleton):
    result = run(INIT)
    check((result.returncode, result.stderr) == (1, "init: must be run as PID 1\n"), str(result))
    check(run(INIT, "--subreaper", "sh", "-c", "exit 9").returncode == 9, "exit status")
    check(run(INIT, "--subreaper", "sh", "-c", "kill -TERM $$").returncode == 143, "killed")
    check(run(INIT, "--subreaper", "/no/thing").returncode == 127, "missing")
    check(run(INIT, "--subreaper", "/etc").returncode == 126, "cannot run")
    adopted = run(INIT, "--subreaper", sys.executable, "-c", ORPHAN)
    parents = adopted.stdout.split()
    check(len(parents) == 2 and parents[0] == parents[1], str(adopted))
    result = run(INIT, "--nonsense")
    check(result.returncode == 1 and result.stderr.startswith("Usage: init"), str(result))


@test("signals that its starter ignores are served")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/note s\n" + READY + "::shutdown:/bin/note down\n",
              wrap="env --ignore-signal=CHLD,TERM,HUP,USR2") as w:
        w.until_log("ready")
        w.kill(signal.SIGTERM)
        w.finish()
        check(w.log() == "s\nready\ndown\n", w.log())


@test("the init for aarch64 is the same program")
def _(skeleton):
    path = os.path.join(skeleton.path, "lint-aarch64")
    with open(path, "w", encoding="ascii") as file:
        file.write("::boot:/bin/b\n")
    program = os.path.join(ROOT, "build/init-aarch64")
    result = run("qemu-aarch64-static", program, "--check", path)
    check((result.returncode, result.stdout) == (1, path + ":1:3: unknown action 'boot'\n"),
          str(result))
    kind = run("file", program).stdout
    has(kind, "ARM aarch64")
    has(kind, "statically linked")


@test("a root without /dev/null: tried, told, lived with")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/note s\n::once:-/bin/fin\n", null=False) as w:
        w.finish()
        check(w.log() == "s\n", w.log())
        has(w.text(), "init: cannot mount devtmpfs on /dev: Operation not permitted\n"
            "init: cannot make /dev/null: Operation not permitted\n")


@test("a message is not cut")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/" + "x" * 200 + "\n" + FIN) as w:
        w.finish()
        has(w.text(), "x" * 200 + "': No such file or directory")


@test("init --check: file, line and column of what is wrong or hardly meant")
def _(skeleton):
    path = os.path.join(skeleton.path, "lint")
    with open(path, "w", encoding="ascii") as file:
        file.write("::sysinit:/bin/a\n::boot:/bin/b\n::wait:A=1 /bin/c\n::wait:/bin/d; /bin/e\n"
                   "::once: /bin/f\n::once:/bin/g # h\n::shutdown:/bin/a\nx\n::once:/bin/i\r\n"
                   "averyveryveryverylongterminalname::once:/bin/j\n")
    result = run(INIT, "--check", path)
    wanted = ["2:3: unknown action 'boot'",
              "3:8: run as 'exec ...': an assignment cannot stand before the program (Hint: use "
              "env NAME=value ...)",
              "4:8: run as 'exec ...': what follows ';', '&&' or '||' may never run (Hint: use "
              "/bin/sh -c '...')",
              "5:8: the command begins with a blank and cannot be run",
              "6:8: a '#' ends the command here, the rest is not run",
              "7:12: the same command and terminal again: this shutdown entry replaces the sysinit "
              "one",
              "8:2: fewer than four fields",
              "9:8: the line ends in a carriage return, which becomes part of the command",
              "10:41: the terminal's name is cut to 31 bytes"]
    wanted = "".join("%s:%s\n" % (path, line) for line in wanted)
    check(result.stdout == wanted, "got:\n%swanted:\n%s" % (result.stdout, wanted))
    check(result.returncode == 1, "status %d" % result.returncode)
    check(run(INIT, "--check", path + "-none").returncode == 2, "a missing file")
    good = run(INIT, "--check", os.path.join(ROOT, "rootfs/etc/inittab"))
    check((good.returncode, good.stdout) == (0, ""), good.stdout)
