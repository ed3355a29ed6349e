"""Files of this machine that the user named, and the new files of the answer, for a process that
has no rights: whoever keeps them opens what is on a list, and nothing else."""
import ctypes
import os
import pwd
import re
import signal
import socket
import stat
import sys

from .say import Refused, plain

TEXT_MAX = 16 << 20
LISTED_MAX = 20000  # wheels in folders of --find-links
NEW_NAME = re.compile(r"[A-Za-z0-9_.+!-]{1,255}\.whl|requirements\.lock")
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38


def _open_regular(path):
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        folder = stat.S_ISDIR(os.fstat(fd).st_mode)
        os.close(fd)
        raise OSError(0, "it is a folder" if folder else
                      "neither a file nor a folder (Hint: write what it says to a file)", path)
    return fd


def read_text(path):
    """A file that the user named, in UTF-8."""
    try:
        with open(_open_regular(path), "rb") as file:
            data = file.read(TEXT_MAX + 1)
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror}") from None
    if len(data) > TEXT_MAX:
        raise Refused(f"cannot read {path}: larger than {TEXT_MAX >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"cannot read {path}: it is not in UTF-8") from None


class Local:
    """Does it itself: for a process that keeps its rights."""

    def __init__(self, answer):
        self.paths = []
        self.made = set()
        self.folder = os.open(answer, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def allow(self, path):
        """A number for the file at that path, for open()."""
        if len(self.paths) == LISTED_MAX:
            raise Refused(f"more than {LISTED_MAX} wheels in folders")
        self.paths.append(path)
        return len(self.paths) - 1

    def open(self, number):
        return _open_regular(self.paths[number])

    def make(self, name):
        """A new file of the answer, to be written and read."""
        if not NEW_NAME.fullmatch(name):
            raise OSError(0, "unsound name", name)
        fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
                     0o644, dir_fd=self.folder)
        self.made.add(name)
        return fd

    def drop(self, name):
        if name in self.made:
            os.unlink(name, dir_fd=self.folder)
            self.made.discard(name)


class Asking:
    """Asks the process that kept its rights."""

    def __init__(self, end):
        self.end = end

    def _ask(self, verb, what):
        self.end.send(f"{verb} {what}".encode())
        answer, fds, _, _ = socket.recv_fds(self.end, 4096, 1)
        if answer != b"ok":
            raise OSError(0, answer.decode("utf-8", "replace") or "nobody answers", str(what))
        return fds[0] if fds else -1

    def open(self, number):
        return self._ask("open", number)

    def make(self, name):
        return self._ask("make", name)

    def drop(self, name):
        self._ask("drop", name)


def _serve_one(local, request):
    verb, _, what = request.decode().partition(" ")
    if verb == "open":
        return local.open(int(what))
    if verb == "make":
        return local.make(what)
    if verb == "drop":
        local.drop(what)
        return -1
    raise ValueError(verb)


def _serve(local, end):
    while True:
        request = end.recv(4096)
        if not request:
            return
        try:
            fd = _serve_one(local, request)
        except (OSError, ValueError, IndexError) as error:
            end.send((getattr(error, "strerror", None) or "unsound request").encode())
            continue
        if fd < 0:
            end.send(b"ok")
            continue
        socket.send_fds(end, [b"ok"], [fd])
        os.close(fd)


def _prctl(option, value):
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _mapped(uid):
    """Whether this user namespace knows that user; without it there is nobody else to be."""
    with open("/proc/self/uid_map") as file:
        ranges = [[int(word) for word in line.split()] for line in file]
    return any(first <= uid < first + count for first, _, count in ranges)


def _unprivileged():
    """Who fetches instead of root: apt's own user, else nobody."""
    for name in "_apt", "nobody":
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        if user.pw_uid and _mapped(user.pw_uid):
            return user
    return None


def _drop_to(user):
    os.setgroups([])
    os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
    os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
    if os.getresuid() != (user.pw_uid,) * 3 or os.getresgid() != (user.pw_gid,) * 3:
        raise OSError(0, f"still user {os.getuid()}")
    os.environ["HOME"] = "/nonexistent"


def without_rights(local, work):
    """Calls work(files) in a process without root's rights; returns its status."""
    user = _unprivileged() if os.geteuid() == 0 else None
    if not user:
        return work(local)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            ours.close()
            os.close(local.folder)
            _drop_to(user)
            _prctl(PR_SET_NO_NEW_PRIVS, 1)
            _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            status = work(Asking(theirs))
        except OSError as error:
            print(f"E: cannot become the user {user.pw_name}: {plain(error)}", file=sys.stderr)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    theirs.close()
    _serve(local, ours)
    status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status) & 255
