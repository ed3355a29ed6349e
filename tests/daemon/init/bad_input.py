"""Inittabs that nobody should write: each is told with line and column, and the boot goes on."""

import random
import signal

from differences import FIN, has, ours

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
