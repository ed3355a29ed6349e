"""mount(2) and umount2(2), which the stdlib does not have, and the words of their options."""

import os

FLAGS = {
    "ro": 1, "nosuid": 2, "nodev": 4, "noexec": 8, "sync": 16, "remount": 32, "mand": 64,
    "dirsync": 128, "noatime": 1024, "nodiratime": 2048, "bind": 4096, "move": 8192,
    "rbind": 4096 | 16384, "relatime": 1 << 21, "strictatime": 1 << 24, "lazytime": 1 << 25,
    "silent": 1 << 15,
}
CLEARS = {"rw": 1, "suid": 2, "dev": 4, "exec": 8, "async": 16, "nomand": 64, "atime": 1024,
          "diratime": 2048, "norelatime": 1 << 21, "loud": 1 << 15}
SPREAD = {"unbindable": 1 << 17, "private": 1 << 18, "slave": 1 << 19, "shared": 1 << 20}
NOT_FOR_KERNEL = frozenset(("defaults", "auto", "noauto", "user", "nouser", "users", "nofail",
                            "_netdev"))
REMOUNT, BIND, MOVE, READ_ONLY, RECURSIVE = 32, 4096, 8192, 1, 16384
MNT_FORCE, MNT_DETACH = 1, 2


def options(words):
    """Option words -> (flags, propagation flags, data for the file system)."""
    flags = spread = 0
    data = []
    for word in words:
        base = word[1:] if word.startswith("r") and word[1:] in SPREAD else word
        if word in FLAGS:
            flags |= FLAGS[word]
        elif word in CLEARS:
            flags &= ~CLEARS[word]
        elif base in SPREAD:
            spread |= SPREAD[base] | (RECURSIVE if base != word else 0)
        elif word and word not in NOT_FOR_KERNEL and not word.startswith("x-"):
            data.append(word)
    return flags, spread, ",".join(data)


def _call(name, *args):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    args = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in args]
    if getattr(libc, name)(*args):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(source, target, kind, flags, data):
    """mount(2); None for what does not matter."""
    enc = os.fsencode
    _call("mount", enc(source or "none"), enc(target), enc(kind) if kind else None, flags,
          enc(data) if data else None)


def umount(target, flags):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(os.fsencode(target), ctypes.c_int(flags)):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def fstab():
    """/etc/fstab as [(source, target, type, [options])]."""
    from busypy import machine
    from busypy.lib import escape
    found = []
    for line in machine.lines("/etc/fstab"):
        fields = line.split()
        if fields and not fields[0].startswith("#") and len(fields) >= 3:
            fields = [os.fsdecode(escape.decode(os.fsencode(f), False)) for f in fields]
            found.append((fields[0], fields[1], fields[2],
                          fields[3].split(",") if len(fields) > 3 else []))
    return found
