"""readelf: show program headers and the dynamic section of ELF files."""

from busypy import cli, elf

USAGE = """
usage: readelf [-hld] file ...
  -h, --file-header      the header
  -l, --segments, --program-headers  the program headers
  -d, --dynamic          the dynamic section
  -W, --wide             ignored: lines are as long as they are
"""
TAGS = {
    0: "NULL", 1: "NEEDED", 2: "PLTRELSZ", 3: "PLTGOT", 4: "HASH", 5: "STRTAB", 6: "SYMTAB",
    7: "RELA", 8: "RELASZ", 9: "RELAENT", 10: "STRSZ", 11: "SYMENT", 12: "INIT", 13: "FINI",
    14: "SONAME", 15: "RPATH", 16: "SYMBOLIC", 17: "REL", 18: "RELSZ", 19: "RELENT",
    20: "PLTREL", 21: "DEBUG", 22: "TEXTREL", 23: "JMPREL", 24: "BIND_NOW", 25: "INIT_ARRAY",
    26: "FINI_ARRAY", 27: "INIT_ARRAYSZ", 28: "FINI_ARRAYSZ", 29: "RUNPATH", 30: "FLAGS",
    32: "PREINIT_ARRAY", 33: "PREINIT_ARRAYSZ", 35: "RELRSZ", 36: "RELR", 37: "RELRENT",
    0x6ffffef5: "GNU_HASH", 0x6ffffff0: "VERSYM", 0x6ffffff9: "RELACOUNT",
    0x6ffffffa: "RELCOUNT", 0x6ffffffb: "FLAGS_1", 0x6ffffffc: "VERDEF",
    0x6ffffffd: "VERDEFNUM", 0x6ffffffe: "VERNEED", 0x6fffffff: "VERNEEDNUM",
}
STRINGS = {1: "Shared library: [%s]", 14: "Library soname: [%s]", 15: "Library rpath: [%s]",
           29: "Library runpath: [%s]"}
BYTES = {2, 8, 9, 10, 11, 18, 19, 27, 28, 33, 35, 37}
FLAGS = {1: "ORIGIN", 2: "SYMBOLIC", 4: "TEXTREL", 8: "BIND_NOW", 16: "STATIC_TLS"}
FLAGS_1 = {1: "NOW", 2: "GLOBAL", 4: "GROUP", 8: "NODELETE", 32: "INITFIRST", 64: "NOOPEN",
           128: "ORIGIN", 0x400: "INTERPOSE", 0x8000000: "PIE"}


def header(image):
    kind = elf.TYPES.get(image.type, "0x%x" % image.type)
    machine = elf.MACHINES.get(image.machine, "0x%x" % image.machine)
    order = "little" if image.order == "<" else "big"
    return ["ELF Header:",
            "  Class:                             ELF%d" % image.bits,
            "  Data:                              2's complement, %s endian" % order,
            "  Type:                              %s" % kind,
            "  Machine:                           %s" % machine,
            "  Entry point address:               0x%x" % image.entry,
            "  Flags:                             0x%x" % image.flags]


def flags(value):
    return "".join(letter if value & bit else " " for letter, bit in (("R", 4), ("W", 2), ("E", 1)))


def segments(image):
    """The program headers in the wide form."""
    if not image.segments:
        return ["", "There are no program headers in this file."]
    digits = image.bits // 4
    lines = ["", "Elf file type is %s" % elf.TYPES.get(image.type, "0x%x" % image.type),
             "Entry point 0x%x" % image.entry,
             "There are %d program headers, starting at offset %d" % (image.phnum, image.phoff),
             "", "Program Headers:",
             "  %-14s %-8s %-*s %-*s %-8s %-8s Flg Align" % (
                 "Type", "Offset", digits + 2, "VirtAddr", digits + 2, "PhysAddr",
                 "FileSiz", "MemSiz")]
    for s in image.segments:
        lines.append("  %-14s 0x%06x 0x%0*x 0x%0*x 0x%06x 0x%06x %s 0x%x" % (
            elf.segment_name(s.kind, image.machine), s.offset, digits, s.vaddr, digits, s.paddr,
            s.filesz, s.memsz, flags(s.flags), s.align))
        if s.kind == elf.PT_INTERP:
            name = printable(image.interpreter())
            lines.append("      [Requesting program interpreter: %s]" % name)
    return lines


def printable(name):
    text = name.decode("utf-8", "backslashreplace")
    return text if text.isprintable() else ascii(text)[1:-1]


def bits(value, names):
    words = [name for bit, name in names.items() if value & bit]
    rest = value & ~sum(names)
    return " ".join(words + (["0x%x" % rest] if rest else []))


def value_text(tag, value, name):
    if tag in STRINGS:
        return STRINGS[tag] % printable(name(value))
    if tag in BYTES:
        return "%d (bytes)" % value
    if tag == 20:
        return TAGS.get(value, "0x%x" % value)
    if tag == 30:
        return bits(value, FLAGS)
    if tag == 0x6ffffffb:
        return "Flags: " + bits(value, FLAGS_1)
    if tag in (0x6ffffff9, 0x6ffffffa, 0x6ffffffd, 0x6fffffff):
        return str(value)
    return "0x%x" % value


def dynamic(image):
    entries = image.dynamic()
    if not entries:
        return ["", "There is no dynamic section in this file."]
    name = image.strings(entries) if any(tag in STRINGS for tag, _ in entries) else None
    digits = image.bits // 4
    lines = ["", "Dynamic section at offset 0x%x contains %d entr%s:" % (
        image.first(elf.PT_DYNAMIC).offset, len(entries), "y" if len(entries) == 1 else "ies"),
        "  %-*s %-20s Name/Value" % (digits + 2, "Tag", "Type")]
    for tag, value in entries:
        number = tag & ((1 << image.bits) - 1)
        kind = "(%s)" % TAGS.get(tag, "0x%x" % number)
        lines.append(" 0x%0*x %-20s %s" % (digits, number, kind, value_text(tag, value, name)))
    return lines


def describe(image, parts):
    """The lines that the option letters ask for."""
    lines = []
    for letter, part in (("h", header), ("l", segments), ("d", dynamic)):
        if letter in parts:
            lines += part(image)
    return lines


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    parts = [letter for letter in "hld" if opts[letter]]
    if not args or not parts:
        raise cli.Usage("nothing to do: give -h, -l or -d and a file")
    status = 0
    for name in args:
        try:
            with open(name, "rb") as file:
                lines = describe(elf.Elf(file), parts)
        except (OSError, elf.Bad) as error:
            reason = cli.why(error) if isinstance(error, OSError) else str(error)
            status = cli.warn("%s: %s" % (name, reason))
            continue
        if len(args) > 1:
            lines = ["", "File: " + name] + lines
        cli.out().write(cli.enc("\n".join(lines) + "\n"))
    return status
