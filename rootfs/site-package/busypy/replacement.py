"""Replace a file's content: it is as it was or complete, whatever happens on the way."""

import os
import stat


class Replacement:
    """A file beside `path` that takes its name when it is complete; owner and mode are the same.

    `info` is the stat of the file to replace. Raises OSError.
    """

    def __init__(self, path, info):
        self.path = path
        self.temporary = "%s.%d.tmp" % (path, os.getpid())
        fd = os.open(self.temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.file = open(fd, "wb")
        try:
            os.fchown(fd, info.st_uid, info.st_gid)
        except OSError:
            pass  # not ours to give; the mode below is what matters
        os.fchmod(fd, stat.S_IMODE(info.st_mode))

    def commit(self, backup=None):
        """Take the name; what was there is kept as `backup`. The name is never without a file."""
        self.file.close()
        if backup is not None:
            link = self.temporary + ".old"
            try:
                os.link(self.path, link)
                os.rename(link, backup)
            except OSError:     # a file system without links
                os.rename(self.path, backup)
        os.rename(self.temporary, self.path)
        self.temporary = None

    def abandon(self):
        """Without commit, nothing has happened."""
        if self.temporary is not None:
            try:
                self.file.close()
            except OSError:
                pass  # what could not be written is not wanted
            os.unlink(self.temporary)
            self.temporary = None


def replaceable(path):
    """The stat of a regular file of one name that is no link and lies where names can be made.

    None: only writing in place keeps what it is.
    """
    try:
        info = os.lstat(path)
    except OSError:
        return None
    alone = stat.S_ISREG(info.st_mode) and info.st_nlink == 1
    folder = os.path.dirname(path) or "."
    return info if alone and os.access(path, os.W_OK) and os.access(folder, os.W_OK) else None
