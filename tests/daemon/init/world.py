"""A throw-away world for a PID 1: namespaces without privilege, a small root, a console.

Nothing of it reaches the machine: the init under test is PID 1 of its own PID, mount, UTS, IPC and
user namespaces; the kernel ends all of it with that PID 1.
"""

import fcntl
import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402
ROOT = os.path.abspath(__file__ + "/../../../..")
INIT = os.path.join(ROOT, "build/init")
PROBE = os.path.join(ROOT, "build/helpers/initprobe")
GATE = os.path.join(ROOT, "build/helpers/initgate")
BUSYBOX = shutil.which("busybox")
NOBODY = 65534
DEADLINE = 30  # seconds on a quiet machine

# The gate is descriptor 3 of a world, so that nothing of ours may be.
TAKEN = os.open("/dev/null", os.O_RDONLY)

LAUNCH = """
set -e
root=$1 skel=$2; shift 2
mount --bind "$skel/bin" "$root/bin"
mount -t proc proc "$root/proc"
if [ -e "$root/dev/null" ]; then mount --bind /dev/null "$root/dev/null"; fi
if [ -n "$WORLD_TTY" ]; then mount --bind "$WORLD_TTY" "$root/dev/ttyX"; fi
wrap=$WORLD_WRAP
unset WORLD_TTY WORLD_WRAP
exec $wrap chroot "$root" "$@"
"""


def demoted(command):
    """As somebody without any privilege, also when the tests are run by root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] + command


class Skeleton:
    """What all worlds share: BusyBox with its applets, our init, the probe."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="busypy-init-")
        os.chmod(self.path, 0o755)
        bin_dir = os.path.join(self.path, "bin")
        os.mkdir(bin_dir)
        for source, name in ((BUSYBOX, "busybox"), (PROBE, "probe"), (INIT, "our-init"),
                             (GATE, "gate")):
            shutil.copy(source, os.path.join(bin_dir, name))
        applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True)
        for name in applets.stdout.split():
            if name != "busybox":
                os.symlink("busybox", os.path.join(bin_dir, name))
        self.script("fin", "kill -USR2 1")
        self.script("note", 'echo "$*" >>/log')
        self.script("trapper", 'trap "echo $1 got TERM >>/log; exit" TERM\n'
                    'echo "$1 ready" >>/log\nwhile :; do sleep 0.05; done')
        self.script("deaf", 'trap "" TERM\necho "$1 ready" >>/log\nwhile :; do sleep 0.05; done')

    def script(self, name, text):
        path = os.path.join(self.path, "bin", name)
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\n" + text + "\n")
        os.chmod(path, 0o755)

    def remove(self):
        shutil.rmtree(self.path)


class World:
    """One run of one init. init is "busybox" or "ours"."""

    def __init__(self, skeleton, init, inittab, files=(), links=(), args=(), env=None,
                 console="pipe", wrap="", gate=False, null=True, name="case"):
        self.init, self.name = init, name
        self.output = b""
        self.status = None
        self.path = tempfile.mkdtemp(prefix="world-", dir=skeleton.path)
        for folder in ("bin", "etc", "proc", "dev", "tmp", "run", "sbin"):
            os.mkdir(os.path.join(self.path, folder))
        for device in ("null", "ttyX") if null else ("ttyX",):
            self.write("dev/" + device, b"")
        self.write("log", b"")
        if inittab is not None:
            self.write("etc/inittab", inittab)
        os.symlink("/bin/" + ("busybox" if init == "busybox" else "our-init"),
                   os.path.join(self.path, "sbin/init"))
        for path, content, mode in files:
            self.write(path, content)
            os.chmod(os.path.join(self.path, path), mode)
        for path, target in links:
            os.symlink(target, os.path.join(self.path, path))
        if os.geteuid() == 0:
            for folder, folders, names in os.walk(self.path):
                for name_ in [folder] + [os.path.join(folder, n) for n in folders + names]:
                    os.lchown(name_, NOBODY, NOBODY)
        self.gate = os.pipe() if gate else ()
        self.start(skeleton, args, env, console, wrap)

    def write(self, path, content):
        full = os.path.join(self.path, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if content is None:
            os.mkfifo(full)
            return
        with open(full, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def start(self, skeleton, args, env, console, wrap):
        environment = {"PATH": os.environ["PATH"], "HOME": "/", "TERM": "linux"}
        environment.update(env or {})
        self.master, slave = pty.openpty()
        if os.geteuid() == 0:
            os.fchown(slave, NOBODY, NOBODY)
        environment["WORLD_TTY"] = os.ttyname(slave)
        environment["WORLD_WRAP"] = wrap
        command = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child",
                   "--mount", "--uts", "--ipc", "sh", "-c", LAUNCH, "sh", self.path,
                   skeleton.path] + (["/bin/gate"] if self.gate else []) + ["/sbin/init"]
        command += list(args)
        if console == "pty":
            streams = {"stdin": slave, "stdout": slave, "stderr": slave}
            self.reader, self.writer = self.master, self.master
        else:
            their_in, self.writer = os.pipe()
            self.reader, their_out = os.pipe()
            streams = {"stdin": their_in, "stdout": their_out, "stderr": their_out}

        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
            if self.gate:
                os.dup2(self.gate[0], 3)

        self.process = subprocess.Popen(demoted(command), env=environment, preexec_fn=limit,
                                        start_new_session=True, pass_fds=(3,) if self.gate else (),
                                        **streams)
        if console != "pty":
            os.close(their_in)
            os.close(their_out)
        os.close(slave)
        fcntl.fcntl(self.reader, fcntl.F_SETFL, os.O_NONBLOCK)
        self.started = time.monotonic()

    def pid(self):
        """The init's pid outside, once it is the init and no longer the launching shell."""
        def found():
            path = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)
            for child in self.read_host(path).split():
                if self.read_host("/proc/%s/comm" % child.decode()).strip() in (
                        b"init", b"our-init", b"busybox", b"gate"):
                    return int(child)
            return None
        return self.until(found, "init is running")

    def booted(self):
        """True once init sleeps: it has read its inittab and waits for signals."""
        return b"State:\tS" in self.read_host("/proc/%d/status" % self.pid())

    @staticmethod
    def read_host(path):
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError:
            return b""

    def kill(self, number):
        os.kill(self.pid(), number)

    def log(self):
        return self.read_host(os.path.join(self.path, "log")).decode("utf-8", "backslashreplace")

    def drain(self):
        while select.select([self.reader], [], [], 0)[0]:
            try:
                piece = os.read(self.reader, 65536)
            except OSError:  # the pty's other end is closed
                piece = b""
            if not piece:
                break
            self.output += piece

    def until(self, condition, what, seconds=DEADLINE):
        end = time.monotonic() + patient(seconds)
        while True:
            self.drain()
            result = condition()
            if result:
                return result
            if time.monotonic() > end:
                raise AssertionError("%s (%s): gave up waiting until %s; log:\n%sconsole:\n%s" % (
                    self.name, self.init, what, self.log(), self.text()))
            select.select([self.reader] if self.process.poll() is None else [], [], [], 0.01)

    def until_log(self, text, seconds=DEADLINE):
        self.until(lambda: text in self.log(), "the log has %r" % text, seconds)

    def until_console(self, text, seconds=DEADLINE):
        self.until(lambda: text in self.text(), "the console has %r" % text, seconds)

    def type(self, text):
        os.write(self.writer, text.encode())

    def text(self):
        return self.output.decode("utf-8", "backslashreplace").replace("\r", "")

    def finish(self, seconds=DEADLINE):
        """Waits for the end of the world; its exit status."""
        self.until(lambda: self.process.poll() is not None, "the world ends", seconds)
        self.drain()
        self.elapsed = time.monotonic() - self.started
        self.status = self.process.returncode
        return self.status

    def remove(self):
        if self.process.poll() is None:
            try:
                os.kill(self.pid(), signal.SIGKILL)
            except (AssertionError, ProcessLookupError):
                self.process.kill()
            self.process.wait()
        for fd in {self.master, self.reader, self.writer, *self.gate}:
            os.close(fd)
        if os.path.isdir(self.path):
            for folder, _, _ in os.walk(self.path):
                os.chmod(folder, 0o755)
            shutil.rmtree(self.path)


def plain(text):
    """Text that can be compared: no pids, no numbers of terminals."""
    return re.sub(r"/dev/pts/\d+", "/dev/pts/N", re.sub(r"pid \d+", "pid N", text))
