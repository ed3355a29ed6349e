"""Real boots: Debian's cloud kernel under QEMU without acceleration, our init as /init of an
initramfs that is written here. The verdict is QEMU's own (QMP) and what the console says."""

import glob
import json
import os
import re
import select
import shutil
import socket
import stat
import subprocess
import threading
import time

from differences import check, has, has_not
from world import BUSYBOX, INIT, ROOT, patient

CACHE = os.path.join(ROOT, "build/cache/kernel")
TREE = os.path.join(ROOT, "build/test-trees/host")
DEADLINE = patient(60)  # seconds for one boot
ARCH = "x86_64"
TESTS = []
at_once = threading.Semaphore(2)  # each keeps a processor busy
fetching = threading.Lock()


def tests():
    return TESTS


def kernel():
    """Debian's kernel, downloaded once and unpacked; nothing is installed."""
    with fetching:
        listing = subprocess.run(["apt-cache", "depends", "linux-image-cloud-amd64"],
                                 capture_output=True, text=True, check=True).stdout
        package = re.search(r"Depends: (\S+)", listing).group(1)
        folder = os.path.join(CACHE, package)
        if not os.path.isdir(folder):
            os.makedirs(CACHE, exist_ok=True)
            subprocess.run(["apt-get", "download", "-q=2", package + ":amd64"], cwd=CACHE,
                           check=True, timeout=300)
            deb = glob.glob(os.path.join(CACHE, package + "_*.deb"))[0]
            subprocess.run(["dpkg-deb", "-x", deb, folder + ".init"], check=True)
            if not os.path.isdir(folder):
                os.rename(folder + ".init", folder)
        return glob.glob(os.path.join(folder, "boot/vmlinuz-*"))[0]


def newc(entries):
    """A cpio archive (newc) of (path, mode, bytes)."""
    parts = []
    for number, (path, mode, data) in enumerate(entries + [("TRAILER!!!", 0, b"")], 1):
        name = path.encode() + b"\0"
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
        head = b"070701" + b"".join(b"%08X" % f for f in fields) + name
        parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]
    return b"".join(parts)


def directory(path):
    return (path, stat.S_IFDIR | 0o755, b"")


def file(path, data, mode=0o755):
    return (path, stat.S_IFREG | mode, data.encode() if isinstance(data, str) else data)


def link(path, target):
    return (path, stat.S_IFLNK | 0o777, target.encode())


def read(path):
    with open(path, "rb") as source:
        return source.read()


def small_tree(inittab, *more):
    """A tree with BusyBox instead of Python: no device node, nothing mounted."""
    entries = [directory(d) for d in (
        "bin", "sbin", "etc", "dev", "proc", "sys", "run", "tmp", "usr", "lib", "etc/python",
        "etc/clib", "etc/clib/" + ARCH, "etc/python/" + ARCH, "etc/python/%s/usr" % ARCH,
        "etc/python/%s/usr/bin" % ARCH)]
    entries += [file("init", read(INIT)), file("bin/busybox", read(BUSYBOX)),
                file("etc/python/%s/usr/bin/marker" % ARCH, "#!/bin/sh\necho from the runtime\n"),
                file("etc/inittab", inittab, 0o644)]
    for name in ("sh", "echo", "cat", "ls", "poweroff", "reboot", "halt", "kill", "grep", "cut",
                 "tty", "sleep", "sync", "ps", "tr", "stat"):
        entries.append(link("bin/" + name, "busybox"))
    return newc(entries + list(more))


def python_tree():
    """The staged tree as it is: sbin/x86_64-init in it is started."""
    entries = []
    for folder, folders, names in os.walk(TREE):
        for name in sorted(folders) + sorted(names):
            full = os.path.join(folder, name)
            path, mode = os.path.relpath(full, TREE), os.lstat(full).st_mode
            if stat.S_ISLNK(mode):
                entries.append(link(path, os.readlink(full)))
            elif stat.S_ISDIR(mode):
                entries.append((path, mode, b""))
            else:
                entries.append((path, mode, read(full)))
    return newc(entries)


class Machine:
    """One virtual machine; its console is read and typed on."""

    def __init__(self, skeleton, initrd, options=""):
        self.folder = os.path.join(skeleton.path, "vm-%d-%d" % (id(self), threading.get_ident()))
        os.mkdir(self.folder)
        with open(self.path("initrd"), "wb") as out:
            out.write(initrd)
        self.output, self.events, self.pending = b"", [], b""
        vmlinuz = kernel()
        at_once.acquire()  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-m", "512", "-nodefaults",
             "-no-user-config", "-display", "none", "-no-reboot", "-kernel", vmlinuz,
             "-initrd", self.path("initrd"),
             "-chardev", "socket,id=c0,path=%s,server=on,wait=on" % self.path("console"),
             "-serial", "chardev:c0", "-qmp", "unix:%s,server=on,wait=on" % self.path("qmp"),
             "-append", "console=ttyS0 panic=-1 no_timer_check quiet " + options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.console, self.qmp = self.connect("console"), self.connect("qmp")
        self.command("qmp_capabilities")

    def path(self, name):
        return os.path.join(self.folder, name)

    def connect(self, name):
        end = time.monotonic() + DEADLINE
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(self.path(name))
                return connection
            except OSError:
                connection.close()
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                select.select([], [], [], 0.01)

    def command(self, name, **arguments):
        self.qmp.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")

    def drain(self, seconds):
        open_ones = [c for c in (self.console, self.qmp) if c]
        for connection in select.select(open_ones, [], [], seconds)[0]:
            try:
                piece = connection.recv(65536)
            except OSError:
                piece = b""
            if connection is self.console:
                self.output += piece
                self.console = self.console if piece else self.close(connection)
            else:
                self.pending += piece
                self.qmp = self.qmp if piece else self.close(connection)
        *lines, self.pending = self.pending.split(b"\n")
        self.events += [json.loads(line) for line in lines if line.strip()]

    @staticmethod
    def close(connection):
        connection.close()

    def text(self):
        return self.output.decode("utf-8", "backslashreplace").replace("\r", "")

    def until(self, part):
        end = time.monotonic() + DEADLINE
        while part not in self.text():
            check(time.monotonic() < end and self.console,
                  "the console never said %r:\n%s" % (part, self.text()[-3000:]))
            self.drain(0.2)

    def type(self, line):
        self.console.sendall(line.encode() + b"\n")

    def verdict(self):
        """Why the machine ended: guest-shutdown, guest-reset or guest-panic."""
        end = time.monotonic() + DEADLINE
        while self.qmp or self.console:
            check(time.monotonic() < end, "it never ended:\n" + self.text()[-3000:])
            self.drain(0.2)
        reasons = [e["data"]["reason"] for e in self.events if e.get("event") == "SHUTDOWN"]
        has_not(self.text(), "Kernel panic")
        return reasons[0] if reasons else "none"

    def remove(self):
        for connection in (self.console, self.qmp):
            if connection:
                connection.close()
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        at_once.release()
        shutil.rmtree(self.folder)


def boot(name, tree, drive, wanted, options=""):
    def test(skeleton):
        machine = Machine(skeleton, tree(), options)
        try:
            note = drive(machine)
            got = machine.verdict()
            check(got == wanted, "verdict %s:\n%s" % (got, machine.text()[-3000:]))
            return note
        finally:
            machine.remove()
    TESTS.append(("boot: " + name, test))


RCS = file("etc/init.d/rcS", """#!/bin/sh
echo "sysinit as $PPID, TERM $TERM, RUNLEVEL ${RUNLEVEL-none}"
cut -d' ' -f1-4 /proc/mounts
ls -l /dev/null /dev/fd/0 /dev/kmsg
/usr/bin/marker
cat /run/busypy/boot.log
echo x >/usr/x
""")
INITD = directory("etc/init.d")
INITTAB = """::sysinit:/etc/init.d/rcS
::wait:/bin/echo wait entry
::respawn:-/bin/sh
::ctrlaltdel:/bin/reboot
::shutdown:/bin/sh -c 'echo shutdown entry for $BUSYPY_SHUTDOWN'
::restart:/init
"""


def to_prompt(machine):
    machine.until("wait entry")
    machine.until("/ # ")


def on_console(machine):
    to_prompt(machine)
    machine.type("tty; echo typed $((6 * 7))")
    machine.until("/dev/console\ntyped 42")
    text = machine.text()
    check(re.search(r"init: /proc/cmdline: 1:\d+: there is no option busypy.nonsense, ignoring",
                    text), text)
    machine.output = b""
    machine.type("kill -9 $$")
    machine.until("'help'")  # another shell, behind its ESC [ 6 n
    machine.until("/ # ")
    machine.type("echo again $((6 * 8))")
    machine.until("again 48")
    machine.type("poweroff")
    machine.until("Requesting system poweroff")
    text += machine.text()
    for part in ("sysinit as 1, TERM vt102, RUNLEVEL none", "from the runtime",
                 "can't create /usr/x: Read-only file system",
                 "busypy /proc proc rw,nosuid,nodev,noexec",
                 "busypy /dev devtmpfs rw,nosuid", "busypy /dev/pts devpts", "busypy /run tmpfs",
                 "busypy /dev/shm tmpfs", "busypy /tmp tmpfs", "busypy /sys sysfs",
                 "/usr rootfs ro,nosuid,nodev", "/lib rootfs ro,nosuid,nodev", "/dev/kmsg",
                 "shutdown entry for poweroff", "Sent SIGKILL to all processes"):
        has(text, part)
    return re.search(r"init: ready after \d+ ms", text).group(0)


boot("inittab, a shell on the console, poweroff", lambda: small_tree(INITTAB, INITD, RCS),
     on_console, "guest-shutdown", "busypy.nonsense")


def ctrl_alt_del(machine):
    to_prompt(machine)
    machine.type("kill -QUIT 1")  # init starts itself again: nothing is mounted twice
    machine.until("Sent SIGKILL to all processes")
    machine.output = b""
    to_prompt(machine)
    check(machine.text().count("\nbusypy /run tmpfs") == 1, "mounted twice:\n" + machine.text())
    machine.command("send-key", keys=[{"type": "qcode", "data": key}
                                      for key in ("ctrl", "alt", "delete")])
    machine.until("shutdown entry for reboot")
    machine.until("Requesting system reboot")


boot("restart by SIGQUIT, Ctrl-Alt-Del, reboot", lambda: small_tree(INITTAB, INITD, RCS),
     ctrl_alt_del, "guest-reset")


def halted(machine):
    to_prompt(machine)
    machine.type("halt")
    machine.until("System halted")
    machine.command("quit")


boot("halt", lambda: small_tree(INITTAB, INITD, RCS), halted, "host-qmp-quit",
     "loglevel=7")


def ran(machine):
    machine.until("ran as child of 1 on /dev/")
    machine.until("continued in session 1")
    machine.until("the very last")  # a session's leader would lose what is not yet sent
    machine.until("Requesting system poweroff")


JOB = """#!/bin/sh
echo ran as child of $PPID on $(tty)
kill -TSTP 0 # as ^Z
read -r pid comm state parent group session rest </proc/self/stat
printf '%s\\n' "continued in session $session" "$(printf '%4000s' x)" "the very last"
exit 3
"""
boot("busypy.run", lambda: small_tree(INITTAB, file("bin/job", JOB)), ran, "guest-shutdown",
     "\"busypy.run=/bin/sh -c 'exec /bin/job'\"")
boot("busypy.init", lambda: small_tree(
    INITTAB, file("bin/own", "#!/bin/sh\necho I am $$\n/usr/bin/marker\nreboot -f\n")),
    lambda m: (m.until("I am 1"), m.until("from the runtime"))[0], "guest-reset",
    "busypy.init=/bin/own")

RESCUE = [directory("etc/busypy"), directory("etc/busypy/" + ARCH),
          directory("etc/busypy/%s/rescue" % ARCH),
          file("etc/busypy/%s/rescue/busybox" % ARCH, read(BUSYBOX) if BUSYBOX else b"")]


def rescued(machine):
    machine.until("PID 1 crashed: signal 11")
    machine.until("init: starting the rescue shell /etc/busypy/x86_64/rescue/busybox")
    machine.until("/ # ")
    machine.type("echo in rescue $((6 * 7)) as $0; cat /proc/1/comm")
    machine.until("in rescue 42 as -sh\ninit")
    machine.type("dmesg | grep crashed")
    machine.until("init: PID 1 crashed: signal 11, address 0x")
    machine.type("poweroff")


CRASH = "::wait:/bin/sh -c 'kill -SEGV 1; echo waited'\n::respawn:/bin/echo no\n"
boot("a crash of init, and the rescue shell", lambda: small_tree(CRASH, *RESCUE), rescued,
     "guest-shutdown", "busypy.debug")
boot("a crash of init, and a reboot", lambda: small_tree(CRASH, *RESCUE),
     lambda m: m.until("init: rebooting"), "guest-reset", "busypy.debug busypy.fail=reboot")


def nothing(machine):
    machine.until("init: busypy.overlay: cannot mount overlay on /usr: No such device "
                  "(Hint: this kernel has no overlayfs)")
    machine.until("/usr and /lib are read-only instead")
    machine.until("init: starting the rescue shell")
    machine.until("/ # ")
    machine.type("/usr/bin/marker; poweroff -f")
    machine.until("from the runtime")


boot("nothing that the inittab names can be started", lambda: small_tree(
    "::sysinit:/bin/nothing\n::respawn:/bin/less\n", *RESCUE), nothing, "guest-shutdown",
    "busypy.overlay=1")


def python(machine):
    machine.until("busypy: arch x86_64, Python 3.")
    machine.until("$ " if "$ " in machine.text() else "# ")
    machine.type("echo from $((6 * 7)) the shared shell")
    machine.until("from 42 the shared shell")
    machine.type("ls /etc/python; cat /proc/1/comm; mount | grep -c usr")
    machine.until("\nx86_64\n")
    machine.until("\ninit\n")
    machine.type("/sbin/poweroff")
    machine.until("Requesting system poweroff")


boot("the tree with Python: its inittab, shell and poweroff", python_tree, python,
     "guest-shutdown", "rdinit=/sbin/%s-init" % ARCH)
