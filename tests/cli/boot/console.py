"""One `busypy boot` on a pseudo terminal, as a person at a keyboard sees it. Waits for text, never
for a time; ends what it has started."""

import os
import pty
import re
import select
import signal
import subprocess
import time

import places

DEADLINE = 60  # seconds for any text: a boot needs about 3
LIMIT = str(places.patient(110))  # for busypy boot itself, should a test be killed
SIZE = (40, 200)


class Machine:
    """Keeps all that the console has shown; `mark` is how much of it the test has seen."""

    def __init__(self, name, *words, path=None):
        self.name, self.text, self.mark, self.status = name, "", 0, None
        self.times = [(time.monotonic(), 0)]
        environment = dict(os.environ, TMPDIR=places.SCRATCH)
        if path:
            environment["PATH"] = f"{path}:{environment['PATH']}"
        near, far = pty.openpty()
        os.set_blocking(near, False)
        self.fd = near
        self.process = subprocess.Popen(
            [places.BUSYPY, "boot", "--timeout", LIMIT, *words], stdin=far, stdout=far, stderr=far,
            env=environment, start_new_session=True)
        os.close(far)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)  # QEMU ends with it
            self.process.wait()
        os.close(self.fd)
        self.keep_log(failed=kind is not None)

    def keep_log(self, failed):
        """The console of the last failure, if there is one."""
        path = os.path.join(places.LOGS, self.name + ".log")
        if failed:
            os.makedirs(places.LOGS, exist_ok=True)
            with open(path, "w") as file:
                file.write(self.text)
        elif os.path.exists(path):
            os.unlink(path)

    def read(self, until):
        """More text; False at the end of it or when the time is over."""
        left = until - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return True
        except OSError:  # EIO: nobody has the terminal open any more
            return False
        self.text += data.decode("utf-8", "backslashreplace").replace("\r", "")
        self.times.append((time.monotonic(), len(self.text)))
        return bool(data)

    def expect(self, pattern, seconds=DEADLINE):
        """Wait for a regular expression behind what has been seen; the match. A pattern's last $ is
        the end of a line that has come as a whole: the console delivers lines in parts."""
        until = time.monotonic() + places.patient(seconds)
        if pattern.endswith("$") and not pattern.endswith(r"\$"):
            pattern = pattern[:-1] + r"(?=\n)"
        while True:
            found = re.compile(pattern, re.MULTILINE).search(self.text, self.mark)
            if found:
                self.mark = found.end()
                return found
            if not self.read(until):
                raise AssertionError(f"{self.name}: no {pattern!r} within {seconds} s, but\n" +
                                     self.text[self.mark:][-3000:])

    def type(self, line, end="\r"):
        os.write(self.fd, (line + end).encode())

    def command(self, line, prompt):
        """Type a line, wait for the prompt behind it; what was printed between, cleaned."""
        self.type(line)
        self.expect(re.escape(line) + r"[^\n]*\n")
        start = self.mark
        found = self.expect(prompt)
        return clean(self.text[start:found.start()])

    def time_of(self, pattern):
        """When this text had come, in seconds since the start of busypy boot."""
        found = re.compile(pattern, re.MULTILINE).search(self.text)
        if not found:
            raise LookupError(pattern)
        moment = next(moment for moment, length in self.times if length >= found.end())
        return moment - self.times[0][0]

    def end(self, seconds=DEADLINE):
        """Until busypy boot has ended; (verdict, status)."""
        until = time.monotonic() + places.patient(seconds)
        while self.read(until):
            pass
        try:
            self.status = self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name}: still running, at\n{self.text[-2000:]}") from None
        found = re.search(r"^busypy: boot: (\w+) after [0-9.]+ s$", self.text, re.MULTILINE)
        return found[1] if found else None, self.status

    def ends(self, verdict, *lines):
        """Ends with this verdict and the status that goes with it, having shown these lines in
        this order; and the kernel has never panicked."""
        for line in lines:
            self.expect(line)
        wanted = verdict, 0 if verdict == "poweroff" else 1
        got = self.end()
        if got != wanted:
            raise AssertionError(f"{self.name}: ended as {got}, not {wanted}\n{self.text[-2000:]}")
        if "Kernel panic" in self.text or "Attempted to kill init" in self.text:
            raise AssertionError(f"{self.name}: the kernel panicked\n{self.text[-2000:]}")


def clean(text):
    """Without escape sequences and the shell's own redrawing."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07", "", text)
