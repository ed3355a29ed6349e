"""stat: show what the file system knows of a file."""

import os
import stat

from busypy import cli, text

USAGE = """
usage: stat [-fLt] [-c format] file ...
  -c FORMAT, --format=FORMAT  print by this format, with a newline after it
  -f, --file-system  the file system instead of the file
  -L, --dereference  follow symbolic links
  -t, --terse  all in one line
  --printf=FORMAT  like -c without the newline, and with escapes

File: %a %A mode, %b blocks, %B their size, %d %D device, %f raw mode, %F type, %g %G group,
%h links, %i inode, %m mount point, %n %N name, %o best block size, %s size, %t %T device major
and minor, %u %U user, %w %W birth, %x %X access, %y %Y change, %z %Z status change.
File system: %a free blocks for users, %b blocks, %c files, %d free files, %f free blocks, %i id,
%l longest name, %n name, %s block size, %S fundamental block size, %t %T type.
"""
KINDS = {stat.S_IFDIR: "directory", stat.S_IFLNK: "symbolic link", stat.S_IFIFO: "fifo",
         stat.S_IFSOCK: "socket", stat.S_IFCHR: "character special file",
         stat.S_IFBLK: "block special file"}
TERSE = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o"
TERSE_SYSTEM = "%n %i %l %t %s %S %b %f %a %c %d"
SYSTEM = """  File: "%n"
    ID: %-8i Namelen: %-7l Type: %T
Block size: %-10s Fundamental block size: %S
Blocks: Total: %-10b Free: %-10f Available: %a
Inodes: Total: %-10c Free: %d"""


def kind(info):
    if stat.S_ISREG(info.st_mode):
        return "regular file" if info.st_size else "regular empty file"
    return KINDS.get(stat.S_IFMT(info.st_mode), "weird file")


def full_time(nanoseconds):
    seconds = nanoseconds // 1000000000
    return "%s.%09d %s" % (text.when(seconds, "%Y-%m-%d %H:%M:%S"), nanoseconds % 1000000000,
                           text.when(seconds, "%z"))


def mount_point(path):
    path = os.path.realpath(path)
    while not os.path.ismount(path) and path != "/":
        path = os.path.dirname(path)
    return path


def name_with_target(path, info):
    if not stat.S_ISLNK(info.st_mode):
        return cli.quote(path)
    return "%s -> %s" % (cli.quote(path), cli.quote(os.readlink(path)))


def file_values(path, info):
    """{letter: function} of the file's formats."""
    owners = text.Owners()
    return {
        "a": lambda: "%o" % stat.S_IMODE(info.st_mode),
        "A": lambda: stat.filemode(info.st_mode), "b": lambda: info.st_blocks, "B": lambda: 512,
        "d": lambda: info.st_dev, "D": lambda: "%x" % info.st_dev,
        "f": lambda: "%x" % info.st_mode, "F": lambda: kind(info),
        "g": lambda: info.st_gid, "G": lambda: owners.group(info.st_gid),
        "h": lambda: info.st_nlink, "i": lambda: info.st_ino, "m": lambda: mount_point(path),
        "n": lambda: path, "N": lambda: name_with_target(path, info),
        "o": lambda: info.st_blksize, "s": lambda: info.st_size,
        "t": lambda: "%x" % os.major(info.st_rdev), "T": lambda: "%x" % os.minor(info.st_rdev),
        "u": lambda: info.st_uid, "U": lambda: owners.user(info.st_uid),
        "w": lambda: "-", "W": lambda: 0,
        "x": lambda: full_time(info.st_atime_ns), "X": lambda: info.st_atime_ns // 1000000000,
        "y": lambda: full_time(info.st_mtime_ns), "Y": lambda: info.st_mtime_ns // 1000000000,
        "z": lambda: full_time(info.st_ctime_ns), "Z": lambda: info.st_ctime_ns // 1000000000,
    }


def system_values(path, info):
    """{letter: function} of the file system's formats."""
    kind_name = system_type(path)
    low, high = info.f_fsid & 0xffffffff, info.f_fsid >> 32
    return {
        "a": lambda: info.f_bavail, "b": lambda: info.f_blocks, "c": lambda: info.f_files,
        "d": lambda: info.f_ffree, "f": lambda: info.f_bfree, "i": lambda: "%x%08x" % (low, high),
        "l": lambda: info.f_namemax, "n": lambda: path, "s": lambda: info.f_bsize,
        "S": lambda: info.f_frsize, "t": lambda: kind_name, "T": lambda: kind_name,
    }


def system_type(path):
    """The file system's name; the stdlib has no statfs and so no magic number."""
    from busypy import machine
    point = mount_point(path)
    kinds = [fields[2] for fields in machine.mounts() if fields[1] == point]
    return kinds[-1] if kinds else "UNKNOWN"


def expand(form, values, escapes=False):
    """A format with its values put in; flags, width and precision as printf has them."""
    from busypy.lib import escape
    data, parts, at = cli.enc(form), [], 0
    while at < len(data):
        if data[at] == 92 and escapes:
            value, at = escape.one(data, at)
            parts.append(value)
            continue
        if data[at] != 37:
            parts.append(data[at:at + 1])
            at += 1
            continue
        end = at + 1
        while end < len(data) and data[end] in b"-+ #0123456789.":
            end += 1
        letter, spec = os.fsdecode(data[end:end + 1]), data[at + 1:end].decode()
        if letter == "%" or not letter:
            parts.append(b"%")
        elif letter in values:
            parts.append(cli.enc(filled(spec, values[letter]())))
        else:
            parts.append(b"?")
        at = end + 1
    return b"".join(parts)


def filled(spec, value):
    width, _, precision = spec.lstrip("-+ #0").partition(".")
    left, zero = "-" in spec, spec[:1] == "0"
    shown = str(value)
    if precision.isdigit() and not isinstance(value, int):
        shown = shown[:int(precision)]
    size = int(width) if width.isdigit() else 0
    if zero and isinstance(value, int):
        return shown.rjust(size, "0")
    return shown.ljust(size) if left else shown.rjust(size)


def default(path, info):
    """The format of the long form, which depends on the type."""
    name = path
    if stat.S_ISLNK(info.st_mode):
        name += " -> " + os.readlink(path)
    links = "%-5h Device type: %t,%T" if text.is_device(info.st_mode) else "%h"
    device = "%d,%d" % (os.major(info.st_dev), os.minor(info.st_dev))
    mode = "%04o" % stat.S_IMODE(info.st_mode)
    return "\n".join((
        "  File: " + name.replace("%", "%%"),
        "  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F",
        "Device: " + device + "\tInode: %-11i Links: " + links,
        "Access: (" + mode + "/%10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)",
        "Access: %x", "Modify: %y", "Change: %z", " Birth: %w"))


def show(path, opts):
    form = opts["c"] if opts["c"] is not None else opts["printf"]
    if opts["f"]:
        values = system_values(path, os.statvfs(path))
        form = form or (TERSE_SYSTEM if opts["t"] else SYSTEM)
    else:
        info = os.stat(path) if opts["L"] else os.lstat(path)
        values = file_values(path, info)
        form = form if form is not None else TERSE if opts["t"] else default(path, info)
    escapes = opts["printf"] is not None
    cli.out().write(expand(form, values, escapes) + (b"" if escapes else b"\n"))


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 1)
    status = 0
    for path in args:
        try:
            show(path, opts)
        except OSError as error:
            what = "read file system information for %s" if opts["f"] else "stat %s"
            status = cli.warn("cannot %s: %s" % (what % cli.quote(path), cli.why(error)))
    return status
