"""Each system call that init makes is made to fail, all the time, from its first instruction on: it
must neither end nor stand still without a word."""

import concurrent.futures
import os
import re
import signal
import subprocess

from differences import check, has, ours, runtime_files
from world import World

INITTAB = ("::sysinit:/bin/note sysinit\n::wait:/bin/note wait\n"
           "::respawn:/bin/sh -c '/bin/note respawn; exec sleep 1000'\n::shutdown:/bin/note down\n")
GOES_ON, LIVES_ON = "booted and powered off", "said so and lives on"
OPTIONS = ["busypy.shutdown=1", "busypy.grace=0"]
# Without these no program starts, or this is how it ends; getpid tells whether it is PID 1 at all.
NOT = {"execve", "exit_group", "exit", "rt_sigreturn", "arch_prctl", "set_tid_address", "getpid"}

# Without these nothing is composed, which has to be said.
COMPOSES = {"open_tree", "mount_setattr", "move_mount"}


class traced(ours):
    """A world whose init is traced from its exec on, with strace's options."""

    def __init__(self, skeleton, options, trace):
        super().__init__(skeleton, INITTAB, args=OPTIONS, gate=True,
                         files=runtime_files(os.uname().machine))
        self.tracer = None
        try:
            pid = self.pid()
            self.until(lambda: b"gate" in World.read_host("/proc/%d/comm" % pid), "it waits")
            self.tracer = subprocess.Popen(["strace", "-o", trace, "-p", str(pid)] + options,
                                           stderr=subprocess.PIPE)
            self.until(lambda: b"TracerPid:\t0" not in World.read_host("/proc/%d/status" % pid),
                       "strace has attached")
            os.write(self.gate[1], b"x")
        except BaseException:
            self.remove()
            raise

    def remove(self):
        if self.tracer:
            self.tracer.terminate()
            self.tracer.wait()
            self.tracer.stderr.close()
        super().remove()


def used(skeleton):
    """The calls of a whole life."""
    trace = os.path.join(skeleton.path, "trace-used")
    with traced(skeleton, [], trace) as w:
        w.until_log("respawn")
        w.kill(signal.SIGUSR2)
        w.finish()
        w.tracer.wait()
    names = set(re.findall(r"(?m)^([a-z_0-9]+)\(", World.read_host(trace).decode()))
    check({"rt_sigtimedwait", "wait4", "write"} | COMPOSES <= names, str(names))
    return sorted(names - NOT)


def fails(skeleton, call):
    """What became of it, in a word."""
    trace = os.path.join(skeleton.path, "trace-" + call)
    with traced(skeleton, ["-e", "trace=" + call, "-e", "inject=%s:error=EPERM" % call],
                trace) as w:
        def settled():
            return (w.process.poll() is not None or "respawn" in w.log() or
                    re.search("can't|cannot|still", w.text()))
        w.until(settled, "something is seen with %s failing" % call)
        if w.process.poll() is None:
            w.kill(signal.SIGUSR2)
        try:
            w.until(lambda: w.process.poll() is not None or w.text(), "it ends or speaks")
            w.until(lambda: w.process.poll() is not None, "it ends", 8)
        except AssertionError:
            check(w.text(), "%s: it stands still without a word" % call)
            return LIVES_ON
        w.drain()
        if call in COMPOSES:
            has(w.text(), "init: compose: cannot bind /etc/python/")
        # Without its words: the kernel's way to say poweroff, or no right to it.
        check("Requesting system poweroff" in w.text() or
              call in ("write", "poll", "rt_sigaction") and w.process.returncode in (0, -2, 130),
              "%s: it ended with status %s:\n%s" % (call, w.process.returncode, w.text()))
        return GOES_ON


def tried(skeleton, call):
    try:
        return fails(skeleton, call)
    except AssertionError as error:
        return str(error)


def one(skeleton):
    results = {}
    calls = used(skeleton)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for call, word in zip(calls, pool.map(lambda call: tried(skeleton, call), calls)):
            results.setdefault(word, []).append(call)
    bad = {word: calls for word, calls in results.items() if word not in (GOES_ON, LIVES_ON)}
    check(not bad, "\n".join("%s: %s" % (calls, word) for word, calls in bad.items()))
    return "\n".join("%s: %s" % (word, " ".join(calls)) for word, calls in results.items())


def tests():
    return [("each system call fails in turn", one)]
