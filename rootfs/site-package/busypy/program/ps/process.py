"""Read /proc/PID: what ps and others know of processes. A process may end at any moment."""

import os

from busypy import machine


class Process:
    """One process, from its stat, status and cmdline; a gone one raises OSError."""

    def __init__(self, pid):
        self.pid = pid
        with open("/proc/%d/stat" % pid, "rb") as file:
            data = file.read()
        # The name stands in parentheses and may hold any character, so look from the end.
        start, end = data.index(b"("), data.rindex(b")")
        self.comm = os.fsdecode(data[start + 1:end])
        fields = data[end + 2:].split()
        self.state = fields[0].decode()
        numbers = [int(word) for word in fields[1:]]
        self.ppid, self.pgid, self.sid, self.tty, self.tpgid = numbers[:5]
        self.ticks = numbers[10] + numbers[11]
        self.priority, self.nice = numbers[14], numbers[15]
        self.start = numbers[18]
        self.vsize, self.rss = numbers[19], numbers[20] * os.sysconf("SC_PAGE_SIZE")
        self.read_status()

    def read_status(self):
        self.uid = self.ruid = self.gid = self.rgid = 0
        for line in machine.lines("/proc/%d/status" % self.pid):
            words = line.split()
            if line.startswith("Uid:"):
                self.ruid, self.uid = int(words[1]), int(words[2])
            elif line.startswith("Gid:"):
                self.rgid, self.gid = int(words[1]), int(words[2])
                return

    def arguments(self):
        """The command line, or the name in brackets where there is none (kernel threads)."""
        try:
            with open("/proc/%d/cmdline" % self.pid, "rb") as file:
                data = file.read().rstrip(b"\0")
        except OSError:
            data = b""
        if not data:
            return "[%s]" % self.comm
        text = os.fsdecode(data.replace(b"\0", b" "))
        return "".join(c if c.isprintable() else "?" for c in text)

    def tty_name(self):
        """The terminal by its device number; only the names that Linux gives are known."""
        if not self.tty:
            return "?"
        major, minor = os.major(self.tty), os.minor(self.tty)
        if 136 <= major <= 143:
            return "pts/%d" % (minor + 256 * (major - 136))
        if major == 4:
            return "tty%d" % minor if minor < 64 else "ttyS%d" % (minor - 64)
        try:
            link = os.readlink("/sys/dev/char/%d:%d" % (major, minor))
            return os.path.basename(link)
        except OSError:
            return "%d,%d" % (major, minor)


def processes():
    """All processes that can be read, by number."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found.append(Process(int(name)))
            except (OSError, ValueError, IndexError):
                continue
    found.sort(key=lambda process: process.pid)
    return found


def boot_time():
    for line in machine.lines("/proc/stat"):
        if line.startswith("btime "):
            return int(line.split()[1])
    return 0
