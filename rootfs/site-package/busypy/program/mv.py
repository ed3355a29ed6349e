"""mv: rename files, or move them between file systems."""

import errno
import os
import stat

from busypy import cli, copying, tree

USAGE = """
usage: mv [-finTuv] source target
       mv [option ...] source ... directory
  -f, --force  never ask
  -i, --interactive  ask before overwriting
  -n, --no-clobber  never overwrite
  -T, --no-target-directory  the target is not a directory to move into
  -t DIR, --target-directory=DIR  move into this directory
  -u, --update  only where the source is newer or the target missing
  -v, --verbose  say what is done

Between file systems the copy is made under another name next to the target, synced, renamed over
the target, and only then the source is removed.
"""


def refused(source, target, opts):
    """Ask and compare: why not to touch an existing target ('' without words), or None."""
    try:
        info = os.lstat(source)
    except OSError as error:
        return "cannot stat %s: %s" % (cli.quote(source), cli.why(error))
    try:
        there = os.lstat(target)
    except OSError:
        return None
    if opts.last("fin") == "n":
        return ""
    if opts["u"] and there.st_mtime_ns >= info.st_mtime_ns:
        return ""
    if os.path.samestat(info, there) and os.path.realpath(os.path.dirname(source) or ".") == \
            os.path.realpath(os.path.dirname(target) or ".") and \
            os.path.basename(source.rstrip("/")) == os.path.basename(target.rstrip("/")):
        return "%s and %s are the same file" % (cli.quote(source), cli.quote(target))
    if stat.S_ISDIR(there.st_mode) and not stat.S_ISDIR(info.st_mode):
        return "cannot overwrite directory %s with non-directory" % cli.quote(target)
    if stat.S_ISDIR(info.st_mode) and not stat.S_ISDIR(there.st_mode):
        return "cannot overwrite non-directory %s with directory %s" % (
            cli.quote(target), cli.quote(source))
    guarded = os.isatty(0) and not stat.S_ISLNK(there.st_mode) and not os.access(target, os.W_OK)
    if opts.last("fin") == "i" or (guarded and opts.last("fin") != "f"):
        mode = stat.S_IMODE(there.st_mode)
        shown = ", overriding mode %04o (%s)" % (mode, stat.filemode(mode)[1:]) if guarded else ""
        verb = "replace" if guarded else "overwrite"
        if not tree.ask("mv: %s %s%s? " % (verb, cli.quote(target), shown)):
            return ""
    return None


def sibling(target):
    """A name next to the target that does not exist yet."""
    folder, name = os.path.split(target.rstrip("/"))
    for number in range(1 << 16):
        path = os.path.join(folder, ".%s.%d.%d" % (name[:200], os.getpid(), number))
        if not os.path.lexists(path):
            return path
    raise copying.Failed("no free name for a copy next to %s" % cli.quote(target))


class Quiet(tree.Remover):
    """Remove what can be removed of a copy that failed."""

    def failed(self, path, error):
        pass


class Source(tree.Remover):
    """Remove what was copied, and say what stays."""

    status = 0

    def failed(self, path, error):
        self.status = cli.warn("cannot remove %s: %s" % (cli.quote(path), cli.why(error)))


def across(source, target):
    """Move between file systems; the source goes only after all of the copy is on disk."""
    temporary = sibling(target)
    try:
        copying.copy_whole(source, temporary, {})
        os.rename(temporary, target)
        copying.sync_path(os.path.dirname(target.rstrip("/")) or ".")
    except (copying.Failed, OSError) as error:
        if os.path.lexists(temporary):
            Quiet().run(temporary)
        if isinstance(error, OSError):
            raise copying.failed("cannot move %s to %s" % (
                cli.quote(source), cli.quote(target)), error) from None
        raise
    remover = Source()
    remover.run(source)
    return remover.status


def move(source, target, opts):
    """Move one file; returns the status."""
    refusal = refused(source, target, opts)
    if refusal is not None:
        return cli.warn(refusal) if refusal else 0
    status = 0
    try:
        if os.path.lexists(target) and os.path.samestat(os.lstat(source), os.lstat(target)):
            os.unlink(source)  # two names of one file: rename would do nothing
        else:
            os.rename(source, target)
    except OSError as error:
        words = cli.quote(source), cli.quote(target)
        if error.errno == errno.EINVAL and os.path.isdir(source):
            return cli.warn("cannot move %s to a subdirectory of itself, %s" % words)
        if error.errno != errno.EXDEV:
            return cli.warn("cannot move %s to %s: %s" % (*words, cli.why(error)))
        try:
            status = across(source, target)
        except copying.Failed as failure:
            return cli.warn(failure)
    if opts["v"]:
        text = "renamed %s -> %s\n" % (cli.quote(source), cli.quote(target))
        cli.out().write(cli.enc(text))
    return status


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    sources, target, folder = tree.destination(args, opts)
    status = 0
    for source in sources:
        status |= move(source, tree.into(target, source) if folder else target, opts)
    return status
