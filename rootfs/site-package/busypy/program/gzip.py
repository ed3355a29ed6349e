"""gzip, gunzip, zcat: compress and uncompress files."""

import os
import stat
import zlib

from busypy import cli
from busypy.copying import write_all

USAGE = """
usage: %s [-cdfklnqrtv] [-1 ... -9] [-S suffix] [file ...]
  -1  fastest
  -2  faster than usual
  -3  faster than usual
  -4  faster than usual
  -5  faster than usual
  -6  as usual
  -7  smaller than usual
  -8  smaller than usual
  -9  smallest
  -c, --stdout, --to-stdout  to standard output; the files stay
  -d, --decompress, --uncompress  uncompress
  -f, --force  overwrite; compress links, and to a terminal
  -k, --keep  the files stay
  -l, --list  print the sizes
  -n, --no-name  no name and time in the result
  -N, --name  ignored
  -q, --quiet  no warnings
  -r, --recursive  all files below directories
  -S SUFFIX, --suffix=SUFFIX  instead of .gz
  -t, --test  only check
  -v, --verbose  say what is done
"""
BLOCK = 1 << 18
WINDOW = 31  # zlib's number for a gzip header and trailer
SUFFIXES = {".gz": "", ".tgz": ".tar", ".z": "", ".Z": "", "-gz": "", ".taz": ".tar"}


class Trouble(Exception):
    """What is wrong with one file."""


def header(name, mtime):
    """A gzip header; zlib would write one without name and time."""
    flags = 8 if name else 0
    stamp = mtime if 0 < mtime < 1 << 32 else 0
    data = b"\x1f\x8b\x08%c" % flags + int(stamp).to_bytes(4, "little") + b"\x00\x03"
    return data + (name + b"\0" if name else b"")


def compress(source, target, level, name, mtime):
    """Returns (bytes read, bytes written)."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    head = header(name, mtime)
    write_all(target, head)
    crc, size, written = 0, 0, len(head)
    while data := os.read(source, BLOCK):
        crc, size = zlib.crc32(data, crc), size + len(data)
        packed = packer.compress(data)
        write_all(target, packed)
        written += len(packed)
    end = packer.flush() + crc.to_bytes(4, "little") + (size & 0xffffffff).to_bytes(4, "little")
    write_all(target, end)
    return size, written + len(end)


def decompress(source, write):
    """All members of a file; returns (bytes read, bytes written); raises Trouble."""
    unpacker, size, taken, fresh = zlib.decompressobj(WINDOW), 0, 0, True
    data = os.read(source, BLOCK)
    if not data:
        raise Trouble("unexpected end of file")
    while data:
        taken += len(data)
        while data:
            if fresh and taken != len(data) and data[:2] != b"\x1f\x8b":
                if data.strip(b"\0"):
                    cli.warn("decompression OK, trailing garbage ignored")
                return taken, size
            try:
                plain = unpacker.decompress(data, BLOCK * 4)
            except zlib.error as error:
                first = fresh and taken == len(data)
                raise Trouble("not in gzip format" if first else
                              "invalid compressed data (%s)" % error) from None
            write(plain)
            size, fresh = size + len(plain), False
            if unpacker.eof:
                data, fresh = unpacker.unused_data, True
                unpacker = zlib.decompressobj(WINDOW)
            else:
                data = unpacker.unconsumed_tail
        data = os.read(source, BLOCK)
    if not fresh:
        raise Trouble("unexpected end of file")
    return taken, size


def target_name(name, opts):
    """The name of the result; raises Trouble."""
    suffix = opts["S"] or ".gz"
    if not opts["d"]:
        if name.endswith(suffix) and not opts["f"]:
            raise Trouble("already has %s suffix -- unchanged" % suffix)
        return name + suffix
    if name.endswith(suffix) and name != suffix:
        return name[:-len(suffix)]
    for known, instead in SUFFIXES.items():
        if name.endswith(known) and opts["S"] is None:
            return name[:-len(known)] + instead
    raise Trouble("unknown suffix -- ignored")


def replace(name, fd, info, opts):
    """Make the result beside the file, take over its attributes, then remove the file."""
    result = target_name(name, opts)
    if opts["f"] and os.path.lexists(result):
        os.unlink(result)
    try:
        target = os.open(result, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Trouble("%s already exists; not overwritten" % result) from None
    try:
        try:
            if opts["d"]:
                decompress(fd, lambda data: write_all(target, data))
            else:
                base = b"" if opts["n"] else cli.enc(os.path.basename(name))
                sizes = compress(fd, target, level(opts), base, 0 if opts["n"] else info.st_mtime)
                if opts["v"]:
                    saved = 100 - 100 * sizes[1] / sizes[0] if sizes[0] else 0
                    os.write(2, cli.enc("%s:\t%5.1f%% -- replaced with %s\n"
                                        % (name, saved, result)))
            os.fchmod(target, stat.S_IMODE(info.st_mode))
            try:
                os.fchown(target, info.st_uid, info.st_gid)
            except OSError:
                pass  # not ours to give
        finally:
            os.close(target)
        os.utime(result, ns=(info.st_atime_ns, info.st_mtime_ns))
    except BaseException:
        os.unlink(result)
        raise
    if not opts["k"]:
        os.unlink(name)


def level(opts):
    return int(opts.last("123456789") or 6)


def listing(name, fd):
    packed = os.fstat(fd).st_size
    _, size = decompress(fd, lambda data: None)
    ratio = 100 - 100 * packed / size if size else 0
    shown = name[:-3] if name.endswith(".gz") else name
    cli.out().write(cli.enc("%19d %19d %5.1f%% %s\n" % (packed, size, ratio, shown)))


def one(name, opts):
    """Work on one operand; raises OSError or Trouble."""
    fd = 0 if name == "-" else os.open(name, os.O_RDONLY)
    try:
        info = os.fstat(fd)
        if stat.S_ISDIR(info.st_mode):
            raise Trouble("is a directory -- ignored")
        if opts["t"]:
            decompress(fd, lambda data: None)
        elif opts["l"]:
            listing(name, fd)
        elif name == "-" or opts["c"]:
            cli.out().flush()
            if opts["d"]:
                decompress(fd, lambda data: write_all(1, data))
            else:
                base = cli.enc(os.path.basename(name)) if name != "-" and not opts["n"] else b""
                compress(fd, 1, level(opts), base, info.st_mtime if base else 0)
        else:
            if not stat.S_ISREG(info.st_mode) or (os.path.islink(name) and not opts["f"]):
                raise Trouble("not a directory or a regular file - ignored")
            replace(name, fd, info, opts)
    finally:
        if fd:
            os.close(fd)


def below(names):
    for name in names:
        if os.path.isdir(name):
            for folder, _, files in os.walk(name):
                yield from (os.path.join(folder, file) for file in sorted(files))
        else:
            yield name


def main(argv):
    opts, args = cli.parse(argv, USAGE % argv[0])
    if argv[0] != "gzip":
        opts["d"] = True
    if argv[0] == "zcat":
        opts["c"] = True
    if opts["l"]:
        cli.out().write(b"         compressed        uncompressed  ratio uncompressed_name\n")
    if not args and not opts["d"] and os.isatty(1) and not opts["f"]:
        raise cli.Fail("compressed data not written to a terminal. Use -f to force compression.")
    status = 0
    for name in below(args or ["-"]) if opts["r"] else args or ["-"]:
        label = "stdin" if name == "-" else name
        try:
            one(name, opts)
        except Trouble as error:
            warning = "ignored" in str(error) or "unchanged" in str(error)
            if not (warning and opts["q"]):
                cli.warn("%s: %s" % (label, error))
            status = max(status, 2) if warning and status != 1 else 1
        except OSError as error:
            status = cli.warn("%s: %s" % (label, cli.why(error)))
    return status
