"""Copy files and trees with or without their metadata: the engine of cp and of mv between devices.

Policy (what to ask, what to overwrite, what to say) is the programs'.
"""

import os
import stat

from busypy import cli

BLOCK = 1 << 20
CHUNK = 1 << 27
# What copy_file_range and sendfile answer where plain reading and writing still works.
NOT_HERE = frozenset(("EINVAL", "EXDEV", "ENOSYS", "EOPNOTSUPP", "EPERM", "EBADF", "EISDIR",
                      "ETXTBSY", "EACCES", "ENOTSUP"))


class Failed(Exception):
    """One file failed at a step; the message is complete."""


def failed(what, error):
    return Failed("%s: %s" % (what, cli.why(error)))


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def _kernel_copy(move, size):
    """Copy by a system call until it says 0; None if it cannot be used at all."""
    import errno
    total = 0
    while True:
        try:
            count = move(min(CHUNK, size - total) if size is not None else CHUNK)
        except OSError as error:
            if total == 0 and errno.errorcode.get(error.errno) in NOT_HERE:
                return None
            raise
        total += count
        if count == 0 or total == size:
            return total


def copy_range(source, target, size):
    """Copy from the current offsets: `size` bytes, or to the end if None."""
    moves = (lambda n: os.copy_file_range(source, target, n),
             lambda n: os.sendfile(target, source, None, n))
    for move in moves:
        # 0 may be the end, or a file of /proc that claims to be empty: reading tells.
        if _kernel_copy(move, size):
            break
    else:
        left = size
        while left is None or left > 0:
            data = os.read(source, BLOCK if left is None else min(BLOCK, left))
            if not data:
                return
            write_all(target, data)
            left = None if left is None else left - len(data)


def copy_data(source, target):
    """Copy an open file's content; holes of a sparse file stay holes."""
    info = os.fstat(source)
    sparse = stat.S_ISREG(info.st_mode) and info.st_blocks * 512 < info.st_size
    if not sparse or not stat.S_ISREG(os.fstat(target).st_mode):
        copy_range(source, target, None)
        return
    at = 0
    while True:
        try:
            start = os.lseek(source, at, os.SEEK_DATA)
            at = os.lseek(source, start, os.SEEK_HOLE)
        except OSError:
            break  # no data after this: a hole up to the end, or no support and all is copied
        os.lseek(source, start, os.SEEK_SET)
        os.lseek(target, start, os.SEEK_SET)
        copy_range(source, target, at - start)
    os.ftruncate(target, max(info.st_size, at))


def copy_xattrs(source, target):
    """Extended attributes as far as the target's file system takes them."""
    try:
        names = os.listxattr(source, follow_symlinks=False)
    except OSError:
        return
    for name in names:
        try:
            value = os.getxattr(source, name, follow_symlinks=False)
            os.setxattr(target, name, value, follow_symlinks=False)
        except OSError:
            continue


def copy_metadata(source, target, info, xattrs=False):
    """Owner, mode, times. A set-id bit survives only together with its owner."""
    mode = stat.S_IMODE(info.st_mode)
    link = stat.S_ISLNK(info.st_mode)
    try:
        os.chown(target, info.st_uid, info.st_gid, follow_symlinks=False)
    except OSError:
        now = os.lstat(target)
        if now.st_uid != info.st_uid:
            mode &= ~stat.S_ISUID
        try:
            os.chown(target, -1, info.st_gid, follow_symlinks=False)
        except OSError:
            mode &= ~stat.S_ISGID
    if xattrs:
        copy_xattrs(source, target)
    if not link:
        os.chmod(target, mode)
    os.utime(target, ns=(info.st_atime_ns, info.st_mtime_ns), follow_symlinks=False)


def copy_special(source, target, info):
    """Everything that is neither a file with content nor a directory."""
    kind = stat.S_IFMT(info.st_mode)
    if kind == stat.S_IFLNK:
        os.symlink(os.readlink(source), target)
    elif kind == stat.S_IFIFO:
        os.mkfifo(target, stat.S_IMODE(info.st_mode))
    elif kind == stat.S_IFSOCK:
        os.mknod(target, kind | stat.S_IMODE(info.st_mode))
    else:
        os.mknod(target, info.st_mode, info.st_rdev)


def copy_whole(source, target, links):
    """Copy one file or tree to a name that does not exist, complete with metadata and synced.

    What mv needs between devices. Raises Failed; the caller removes the target. `links` maps
    (device, inode) of files with several names to their copies.
    """
    folders = []
    pending = [(source, target)]
    while pending:
        source, target = pending.pop()
        try:
            info = os.lstat(source)
            if stat.S_ISDIR(info.st_mode):
                os.mkdir(target, 0o700)
                folders.append((source, target, info))
                pending += [(os.path.join(source, n), os.path.join(target, n))
                            for n in os.listdir(source)]
                continue
            key = (info.st_dev, info.st_ino)
            if info.st_nlink > 1 and key in links:
                os.link(links[key], target, follow_symlinks=False)
                continue
            _copy_leaf(source, target, info)
            links[key] = target
        except OSError as error:
            raise failed("cannot copy %s to %s" % (cli.quote(source), cli.quote(target)),
                         error) from None
    for source, target, info in reversed(folders):
        try:
            copy_metadata(source, target, info, True)
            sync_path(target)
        except OSError as error:
            raise failed("cannot set attributes of %s" % cli.quote(target), error) from None


def _copy_leaf(source, target, info):
    if not stat.S_ISREG(info.st_mode):
        copy_special(source, target, info)
        copy_metadata(source, target, info, True)
        return
    with Open(source, os.O_RDONLY) as origin:
        with Open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600) as copy:
            copy_data(origin, copy)
            copy_metadata(source, target, info, True)
            os.fsync(copy)


def sync_path(path):
    with Open(path, os.O_RDONLY) as fd:
        os.fsync(fd)


class Open:
    """A descriptor for a `with` block."""

    def __init__(self, path, flags, mode=0o666):
        self.fd = os.open(path, flags, mode)

    def __enter__(self):
        return self.fd

    def __exit__(self, *_):
        os.close(self.fd)
