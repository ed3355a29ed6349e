"""File descriptors: redirections (2.7), their undoing, and the shell's own descriptors.

The shell's own are at PRIVATE_MIN or above and close on exec, so that 0 to 9 are the script's.
"""

import errno
import fcntl
import os

from busypy.sh.error import CommandError

PRIVATE_MIN = 64
FALLBACK_MIN = 10
HIGHEST = 0x7fffffff
PIPE_SAFE = 4096    # a pipe holds one page even where the user's pipe memory is used up
OPEN_FLAGS = {"<": os.O_RDONLY, "<>": os.O_RDWR | os.O_CREAT,
              ">>": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
              ">": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
              ">|": os.O_WRONLY | os.O_CREAT | os.O_TRUNC}
private = set()


def reason(error):
    """The system's words for an error, in lower case."""
    text = os.strerror(error.errno) if error.errno else str(error)
    return text[:1].lower() + text[1:]


def keep_private(fd):
    """A copy of fd out of the script's way; None if fd is not open."""
    for lowest in (PRIVATE_MIN, FALLBACK_MIN):
        try:
            copy = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, lowest)
        except OSError as error:
            if error.errno == errno.EBADF:
                return None
            if error.errno != errno.EINVAL or lowest == FALLBACK_MIN:
                raise CommandError("%d: %s" % (fd, reason(error))) from None
            continue
        private.add(copy)
        return copy


def drop_private(fd):
    private.discard(fd)
    os.close(fd)


def pipe():
    """A pipe whose ends are private."""
    try:
        ends = os.pipe()
    except OSError as error:
        raise CommandError("pipe: " + reason(error)) from None
    moved = tuple(keep_private(fd) for fd in ends)
    for fd in ends:
        os.close(fd)
    return moved


def move(fd, target):
    """Make the private fd the script's descriptor target."""
    os.dup2(fd, target)
    drop_private(fd)


def prepare(shell, redirects):
    """Expand the operands: [(fd, operator, text)]."""
    return [(r.fd, r.op, shell.expander.text(r.body) if r.body else shell.expander.path(r.word))
            for r in redirects]


def apply(shell, prepared, saved=None):
    """Carry out redirections; saved collects what restore() needs."""
    for fd, op, text in prepared:
        if fd in private:
            raise CommandError("%d: descriptor is in use by the shell" % fd)
        if fd > HIGHEST:
            raise CommandError("%d: bad file descriptor" % fd)
        if saved is not None:
            saved.append((fd, keep_private(fd)))
        if op in ("<&", ">&"):
            duplicate(fd, text)
            continue
        new = here_document(text) if op[:2] == "<<" else open_file(shell, op, text)
        if new == fd:
            os.set_inheritable(fd, True)
        else:
            try:
                os.dup2(new, fd)
            except OSError as error:
                raise CommandError("%d: %s" % (fd, reason(error))) from None
            finally:
                os.close(new)


def restore(saved):
    """Undo redirections, the last one first."""
    for fd, copy in reversed(saved):
        if copy is None:
            try:
                os.close(fd)
            except OSError:
                pass    # the command closed it itself
        else:
            move(copy, fd)


def forget(saved):
    """Keep redirections: only the copies go."""
    for _, copy in saved:
        if copy is not None:
            drop_private(copy)


def duplicate(fd, text):
    if text == "-":
        try:
            os.close(fd)
        except OSError:
            pass    # closing what is closed is no error
        return
    if not (text.isdigit() and text.isascii()) or int(text) in private:
        raise CommandError("%s: bad file descriptor" % text)
    try:
        os.fstat(int(text))
        if int(text) != fd:
            os.dup2(int(text), fd)
    except (OSError, OverflowError):
        raise CommandError("%s: bad file descriptor" % text) from None


def open_file(shell, op, path):
    """Open the operand of < > >> <> >| ."""
    try:
        if op == ">" and shell.options.C:
            return open_new(path)
        if not shell.interactive:
            return os.open(path, OPEN_FLAGS[op], 0o666)
        with shell.interruptible():     # a FIFO may wait for its other side for ever
            return os.open(path, OPEN_FLAGS[op], 0o666)
    except OSError as error:
        verb = "open" if op in ("<", "<>") else "create"
        raise CommandError("cannot %s %s: %s" % (verb, path, reason(error))) from None
    except ValueError:
        raise CommandError("cannot open %s: bad name" % path) from None


def open_new(path):
    """Under set -C: an existing regular file is never truncated, not even in a race."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        fd = os.open(path, os.O_WRONLY)
        import stat
        if stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise
        return fd


def here_document(text):
    """A descriptor from which text can be read."""
    data = os.fsencode(text)
    if len(data) <= PIPE_SAFE:
        reader, writer = os.pipe()
        os.write(writer, data)
        os.close(writer)
        return reader
    fd = os.memfd_create("here-document")
    write_all(fd, data)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def write_all(fd, data):
    """Write all of data; OSError tells why not."""
    while data:
        data = data[os.write(fd, data):]


class Nothing:
    """A context that does nothing."""

    def __enter__(self):
        return None

    def __exit__(self, *_):
        return None


nothing = Nothing()
