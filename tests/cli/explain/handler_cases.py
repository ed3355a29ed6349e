"""Entries of binfmt_misc: order, magic, masks, extensions, flags; and qemu-user behind them."""

import os
import shutil

import elf
from case import Case, write

MISC = "/proc/sys/fs/binfmt_misc"


def register(line):
    with open(f"{MISC}/register", "w", encoding="latin-1") as file:
        file.write(line)


def put(name, text):
    with open(f"{MISC}/{name}", "w", encoding="ascii") as file:
        file.write(text)


def cases(machine):
    base = machine.folder("handler")
    program = write(f"{base}/prog", open(machine.nothing, "rb").read())
    yield from matching(base, program)
    yield from order(base, program)
    yield from interpreters(base, program)
    yield from flags(base, program)
    yield from depths(base, program)
    put("status", "-1")
    yield from qemu(machine, base)
    put("status", "-1")


def matching(base, program):
    plain = write(f"{base}/plain.abc", "MAGIC and more\n")
    yield Case("no entry for it", plain, "errno ENOEXEC")
    register(f":magic:M::MAGIC::{program}:")
    yield Case("by its magic", plain, "status 0")
    yield Case("by its magic, as a user", plain, "status 0", user=True)
    put("magic", "0")
    yield Case("the entry is disabled", plain, "errno ENOEXEC")
    put("magic", "1")
    put("status", "0")
    yield Case("binfmt_misc is disabled", plain, "errno ENOEXEC")
    put("status", "1")
    put("magic", "-1")
    register(f":offset:M:6:and::{program}:")
    yield Case("by magic at an offset", plain, "status 0")
    put("offset", "-1")
    register(f":offset:M:7:and::{program}:")
    yield Case("the same at another offset", plain, "errno ENOEXEC")
    put("offset", "-1")
    register(f":mask:M::nxxic:\\xdf\\x00\\x00\\xdf\\xdf:{program}:")
    yield Case("by a mask that does not fit", plain, "errno ENOEXEC")
    put("mask", "-1")
    register(f":mask:M::mxxIc:\\xdf\\x00\\x00\\xdf\\xdf:{program}:")
    yield Case("by a mask that fits", plain, "status 0")
    put("mask", "-1")
    register(f":end:M:15:\\x00\\x00::{program}:")
    yield Case("zeros behind the file's end", plain, "status 0")
    put("end", "-1")
    register(f":ext:E::abc::{program}:")
    yield Case("by its extension", plain, "status 0")
    os.mkdir(f"{base}/dir.abc")
    yield Case("a directory's extension", write(f"{base}/dir.abc/file", "x"), "errno ENOEXEC")
    yield Case("an extension before another", write(f"{base}/a.abc.x", "x"), "errno ENOEXEC")
    os.symlink("plain.abc", f"{base}/link")
    yield Case("a link without the extension", f"{base}/link", "errno ENOEXEC")
    os.symlink("prog", f"{base}/link.abc")
    yield Case("a link with it", f"{base}/link.abc", "status 0")
    script = write(f"{base}/through", f"#!{plain}\n")
    yield Case("an interpreter with the extension", script, "status 0")
    put("ext", "-1")


def order(base, program):
    file = write(f"{base}/both.abc", "MAGIC\n")
    register(f":first:M::MAGIC::{program}:")
    register(":later:E::abc::/no/such:")
    yield Case("a later entry is asked first", file, "errno ENOENT", sentence="/no/such")
    put("later", "0")
    yield Case("unless it is disabled", file, "status 0")
    put("later", "-1")
    register(":elf:E::elf::/no/such:")
    yield Case("before the ELF loader", shutil.copy(program, f"{base}/prog.elf"), "errno ENOENT")
    put("elf", "-1")
    register(":script:M::#!::/no/such:")
    yield Case("before the script loader", write(f"{base}/s", f"#!{program}\n"), "errno ENOENT")
    put("script", "-1")
    put("first", "-1")


def interpreters(base, program):
    file = write(f"{base}/i", "MAGIC\n")
    text = write(f"{base}/text", "no program\n")
    script = write(f"{base}/script", f"#!{program}\n")
    plain = write(f"{base}/mode", open(program, "rb").read(), 0o644)
    shut = f"{base}/shut"
    os.mkdir(shut, 0o700)
    shutil.copy(program, f"{shut}/prog")
    for flag in ("", "P", "O", "C", "F", "POCF"):
        for name, path in (("none", f"{base}/none"), ("text", text), ("script", script),
                           ("without x", plain), ("out of reach", f"{shut}/prog"),
                           ("a directory", base)):
            if "F" in flag and name in ("none", "without x", "a directory"):
                continue  # is not registered
            register(f":i:M::MAGIC::{path}:{flag}")
            yield Case(f"flags '{flag}', the interpreter is {name}", file, user=True)
            put("i", "-1")


def flags(base, program):
    file = write(f"{base}/f", "MAGIC\n")
    moved = shutil.copy(program, f"{base}/moved")
    register(f":f:M::MAGIC::{moved}:F")
    os.remove(moved)
    yield Case("flag F, and the interpreter has gone since", file, "status 0")
    put("f", "-1")
    register(f":outer:M::MAGIC::{base}/inner:O")
    write(f"{base}/inner", f"#!{program}\n")
    yield Case("flag O, then a script", file, "errno ENOEXEC", sentence="flag O")
    register(f":inner:M::#!::{program}:")
    yield Case("flag O, then an entry", file, "errno ENOEXEC")
    put("inner", "-1")
    register(f":inner:M::#!::{program}:O")
    yield Case("flag O twice", file, "errno ENOEXEC")
    put("outer", "-1")
    register(f":outer:M::MAGIC::{base}/inner:")
    yield Case("flag O behind an entry without", file, "status 0")
    put("inner", "-1")
    put("outer", "-1")
    hidden = write(f"{base}/hidden", "MAGIC\n", 0o711)
    register(f":hidden:M::MAGIC::{program}:")
    yield Case("a file that root alone may read", hidden, "status 0")
    put("hidden", "-1")


def depths(base, program):
    target = program
    register(f":deep:M::DEEP::{base}/deep-script:")
    write(f"{base}/deep-script", f"#!{target}\n")
    yield Case("an entry, then a script", write(f"{base}/d0", "DEEP\n"), "status 0")
    target = f"{base}/d0"
    for depth in range(1, 6):
        target = write(f"{base}/d{depth}", f"#!{target}\n")
        yield Case(f"{depth} scripts, then an entry, then a script", target)
    put("deep", "-1")
    register(f":self:M::SELF::{base}/self:")
    yield Case("an entry that leads to itself", write(f"{base}/self", "SELF\n"), "errno ELOOP")
    put("self", "-1")


def escape(data):
    return "".join(f"\\x{byte:02x}" for byte in data)


def qemu_entry(name, flag="F", program=None):
    """As Debian's binfmt-support has it: by class, order and machine; type 2 or 3."""
    wide, order, machine, *_ = elf.MACHINES[name]
    head = elf.program(name)[:20]
    big = order == ">"
    mask = b"\xff" * 7 + bytes(9) + (b"\xff\xfe" if big else b"\xfe\xff") + b"\xff\xff"
    word = {"armhf": "arm"}.get(name, name)
    program = program or shutil.which(f"qemu-{word}-static")
    return f":qemu-{word}:M::{escape(head)}:{escape(mask)}:{program}:{flag}"


def qemu(machine, base):
    for arch in ("aarch64", "armhf", "s390x"):
        file = write(f"{base}/{arch}", elf.program(arch))
        for flag in ("F", "", "POCF", "PF"):
            register(qemu_entry(arch, flag))
            yield Case(f"a program for {arch}, by qemu with flags '{flag}'", file, "status 0",
                       user=flag == "F")
            put(f"qemu-{ {'armhf': 'arm'}.get(arch, arch)}", "-1")
        register(qemu_entry(arch, "", "/no/qemu-x"))
        yield Case(f"a program for {arch}, and no qemu", file, "errno ENOENT")
        put(f"qemu-{ {'armhf': 'arm'}.get(arch, arch)}", "-1")
    register(qemu_entry("aarch64"))
    put("qemu-aarch64", "0")
    yield Case("qemu's entry is disabled", f"{base}/aarch64", "errno ENOEXEC")
    put("qemu-aarch64", "1")
    yield Case("another arch than qemu's", f"{base}/s390x", "errno ENOEXEC")
    yield Case("a script for a foreign program", write(f"{base}/fs", f"#!{base}/aarch64\n"),
               "status 0")
    foreign = {
        "without its ld.so": elf.program("aarch64", b"/lib/ld-linux-aarch64.so.1\0"),
        "whose ld.so is native": elf.program("aarch64", b"/lib64/ld-linux-x86-64.so.2\0"),
        "whose ld.so is text": elf.program("aarch64",
                                           write(f"{base}/t", "x" * 100).encode() + b"\0"),
        "without headers": elf.program("aarch64", phnum=0),
        "that is an object file": elf.program("aarch64", kind=1),
        "cut behind its header": elf.program("aarch64")[:64],
        "cut in its headers": elf.program("aarch64")[:80],
        "cut before its ld.so's name": elf.program("aarch64",
                                                   b"/lib/ld-linux-aarch64.so.1\0")[:180],
        "with an empty name of ld.so": elf.program("aarch64", b"\0\0"),
        "with a name without end": elf.program("aarch64", b"/lib/ld"),
        "whose flags say nothing": elf.program("aarch64"),
    }
    for number, (name, content) in enumerate(foreign.items()):
        yield Case(f"a foreign program {name}", write(f"{base}/q{number}", content))
    unreadable = write(f"{base}/unreadable", elf.program("aarch64"), 0o711)
    yield Case("a foreign program that root alone may read", unreadable)
