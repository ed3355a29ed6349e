# SPDX-License-Identifier: MIT
"""load.py WORK N: in a throw-away machine where busypyd follows an export, publishes and rolls back
N times while scripts of EXPORT/current are started at full rate by root and by a user. Every start
must see one whole version: script, module and interpreter of the same one. Prints what is wrong, or
one line of figures."""
import hashlib
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(HERE + "/../../..")
BUSYPY = os.environ.get("BUSYPY", os.path.join(ROOT, "build", "busypy"))
BUSYPYD = os.environ.get("BUSYPYD", os.path.join(ROOT, "build", "busypyd"))
ARCH = os.uname().machine
sys.path.insert(0, HERE)
import proof  # noqa: E402
sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402

DEADLINE = patient(120)

# What was read as script, the file that its name leads to in the end, a module beside it, one of
# the standard library, and the interpreter.
SCRIPT = '''#!/usr/bin/python3
# %s
import os
import load_mark
import beside
print("%s", open(__file__).read().split()[2], beside.VERSION, load_mark.VERSION,
      os.stat("/proc/self/exe").st_ino, os.path.exists("/.busypy/view"))
'''


def replace(path, data, mode):
    """Never writes into a file: it may have other names."""
    with open(path + ".new", "wb") as file:
        file.write(data)
    os.chmod(path + ".new", mode)
    os.rename(path + ".new", path)


class Load:
    def __init__(self, work):
        self.work, self.export, self.source = work, work + "/export", work + "/source"
        self.bad, self.starts, self.running = [], 0, True
        self.inodes = {}  # of interpreters: {inode: version}
        self.lock = threading.Lock()
        runtime = "%s/etc/python/%s/usr" % (self.source, ARCH)
        self.interpreter = os.path.realpath(runtime + "/bin/python3")
        self.module = os.path.dirname(runtime + "/lib/" + os.path.basename(self.interpreter) +
                                      "/x") + "/load_mark.py"
        with open(self.interpreter, "rb") as file:
            self.pristine = file.read()
        self.records = "%s/etc/busypy/%s/" % (self.source, ARCH)
        with open(self.records + "manifest", encoding="utf-8") as file:
            self.manifest = file.read()

    def run(self, *args):
        done = subprocess.run([BUSYPY] + list(args), stderr=subprocess.PIPE, text=True,
                              check=False)
        if done.returncode:
            raise RuntimeError("%s: %s" % (args, done.stderr))

    def publish(self, version):
        self.make_interpreter(version)
        replace(self.module, b'VERSION = "%s"\n' % version.encode(), 0o644)
        replace(self.source + "/bin/beside.py", b'VERSION = "%s"\n' % version.encode(), 0o644)
        replace(self.source + "/bin/which", (SCRIPT % (version, version)).encode(), 0o755)
        self.run("publish", "-q", "--id", version, self.source, self.export)
        self.learn(version)

    def make_interpreter(self, version):
        """Another file for each version, and recorded as such."""
        data = self.pristine + version.encode()
        before, now = (hashlib.sha256(each).hexdigest() for each in (self.pristine, data))
        name = os.path.relpath(self.interpreter, self.source)
        replace(self.interpreter, data, 0o755)
        replace(self.records + "python3.sha256", ("%s  %s\n" % (now, name)).encode(), 0o644)
        replace(self.records + "manifest", self.manifest.replace(
            "%s %d " % (before, len(self.pristine)), "%s %d " % (now, len(data))).encode(), 0o644)

    def learn(self, version):
        path = "%s/versions/%s/etc/python/%s/usr/bin/python3" % (self.export, version, ARCH)
        with self.lock:
            self.inodes[os.stat(path).st_ino] = version

    def start(self, user):
        """Starts the script; what it saw, or None with a sentence."""
        ids = dict(user=user, group=user, extra_groups=[]) if user else {}
        try:
            done = subprocess.run([self.export + "/current/bin/which"], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                                  check=False, **ids)
        except OSError as error:
            return None, str(error)
        if done.returncode or done.stderr:
            return None, "status %d: %s%s" % (done.returncode, done.stdout, done.stderr)
        return done.stdout.split(), None

    def judge(self, saw):
        """What is wrong with what a start saw. The interpreter's version is learnt only when the
        publishing has returned."""
        *ids, inode, view = saw
        if view != "True":
            return "no view: %s" % saw
        deadline = time.monotonic() + DEADLINE
        while int(inode) not in self.inodes and time.monotonic() < deadline:
            time.sleep(0.005)
        version = self.inodes.get(int(inode))
        return None if set(ids) == {version} else "%s, interpreter of %s" % (saw, version)

    def keep_starting(self, user):
        while self.running and not self.bad:
            saw, problem = self.start(user)
            problem = problem or self.judge(saw)
            with self.lock:
                self.starts += 1
                if problem:
                    self.bad.append("user %d: %s" % (user, problem))

    def expect(self, version):
        """What is current is what is started, at once."""
        saw, problem = self.start(1000)
        if problem or saw[0] != version:
            self.bad.append("current is %s: %s %s" % (version, saw, problem))

    def change(self, times):
        for number in range(times):
            if self.bad:
                return
            if number % 3 == 2:
                self.run("rollback", "-q", self.export)
            else:
                self.publish("n%d" % number)
            self.expect(proof.current(self.export))
            if number % 5 == 4:
                self.run("gc", "-q", self.export)

    def wait_for_service(self):
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            saw, problem = self.start(1000)
            if saw and saw[-1] == "True":
                return
        raise RuntimeError("the service does not serve: %s %s" % (saw, problem))


def main():
    work, times = sys.argv[1], int(sys.argv[2])
    load = Load(work)
    load.publish("first")
    with open(work + "/conf", "w", encoding="ascii") as file:
        file.write("[busypy]\ntree = %s/current\n" % load.export)
    with open(work + "/log", "w", encoding="ascii") as log:
        service = subprocess.Popen([BUSYPYD, "-c", work + "/conf"], stdout=log, stderr=log)
    try:
        load.wait_for_service()
        threads = [threading.Thread(target=load.keep_starting, args=(user,)) for user in (0, 1000)]
        for thread in threads:
            thread.start()
        try:
            load.change(times)
        finally:
            load.running = False
            for thread in threads:
                thread.join()
    finally:
        service.terminate()
        service.wait()
    load.bad += proof.wrong(load.export)
    if load.bad or load.starts < times:
        print("\n".join(load.bad) or "only %d starts" % load.starts)
        with open(work + "/log", encoding="utf-8") as log:
            print(log.read())
        return 1
    print("%d changes, %d starts" % (times, load.starts))
    return 0


sys.exit(main())
