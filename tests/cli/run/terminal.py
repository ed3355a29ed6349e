"""Interactive use: a terminal within a terminal."""

import fcntl
import os
import pty
import select
import struct
import termios
import time

from place import DEADLINE, PRELUDE, WHO, check, command, same, test


class Session:
    """A sandbox at a terminal of this process."""

    def __init__(self, who, *words, size=(24, 80)):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        self.settings = termios.tcgetattr(slave)
        self.fd, self.slave, self.seen = master, slave, b""
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for fd in range(3):
                    os.dup2(slave, fd)
                if WHO[who]:
                    os.setgroups([])
                    os.setgid(WHO[who]["group"])
                    os.setuid(WHO[who]["user"])
                os.closerange(3, 100)
                os.execv(command()[0], command("--cwd", "none", *words))
            finally:
                os._exit(99)

    def until(self, text):
        """Reads until this has been written, and forgets it."""
        end = time.monotonic() + DEADLINE
        while text.encode() not in self.seen:
            check(time.monotonic() < end, f"no {text!r} in {self.seen!r}")
            if select.select([self.fd], [], [], 0.2)[0]:
                self.seen += os.read(self.fd, 4096)
        before, _, self.seen = self.seen.partition(text.encode())
        return before.decode()

    def type(self, text):
        os.write(self.fd, text.encode())

    def resize(self, lines, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def end(self):
        """The exit status, and what was written last. The terminal is as before."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        same(termios.tcgetattr(self.slave), self.settings)
        os.close(self.slave)
        while True:
            try:
                piece = os.read(self.fd, 4096)
            except OSError:
                break
            if not piece:
                break
            self.seen += piece
        os.close(self.fd)
        return status, self.seen.decode()


def python(who, code, **more):
    return Session(who, "--", "python3", "-c", PRELUDE + code, **more)


@test("terminal: its own, with the caller's size; ^C; the exit status")
def _(who):
    session = python(who, """
print(os.ttyname(0), *os.get_terminal_size(), os.getpgrp() == os.tcgetpgrp(0), os.getsid(0))
try:
    print("ready", flush=True)
    signal.pause()
except KeyboardInterrupt:
    print("interrupted")
    sys.exit(9)
""", size=(33, 77))
    same(session.until("ready\r\n"), "/dev/pts/0 77 33 True 1\r\n")
    session.type("\x03")
    status, rest = session.end()
    same((status, rest), (9, "^Cinterrupted\r\n"))


@test("terminal: window size")
def _(who):
    session = python(who, """
def resized(*_):
    print(*os.get_terminal_size())
    sys.exit(3)
signal.signal(signal.SIGWINCH, resized)
print("ready", flush=True)
while True: signal.pause()
""")
    session.until("ready\r\n")
    session.resize(50, 120)
    same(session.end(), (3, "120 50\r\n"))


@test("terminal: a shell with job control")
def _(who):
    prompt = "# " if who == "root" else "$ "
    session = Session(who, "--", "sh", "-i")
    session.until(prompt)
    session.type("sh -c 'echo up$((1)); exec sleep 1000'\n")
    # Now it is in the foreground: earlier, a stop would be the shell's, which ignores it. Only one,
    # because each throws away what the terminal has not shown yet.
    session.until("up1")
    session.type("\x1a")
    session.until("Stopped")
    session.until(prompt)
    session.type("jobs\n")
    session.until("Stopped")
    session.type("kill %1; exit 5\n")
    same(session.end()[0], 5)


@test("terminal: nothing can be typed for the caller")
def _(who):
    session = python(who, """
import fcntl, termios
for call in termios.TIOCSTI, 0x541C, 0x5412 | 1 << 32:
    print(failure(16, ctypes.c_long(0), ctypes.c_ulong(call), b"x"), end=" ")
print("ready", flush=True)
""")
    same(session.until("ready"), "EPERM EPERM EPERM ")
    same(session.end()[0], 0)


@test("terminal: what is written last is seen, however much")
def _(who):
    session = python(who, "sys.stdout.write('x' * 200000 + 'end'); sys.exit(6)")
    end = time.monotonic() + DEADLINE
    while b"end" not in session.seen:
        check(time.monotonic() < end, f"{len(session.seen)} bytes")
        if select.select([session.fd], [], [], 0.2)[0]:
            session.seen += os.read(session.fd, 65536)
    same(session.seen.count(b"x"), 200000)
    same(session.end()[0], 6)
