"""rm: remove files and directories."""

import os
import stat

from busypy import cli, tree

USAGE = """
usage: rm [-dfiIrRv] file ...
  -d, --dir  empty directories too
  -f, --force  never ask, and say nothing about files that do not exist
  -i  ask before each
  -I  ask once before removing many or a tree
  -R, --recursive  directories and all that is in them
  -r  the same as -R
  -v, --verbose  say what is done
  --no-preserve-root  allow / to be removed
"""


class Remover(tree.Remover):
    """The questions and messages of rm."""

    def __init__(self, opts):
        self.force = opts.last("fiI") == "f"
        self.always = opts.last("fiI") == "i"
        self.verbose = opts["v"]
        self.status = 0
        self.terminal = os.isatty(0)

    def confirm(self, path, info, action):
        if self.force:
            return True
        guarded = (self.terminal and info is not None and not stat.S_ISLNK(info.st_mode)
                   and not os.access(path, os.W_OK))
        if not (self.always or guarded):
            return True
        kind = "write-protected " if guarded else ""
        return tree.ask("rm: %s %s%s? " % (action, kind + kind_of(info), " " + cli.quote(path)))

    def enter(self, path):
        try:
            info = os.lstat(path)
            if not (self.always or self.terminal) or not os.listdir(path):
                return True
        except OSError:
            return True
        return self.confirm(path, info, "descend into")

    def unlink(self, path, info):
        return self.confirm(path, info, "remove")

    def leave(self, path):
        if not self.always:
            return True
        return self.confirm(path, os.lstat(path), "remove")

    def removed(self, path, folder):
        if self.verbose:
            word = "removed directory" if folder else "removed"
            cli.out().write(cli.enc("%s %s\n" % (word, cli.quote(path))))

    def failed(self, path, error):
        if isinstance(error, FileNotFoundError) and self.force:
            return
        self.status = cli.warn("cannot remove %s: %s" % (cli.quote(path), cli.why(error)))


def kind_of(info):
    names = {stat.S_IFDIR: "directory", stat.S_IFLNK: "symbolic link", stat.S_IFIFO: "fifo",
             stat.S_IFSOCK: "socket", stat.S_IFCHR: "character special file",
             stat.S_IFBLK: "block special file"}
    plain = "regular file" if info.st_size else "regular empty file"
    return names.get(stat.S_IFMT(info.st_mode), plain)


def dangerous(path, opts):
    """Why an operand is refused, or None."""
    if os.path.basename(path.rstrip("/")) in (".", ".."):
        return "refusing to remove '.' or '..' directory: skipping %s" % cli.quote(path)
    if opts["no-preserve-root"]:
        return None
    try:
        if not os.path.islink(path) and os.path.samefile(path, "/"):
            return "it is dangerous to operate recursively on %s" % cli.quote(path)
    except OSError:
        pass
    return None


def one(path, opts, remover):
    try:
        info = os.lstat(path)
    except OSError as error:
        if not (remover.force and isinstance(error, (FileNotFoundError, NotADirectoryError))):
            remover.failed(path, error)
        return
    if not stat.S_ISDIR(info.st_mode):
        remover.file(path, path, info, None)
        return
    if not opts["R"] and not opts["r"]:
        if opts["d"]:
            if remover.confirm(path, info, "remove"):
                try:
                    os.rmdir(path)
                    remover.removed(path, True)
                except OSError as error:
                    remover.failed(path, error)
        else:
            remover.status = cli.warn("cannot remove %s: Is a directory" % cli.quote(path))
        return
    trouble = dangerous(path, opts)
    if trouble:
        remover.status = cli.warn(trouble)
    else:
        remover.folder(path)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    if not args and not opts["f"]:
        raise cli.Usage("missing operand")
    remover = Remover(opts)
    if opts.last("fiI") == "I" and (len(args) > 3 or opts["R"] or opts["r"]):
        many = "recursively? " if opts["R"] or opts["r"] else "? "
        count = "%d argument%s " % (len(args), "" if len(args) == 1 else "s")
        if not tree.ask("rm: remove %s%s" % (count if many != "? " else count.rstrip(), many)):
            return 0
    for path in args:
        one(path, opts, remover)
    return remover.status
