"""Makes programs and libraries from a line of words each: assembled once, linked many times.

A program (a file called p) only ends with status 0; what it calls is never reached, so that its
end is ld.so's alone. Words:

    f  f@V1  f@@V1          defines a function; of a version; of the default version
    data:v  tls:t           defines four bytes
    calls:f  got:f  weak:f  uses it: through the PLT, by its address, or where there is one
    uses:v  copy:v  gottls:t  a pointer to data, a COPY relocation, a thread's data
    ...@V1/libx.so          the same, with a version of libx.so (else of what is needed first)
    needs:NAME              DT_NEEDED
    dt:TAG=TEXT             any other entry of the dynamic section that has a text
    version:V1              defines a version that no symbol has
    level:x86-64-v2         needs such a processor
    soname:NAME runpath:DIRS rpath:DIRS now hash:sysv -... (an option of ld)
    edit:WHAT               changes a byte or two, see EDITS

A file may be none of that: its first word is then text, empty, short, cut, dir, i386, aarch64,
elf-of-no-machine, none, or link:TARGET. mode:NNN as the last word.
"""

import concurrent.futures
import os
import shutil
import struct
import subprocess
import threading

import elf

TAGS = {"needed": 1, "rpath": 15, "runpath": 29, "auxiliary": 0x7FFFFFFD, "filter": 0x7FFFFFFF,
        "ignored": 0x6000000F}
INTERP = "/lib64/ld-linux-x86-64.so.2"

DEFINES = {
    "f": ".globl {0}\n.type {0},@function\n{0}: xor %eax,%eax\n ret\n.size {0},.-{0}\n",
    "data": ".data\n.globl {0}\n.type {0},@object\n.size {0},4\n{0}: .long 1\n",
    "tls": ".section .tdata,\"awT\",@progbits\n.globl {0}\n.type {0},@object\n.size {0},4\n"
           "{0}: .long 1\n",
}
USES = {
    "calls": " call {0}@PLT\n",
    "got": " mov {0}@GOTPCREL(%rip), %rax\n",
    "weak": ".weak {0}\n mov {0}@GOTPCREL(%rip), %rax\n",
    "uses": ".data\n .quad {0}\n",
    "weakdata": ".weak {0}\n.data\n .quad {0}\n",
    "copy": " mov {0}(%rip), %eax\n",
    "gottls": " mov {0}@GOTTPOFF(%rip), %rax\n",
}
KIND_OF_USE = {"calls": "f", "got": "f", "weak": "f", "uses": "data", "weakdata": "data",
               "copy": "data", "gottls": "tls"}
START = ".globl _start\n_start: mov $60,%eax\n xor %edi,%edi\n syscall\n"
# an ABI tag that asks for Linux 9.9.9
FUTURE = ('.section .note.ABI-tag,"a",@note\n.balign 4\n.long 4,16,1\n.asciz "GNU"\n'
          ".long 0,9,9,9\n")
PLAIN = ["-z", "noseparate-code", "-z", "max-page-size=4096", "-z", "lazy", "--build-id=none",
         "--no-as-needed", "--no-ld-generated-unwind-info"]


def put(data, at, code, value):
    struct.pack_into("<" + code, data, at, value)


EDITS = {
    "class": lambda data: put(data, 4, "B", 1),
    "big-endian": lambda data: put(data, 5, "B", 2),
    "ident-version": lambda data: put(data, 6, "B", 2),
    "osabi-gnu": lambda data: put(data, 7, "B", 3),
    "osabi-freebsd": lambda data: put(data, 7, "B", 9),
    "abiversion": lambda data: put(data, 8, "B", 9),
    "padding": lambda data: put(data, 12, "B", 1),
    "object": lambda data: put(data, 16, "H", 1),
    "exec": lambda data: put(data, 16, "H", 2),
    "core": lambda data: put(data, 16, "H", 4),
    "machine": lambda data: put(data, 18, "H", 183),
    "version": lambda data: put(data, 20, "I", 2),
    "phentsize": lambda data: put(data, 54, "H", 55),
    "no-sections": lambda data: (put(data, 40, "Q", 0), put(data, 60, "H", 0)),
    "newest": lambda data: put(data, data.index(bytes.fromhex("028000c004000000")) + 8, "I", 32),
    "magic": lambda data: put(data, 0, "B", 0x7E),
}


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")


class Workshop:
    """Keeps everything that was made once in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.made = {}
        self.lock = threading.Lock()

    def get(self, key, make):
        """What make(path) writes to a path, once for each key, by whichever thread asks first: a
        promise of the path."""
        with self.lock:
            mine = key not in self.made
            path = f"{self.folder}/{len(self.made)}"
            promise = self.made.setdefault(key, concurrent.futures.Future())
        if mine:
            try:
                make(path)
                promise.set_result(path)
            except BaseException as error:
                promise.set_exception(error)
        return promise

    def assembled(self, text):
        def make(path):
            with open(path + ".s", "w", encoding="ascii") as file:
                file.write(".text\n" + text + '\n.section .note.GNU-stack,"",@progbits\n')
            run("as", path + ".s", "-o", path)
        return self.get(("as", text), make)

    def stub(self, soname, symbols):
        """A library that is only linked with. symbols: (kind, name, version) ..."""
        key = ("stub", soname, tuple(symbols))
        return self.get(key, lambda path: self.link_library(path, soname, symbols, []))

    def link_library(self, path, soname, defined, more, versions=()):
        versions = [*versions, *(v.lstrip("@") for _, _, v in defined if v)]
        parts = [self.part(*each) for each in defined] or [self.assembled("")]
        script = []
        if versions:
            with open(path + ".map", "w", encoding="ascii") as file:
                file.write("".join(f"{v} {{ }};\n" for v in dict.fromkeys(versions)))
            script = [f"--version-script={path}.map"]
        name = ["-soname", soname] if soname is not None else []
        run("ld", "-shared", *PLAIN, *name, *script, *(p.result() for p in parts), *more, "-o",
            path)

    def part(self, kind, name, version):
        if not version:
            return self.assembled(DEFINES[kind].format(name))
        own = name + version.replace("@", "_")
        at = version if version.startswith("@@") else "@" + version.lstrip("@")
        return self.assembled(DEFINES[kind].format(own) + f".symver {own}, {name}{at}\n")

    def file(self, words):
        """A promise of the file's path. words: as above, without a kind or mode."""
        return self.get(tuple(words), lambda path: Recipe(words).make(self, path))


class Recipe:
    def __init__(self, words):
        self.program = words[0] == "program"
        self.defined, self.used, self.needs, self.options = [], [], [], []
        self.versions, self.edits, self.retag, self.notes = [], [], {}, []
        self.soname = None
        self.interp = INTERP
        for word in words[self.program:]:
            self.take(word)

    def take(self, word):
        kind, colon, rest = word.partition(":")
        if word.startswith("-"):
            self.options.append(word)
        elif kind in USES:
            name, _, of = rest.partition("@")
            version, _, library = of.partition("/")
            self.used.append((kind, name, version, library))
        elif not colon or kind in ("data", "tls"):
            self.define(kind if colon else "f", rest or word)
        else:
            getattr(self, "take_" + kind)(rest)

    def define(self, kind, name):
        if name == "now":
            self.options += ["-z", "now"]
        elif name == "nodeflib":
            self.options += ["-z", "nodefaultlib"]
        elif name == "future":
            self.notes.append(FUTURE)
        else:
            name, at, version = name.partition("@")
            self.defined.append((kind, name, at + version))

    def take_needs(self, name):
        self.needs.append(name)

    def take_dt(self, rest):
        tag, _, text = rest.partition("=")
        self.needs.append(text)
        self.retag[len(self.needs) - 1] = TAGS[tag]

    def take_version(self, name):
        self.versions.append(name)

    def take_soname(self, name):
        self.soname = name

    def take_runpath(self, dirs):
        self.options += ["--enable-new-dtags", "-rpath", dirs]

    def take_rpath(self, dirs):
        self.options += ["--disable-new-dtags", "-rpath", dirs]

    def take_level(self, level):
        self.options += ["-z", level]

    def take_interp(self, path):
        self.interp = path

    def take_hash(self, style):
        self.options.append(f"--hash-style={style}")

    def take_edit(self, what):
        self.edits.append(what)

    def make(self, workshop, path):
        stubs = self.stubs(workshop)
        uses = [workshop.assembled(USES[kind].format(name)) for kind, name, _, _ in self.used]
        uses += [workshop.assembled(text) for text in self.notes]
        more = [each.result() for each in uses + stubs]
        more += self.options
        if self.program:
            pie = [] if any(kind == "copy" for kind, *_ in self.used) else ["-pie"]
            parts = [workshop.part(*each).result() for each in self.defined]
            run("ld", *pie, *PLAIN, "-export-dynamic", "--allow-shlib-undefined",
                "-dynamic-linker", self.interp, workshop.assembled(START).result(), *parts,
                *more, "-o", path)
        else:
            workshop.link_library(path, self.soname, self.defined, more, self.versions)
        self.change(path)
        os.chmod(path, 0o755)

    def stubs(self, workshop):
        """What it is linked with: of each name that it needs; what it uses is in the first, or in
        the one that was named, which need not stay."""
        first = next((i for i in range(len(self.needs)) if i not in self.retag), None)
        if first is None and (self.program or any(v for _, _, v, _ in self.used)):
            first = len(self.needs)
            self.take_dt("ignored=gone")
        symbols = {i: [] for i in range(len(self.needs))}
        for kind, name, version, library in self.used:
            if self.program or version:
                at = self.needs.index(library) if library else first
                symbols[at].append((KIND_OF_USE[kind], name, version and "@@" + version))
        return [workshop.stub(name, dict.fromkeys(symbols[i])) for i, name in enumerate(self.needs)]

    def change(self, path):
        if not self.retag and not self.edits:
            return
        with open(path, "rb") as file:
            data = bytearray(file.read())
        needed = -1
        for at, tag in dynamic(data):
            needed += tag == 1
            if tag == 1 and needed in self.retag:
                put(data, at, "Q", self.retag[needed])
        for edit in self.edits:
            EDITS[edit](data)
        with open(path, "wb") as file:
            file.write(data)


def dynamic(data):
    """(offset, tag) of each entry of a native ELF file's dynamic section."""
    phoff, = struct.unpack_from("<Q", data, 32)
    for i in range(struct.unpack_from("<H", data, 56)[0]):
        kind, _, offset = struct.unpack_from("<IIQ", data, phoff + 56 * i)
        if kind == 2:
            while (tag := struct.unpack_from("<q", data, offset)[0]) != 0:
                yield offset, tag
                offset += 16


def other(path, words, whole):
    """Writes what is no sound library; False if words[0] means none of them."""
    kind, _, rest = words[0].partition(":")
    content = {"text": b"/* GNU ld script */ INPUT(libx.so.1)\n" * 8, "short": b"\x7fELF\2\1\1",
               "empty": b"", "i386": elf.program("i386", kind=3) + bytes(64),
               "aarch64": elf.program("aarch64", kind=3) + bytes(64),
               "none": None, "dir": None, "link": None, "cut": None}
    if kind not in content:
        return False
    if kind == "dir":
        os.makedirs(path)
    elif kind == "link":
        os.symlink(rest, path)
    elif kind == "cut":
        with open(whole, "rb") as file:
            cut = file.read(int(rest))
        content[kind] = cut
    if content[kind] is not None:
        with open(path, "wb") as file:
            file.write(content[kind])
        os.chmod(path, 0o755)
    return True


def install(source, path, mode):
    """The file at its place; a copy where its mode is of its own."""
    if mode is None:
        os.link(source, path)
    else:
        shutil.copyfile(source, path)
        os.chmod(path, mode)
