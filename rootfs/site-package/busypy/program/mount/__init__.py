"""mount, umount: attach and detach file systems."""

import errno
import os

from busypy import cli, machine

USAGE = """
usage: mount [-a] [-nrvw] [-t type] [-o options] [source] [target]
       mount --bind|--rbind|--move source target
       mount --make-[r]shared|--make-[r]slave|--make-[r]private target
  -a, --all  all of /etc/fstab
  -B, --bind  attach a directory at a second place
  -f, --fake  do not call the kernel
  -M, --move  move a mount
  -n, --no-mtab  ignored: there is no mtab
  -o OPTIONS, --options=OPTIONS  options with commas
  -R, --rbind  like --bind, with all mounts below
  -r, --read-only  the same as -o ro
  -t TYPE, --types=TYPE  the type of the file system
  -v, --verbose  say what is done
  -w, --rw  the same as -o rw
  --make-private  mounts do not propagate
  --make-rprivate  the same for all below
  --make-rshared  shared, for all below
  --make-rslave  slave, for all below
  --make-shared  mounts propagate both ways
  --make-slave  mounts arrive and do not leave
  --make-unbindable  private, and not to be bound

Without operands the mounts are printed.
"""
UMOUNT = """
usage: umount [-aflnrv] [-t type] target ...
  -a, --all  all but /proc, /sys, /dev and the root
  -d  ignored
  -f, --force  even if a server does not answer
  -l, --lazy  detach now, clean up when it is no longer used
  -n  ignored: there is no mtab
  -r, --read-only  what cannot be unmounted is made read-only
  -t TYPE, --types=TYPE  with -a, only this type
  -v, --verbose  say what is done
"""
KEEP = frozenset(("/", "/proc", "/sys", "/dev"))


def show(kind):
    for source, target, name, options in machine.mounts():
        if kind is None or name in kind.split(","):
            line = "%s on %s type %s (%s)\n" % (source, target, name, options)
            cli.out().write(cli.enc(line))


def from_fstab(name):
    from busypy.program.mount import calls
    for entry in calls.fstab():
        if name.rstrip("/") in (entry[0], entry[1].rstrip("/")) or name == entry[1]:
            return entry
    return None


def kinds_to_try():
    """For -t auto: the block file systems that the kernel has now."""
    names = [line.split()[-1] for line in machine.lines("/proc/filesystems")
             if line and not line.startswith("nodev")]
    return names or ["ext4"]


def attach(source, target, kind, words, opts):
    """One mount, with the second call that some options need; raises OSError."""
    from busypy.program.mount import calls
    flags, spread, data = calls.options(words)
    if opts["v"]:
        cli.out().write(cli.enc("mount: %s on %s\n" % (source, target)))
    if opts["f"]:
        return
    bind = flags & calls.BIND and not flags & calls.REMOUNT
    if kind is None and ":/" in (source or "") and not bind:
        kind = "nfs"
    if kind in ("nfs", "nfs4") and "addr=" not in data:
        data = (data + "," if data else "") + "addr=" + server_address(source)
    simple = flags & (calls.BIND | calls.MOVE | calls.REMOUNT)
    if simple or kind not in (None, "auto") or (spread and not source):
        if not (spread and not source):
            calls.mount(source, target, kind, flags, data)
    else:
        probe(source, target, flags, data)
    extra = flags & ~(calls.BIND | calls.RECURSIVE | (1 << 15))
    if bind and extra:
        # The kernel ignores every other flag of a bind: it takes them in a remount.
        calls.mount(source, target, None, calls.REMOUNT | calls.BIND | extra, None)
    if spread:
        calls.mount(None, target, None, spread, None)


def server_address(source):
    """The kernel's NFS client is given the address besides the name: it has no resolver."""
    import socket
    host = source.rpartition(":/")[0].strip("[]")
    try:
        return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]
    except (socket.gaierror, UnicodeError):
        raise cli.Fail("can't resolve the server of %s" % source, 32) from None


def probe(source, target, flags, data):
    from busypy.program.mount import calls
    last = None
    for kind in kinds_to_try():
        try:
            return calls.mount(source, target, kind, flags, data)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENODEV):
                raise
            last = error
    raise last


def try_attach(source, target, kind, words, opts):
    try:
        attach(source, target, kind, words, opts)
        return 0
    except OSError as error:
        what = "%s on %s" % (source, target) if source else target
        cli.warn("mounting %s failed: %s" % (what, cli.why(error)))
        return 32


def mount_all(opts, words):
    from busypy.program.mount import calls
    here = {(target, kind) for _, target, kind, _ in machine.mounts()}
    status = 0
    for source, target, kind, own in calls.fstab():
        if kind == "swap" or "noauto" in own or (target, kind) in here:
            continue
        if opts["t"] is None or kind in opts["t"].split(","):
            result = try_attach(source, target, kind, own + words, opts)
            status |= 0 if "nofail" in own else result
    return status


def option_words(opts):
    words = [word for text in opts.every("o") for word in text.split(",")]
    for key, word in (("r", "ro"), ("w", "rw"), ("B", "bind"), ("R", "rbind"), ("M", "move")):
        if opts[key]:
            words.append(word)
    words += [key[5:] for key, _ in opts.order if key.startswith("make-")]
    return words


def main(argv):
    if argv[0] == "umount":
        return unmount(argv)
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 2)
    words = option_words(opts)
    if opts["a"]:
        return mount_all(opts, words)
    if not args:
        show(opts["t"])
        return 0
    if len(args) == 2:
        return try_attach(*args, opts["t"], words, opts)
    from busypy.program.mount import calls
    _, spread, _ = calls.options(words)
    if spread:
        return try_attach(None, args[0], None, words, opts)
    entry = from_fstab(args[0])
    if "remount" in words and entry is None:
        found = [m for m in machine.mounts() if m[1] == os.path.realpath(args[0])]
        if found:
            return try_attach(found[-1][0], args[0], found[-1][2], words, opts)
    if entry is None:
        raise cli.Fail("can't find %s in /etc/fstab" % args[0])
    return try_attach(*entry[:3], entry[3] + words, opts)


def detach(target, opts):
    from busypy.program.mount import calls
    flags = (calls.MNT_FORCE if opts["f"] else 0) | (calls.MNT_DETACH if opts["l"] else 0)
    if opts["v"]:
        cli.out().write(cli.enc("umount: %s\n" % target))
    try:
        calls.umount(target, flags)
    except OSError as error:
        if opts["r"] and error.errno == errno.EBUSY:
            try:
                calls.mount(None, target, None, calls.REMOUNT | calls.READ_ONLY, None)
                cli.warn("%s busy - remounted read-only" % target)
                return 0
            except OSError:
                pass
        return cli.warn("can't unmount %s: %s" % (target, cli.why(error)))
    return 0


def unmount(argv):
    opts, args = cli.parse(argv, UMOUNT)
    status = 0
    if opts["a"]:
        for _, target, kind, _ in reversed(machine.mounts()):
            if opts["t"] is not None and kind not in opts["t"].split(","):
                continue
            if target not in KEEP or (opts["r"] and target == "/"):
                status |= detach(target, opts)
        return status
    cli.operands(args, 1)
    for target in args:
        places = [m[1] for m in machine.mounts() if m[0] == target and target.startswith("/")]
        status |= detach(places[-1] if places else target, opts)
    return status
