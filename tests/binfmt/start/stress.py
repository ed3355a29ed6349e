"""Starts one script over and over from an image, many at a time, under load, with little memory and
signals at random moments, and counts what came out that is not what a plain start gives.

Usage: stress.py PYTHON RESTORER FOLDER STARTS

Started as root it goes on as an ordinary user with a limit of processes. Prints lines of TAP."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time

UID, PROCESSES = 4711, 600
AT_ONCE = 8
BURST = 200  # that are started at one time
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LANG": "C.UTF-8"}
SCRIPT = """import os, sys, _thread
class Last:
    def __del__(self, write=os.write): write(1, b'deleted\\n')
last = Last()
print(sys.argv[1:], os.path.basename(os.readlink('/proc/self/exe')), flush=True)
pid = os.fork()
if pid == 0: os._exit(3)
print(os.waitpid(pid, 0)[1], sum(hash(str(i)) == hash(str(i)) for i in range(100)))
lock = _thread.allocate_lock(); lock.acquire()
_thread.start_new_thread(lock.release, ()); lock.acquire()
sys.exit(7)
"""
WANTED = (7, b"['x'] python3\n768 100\ndeleted\n", b"")
LOAD = "while True: bytes(100000)\n"


class Starts:
    def __init__(self, restorer, script):
        self.words = ["/usr/bin/python3", script, "x"]
        self.restorer = restorer
        self.wrong, self.done = {}, 0
        self.lock = threading.Lock()

    def spawn(self, **more):
        return subprocess.Popen(self.words, executable=self.restorer, env=ENV,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)

    def note(self, process, allowed=()):
        out, error = process.communicate(timeout=300)
        seen = (process.returncode, out, error)
        with self.lock:
            self.done += 1
            if seen != WANTED and process.returncode not in allowed:
                self.wrong[seen] = self.wrong.get(seen, 0) + 1

    def some(self, number, before=None):
        for _ in range(number):
            self.note(self.spawn(preexec_fn=before) if before else self.spawn())

    def interrupted(self, number):
        """A signal that kills, at a moment of the start or after it."""
        for _ in range(number):
            sent = random.choice((signal.SIGTERM, signal.SIGKILL, signal.SIGUSR1, signal.SIGALRM))
            process = self.spawn()
            time.sleep(random.random() * 0.004)  # the moment is the test's subject
            process.send_signal(sent)
            self.note(process, (-sent,))

    def in_parallel(self, function, number, *words):
        threads = [threading.Thread(target=function, args=(number // AT_ONCE, *words))
                   for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def burst(self):
        for process in [self.spawn() for _ in range(BURST)]:
            self.note(process)

    def report(self, name):
        print(f"{'not ' if self.wrong or not self.done else ''}ok - {name}: {self.done} starts")
        for seen, times in list(self.wrong.items())[:5]:
            print(f"# {times} times {seen}")
        self.wrong, self.done = {}, 0
        sys.stdout.flush()


def little_memory():
    resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20))


def become_user():
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(UID, UID, UID)
        os.setresuid(UID, UID, UID)
    resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))


def has_children():
    try:
        return os.waitpid(-1, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


def main():
    python, restorer, folder, number = *sys.argv[1:4], int(sys.argv[4])
    script = folder + "/stress.py"
    with open(script, "w", encoding="ascii") as file:
        file.write(SCRIPT)
    version = "%d.%d" % sys.version_info[:2]
    become_user()
    starts = Starts(restorer, script)
    starts.burst()
    starts.report(f"{version}: {BURST} at one time")
    load = [subprocess.Popen([python, "-c", LOAD]) for _ in range(os.cpu_count())]
    try:
        for name, function, share, *words in (
                ("under load", starts.some, 0.5), ("with little memory", starts.some, 0.1,
                                                   little_memory),
                ("with signals at random", starts.interrupted, 0.3)):
            starts.in_parallel(function, int(number * share), *words)
            starts.report(f"{version}: {name}")
    finally:
        for process in load:
            process.kill()
            process.wait()
    print(f"{'not ' if has_children() else ''}ok - {version}: no child is left")


main()
