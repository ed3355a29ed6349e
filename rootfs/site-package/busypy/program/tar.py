"""tar: make, list and extract archives; the formats are the stdlib's tarfile."""

import os
import stat

from busypy import cli

USAGE = """
usage: tar c|x|t [-f archive] [-C dir] [option ...] [file ...]
  -c, --create  make an archive
  -x, --extract, --get  extract from an archive
  -t, --list  list an archive
  -a, --auto-compress  compress by the archive's name
  -C DIR, --directory=DIR  change to this directory
  -f FILE, --file=FILE  the archive (- and default: standard input or output)
  -h, --dereference  archive what symbolic links point at
  -j, --bzip2  by bzip2
  -J, --xz  by xz
  -k, --keep-old-files  never overwrite
  -m, --touch  do not restore times
  -O, --to-stdout  extract to standard output
  -o, --no-same-owner  the files belong to who extracts
  -p, --preserve-permissions, --same-permissions  restore modes whatever the umask
  -T FILE, --files-from=FILE  the names are in this file
  -v, --verbose  name the files
  -X FILE, --exclude-from=FILE  patterns of names to leave out
  -z, --gzip  by gzip
  --exclude=PATTERN  leave out names like this
  --numeric-owner  numbers instead of names of owners
  --strip-components=N  take so many parts off the front of names

Names never leave the directory: a leading / is taken off, and what has .. in it or would go
through a link to the outside is refused.
"""


class Refused(Exception):
    """A member that must not be extracted as it is."""


def old_style(argv):
    """`tar xzf a.tar` is `tar -x -z -f a.tar`: arguments follow in the order of the letters."""
    if len(argv) < 2 or argv[1].startswith("-") or not argv[1].isalpha():
        return argv
    words, rest = [], argv[2:]
    for letter in argv[1]:
        words.append("-" + letter)
        if letter in "fCTX":
            if not rest:
                raise cli.Usage("option requires an argument -- '%s'" % letter, 2)
            words.append(rest.pop(0))
    return argv[:1] + words + rest


def compression(opts, name):
    letter = opts.last("zjJ")
    if not letter and opts["a"]:
        for ending, kind in ((".gz", "z"), (".tgz", "z"), (".bz2", "j"), (".xz", "J")):
            letter = kind if name.endswith(ending) else letter
    return {"z": "gz", "j": "bz2", "J": "xz"}.get(letter, "")


def open_archive(tarfile, opts, mode):
    """A TarFile on the file or, as a stream, on standard input or output."""
    name = opts["f"] or "-"
    kind = compression(opts, name) or ("*" if mode == "r" else "")
    keep = {"encoding": "utf-8", "errors": "surrogateescape", "format": tarfile.GNU_FORMAT}
    try:
        if name == "-":
            file = cli.stdin() if mode == "r" else cli.out()
            return tarfile.open(fileobj=file, mode=mode + "|" + kind, **keep)
        return tarfile.open(name, mode + (":" + kind if kind != "*" else ":*"), **keep)
    except tarfile.ReadError as error:
        raise cli.Fail("%s: This does not look like a tar archive (%s)" % (name, error), 2) \
            from None
    except OSError as error:
        raise cli.Fail("%s: Cannot open: %s" % (name, cli.why(error)), 2) from None


class Names:
    """Which names are wanted and which are left out."""

    def __init__(self, opts, args):
        self.args = [name.rstrip("/") for name in args]
        self.exclude = opts.every("exclude")
        for name in opts.every("X"):
            with open(name, "rb") as file:
                self.exclude += [os.fsdecode(line.rstrip(b"\n")) for line in file]
        self.found = set()

    def excluded(self, name):
        if not self.exclude:
            return False
        from fnmatch import fnmatchcase
        parts = name.split("/")
        tails = ["/".join(parts[at:]) for at in range(len(parts))]
        heads = ["/".join(parts[:at + 1]) for at in range(len(parts))]
        return any(fnmatchcase(text, glob.rstrip("/"))
                   for glob in self.exclude for text in tails + heads)

    def wanted(self, name):
        name = name.rstrip("/")
        if self.excluded(name):
            return False
        if not self.args:
            return True
        for given in self.args:
            if name == given or name.startswith(given + "/"):
                self.found.add(given)
                return True
        return False

    def missing(self):
        status = 0
        for name in self.args:
            if name not in self.found:
                status = cli.warn("%s: Not found in archive" % name) and 2
        return status


def shown_time(member):
    from busypy import text
    return text.when(member.mtime, "%Y-%m-%d %H:%M")


def line_of(member, opts, verbose):
    name = member.name + ("/" if member.isdir() else "")
    if not verbose:
        return name
    kind = "d" if member.isdir() else "l" if member.issym() else "h" if member.islnk() else \
        "c" if member.ischr() else "b" if member.isblk() else "p" if member.isfifo() else "-"
    mode = kind + stat.filemode(stat.S_IFREG | member.mode)[1:]
    owner = "%s/%s" % (member.uname or member.uid, member.gname or member.gid)
    if opts["numeric-owner"]:
        owner = "%d/%d" % (member.uid, member.gid)
    size = "%d,%d" % (member.devmajor, member.devminor) if member.isdev() and not \
        member.isfifo() else str(member.size)
    target = " -> " + member.linkname if member.issym() else \
        " link to " + member.linkname if member.islnk() else ""
    space = max(18 - len(owner), len(size) + 1)
    return "%s %s%s %s %s%s" % (mode, owner, size.rjust(space), shown_time(member), name, target)


def create(tarfile, opts, args):
    """Archive the files; each that cannot be read is reported and makes the status 2."""
    names, status = Names(opts, []), 0
    for listed in opts.every("T"):
        with cli.stdin() if listed == "-" else open(listed, "rb") as file:
            args = args + [os.fsdecode(line.rstrip(b"\n")) for line in file]
    if not args:
        raise cli.Fail("Cowardly refusing to create an empty archive", 2)
    own = None
    with open_archive(tarfile, opts, "w") as archive:
        archive.dereference = bool(opts["h"])
        if opts["f"] not in (None, "-"):
            own = os.stat(opts["f"])
        for directory in opts.every("C"):
            change_directory(directory)
        pending = list(reversed(args))
        while pending:
            path = pending.pop()
            if names.excluded(path.strip("/")):
                continue
            try:
                status |= add(archive, path, pending, own, opts)
            except OSError as error:
                status = cli.warn("%s: Cannot open: %s" % (path, cli.why(error))) and 2
                continue
            if opts["v"]:
                folder = os.path.isdir(path) and not path.endswith("/")
                say(path + ("/" if folder else ""), opts["f"] in (None, "-"))
    return status


def add(archive, path, pending, own, opts):
    """One file into the archive; what is below a directory goes on the list."""
    if own is not None and os.path.samestat(os.stat(path, follow_symlinks=bool(opts["h"])), own):
        return cli.warn("%s: file is the archive; not dumped" % path) and 0
    stored = path.lstrip("/") or "."
    member = archive.gettarinfo(path, stored)
    if member is None:
        cli.warn("%s: socket ignored" % path)
        return 0
    if opts["numeric-owner"]:
        member.uname = member.gname = ""
    if member.isreg():
        with open(path, "rb") as file:
            archive.addfile(member, Exact(file, member.size))
    else:
        archive.addfile(member)
        if member.isdir():
            names = sorted(os.listdir(path), reverse=True)
            pending += [os.path.join(path, name) for name in names]
    return 0


class Exact:
    """A file that gives exactly as much as its header says, though it shrinks while read."""

    def __init__(self, file, size):
        self.file, self.left = file, size

    def read(self, size):
        data = self.file.read(min(size, self.left))
        if len(data) < size and self.left >= size:
            cli.warn("%s: File shrank; padding with zeros" % self.file.name)
            data += bytes(min(size, self.left) - len(data))
        self.left -= len(data)
        return data


def change_directory(name):
    try:
        os.chdir(name)
    except OSError as error:
        raise cli.Fail("%s: Cannot chdir: %s" % (name, cli.why(error)), 2) from None


def listing(tarfile, opts, args):
    names = Names(opts, args)
    with open_archive(tarfile, opts, "r") as archive:
        for member in archive:
            if names.wanted(member.name):
                cli.out().write(cli.enc(line_of(member, opts, opts["v"]) + "\n"))
    return names.missing()


def safe_name(name, strip):
    """The name to extract to, None if nothing is left of it; raises Refused."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Refused("Member name contains '..'")
    parts = parts[strip:]
    return "/".join(parts) if parts else (None if strip else ".")


def inside(path, root):
    """Whether a path, with links followed, stays below the directory."""
    real = os.path.realpath(path)
    return real == root or real.startswith(root.rstrip("/") + "/")


class Extractor:
    """Extraction into the working directory."""

    def __init__(self, opts):
        self.opts = opts
        self.root = os.path.realpath(".")
        self.strip = cli.number(opts["strip-components"] or "0", "number of elements")
        self.owner = os.geteuid() == 0 and not opts["o"]
        self.mask = 0
        if not opts["p"] and os.geteuid() != 0:
            self.mask = os.umask(0)
            os.umask(self.mask)
        self.folders = []

    def extract(self, archive, member):
        """One member; raises Refused or OSError."""
        name = safe_name(member.name, self.strip)
        if name is None:
            return
        if not inside(os.path.dirname(name) or ".", self.root):
            raise Refused("goes through a link to the outside")
        if member.islnk():
            target = safe_name(member.linkname, self.strip)
            if target is None or not inside(os.path.dirname(target) or ".", self.root):
                raise Refused("link to the outside")
        if os.path.dirname(name):
            os.makedirs(os.path.dirname(name), exist_ok=True)
        if member.isdir():
            self.folder(name, member)
            return
        if os.path.lexists(name):
            if self.opts["k"]:
                raise FileExistsError(17, "")
            os.unlink(name)
        if member.islnk():
            os.link(target, name, follow_symlinks=False)
        else:
            self.make(archive, member, name)
            self.attributes(name, member)

    def folder(self, name, member):
        if not os.path.isdir(name) or os.path.islink(name):
            if os.path.lexists(name):
                os.unlink(name)
            os.mkdir(name, 0o700)
        self.folders.append((name, member))

    def make(self, archive, member, name):
        if member.issym():
            os.symlink(member.linkname, name)
        elif member.isfifo():
            os.mkfifo(name, 0o600)
        elif member.ischr() or member.isblk():
            kind = stat.S_IFCHR if member.ischr() else stat.S_IFBLK
            os.mknod(name, kind | 0o600, os.makedev(member.devmajor, member.devminor))
        else:
            source = archive.extractfile(member)
            fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(fd, "wb") as target:
                left = member.size
                while left and (data := source.read(min(left, 1 << 18))):
                    target.write(data)
                    left -= len(data)
                if left:
                    raise cli.Fail("Unexpected EOF in archive", 2)

    def attributes(self, name, member):
        """Owner first: changing it clears set-id bits."""
        if self.owner:
            uid, gid = self.ids(member)
            try:
                os.chown(name, uid, gid, follow_symlinks=False)
            except OSError as error:
                cli.warn("%s: Cannot change ownership: %s" % (name, cli.why(error)))
        if not member.issym():
            allowed = 0o7777 if self.owner or self.opts["p"] else 0o777
            os.chmod(name, member.mode & allowed & ~self.mask)
        if not self.opts["m"]:
            os.utime(name, (member.mtime, member.mtime), follow_symlinks=False)

    def ids(self, member):
        if self.opts["numeric-owner"]:
            return member.uid, member.gid
        from busypy.program import chown
        uid = chown.user_id(member.uname) if member.uname else None
        gid = chown.group_id(member.gname) if member.gname else None
        return member.uid if uid is None else uid, member.gid if gid is None else gid

    def finish(self):
        """The modes and times of directories, when nothing more goes into them."""
        for name, member in reversed(self.folders):
            self.attributes(name, member)


def say(text, elsewhere):
    """Print a name: on standard error if the content goes to standard output."""
    if elsewhere:
        os.write(2, cli.enc(text + "\n"))
    else:
        cli.out().write(cli.enc(text + "\n"))


def extract(tarfile, opts, args):
    names, status = Names(opts, args), 0
    with open_archive(tarfile, opts, "r") as archive:
        for directory in opts.every("C"):
            change_directory(directory)
        extractor = Extractor(opts)
        for member in archive:
            if not names.wanted(member.name):
                continue
            if opts["v"]:
                say(member.name + ("/" if member.isdir() else ""), opts["O"])
            try:
                if opts["O"]:
                    to_stdout(archive, member)
                else:
                    extractor.extract(archive, member)
            except (Refused, OSError) as error:
                reason = cli.why(error) if isinstance(error, OSError) else str(error)
                status = cli.warn("%s: Cannot extract: %s" % (member.name, reason)) and 2
        if not opts["O"]:
            extractor.finish()
    return status or names.missing()


def to_stdout(archive, member):
    if member.isreg():
        source = archive.extractfile(member)
        while data := source.read(1 << 18):
            cli.out().write(data)


def main(argv):
    opts, args = cli.parse(old_style(argv), USAGE, status=2)
    actions = [key for key in "cxt" if opts[key]]
    if len(actions) != 1:
        raise cli.Usage("You must specify exactly one of c, x and t", 2)
    import tarfile
    import zlib
    try:
        return {"c": create, "x": extract, "t": listing}[actions[0]](tarfile, opts, args)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise cli.Fail("Unexpected end or damage of the archive: %s" % error, 2) from None
