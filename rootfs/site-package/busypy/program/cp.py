"""cp: copy files and directories."""

import os
import stat

from busypy import cli, copying, tree

USAGE = """
usage: cp [-adfHiLlnPpRrsTuv] source target
       cp [option ...] source ... directory
  -a, --archive  the same as -dR with all attributes kept
  -d  keep symbolic and hard links
  -f, --force  if the target cannot be opened, remove it first
  -H  follow symbolic links among the operands
  -i, --interactive  ask before overwriting
  -L, --dereference  follow all symbolic links
  -l, --link  make hard links instead of copies
  -n, --no-clobber  never overwrite
  -P, --no-dereference  copy symbolic links as links
  -p  keep mode, owner and times
  -R, --recursive  directories and all that is in them
  -r  the same as -R
  -s, --symbolic-link  make symbolic links instead of copies
  -T, --no-target-directory  the target is not a directory to copy into
  -t DIR, --target-directory=DIR  copy into this directory
  -u, --update  only where the source is newer or the target missing
  -v, --verbose  say what is done
  --parents  keep the operand's whole path below the directory
  --preserve[=WHAT]  the same as -p; `all` and `xattr` with extended attributes
  --remove-destination  remove each target before copying
  --reflink[=WHEN]  ignored: the kernel shares blocks where it can
  --sparse=WHEN  ignored: holes are kept
"""


class Skip(Exception):
    """This file is not copied, and that is no failure."""


class Copier:
    """The options, made into decisions, and what has been copied so far."""

    def __init__(self, opts):
        self.opts = opts
        self.recursive = opts["R"] or opts["r"] or opts["a"]
        follow = opts.last("HLPda")
        if follow in ("d", "a"):
            follow = "P"
        self.follow = follow or ("P" if self.recursive else "L")
        kept = opts["preserve"]
        self.keep = opts["p"] or opts["a"] or kept
        self.xattrs = opts["a"] or (isinstance(kept, str) and ("all" in kept or "xattr" in kept))
        self.keep_links = opts["a"] or opts["d"]
        self.links = {}
        self.made = {}
        self.status = 0
        self.umask = os.umask(0)
        os.umask(self.umask)

    def fail(self, text):
        self.status = cli.warn(text)

    def look(self, path, operand):
        follow = self.follow == "L" or (self.follow == "H" and operand)
        return os.stat(path) if follow else os.lstat(path)

    def copy(self, source, target, operand=True):
        """Copy one file or tree; failures are reported here, and the rest goes on."""
        try:
            info = self.look(source, operand)
        except OSError as error:
            self.fail("cannot stat %s: %s" % (cli.quote(source), cli.why(error)))
            return
        if stat.S_ISDIR(info.st_mode):
            if self.recursive:
                self.folder(source, target, info)
            else:
                self.fail("-r not specified; omitting directory %s" % cli.quote(source))
            return
        try:
            self.leaf(source, target, info)
        except Skip:
            pass
        except copying.Failed as error:
            self.fail(error)

    def leaf(self, source, target, info):
        """Copy what is not a directory."""
        opts = self.opts
        there = self.target(source, target, info)
        key = (info.st_dev, info.st_ino)
        if opts["v"]:
            text = "%s -> %s\n" % (cli.quote(source), cli.quote(target))
            cli.out().write(cli.enc(text))
        try:
            if self.keep_links and info.st_nlink > 1 and key in self.links:
                self.replace(target, there)
                os.link(self.links[key], target, follow_symlinks=False)
                return
            if opts["l"] or opts["s"]:
                self.link(source, target, there)
                return
            if stat.S_ISREG(info.st_mode) or (not self.recursive and self.follow == "L"):
                self.content(source, target, info, there)
            else:
                self.replace(target, there)
                copying.copy_special(source, target, info)
            if self.keep:
                copying.copy_metadata(source, target, info, self.xattrs)
            self.links[key] = target
            made = os.lstat(target)
            self.made[made.st_dev, made.st_ino] = target
        except OSError as error:
            what = "cannot create %s" % describe(info) + cli.quote(target)
            raise copying.failed(what, error) from None

    def target(self, source, target, info):
        """Check an existing target: its data, or None; raises Skip or Failed."""
        opts = self.opts
        try:
            there = os.lstat(target)
        except OSError:
            return None
        try:
            real = os.stat(target)
        except OSError:
            real = there
            if stat.S_ISLNK(there.st_mode) and stat.S_ISREG(info.st_mode) and not (
                    opts["remove-destination"] or opts["f"]):
                raise copying.Failed("not writing through dangling symlink %s"
                                     % cli.quote(target)) from None
        if opts.last("nif") == "n":
            raise Skip
        if stat.S_ISDIR(there.st_mode):
            raise copying.Failed("cannot overwrite directory %s with non-directory"
                                 % cli.quote(target))
        if self.same(source, info, there, real):
            if opts["l"] and not stat.S_ISLNK(there.st_mode):
                raise Skip
            raise copying.Failed("%s and %s are the same file"
                                 % (cli.quote(source), cli.quote(target)))
        if (there.st_dev, there.st_ino) in self.made and not opts["l"]:
            raise copying.Failed("will not overwrite just-created %s with %s"
                                 % (cli.quote(target), cli.quote(source)))
        if opts["u"] and real.st_mtime_ns >= info.st_mtime_ns:
            raise Skip
        if opts.last("nif") == "i":
            if not tree.ask("cp: overwrite %s? " % cli.quote(target)):
                raise Skip
        if opts["remove-destination"]:
            self.replace(target, there)
            return None
        return there

    def same(self, source, info, there, real):
        """Whether writing the target would write the source."""
        key = (info.st_dev, info.st_ino)
        if self.opts["remove-destination"]:
            return key == (there.st_dev, there.st_ino) and there.st_nlink == 1
        if stat.S_ISLNK(info.st_mode) or stat.S_ISLNK(there.st_mode) and self.opts["l"]:
            return key == (there.st_dev, there.st_ino)
        return key == (real.st_dev, real.st_ino)

    @staticmethod
    def replace(target, there):
        if there is not None:
            os.unlink(target)

    def link(self, source, target, there):
        if there is not None:
            if not (self.opts["f"] or self.opts["remove-destination"]):
                raise FileExistsError(17, "")
            os.unlink(target)
        if self.opts["l"]:
            os.link(source, target, follow_symlinks=self.follow == "L")
        else:
            os.symlink(source, target)

    def content(self, source, target, info, there):
        """Copy the bytes; the source is only ever opened for reading."""
        try:
            origin = os.open(source, os.O_RDONLY)
        except OSError as error:
            raise copying.failed("cannot open %s for reading" % cli.quote(source), error) from None
        try:
            copy = self.open(target, info, there)
            try:
                copying.copy_data(origin, copy)
            except OSError as error:
                raise copying.failed("error copying %s to %s" % (
                    cli.quote(source), cli.quote(target)), error) from None
            finally:
                os.close(copy)
        finally:
            os.close(origin)

    def open(self, target, info, there):
        mode = stat.S_IMODE(info.st_mode) & 0o777
        if self.keep:
            mode &= 0o700  # nobody else gets in before the owner is right
        flags = os.O_WRONLY | os.O_CREAT
        if there is None:
            return os.open(target, flags | os.O_EXCL, mode)
        try:
            return os.open(target, flags | os.O_TRUNC, mode)
        except OSError:
            if not self.opts["f"]:
                raise
            os.unlink(target)
            return os.open(target, flags | os.O_EXCL, mode)

    def folder(self, source, target, info):
        """Copy a tree; the directory's own mode comes last, it may forbid writing."""
        try:
            there = os.stat(target)
            if not stat.S_ISDIR(there.st_mode):
                self.fail("cannot overwrite non-directory %s with directory %s"
                          % (cli.quote(target), cli.quote(source)))
                return
        except OSError:
            there = None
        if self.inside(source, target, info):
            self.fail("cannot copy a directory, %s, into itself, %s"
                      % (cli.quote(source), cli.quote(target)))
            return
        try:
            names = sorted(os.listdir(source))
            if there is None:
                os.mkdir(target, (stat.S_IMODE(info.st_mode) & ~self.umask) | 0o700)
            if self.opts["v"]:
                text = "%s -> %s\n" % (cli.quote(source), cli.quote(target))
                cli.out().write(cli.enc(text))
        except OSError as error:
            if error.filename == source:
                self.fail("cannot access %s: %s" % (cli.quote(source), cli.why(error)))
            else:
                self.fail("cannot create directory %s: %s" % (cli.quote(target), cli.why(error)))
            return
        for name in names:
            self.copy(os.path.join(source, name), os.path.join(target, name), False)
        try:
            if self.keep:
                copying.copy_metadata(source, target, info, self.xattrs)
            elif there is None:
                os.chmod(target, stat.S_IMODE(info.st_mode) & ~self.umask)
        except OSError as error:
            self.fail("setting attributes of %s: %s" % (cli.quote(target), cli.why(error)))

    @staticmethod
    def inside(source, target, info):
        """Whether the target lies in the source."""
        path = os.path.realpath(target)
        while True:
            try:
                if os.path.samestat(os.stat(path), info):
                    return True
            except OSError:
                pass
            if path == "/":
                return False
            path = os.path.dirname(path)


def describe(info):
    kinds = {stat.S_IFLNK: "symbolic link ", stat.S_IFIFO: "fifo ", stat.S_IFREG: "regular file "}
    return kinds.get(stat.S_IFMT(info.st_mode), "special file ")


def with_parents(copier, source, folder):
    """--parents: make the directories of the operand's path below the target."""
    target = os.path.join(folder, source.lstrip("/"))
    path = folder
    for part in os.path.dirname(source.strip("/")).split("/"):
        path = os.path.join(path, part)
        try:
            os.mkdir(path)
        except FileExistsError:
            pass
        except OSError as error:
            copier.fail("cannot make directory %s: %s" % (cli.quote(path), cli.why(error)))
            return
    copier.copy(source, target)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    sources, target, folder = tree.destination(args, opts)
    copier = Copier(opts)
    for source in sources:
        if opts["parents"]:
            if not folder:
                raise cli.Fail("with --parents, the destination must be a directory")
            with_parents(copier, source, target)
            continue
        copier.copy(source, tree.into(target, source) if folder else target)
    return copier.status
