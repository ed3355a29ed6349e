"""Walk and remove directory trees without following links into them."""

import os
import stat

from busypy import cli

FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def is_dir(path):
    """Whether a path leads to a directory."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except OSError:
        return False


def into(target, name):
    """The path of `name`'s last part in the directory `target`."""
    return os.path.join(target, os.path.basename(name.rstrip("/")) or name)


def destination(args, opts):
    """(sources, target, whether the target is a directory) of cp, mv and ln."""
    if opts["t"] is not None:
        cli.operands(args, 1)
        if not is_dir(opts["t"]):
            raise cli.Fail("target directory %s: Not a directory" % cli.quote(opts["t"])
                           if os.path.lexists(opts["t"]) else
                           "target directory %s: No such file or directory"
                           % cli.quote(opts["t"]))
        return args, opts["t"], True
    if not args:
        raise cli.Usage("missing file operand")
    if len(args) == 1:
        raise cli.Usage("missing destination file operand after %s" % cli.quote(args[0]))
    *sources, target = args
    if opts["T"]:
        if len(sources) > 1:
            raise cli.Usage("extra operand %s" % cli.quote(args[2]))
        return sources, target, False
    folder = is_dir(target)
    if len(sources) > 1 and not folder:
        reason = "Not a directory" if os.path.lexists(target) else "No such file or directory"
        raise cli.Fail("target %s: %s" % (cli.quote(target), reason))
    return sources, target, folder


def ask(question):
    """Ask on stderr; whether the answer on stdin begins with y."""
    cli.out().flush()
    os.write(2, cli.enc(question))
    answer = b""
    while not answer.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        answer += byte
    return answer[:1] in b"yY" and answer != b""


class Remover:
    """rm -r: depth first, by descriptors, so that a renamed parent cannot lead it astray.

    The hooks decide and report: enter(path), unlink(path, info), leave(path) return whether to
    go on; removed(path, folder) and failed(path, error) are told.
    """

    def enter(self, path):
        return True

    def unlink(self, path, info):
        return True

    def leave(self, path):
        return True

    def removed(self, path, folder):
        pass

    def failed(self, path, error):
        raise error

    def run(self, path):
        """Remove a file or a tree."""
        try:
            info = os.lstat(path)
        except OSError as error:
            self.failed(path, error)
            return
        if stat.S_ISDIR(info.st_mode):
            self.folder(path)
        else:
            self.file(path, path, info, None)

    def file(self, path, name, info, parent):
        if self.unlink(path, info):
            try:
                os.unlink(name, dir_fd=parent)
                self.removed(path, False)
            except OSError as error:
                self.failed(path, error)

    def folder(self, top):
        """The walk: a stack of open directories instead of recursion."""
        stack = [Level(top, top, None)]
        while stack:
            level = stack[-1]
            if level.names is None and not self.open(level):
                stack.pop()
                continue
            if level.names:
                name = level.names.pop()
                path = os.path.join(level.path, name)
                try:
                    info = os.lstat(name, dir_fd=level.fd)
                except OSError as error:
                    self.failed(path, error)
                    continue
                if stat.S_ISDIR(info.st_mode):
                    stack.append(Level(path, name, level.fd))
                else:
                    self.file(path, name, info, level.fd)
                continue
            os.close(level.fd)
            stack.pop()
            self.remove(level)

    def open(self, level):
        if not self.enter(level.path):
            return False
        try:
            level.fd = os.open(level.name, FLAGS, dir_fd=level.parent)
        except OSError as error:
            # One that may not be read can still be removed if it is empty.
            try:
                os.rmdir(level.name, dir_fd=level.parent)
                self.removed(level.path, True)
            except OSError:
                self.failed(level.path, error)
            return False
        level.names = os.listdir(level.fd)
        return True

    def remove(self, level):
        if self.leave(level.path):
            try:
                os.rmdir(level.name, dir_fd=level.parent)
                self.removed(level.path, True)
            except OSError as error:
                self.failed(level.path, error)


class Level:
    """One directory on the way down."""

    __slots__ = ("path", "name", "parent", "fd", "names")

    def __init__(self, path, name, parent):
        self.path, self.name, self.parent = path, name, parent
        self.fd = self.names = None
