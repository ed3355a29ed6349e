"""Writes cpio archives as the kernel reads them, and with each fault that one can have."""

import dataclasses
import stat

TRAILER = b"TRAILER!!!"
NEWC, CRC = b"070701", b"070702"
FIELDS = ("ino", "mode", "uid", "gid", "links", "mtime", "size", "major", "minor", "rmajor",
          "rminor", "name_size", "check")


@dataclasses.dataclass
class Member:
    """change: other values for fields of the header than those that are right; bytes are taken as
    the eight characters themselves. terminated: whether a NUL ends the name."""
    name: bytes
    mode: int
    data: bytes = b""
    ino: int = None
    links: int = 1
    magic: bytes = NEWC
    terminated: bool = True
    device: tuple = (0, 0)
    change: dict = dataclasses.field(default_factory=dict)
    upper: bool = True

    def fields(self):
        found = dict.fromkeys(FIELDS, 0)
        found.update(ino=self.ino or 0, mode=self.mode, links=self.links, size=len(self.data),
                     rmajor=self.device[0], rminor=self.device[1],
                     name_size=len(self.name) + self.terminated)
        if self.magic == CRC and stat.S_ISREG(self.mode):
            found["check"] = sum(self.data) & 0xffffffff
        return {**found, **self.change}

    def __bytes__(self):
        form = b"%08X" if self.upper else b"%08x"
        head = self.magic + b"".join(value if isinstance(value, bytes) else form % value
                                     for value in self.fields().values())
        head += self.name + b"\0" * self.terminated
        return aligned(head) + aligned(self.data)


def aligned(data, to=4):
    return data + bytes(-len(data) % to)


def raw(name):
    return name if isinstance(name, bytes) else name.encode()


def file(name, data=b"", mode=0o755, **more):
    return Member(raw(name), stat.S_IFREG | mode, raw(data), **more)


def directory(name, mode=0o755, **more):
    return Member(raw(name), stat.S_IFDIR | mode, **more)


def link(name, target, **more):
    return Member(raw(name), stat.S_IFLNK | 0o777, raw(target), **more)


def node(name, kind, major=1, minor=3, mode=0o644, **more):
    return Member(raw(name), kind | mode, device=(major, minor), **more)


def trailer(**more):
    return Member(TRAILER, 0, **more)


def archive(*members, end=True):
    """Bytes go in as they are; members without a number get the next one."""
    parts, number = [], 0
    for member in members + ((trailer(ino=0),) if end else ()):
        if isinstance(member, Member):
            number += 1
            member = dataclasses.replace(
                member, ino=number if member.ino is None else member.ino)
        parts.append(bytes(member))
    return b"".join(parts)


def odc(*members):
    """The portable format of POSIX, which `cpio -H odc` writes."""
    parts = []
    for number, member in enumerate((*members, trailer()), 1):
        fields = ((6, 0), (6, number), (6, member.mode), (6, 0), (6, 0), (6, member.links), (6, 0),
                  (11, 0), (6, len(member.name) + 1), (11, len(member.data)))
        head = b"070707" + b"".join(b"%0*o" % field for field in fields)
        parts.append(head + member.name + b"\0" + member.data)
    return b"".join(parts)


def binary(*members, order="little"):
    """What `cpio` writes without a format: words of sixteen bits in the machine's order."""
    parts = []
    for number, member in enumerate((*members, trailer()), 1):
        name, size = member.name + b"\0", len(member.data)
        words = (0o070707, 0, number, member.mode, 0, 0, member.links, 0, 0, 0, len(name),
                 size >> 16, size & 0xffff)
        parts.append(b"".join(word.to_bytes(2, order) for word in words)
                     + aligned(name, 2) + aligned(member.data, 2))
    return b"".join(parts)


def ustar(*members):
    parts = []
    for member in members:
        head = bytearray(512)
        head[:len(member.name)] = member.name
        for at, form, value in ((100, b"%07o", member.mode & 0o7777), (108, b"%07o", 0),
                                (116, b"%07o", 0), (124, b"%011o", len(member.data)),
                                (136, b"%011o", 0)):
            text = form % value
            head[at:at + len(text)] = text
        head[156:157], head[257:265], head[148:156] = b"0", b"ustar\x0000", b" " * 8
        head[148:155] = b"%06o\0" % sum(head)
        parts.append(bytes(head) + aligned(member.data, 512))
    return b"".join(parts) + bytes(1024)
