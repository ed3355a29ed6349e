"""Read ELF headers, program headers and the dynamic section of any class and byte order.

Only what running a program needs: sections and symbols are not read. Every offset of the file is
checked; what is wrong raises Bad, never anything else.
"""

import struct

LIMIT = 1 << 16  # more headers or dynamic entries than any real file has
MACHINES = {
    2: "Sparc", 3: "Intel 80386", 8: "MIPS R3000", 20: "PowerPC", 21: "PowerPC64",
    22: "IBM S/390", 40: "ARM", 43: "Sparc v9", 50: "Intel IA-64",
    62: "Advanced Micro Devices X86-64", 183: "AArch64", 243: "RISC-V", 258: "LoongArch",
}
TYPES = {0: "NONE (None)", 1: "REL (Relocatable file)", 2: "EXEC (Executable file)",
         3: "DYN (Shared object file)", 4: "CORE (Core file)"}
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
SEGMENTS = {
    0: "NULL", 1: "LOAD", 2: "DYNAMIC", 3: "INTERP", 4: "NOTE", 5: "SHLIB", 6: "PHDR", 7: "TLS",
    0x6474e550: "GNU_EH_FRAME", 0x6474e551: "GNU_STACK", 0x6474e552: "GNU_RELRO",
    0x6474e553: "GNU_PROPERTY",
}
BY_MACHINE = {
    8: {0x70000000: "REGINFO", 0x70000003: "ABIFLAGS"},
    40: {0x70000001: "EXIDX"},
    243: {0x70000003: "RISCV_ATTRIBUT"},
}
DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 14, 15, 29
DT_STRTAB, DT_STRSZ = 5, 10


class Bad(Exception):
    """Not an ELF file, or a damaged one."""


class Segment:
    """One program header."""

    def __init__(self, kind, flags, offset, vaddr, paddr, filesz, memsz, align):
        self.kind, self.flags, self.align = kind, flags, align
        self.offset, self.vaddr, self.paddr = offset, vaddr, paddr
        self.filesz, self.memsz = filesz, memsz


class Elf:
    """An open file, its header and program headers read and checked."""

    def __init__(self, file):
        self.file = file
        ident = self.read(0, 16)
        if ident[:4] != b"\x7fELF":
            raise Bad("not an ELF file")
        if ident[4] not in (1, 2) or ident[5] not in (1, 2):
            raise Bad("unknown class or byte order")
        self.bits = 32 * ident[4]
        self.order = "<" if ident[5] == 1 else ">"
        word = "I" if self.bits == 32 else "Q"
        fields = self.unpack("HHI%s%s%sIHHHHHH" % (word, word, word), 16)
        self.type, self.machine, _, self.entry, self.phoff = fields[:5]
        self.flags, self.phentsize, self.phnum = fields[6], fields[8], fields[9]
        self.segments = [self.segment(i) for i in range(self.phnum)]

    def read(self, offset, size):
        """Exactly `size` bytes; a file that is too short is damaged."""
        try:
            self.file.seek(offset)
            data = self.file.read(size) if size <= 1 << 26 else b""
        except (OverflowError, ValueError):
            data = b""
        if len(data) != size:
            raise Bad("truncated at offset %d" % offset)
        return data

    def unpack(self, shape, offset):
        shape = self.order + shape
        return struct.unpack(shape, self.read(offset, struct.calcsize(shape)))

    def segment(self, index):
        least = 32 if self.bits == 32 else 56
        if self.phentsize < least:
            raise Bad("program headers of %d bytes" % self.phentsize)
        at = self.phoff + index * self.phentsize
        if self.bits == 32:
            kind, offset, vaddr, paddr, filesz, memsz, flags, align = self.unpack("8I", at)
            return Segment(kind, flags, offset, vaddr, paddr, filesz, memsz, align)
        return Segment(*self.unpack("II6Q", at))

    def first(self, kind):
        return next((s for s in self.segments if s.kind == kind), None)

    def interpreter(self):
        """The path of the dynamic linker, or None."""
        segment = self.first(PT_INTERP)
        if segment is None:
            return None
        if segment.filesz > 4096:
            raise Bad("interpreter name of %d bytes" % segment.filesz)
        return self.read(segment.offset, segment.filesz).split(b"\0")[0]

    def dynamic(self):
        """The dynamic section: [(tag, value)] up to and with the end mark."""
        segment = self.first(PT_DYNAMIC)
        if segment is None:
            return []
        size = self.bits // 4
        count = segment.filesz // size
        if count > LIMIT:
            raise Bad("dynamic section of %d entries" % count)
        data = self.read(segment.offset, count * size)
        entries = []
        for tag, value in struct.iter_unpack(self.order + ("iI" if size == 8 else "qQ"), data):
            entries.append((tag, value))
            if tag == 0:
                break
        return entries

    def address(self, vaddr):
        """The file offset of what is loaded at an address."""
        for segment in self.segments:
            if segment.kind == PT_LOAD and 0 <= vaddr - segment.vaddr < segment.filesz:
                return vaddr - segment.vaddr + segment.offset
        raise Bad("address 0x%x is in no segment" % vaddr)

    def strings(self, entries):
        """A function from string table offsets to names."""
        values = dict(entries)
        if DT_STRTAB not in values:
            raise Bad("no string table")
        start = self.address(values[DT_STRTAB])
        size = values.get(DT_STRSZ, 0)
        data = self.read(start, size)

        def name(offset):
            if offset >= size:
                raise Bad("string offset %d" % offset)
            return data[offset:data.find(b"\0", offset) if b"\0" in data[offset:] else size]
        return name

    def names(self, tag):
        """The strings of all dynamic entries with a tag: needed libraries, run paths."""
        entries = self.dynamic()
        if not any(t == tag for t, _ in entries):
            return []
        name = self.strings(entries)
        return [name(value) for t, value in entries if t == tag]


def segment_name(kind, machine):
    known = SEGMENTS.get(kind) or BY_MACHINE.get(machine, {}).get(kind)
    return known or "0x%x" % kind
