"""Cases that run BusyBox's init and ours as PID 1, side by side, and compare what was seen: the log
that the started programs write, the console, the exit status. See differences.py for what is meant
to differ."""

import os
import re
import signal
import time

from world import World, patient, plain

CASES = []


def same(mine, theirs, what):
    if mine != theirs:
        raise AssertionError("%s differs\n--- busybox:\n%s\n--- ours:\n%s" % (what, theirs, mine))


def seen(world, options):
    """Log, console and status in a form that can be compared."""
    log = plain(world.log())
    console = plain(world.text())
    if options.get("sort"):
        log = "\n".join(sorted(log.splitlines()))
    if world.init == "ours":
        # Where and why is told in addition: differences.py.
        console = re.sub(r"(Bad inittab entry at line \d+): .*", r"\1", console)
        console = console.replace(r"\x0d", "")
        if options.get("explained"):
            console = re.sub(r"(?m)^init: .*\n", "", console)
    if options.get("log_only"):
        console = ""  # an echo or a second prompt may or may not be in time
    if options.get("lines"):
        console = "\n".join(sorted(set(console.splitlines())))
    return log, console, world.status


def compare(skeleton, name, inittab, drive, options):
    worlds = []
    keep = {k: v for k, v in options.items() if k in ("files", "args", "env", "console")}
    try:
        for init in ("ours", "busybox"):
            worlds.append(World(skeleton, init, inittab, name=name, **keep))
        for world in worlds:
            if drive:
                drive(world)
        for world in worlds:
            world.finish()
        ours, theirs = (seen(world, options) for world in worlds)
        for mine, other, what in zip(ours, theirs, ("log", "console", "exit status")):
            same(mine, other, what)
        if not options.get("silent") and not theirs[0].strip():
            raise AssertionError("nothing was logged: the case shows nothing")
    finally:
        for world in worlds:
            world.remove()


def case(name, inittab, drive=None, **options):
    CASES.append(("as busybox: " + name,
                  lambda skeleton: compare(skeleton, name, inittab, drive, options)))


def tests():
    return CASES


def end(world):
    world.kill(signal.SIGUSR2)


def when(text, *steps):
    """Once the log has text, do the steps (a signal, or a function), then power off."""
    def drive(world):
        world.until_log(text)
        for step in steps:
            if callable(step):
                step(world)
            else:
                world.kill(step)
        end(world)
    return drive


def wait(text):
    return lambda world: world.until_log(text)


FIN = "::once:/bin/fin\n"
SCRIPT = 0o755

# -- the parser ------------------------------------------------------------------------------------

case("entries of a kind run in the order of the file",
     "::sysinit:/bin/note a\n::sysinit:/bin/note b\n::sysinit:/bin/note c\n" + FIN)
case("sysinit, wait and once follow one another",
     "::wait:/bin/note w\n::sysinit:/bin/note s\n" + FIN + "::wait:/bin/note w2\n"
     "::sysinit:/bin/note s2\n")
case("sysinit entries are waited for",
     "::sysinit:/bin/sh -c 'sleep 0.3; /bin/note slow'\n::sysinit:/bin/note fast\n" + FIN)
case("wait entries are waited for",
     "::wait:/bin/sh -c 'sleep 0.3; /bin/note slow'\n::wait:/bin/note fast\n" + FIN)
case("comments and empty lines", "# comment\n\n#::sysinit:/bin/note no\n::sysinit:/bin/note yes\n"
     "\n" + FIN)
case("a comment behind a command", "::sysinit:/bin/note a #b\n::sysinit:/bin/note c# d\n" + FIN)
case("a '#' in quotes is a comment, too", "::sysinit:/bin/note 'a#b' c\n::sysinit:/bin/note x\n"
     + FIN)
case("a '#' in an earlier field", "#a::sysinit:/bin/note a\n:#:sysinit:/bin/note b\n"
     "::sys#init:/bin/note c\n::sysinit#:/bin/note d\n::sysinit:#/bin/note e\n"
     "::sysinit:/bin/note ok\n" + FIN)
case("a command with colons", "::sysinit:/bin/note a:b::c:\n" + FIN)
case("a line that continues", "::sysinit:/bin/note a\\\n b\\\nc\n" + FIN)
case("an entry that continues within a field", "::sys\\\ninit:/bin/note a\n::bad\\\nbad:x\n"
     "::sysinit:/bin/note b\n" + FIN)
case("two backslashes before the end of a line",
     "::sysinit:/bin/note a\\\\\n\n::sysinit:/bin/note b\n" + FIN)
case("a comment that continues", "# comment \\\n::sysinit:/bin/note no\n::sysinit:/bin/note yes\n"
     + FIN)
case("a backslash at the end of the file", FIN + "::sysinit:/bin/note a\\")
case("a backslash and a newline at the end of the file", FIN + "::sysinit:/bin/note a\\\n")
case("no newline at the end of the file", FIN + "::sysinit:/bin/note a")
case("lines that end in CR LF", "::sysinit:/bin/note a\r\n::sysinit:/bin/note\r\n\r\n" + FIN)
case("blanks before and behind fields",
     " ::sysinit:/bin/note a\n:: sysinit:/bin/note b\n::sysinit :/bin/note c\n\t\n \n"
     "::sysinit:/bin/note d \n: :sysinit:/bin/note e\n" + FIN, lines=True)
case("unknown actions", "::boot:/bin/note a\n::SYSINIT:/bin/note b\n::off:/bin/note c\n"
     "::initdefault:\n:3:sysinit:/bin/note d\n" + FIN)
case("too few fields", "sysinit\n:sysinit\n::sysinit\n:::\n:\n::\n::::\n:::::/bin/note a\n"
     "::sysinit:/bin/note b\n" + FIN)
case("an empty command", "::sysinit:\n::respawn:\n::sysinit:/bin/note b\n" + FIN)
case("runlevels are ignored", ":2345:sysinit:/bin/note a\n:S:wait:/bin/note b\n" + FIN)
case("a name that is longer than 31 bytes",
     "ttyThisNameIsMuchLongerThanThirtyOneBytes::sysinit:/bin/note a\n"
     "::sysinit:/bin/note b\n" + FIN)
case("NUL and other bytes", b"::sysinit:/bin/note a\0b\n::sysinit:/bin/note \xff\xfe\x01\x7f\n"
     b"\x80\x81\n\0\n::sys\0init:/bin/note no\n::once:/bin/fin\n")
case("the same command twice runs once", "::sysinit:/bin/note a\n::sysinit:/bin/note b\n"
     "::sysinit:/bin/note a\n" + FIN)
case("the same command with another action", "::sysinit:/bin/note a\n::wait:/bin/note b\n"
     "::shutdown:/bin/note a\n::shutdown:/bin/note b2\n::wait:/bin/note c\n" + FIN)
case("the same command on another terminal", "ttyX::sysinit:/bin/note a\n::sysinit:/bin/note a\n"
     "/dev/ttyX::sysinit:/bin/note a\n" + FIN)
case("five hundred entries", "".join("::sysinit:/bin/true %d\n" % i for i in range(500)) +
     "::wait:/bin/note done\n" + FIN)
case("a command of 4000 bytes", "::sysinit:/bin/note " + "x" * 4000 + "\n" + FIN)

# -- commands --------------------------------------------------------------------------------------

case("blanks between words", "::sysinit:/bin/probe a \t b\t\tc  \n" + FIN)
case("a blank before the command", "::sysinit: /bin/probe a\n::sysinit:/bin/note b\n" + FIN)
case("a dash before the command", "::sysinit:-/bin/probe a\n::sysinit:- /bin/probe b\n"
     "::sysinit:--/bin/probe c\n::sysinit:/bin/note d\n" + FIN)
case("words with special characters go to the shell",
     "::sysinit:/bin/probe 'a b' \"c d\" $HOME *.x\n::sysinit:/bin/probe {x} [y] ~ !z ^w\n" + FIN)
for index, char in enumerate("~`!$^&*()=|\\{}[];\"'<>?"):
    if char in "`()\"'{[\\|&;<>":
        continue  # alone they are mistakes that the shell explains in its own way
    case("the special character %s" % char, "::sysinit:/bin/probe a%sb\n" % char + FIN)
case("redirection", "::sysinit:/bin/echo hello >>/log\n" + FIN)
case("a list of commands runs only the first",
     "::sysinit:/bin/note a; /bin/note b\n::sysinit:/bin/note c && /bin/note d\n" + FIN)
case("an assignment before a command fails", "::sysinit:A=1 /bin/note a\n::sysinit:/bin/note b\n"
     + FIN)
case("a dash and the shell", "::sysinit:-/bin/probe 'a'\n"
     "::sysinit:-/bin/sh -c 'echo $0 >>/log'\n" + FIN)
case("a program is looked for in PATH", "::sysinit:note a\n::sysinit:probe b\n" + FIN)
case("a path relative to the root", "::sysinit:bin/note a\n::sysinit:./bin/note b\n" + FIN)
case("a program that is missing", "::sysinit:/bin/nothing\n::sysinit:nothing at all\n"
     "::sysinit:/bin/note a\n" + FIN)
case("a program that may not be executed", "::sysinit:/etc/plain\n::sysinit:/etc\n"
     "::sysinit:/bin/note a\n" + FIN, files=[("etc/plain", "x", 0o644)], explained=True)
case("a script without a shebang is the shell's", "::sysinit:/etc/script a b\n" + FIN,
     files=[("etc/script", "echo $0 $1 $2 >>/log\n", SCRIPT)])
case("a script whose interpreter is missing", "::sysinit:/etc/script a\n::sysinit:/bin/note b\n"
     + FIN, files=[("etc/script", "#!/bin/nothing\n", SCRIPT)], explained=True)

# -- what a program finds --------------------------------------------------------------------------

case("the environment", "::sysinit:/bin/probe -e env\n::wait:/bin/probe -e wait\n" + FIN,
     env={"console": "", "PATH": "/elsewhere:" + os.environ["PATH"], "USER": "somebody"})
case("variables of the kernel's", "::sysinit:/bin/probe -e env\n" + FIN,
     env={"nfsroot": "/srv/x", "A": "b c"})
case("TERM stays where it is not linux", "::sysinit:/bin/probe -e env\n" + FIN,
     env={"TERM": "xterm"})
case("a runlevel becomes RUNLEVEL", "::sysinit:/bin/probe -e env\n" + FIN, args=["3", "more"])
case("arguments are wiped", "::sysinit:/bin/sh -c \"tr '\\0' . </proc/1/cmdline >>/log\"\n" + FIN,
     args=["5", "words", "more"])
for action in ("sysinit", "wait", "once", "respawn", "ctrlaltdel", "shutdown"):
    case("session, group, descriptors and signals of %s" % action,
         "::%s:/bin/sh -c '/bin/probe x; exec sleep 1000'\n" % action
         if action in ("respawn", "once") else "::%s:/bin/probe x\n" % action,
         {"respawn": when("x ["), "once": when("x ["),
          "ctrlaltdel": lambda w: (w.until(w.booted, "it has booted"), w.kill(signal.SIGINT),
                                   w.until_log("x ["), end(w)),
          "shutdown": lambda w: (w.until(w.booted, "it has booted"), end(w)),
          }.get(action, when("x [")))
case("sane settings on the console", "::sysinit:/bin/probe a\n::sysinit:-/bin/probe b\n" + FIN,
     console="pty")
case("a terminal of its own", "ttyX::sysinit:/bin/probe a\nttyX::wait:-/bin/probe b\n" + FIN)
case("a terminal by its whole path", "/dev/ttyX::sysinit:/bin/probe a\n" + FIN)
case("a terminal with slashes before it", "//ttyX::sysinit:/bin/probe a\n" + FIN)
case("a terminal that is missing", "ttyNone::sysinit:/bin/note no\n::sysinit:/bin/note yes\n" + FIN)
case("a terminal that is no device", "null::sysinit:/bin/probe a\n" + FIN)
case("core files on demand", "::sysinit:/bin/probe a\n" + FIN,
     files=[(".init_enable_core", "", 0o644)])
case("$CONSOLE names the console", "::sysinit:/bin/probe a\n" + FIN,
     env={"CONSOLE": "/dev/ttyX"})
case("$console names the console", "::sysinit:/bin/probe a\n" + FIN,
     env={"console": "/dev/ttyX"})

# -- running for long ------------------------------------------------------------------------------

case("a respawned program is started again", "::respawn:/bin/sh -c 'echo run >>/log; sleep 0.1'\n",
     lambda w: (w.until(lambda: w.log().count("run") >= 3, "three runs"),
                w.write("log", "three\n"), end(w), w.finish(), w.write("log", "three\n")))
case("respawn entries start in order", "::respawn:/bin/sh -c '/bin/note a; exec sleep 1000'\n"
     "::respawn:/bin/sh -c 'sleep 0.2; /bin/note b; exec sleep 1000'\n", when("b"))
case("once entries are not waited for", "::once:/bin/sh -c '/bin/note a; exec sleep 1000'\n"
     "::once:/bin/sh -c 'sleep 0.2; /bin/note b'\n", when("b"))
case("askfirst asks on the console", "::askfirst:/bin/sh -c '/bin/note asked; exec sleep 1000'\n",
     lambda w: (w.until_console("activate this console. "), w.type("some text\n"),
                w.until_log("asked"), end(w)))
case("askfirst asks on its terminal", "ttyX::askfirst:/bin/probe asked\n",
     lambda w: (w.until(lambda: b"Enter" in read_tty(w), "the prompt"),
                os.write(w.master, b"\n"), w.until_log("asked"), end(w)))
case("askfirst starts at the end of its input", "::askfirst:/bin/note asked\n",
     lambda w: (w.until_console("console. "), w.type("\n"), w.until_log("asked"), end(w)),
     log_only=True)
case("orphans are reaped", "::once:/bin/sh -c '(sleep 0.1 &) ; (sleep 0.2 &) ; /bin/note made'\n",
     lambda w: (w.until_log("made"),
                w.until(lambda: not children(w), "no child is left"), end(w)))
case("a waited entry does not wait for its orphans",
     "::wait:/bin/sh -c 'sleep 1000 & /bin/note a'\n::wait:/bin/note b\n" + FIN)
case("strangers end while an entry is waited for",
     "::sysinit:/bin/sh -c '(sleep 0.1 &); sleep 0.3; /bin/note a'\n::sysinit:/bin/note b\n" + FIN)
case("an entry that is killed", "::sysinit:/bin/sh -c 'kill -9 $$'\n::wait:/bin/note b\n" + FIN)


def read_tty(world):
    data = getattr(world, "tty_data", b"")
    os.set_blocking(world.master, False)
    try:
        data += os.read(world.master, 4096)
    except OSError:
        pass
    world.tty_data = data
    return data


def children(world):
    pid = world.pid()
    return World.read_host("/proc/%d/task/%d/children" % (pid, pid)).split()


# -- signals ---------------------------------------------------------------------------------------

READY = "::once:/bin/note ready\n::shutdown:/bin/note down\n"
for number, word in ((signal.SIGUSR1, "USR1"), (signal.SIGUSR2, "USR2"), (signal.SIGTERM, "TERM"),
                     (signal.SIGPWR, "PWR")):
    case("SIG%s while serving" % word, READY,
         lambda w, number=number: (w.until_log("ready"), w.kill(number)))
    if word != "PWR":
        case("SIG%s during sysinit" % word,
             "::sysinit:/bin/sh -c 'kill -%s 1; sleep 0.2; /bin/note a'\n" % word +
             "::sysinit:/bin/note b\n::wait:/bin/note no\n::shutdown:/bin/note down\n")
        case("SIG%s during wait" % word,
             "::wait:/bin/sh -c 'kill -%s 1; sleep 0.2; /bin/note a'\n" % word +
             "::wait:/bin/note b\n::once:/bin/note no\n::shutdown:/bin/note down\n")
case("SIGINT without an entry", READY, when("ready", signal.SIGINT))
case("SIGINT runs all ctrlaltdel entries, each waited for",
     READY + "::ctrlaltdel:/bin/sh -c 'sleep 0.2; /bin/note c1'\n::ctrlaltdel:/bin/note c2\n",
     when("ready", signal.SIGINT, wait("c2")))
case("SIGINT twice", READY + "::ctrlaltdel:/bin/sh -c 'echo c >>/log'\n",
     when("ready", signal.SIGINT, wait("c\n"), signal.SIGINT, wait("c\nc\n")))
case("SIGINT during sysinit", "::sysinit:/bin/sh -c 'kill -INT 1; sleep 0.2; /bin/note a'\n"
     "::sysinit:/bin/note b\n::wait:/bin/note w\n::ctrlaltdel:/bin/note c\n" + FIN)
case("a ctrlaltdel entry that reboots", READY + "::ctrlaltdel:reboot\n",
     lambda w: (w.until_log("ready"), w.kill(signal.SIGINT)))
case("SIGQUIT without a restart entry", READY, when("ready", signal.SIGQUIT))
case("SIGQUIT executes the restart entry as PID 1",
     READY + "::restart:/bin/sh -c '/bin/probe restarted; exit 5'\n",
     lambda w: (w.until_log("ready"), w.kill(signal.SIGQUIT)))
case("SIGQUIT with a terminal", READY + "ttyX::restart:/bin/probe restarted\n",
     lambda w: (w.until_log("ready"), w.kill(signal.SIGQUIT)))
case("the first restart entry counts", READY + "::restart:/bin/note r1\n::restart:/bin/note r2\n",
     lambda w: (w.until_log("ready"), w.kill(signal.SIGQUIT)))
case("a restart entry that cannot be executed", READY + "::restart:/bin/nothing\n",
     lambda w: (w.until_log("ready"), w.kill(signal.SIGQUIT)))
case("init as restart entry", READY + "::restart:/sbin/init\n",
     lambda w: (w.until_log("ready"), w.kill(signal.SIGQUIT),
                w.until(lambda: w.log().count("ready") == 2, "a second start"), end(w)))
case("SIGTSTP stops respawning, SIGCONT continues",
     "::respawn:/bin/sh -c 'echo run >>/log; sleep 0.1'\n",
     lambda w: (w.until_log("run"), w.kill(signal.SIGTSTP), quiet(w), w.kill(signal.SIGCONT),
                w.until(lambda: w.log().count("run") > w.before, "another run"),
                end(w), w.finish(), w.write("log", "stopped and continued\n")))
case("other signals wait while it is stopped", READY,
     lambda w: (w.until_log("ready"), w.kill(signal.SIGTSTP), end(w), w.kill(signal.SIGCONT)))
case("SIGCONT alone means nothing", READY, when("ready", signal.SIGCONT))
case("other signals mean nothing", READY,
     when("ready", signal.SIGALRM, signal.SIGWINCH, signal.SIGPIPE, signal.SIGIO, signal.SIGVTALRM,
          signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU))


def quiet(world):
    """Until nothing has been logged for as long as two respawns would take."""
    world.before = world.log().count("run")
    last = time.monotonic()

    def silent():
        nonlocal last
        if world.log().count("run") != world.before:
            world.before, last = world.log().count("run"), time.monotonic()
        return time.monotonic() - last > patient(2.5)
    world.until(silent, "nothing is started any more")


for applet in ("halt", "poweroff", "reboot"):
    case("BusyBox's %s" % applet, READY + "::once:/bin/sh -c 'sleep 0.2; %s'\n" % applet,
         sort=True)
case("init -q from inside", READY + "::once:/bin/sh -c 'sleep 0.2; init -q; echo rc $? >>/log'\n",
     when("rc 0"), sort=True)

# -- reload ----------------------------------------------------------------------------------------


def reload(text, *marks):
    def step(world):
        world.write("etc/inittab", text)
        world.kill(signal.SIGHUP)
        for mark in marks:
            world.until_log(mark)
    return step


KEEP = "::respawn:/bin/sh -c 'echo keep >>/log; exec sleep 1000'\n"
NEW = "::respawn:/bin/sh -c 'echo new >>/log; exec sleep 1000'\n"
case("SIGHUP starts new respawn entries", KEEP, when("keep", reload(KEEP + NEW, "new")))
case("SIGHUP does not run new sysinit, wait and once entries", KEEP,
     when("keep", reload("::sysinit:/bin/note s\n::wait:/bin/note w\n::once:/bin/note o\n" + NEW,
                         "new")))
case("SIGHUP changes the shutdown entries", KEEP + "::shutdown:/bin/note d1\n",
     when("keep", reload(KEEP + NEW + "::shutdown:/bin/note d2\n::shutdown:/bin/note d1\n",
                         "new")))
case("SIGHUP turns a running respawn entry into a shutdown entry", KEEP,
     when("keep", reload(NEW + "::shutdown:/bin/sh -c 'echo keep >>/log; exec sleep 0'\n", "new")))
case("SIGHUP with mistakes in the file", KEEP,
     when("keep", reload("nonsense\n" + KEEP + "::x:y\n" + NEW, "new")))
case("SIGHUP during sysinit", "::sysinit:/bin/sh -c 'echo ::wait:/bin/note w2 >/etc/inittab; "
     "echo ::once:/bin/fin >>/etc/inittab; kill -HUP 1; sleep 0.2'\n::wait:/bin/note w1\n"
     "::sysinit:/bin/note s\n")

# -- shutdown --------------------------------------------------------------------------------------

case("shutdown entries in order, each waited for",
     "::shutdown:/bin/sh -c 'sleep 0.2; /bin/note d1'\n::shutdown:/bin/note d2\n" + FIN)
case("processes live while shutdown entries run",
     "::once:/bin/sh -c 'echo $$ >/pid; /bin/note ready; exec sleep 1000'\n"
     "::shutdown:/bin/sh -c 'kill -0 $(cat /pid) && /bin/note alive'\n", when("ready"))
# The shells may say "Terminated" about their own children, each time anew.
case("everybody gets TERM", "::once:/bin/trapper t1\n::once:/bin/trapper t2\n",
     when("t1 ready", wait("t2 ready")), sort=True, log_only=True)
case("who does not listen to TERM is killed", "::once:/bin/deaf d\n", when("d ready"),
     log_only=True)
case("a second signal during shutdown means nothing",
     "::shutdown:/bin/sh -c 'kill -TERM 1; kill -USR1 1; sleep 0.2; /bin/note d'\n" + FIN)
case("a shutdown entry that fails", "::shutdown:/bin/nothing\n::shutdown:/bin/false\n"
     "::shutdown:/bin/note d\n" + FIN)
case("shutdown entries of another terminal", "ttyX::shutdown:/bin/probe d\n"
     "none::shutdown:/bin/note no\n" + FIN)
case("a shutdown entry in the background", "::shutdown:/bin/sh -c '(sleep 1000) & /bin/note d'\n"
     + FIN)

# -- other ways to start ---------------------------------------------------------------------------

for word in ("single", "-s", "1"):
    case("single user mode by %s" % word, "::sysinit:/bin/note no\n",
         lambda w: (w.type("echo $0 >>/log; /bin/probe single; kill -USR2 1; sleep 1000\n"),
                    w.until_log("single")), args=[word], console="pty" if word == "1" else "pipe",
         log_only=True)
case("without an inittab", None,
     lambda w: (w.until_log("rcS"), w.until_console("activate this console. "), end(w)),
     files=[("etc/init.d/rcS", "#!/bin/sh\necho rcS >>/log\n", SCRIPT)], lines=True)
case("an empty inittab", "", lambda w: (w.until(w.booted, "it has booted"), end(w)), silent=True)
