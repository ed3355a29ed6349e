"""Many processes, no processes, and nothing to do."""

import os
import re
import shutil
import signal
import subprocess
import time

from differences import check, has, ours
from world import INIT, World, patient

ORPHANS = 100000
ZOMBIE_MS = 50
RSS_KB = 300
SIZE_KB = 150
TESTS = []


def test(name):
    def add(function):
        TESTS.append((name, function))
        return function
    return add


def tests():
    return TESTS


@test("100,000 orphans: none is left, none waits for long")
def _(skeleton):
    with ours(skeleton, "::once:/bin/probe -z\n::once:/bin/probe -o %d\n" % ORPHANS) as w:
        pid = w.pid()
        try:  # what init does itself where it may: as PID 1 of a machine
            os.sched_setscheduler(pid, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
            limit = patient(ZOMBIE_MS)
        except PermissionError:
            limit = patient(20 * ZOMBIE_MS)  # whoever is busy here is as important as init
        w.until_log("orphans made", 120)
        # The watcher is the last child.
        w.until(lambda: len(children(pid)) == 1, "one child is left")
        w.write("stop", b"")
        w.until_log("oldest zombie")
        oldest = int(re.search(r"oldest zombie (\d+) ms", w.log()).group(1))
        w.kill(signal.SIGUSR2)
        w.finish()
        check(oldest < limit, "the oldest zombie was one for %d ms" % oldest)
        return "oldest zombie %d ms, %.1f s in all" % (oldest, w.elapsed)


@test("fork fails: TERM is served all the same")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/note s\n::once:/bin/note ready\n::respawn:/bin/sleep 1001\n"
              "::respawn:/bin/sleep 1002\n::shutdown:/bin/note down\n", wrap="prlimit --nproc=1",
              args=["busypy.shutdown=1"]) as w:
        w.until_console("can't fork: '/bin/note s' was not run")
        w.until_console("can't fork: '/bin/note ready' was not run")
        failing = 60 if os.environ.get("BUSYPY_TEST_LONG") else 1
        end = time.monotonic() + failing
        w.until(lambda: time.monotonic() > end, "fork has failed for %d s" % failing,
                2 * failing)
        started = time.monotonic()
        w.kill(signal.SIGTERM)
        w.finish()
        has(w.text(), "can't fork: '/bin/note down' was not run")
        has(w.text(), "Requesting system reboot")
        check(w.text().count("can't fork: Resource") < 4, "it repeats itself:\n" + w.text())
        took = time.monotonic() - started
        check(took < patient(5), "it took %.1f s" % took)
        return "down within %.2f s" % took


@test("fork works again: the entries are started")
def _(skeleton):
    with ours(skeleton, "::sysinit:/bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9; do sleep 3 & done'\n"
              "::respawn:/bin/sh -c '/bin/note one; exec sleep 1000'\n",
              wrap="prlimit --nproc=8") as w:
        w.until_console("can't fork")
        w.until_log("one")
        w.kill(signal.SIGUSR2)
        w.finish()


def children(pid):
    """The command lines of a process's children."""
    pids = World.read_host("/proc/%d/task/%d/children" % (pid, pid)).split()
    return [World.read_host("/proc/%d/cmdline" % int(child)) for child in pids]


def switches(pid):
    status = World.read_host("/proc/%d/status" % pid).decode()
    return re.findall(r"ctxt_switches:\t(\d+)", status)


@test("idle: one blocking call")
def _(skeleton):
    trace = os.path.join(skeleton.path, "trace")
    with ours(skeleton, "::once:/bin/note ready\n::respawn:/bin/sleep 1000\n") as w:
        w.until_log("ready")
        pid = w.pid()
        # "ready" comes before its writer's end, which wakes init once more.
        w.until(lambda: [b"sleep" in line for line in children(pid)] == [True], "one child is left")
        w.until(lambda: b"(sleeping)" in World.read_host("/proc/%d/status" % pid), "it sleeps")
        tracer = subprocess.Popen(["strace", "-o", trace, "-p", str(pid)],
                                  stderr=subprocess.PIPE, text=True)
        try:
            w.until(lambda: World.read_host(trace), "strace sees a call")
            before, start = switches(pid), time.monotonic()
            w.until(lambda: time.monotonic() - start > 3, "three seconds are over")
            check(switches(pid) == before, "it was awake")
        finally:
            tracer.terminate()
            tracer.wait()
            tracer.stderr.close()
        calls = [line for line in World.read_host(trace).decode().splitlines()
                 if re.match(r"[a-z_0-9]+\(", line)]
        check(len(calls) == 1 and calls[0].startswith("rt_sigtimedwait("), "\n".join(calls))
        w.kill(signal.SIGUSR2)
        w.finish()


@test("memory and size are small")
def _(skeleton):
    with ours(skeleton, "::once:/bin/note ready\n::respawn:/bin/sleep 1000\n") as w:
        w.until_log("ready")
        rss = int(re.search(rb"VmRSS:\s+(\d+)", World.read_host("/proc/%d/status" % w.pid()))
                  .group(1))
        w.kill(signal.SIGUSR2)
        w.finish()
    size = os.path.getsize(INIT) // 1024
    check(rss <= RSS_KB, "RSS %d kB" % rss)
    check(size <= SIZE_KB, "%d kB" % size)
    kind = subprocess.run([shutil.which("file"), INIT], capture_output=True, text=True, check=True)
    check("statically linked" in kind.stdout, kind.stdout)
    return "RSS %d kB, binary %d kB" % (rss, size)
