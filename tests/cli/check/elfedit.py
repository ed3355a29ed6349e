"""Changes one thing in an ELF file of any class and byte order. Independent of the programs that
are tested."""

import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT = {"NEEDED": 1, "HASH": 4, "STRTAB": 5, "SYMTAB": 6, "STRSZ": 10, "GNU_HASH": 0x6ffffef5,
      "VERDEF": 0x6ffffffc, "VERDEFNUM": 0x6ffffffd, "VERNEED": 0x6ffffffe, "VERSYM": 0x6ffffff0}


class Elf:
    """with Elf(path) as elf: change it; it is written back at the end."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.bytes = bytearray(file.read())
        self.wide = self.bytes[4] == 2
        self.order = "<" if self.bytes[5] == 1 else ">"
        self.phoff = self.get(32 if self.wide else 28, self.word)
        self.each = self.get(54 if self.wide else 42, 2)
        self.count = self.get(56 if self.wide else 44, 2)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            with open(self.path, "wb") as file:
                file.write(self.bytes)

    @property
    def word(self):
        return 8 if self.wide else 4

    def get(self, at, size):
        return struct.unpack_from(self.order + {2: "H", 4: "I", 8: "Q"}[size], self.bytes, at)[0]

    def put(self, at, size, value):
        struct.pack_into(self.order + {2: "H", 4: "I", 8: "Q"}[size], self.bytes, at, value)

    # -- program headers: where a field of header i is

    def field(self, i, name):
        wide = {"type": (0, 4), "flags": (4, 4), "offset": (8, 8), "address": (16, 8),
                "file_size": (32, 8), "size": (40, 8), "align": (48, 8)}
        narrow = {"type": (0, 4), "offset": (4, 4), "address": (8, 4), "file_size": (16, 4),
                  "size": (20, 4), "flags": (24, 4), "align": (28, 4)}
        at, size = (wide if self.wide else narrow)[name]
        return self.phoff + i * self.each + at, size

    def segment(self, i, name):
        return self.get(*self.field(i, name))

    def set_segment(self, i, name, value):
        self.put(*self.field(i, name), value)

    def segments(self, kind):
        return [i for i in range(self.count) if self.segment(i, "type") == kind]

    def end(self):
        """How many bytes its segments need."""
        return max(self.segment(i, "offset") + self.segment(i, "file_size")
                   for i in self.segments(PT_LOAD))

    def offset(self, address):
        for i in self.segments(PT_LOAD):
            into = address - self.segment(i, "address")
            if 0 <= into < self.segment(i, "file_size"):
                return self.segment(i, "offset") + into
        raise LookupError(hex(address))

    # -- header

    def set_machine(self, value):
        self.put(18, 2, value)

    def flags(self):
        return self.get(48 if self.wide else 36, 4)

    def set_flags(self, value):
        self.put(48 if self.wide else 36, 4, value)

    def set_section_headers(self, offset):
        self.put(40 if self.wide else 32, self.word, offset)

    def set_level(self, level):
        """What its property note, which must ask for a level of x86-64, asks for."""
        at = self.bytes.index(bytes.fromhex("028000c0 04000000")) + 8
        self.put(at, 4, 1 | 1 << level - 1)

    # -- dynamic section

    def dynamic(self, tag):
        """Where the value of the first entry with a tag is."""
        start = self.segment(self.segments(PT_DYNAMIC)[0], "offset")
        for i in range(10000):
            at = start + i * 2 * self.word
            if self.get(at, self.word) == DT[tag]:
                return at + self.word
        raise LookupError(tag)

    def dynamic_value(self, tag):
        return self.get(self.dynamic(tag), self.word)

    def set_dynamic(self, tag, value):
        self.put(self.dynamic(tag), self.word, value)

    def table(self, tag):
        """Where a table is in the file."""
        return self.offset(self.dynamic_value(tag))

    def rename(self, old, new):
        """A name in the string table, of the same length."""
        old, new = old.encode(), new.encode()
        assert len(old) == len(new)
        start = self.table("STRTAB")
        at = self.bytes.index(b"\0" + old + b"\0", start) + 1
        assert at < start + self.dynamic_value("STRSZ")
        self.bytes[at:at + len(old)] = new

    def set_interp(self, path):
        """A shorter or equal one."""
        i = self.segments(PT_INTERP)[0]
        at, room = self.segment(i, "offset"), self.segment(i, "file_size")
        path = path.encode() + b"\0"
        assert len(path) <= room
        self.bytes[at:at + len(path)] = path
