"""Inittabs that nobody should write: each is told with line and column, and the boot goes on."""

import random
import re
import signal

from differences import FIN, check, has, ours

READY = "::sysinit:/bin/note ready\n"
TESTS = []


def boots(name, inittab, *lines, **options):
    def test(skeleton):
        with ours(skeleton, inittab, **options) as w:
            w.finish()
            has(w.log(), "ready")
            for line in lines:
                has(w.text(), line)
            return "%.2f s" % w.elapsed
    TESTS.append((name, test))


def tests():
    return TESTS


noise = bytes(random.Random(4).randrange(256) for _ in range(100000))
boots("binary bytes", noise.replace(b"\\\n", b"xx") + b"\n" + (READY + FIN).encode(),
      "Bad inittab entry at line 1: /etc/inittab:1:")
boots("a line of 1 MB", READY + "::sysinit:/bin/note " + "x" * 1024 * 1024 + "\n" + FIN,
      "Bad inittab entry at line 2: /etc/inittab:2:16384: the line is too long")
boots("a line of 1 MB in continuations", READY + "::sysinit:" + "a \\\n" * 260000 + "\n" + FIN,
      "the line is too long")
boots("ten thousand entries", READY + "".join("::ctrlaltdel:/bin/true %d\n" % i
                                              for i in range(10000)) + FIN)
boots("more entries than there is room for", READY + FIN +
      "".join("::ctrlaltdel:/bin/true %d\n" % i for i in range(16390)),
      "Bad inittab entry at line 16385: /etc/inittab:16385:14: there is no room for more entries")
boots("more text than there is room for", READY + FIN +
      "".join("::ctrlaltdel:/bin/true %d%s\n" % (i, "x" * 8000) for i in range(70)),
      "there is no room for more entries")
boots("contradictory entries", "::sysinit:/bin/note ready\n::shutdown:/bin/note x\n"
      "::respawn:/bin/note x\n" + FIN)
boots("a 4 kB argument", READY + FIN, "init: arguments: 1:1: the option is too long, ignoring",
      "init: arguments: 1:2: there is no option busypy.xxxxx",
      args=["busypy.init=" + "y" * 4096, "busypy." + "x" * 600])


def directory(skeleton):
    with ours(skeleton, None, files=[("etc/inittab/x", "", 0o644)]) as w:
        w.until_console("init: cannot read all of /etc/inittab: Is a directory")
        w.kill(signal.SIGUSR2)
        w.finish()


TESTS.append(("an inittab that is a directory", directory))


def fifo(skeleton):
    with ours(skeleton, None, files=[("etc/inittab", None, 0o644)]) as w:
        w.until_console("init: /etc/inittab is no file, using the defaults")
        w.kill(signal.SIGUSR2)
        w.finish()


TESTS.append(("an inittab that is a FIFO: nobody is waited for", fifo))


def no_controls(w):
    """The console got no byte that steers a terminal, neither alone nor as UTF-8."""
    w.drain()
    text = w.output.lstrip(b"\r").replace(b"\n\r", b"\n")  # as BusyBox's begin a line
    found = re.findall(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|(?<![\x80-\xff])[\x80-\x9f]",
                       text)
    check(not found, "%r in %r" % (found, text))


STEERING = b"\x1b[31m", b"\x1b]0;title\x07", b"\xc2\x9b2J", b"\x9b5m", b"\x08\x7f", b"\r"


def steering_lines(skeleton):
    bad = [b"::" + c + b":/bin/true" for c in STEERING]      # an action
    bad += [c + b"::nothing:/bin/true" for c in STEERING]    # an id
    bad += [c + b" no entry" for c in STEERING]
    # A program that is not there; what a shell would be asked for, that says in its own words.
    bad += [b"::once:/bin/none" + c for c in (*STEERING, b"\x1bc") if not set(c) & set(b"[];")]
    bad += [b"tty" + c + b"::once:/bin/true" for c in STEERING]
    with ours(skeleton, b"\n".join(bad) + b"\n" + (READY + FIN).encode()) as w:
        w.finish()
        has(w.log(), "ready")
        has(w.text(), "\\x1b[31m")
        no_controls(w)


TESTS.append(("controls in an inittab do not reach the console", steering_lines))


def steering_arguments(skeleton):
    args = [b"busypy." + c + b"=1" for c in STEERING]
    args += [b"busypy.shell=/bin/" + c for c in STEERING]
    with ours(skeleton, READY + FIN, args=args) as w:
        w.finish()
        has(w.log(), "ready")
        has(w.text(), "\\x1b[31m")
        no_controls(w)


TESTS.append(("controls on the kernel's command line do not reach the console", steering_arguments))


def endless(skeleton):
    """Links to what has no end, or to itself."""
    for target, said in (("/dev/null", " is no file"), ("inittab", ": Symbolic link loop"),
                         ("/proc/self/mem", ": I/O error")):
        with ours(skeleton, None, links=[("etc/inittab", target)]) as w:
            w.until_console("/etc/inittab" + said)
            w.kill(signal.SIGUSR2)
            w.finish()


TESTS.append(("an inittab that is a link to itself, to a device, to no file", endless))
