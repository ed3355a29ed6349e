"""ln: make links; an existing target is replaced by a rename, so that it is never missing."""

import os
import stat

from busypy import cli, tree

USAGE = """
usage: ln [-fLnPsTv] source [target]
       ln [option ...] source ... directory
  -f, --force  replace existing targets
  -i, --interactive  ask before replacing
  -L, --logical  link to what a symbolic link points at
  -n, --no-dereference  a symbolic link to a directory is a target, not a directory
  -P, --physical  link to a symbolic link itself (default)
  -r, --relative  make the symbolic link relative to where it stands
  -s, --symbolic  make symbolic links
  -T, --no-target-directory  the target is not a directory to link in
  -t DIR, --target-directory=DIR  make the links in this directory
  -v, --verbose  say what is done
"""


def make(source, target, opts):
    if opts["s"]:
        if opts["r"]:
            source = os.path.relpath(source, os.path.realpath(os.path.dirname(target) or "."))
        os.symlink(source, target)
    else:
        os.link(source, target, follow_symlinks=bool(opts.last("LP") == "L"))


def replace(source, target, opts):
    """Make the link under another name and rename it over the target."""
    folder, name = os.path.split(target)
    for number in range(1 << 16):
        temporary = os.path.join(folder, ".%s.%d.%d" % (name[:200], os.getpid(), number))
        try:
            make(source, temporary, opts)
            break
        except FileExistsError:
            continue
    try:
        os.rename(temporary, target)
    finally:
        # Renaming one name of a file over another of the same file leaves both.
        if os.path.lexists(temporary):
            os.unlink(temporary)


def link(source, target, opts):
    """One link; returns the status."""
    kind = "symbolic" if opts["s"] else "hard"
    try:
        if not opts["s"]:
            info = os.stat(source) if opts.last("LP") == "L" else os.lstat(source)
            if stat.S_ISDIR(info.st_mode):
                return cli.warn("%s: hard link not allowed for directory" % source)
    except OSError as error:
        return cli.warn("failed to access %s: %s" % (cli.quote(source), cli.why(error)))
    try:
        exists = os.path.lexists(target)
        if exists and opts.last("fi") == "i":
            if not tree.ask("ln: replace %s? " % cli.quote(target)):
                return 0
        if exists and opts.last("fi"):
            there = os.lstat(target)
            if stat.S_ISDIR(there.st_mode):
                return cli.warn("%s: cannot overwrite directory" % target)
            if not opts["s"] and os.path.samestat(info, there) and same_name(source, target):
                return cli.warn("%s and %s are the same file"
                                % (cli.quote(source), cli.quote(target)))
            replace(source, target, opts)
        else:
            make(source, target, opts)
    except OSError as error:
        return cli.warn("failed to create %s link %s: %s"
                        % (kind, cli.quote(target), cli.why(error)))
    if opts["v"]:
        arrow = "->" if opts["s"] else "=>"
        text = "%s %s %s\n" % (cli.quote(target), arrow, cli.quote(source))
        cli.out().write(cli.enc(text))
    return 0


def same_name(source, target):
    folders = [os.path.realpath(os.path.dirname(path) or ".") for path in (source, target)]
    return folders[0] == folders[1] and os.path.basename(source) == os.path.basename(target)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    if len(args) == 1 and opts["t"] is None and not opts["T"]:
        sources, target, folder = args, ".", True
    elif len(args) == 2 and opts["n"] and os.path.islink(args[1]) and opts["t"] is None:
        sources, target, folder = args[:1], args[1], False
    else:
        sources, target, folder = tree.destination(args, opts)
    status = 0
    for source in sources:
        status |= link(source, tree.into(target, source) if folder else target, opts)
    return status
