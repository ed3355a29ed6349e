"""Runs in a view: makes images, breaks them or their start in one way each, and compares what the
restorer says. Usage: rules.py WORK"""

import ctypes
import os
import resource
import shutil
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE) + "/start")
import images  # noqa: E402

INTERPRETER = "/usr/bin/python3.11"
NAME = "/usr/bin/python3"
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LANG": "C.UTF-8", "BUSYPY_START_DEBUG": "1"}
SCRIPT = "import os, sys\nos.write(1, os.readlink('/proc/self/exe').encode())\n"
LOCALE = "xx_YY.UTF-8"  # no tree has it
# lib/core/start_image.h: struct start_head, and the tables after it
HEAD_SIZE, SEGMENT, WORD, WATCH = 848, 32, 16, 48
AT = {"magic": 0, "version": 16, "size": 24, "heap_end": 128, "hwcap": 152, "cpu": 208, "boot": 288,
      "release": 328, "program": 432, "id": 688}
COUNTS = struct.Struct("=5I")  # segments, words, watches, text, vdso
COUNTS_AT = 44
WATCH_ALWAYS, WATCH_FLAG = 2, 1


class World:
    """A folder of images, and how its restorer is called."""

    def __init__(self, work):
        self.work, self.folder = work, work + "/images"
        self.script = work + "/script.py"
        with open(self.script, "w", encoding="ascii") as file:
            file.write(SCRIPT)
        os.mkdir(self.folder)
        for kind in 0, 3:
            self.make(kind)
        self.restorer = images.bake(self.folder, INTERPRETER, locale=LOCALE)

    def make(self, kind, env=(), **more):
        """The maker's status and what it says."""
        options = [word for bit, word in images.OPTIONS.items() if kind & bit]
        locale = {0: {"LANG": "C.UTF-8"}, 1: {}, 2: {"LANG": LOCALE}, 3: {"LC_ALL": "C"}}[kind & 3]
        with open(f"{self.folder}/{kind}.0", "wb") as file:
            out = more.get("out", str(file.fileno()))
            done = subprocess.run(
                [NAME, *options, "/busypy-start"], executable=INTERPRETER, check=False, cwd="/",
                pass_fds=[file.fileno()], stderr=subprocess.PIPE, text=True,
                env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LD_BIND_NOW": "1",
                     "LD_PRELOAD": images.MAKER, "BUSYPY_START_OUT": out, **locale, **dict(env)})
        return done.returncode, done.stderr

    def start(self, words=(NAME, "SCRIPT"), env=(), before=None, drop=(), **more):
        """(from an image?, the reason that was said)."""
        said = {key: value for key, value in (ENV | dict(env)).items() if key not in drop}
        program = more.get("restorer", self.restorer)
        words = [self.script if word == "SCRIPT" else word for word in words]
        done = subprocess.run(words, executable=program, env=said, preexec_fn=before, check=False,
                              stdin=more.get("stdin", subprocess.DEVNULL), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        reasons = [line.partition(": ")[2] for line in done.stderr.splitlines()
                   if line.startswith("busypy start: ") and "ends as ever" not in line]
        return done.stdout == program, "".join(reasons)

    def end(self, text):
        """Why Python was taken down after a script of this text, "" if it was not."""
        path = self.work + "/end.py"
        with open(path, "w", encoding="ascii") as file:
            file.write(text + "\n")
        done = subprocess.run([NAME, path], executable=self.restorer, env=ENV, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE)
        return "".join(line.partition(": ends as ever: ")[2] for line in done.stderr.splitlines())

    def zone(self, program, variable):
        """What time says, and whether it was started from an image."""
        path = self.work + "/zone.py"
        with open(path, "w", encoding="ascii") as file:
            file.write("import os, time\nprint(time.tzname, time.timezone, time.localtime(0)[:6])\n"
                       "time.tzset(); print(time.tzname, time.strftime('%Z', time.localtime(0)))\n"
                       "import sys; print(os.readlink('/proc/self/exe') == sys.argv[1])\n")
        env = ENV if variable is None else ENV | {"TZ": variable}
        done = subprocess.run([NAME, path, self.restorer], executable=program, env=env, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        words, _, restored = done.stdout.rstrip().rpartition("\n")
        return words, restored

    def doctored(self, change):
        """A restorer whose image 0.0 was changed."""
        folder = self.work + "/doctored"
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        shutil.copy(self.folder + "/0.0", folder)
        with open(folder + "/0.0", "r+b") as file:
            change(file)
        return images.bake(folder, INTERPRETER)


def put(field, bytes_):
    def change(file):
        file.seek(AT[field])
        file.write(bytes_)
    return change


def both(*changes):
    def change(file):
        for one in changes:
            one(file)
    return change


def flip_vdso(file):
    file.seek(COUNTS_AT)
    segments, words, watches, text, vdso = COUNTS.unpack(file.read(COUNTS.size))
    at = HEAD_SIZE + segments * SEGMENT + words * WORD + watches * WATCH + text
    file.seek((at + 7) // 8 * 8 + vdso - 1)
    last = file.read(1)
    file.seek(-1, os.SEEK_CUR)
    file.write(bytes([last[0] ^ 1]))


def flip_watch(always):
    """Another inode, of the first file that every start compares, or of one that only some do."""
    def change(file):
        file.seek(COUNTS_AT)
        segments, words, watches, _, _ = COUNTS.unpack(file.read(COUNTS.size))
        for i in range(watches):
            at = HEAD_SIZE + segments * SEGMENT + words * WORD + i * WATCH
            file.seek(at)
            _, flags, _, _, inode = struct.unpack("=IIIIQ", file.read(24))
            if bool(flags & WATCH_ALWAYS) == always and not flags & 1:
                file.seek(at + 16)
                file.write(struct.pack("=Q", inode + 1))
                return
        raise SystemExit("there is no such watch")
    return change


def watching(path):
    """The restorer that compares each file: enum start_baked_flags."""
    with open(path, "r+b") as file:
        bytes_ = file.read()
        file.seek(bytes_.find(images.MAGIC) + 28)
        file.write(struct.pack("=I", WATCH_FLAG))
    return path


def without_robust_list():
    """A filter that refuses set_robust_list(2), as seccomp(2) has it for x86_64."""
    code = struct.pack("=HBBIHBBIHBBIHBBI", 0x20, 0, 0, 0, 0x15, 0, 1, 273,
                       0x06, 0, 0, 0x00050001, 0x06, 0, 0, 0x7fff0000)
    room = ctypes.create_string_buffer(code)
    program = struct.pack("=HxxxxxxQ", 4, ctypes.addressof(room))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program):
        os._exit(99)


def set_limit(which, value):
    return lambda: resource.setrlimit(which, (value, resource.getrlimit(which)[1]))


def set_owner():
    os.setresuid(0, 1000, 1000)


def starts(world):
    """(name, the reason or "" for an image, what start() gets)."""
    home = world.work + "/home"
    os.makedirs(home + "/.local/lib/python3.11/site-packages")
    other = world.work + "/bin"
    os.mkdir(other)
    os.symlink(INTERPRETER, other + "/python3")
    yield "as the loader starts a tool", "", {}
    yield "as built", "the restorer was not told where images are", {"restorer": images.RESTORER}
    name = "it is called by another name than the image's Python"
    yield "another folder", name, {"words": ("/opt/python3", "SCRIPT")}
    yield "another name in the folder", "", {"words": (INTERPRETER, "SCRIPT")}
    yield "a bare name", "", {"words": ("python3", "SCRIPT")}
    yield "a bare name that leads elsewhere", "PATH leads to another Python first", {
        "words": ("python3", "SCRIPT"), "env": {"PATH": other + ":/usr/bin"}}
    yield "a relative folder in PATH", "PATH leads to another Python first", {
        "words": ("python3", "SCRIPT"), "env": {"PATH": "bin:/usr/bin"}}
    yield "-O", "an option that no image has", {"words": (NAME, "-O", "SCRIPT")}
    yield "standard input", "there is no script", {"words": (NAME, "-")}
    for variable, reason in (("LD_BIND_NOW", "a variable changes what ld.so does"),
                             ("MALLOC_PERTURB_", "a variable changes what malloc does"),
                             ("PYTHONHASHSEED", "a PYTHON variable that no image has"),
                             ("BUSYPY_KEPT_X", "a variable of the caller was put aside"),
                             ("LOCPATH", "a variable changes where locales are"),
                             ("LANG", "a locale that no image has")):
        yield variable, reason, {"env": {variable: "1"}}
    yield "no HOME", "HOME is not an absolute path", {"drop": ["HOME"]}
    yield "packages of the user", "the user has packages of his own", {"env": {"HOME": home}}
    yield "another user in effect", "the kernel asks for a secure start", {"before": set_owner}
    yield "a stack without limit", "the stack may grow to where the image lies", {
        "before": set_limit(resource.RLIMIT_STACK, resource.RLIM_INFINITY)}
    yield "too little room", "an address of the image is taken", {
        "before": set_limit(resource.RLIMIT_AS, 12 << 20)}
    yield "a kernel that refuses", "the kernel refused what a thread needs", {
        "before": without_robust_list}
    yield "input from a directory", "a standard stream is a directory", {
        "stdin": os.open("/", os.O_RDONLY)}
    yield "LC_ALL=C", "", {"env": {"LC_ALL": "C"}}
    yield "a kind that was not made", "there is no such image", {"words": (NAME, "-u", "SCRIPT")}
    world.make(2)
    yield "the machine's locale", "", {"env": {"LANG": LOCALE}}
    yield "the same by LC_ALL", "LC_ALL keeps Python from changing LC_CTYPE", {
        "env": {"LC_ALL": LOCALE}}


def broken():
    """(name, the reason, how the image is changed, whether each file is compared)."""
    boot, cpu = put("boot", b"another"), put("cpu", b"\1\2\3\4")
    yield "unchanged", "", lambda file: None, True
    yield "cut", "the image is damaged", lambda file: file.truncate(100000), False
    yield "without its end", "the image is damaged", lambda file: file.truncate(1 << 20), False
    yield "longer", "the image is damaged", lambda file: file.truncate(1 << 27), False
    yield "another magic", "the image is damaged", put("magic", b"x"), False
    yield "another format", "the image is damaged", put("version", b"\2"), False
    yield "another program", "it is called by another name than the image's Python", \
        put("program", b"/usr/bin/python\0"), False
    yield "another version", "the image is of another version of the tree", put("id", b"x"), False
    yield "another kernel", "the image was made under another kernel", put("release", b"9.9"), False
    yield "another boot of the same processor", "", boot, False
    yield "the same boot, which tells of the processor", "", cpu, False
    yield "another processor", "the image was made on another processor", both(boot, cpu), False
    yield "another vdso", "the image was made with another vdso", flip_vdso, False
    yield "another capability", \
        "the kernel describes the machine otherwise than to the image", put("hwcap", b"\0"), False
    changed = "a file that the image was made of has changed"
    yield "another interpreter", changed, flip_watch(True), False
    yield "another module", changed, flip_watch(False), True
    yield "another module of a version, which cannot be", "", flip_watch(False), False
    yield "a heap above the break", "an address of the image is taken", \
        put("heap_end", struct.pack("=Q", 1 << 46)), False


CLASS = "class A:\n    def __del__(self): pass\n"


def ends():
    """(name, why Python is taken down or "", the script)."""
    finaliser = "an object has a finaliser"
    yield "of nothing", "", ""
    yield "by sys.exit", "", "import sys; sys.exit(1)"
    yield "with a class that has a finaliser", "", CLASS
    yield "with an object of such a class", finaliser, CLASS + "a = A()"
    yield "with one that refers to itself", finaliser, CLASS + "a = A(); a.a = a; del a"
    yield "with one in an exception", finaliser, \
        CLASS + "def f():\n    a = A(); raise ValueError(a)\nf()"
    yield "with a class whose objects nobody knows", finaliser, \
        CLASS.replace(":\n", ":\n    __slots__ = ()\n", 1) + "a = A()"
    yield "with an open file", finaliser, "file = open('/dev/null')"
    yield "with a closed file", "", "open('/dev/null').close()"
    yield "with a generator that waits", finaliser, "def f(): yield\na = f(); next(a)"
    yield "with a callback of Python's", finaliser, \
        "import weakref\nclass A: pass\nr = weakref.ref(A, print)\ns = weakref.ref(A, lambda r: 0)"
    yield "with the library's own callbacks", "", "import threading, logging, subprocess"
    yield "with one of the same name", finaliser, \
        "import weakref\nclass A: pass\ndef _remove(r): pass\nr = weakref.ref(A, _remove)"
    yield "with the collector", "the collector was imported", "import gc"
    yield "with a library", "a library was loaded", "import _ctypes"
    yield "with a thread", "there are other threads or interpreters", \
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    yield "with a filter of warnings", "the filters of warnings have changed", \
        "import warnings; warnings.simplefilter('error')"
    yield "with another output", "a standard stream is another, or cannot be flushed", \
        "import sys\nclass Out:\n    write = flush = print\nsys.stdout = Out()"
    yield "by C", "another than Python's own end takes it down", \
        "import ctypes; ctypes.pythonapi.Py_FinalizeEx()"


def change_zone(folder):
    """Puts another zone in the place of the machine's, in the namespace of this test alone."""
    path = folder + "/zone"
    with open(path, "wb") as file:  # tzfile(5): one kind of time, five hours behind
        file.write(b"TZif" + bytes(16) + struct.pack(">6IlBB", 0, 0, 0, 0, 1, 4, -18000, 0, 0) +
                   b"XST\0")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(path.encode(), b"/etc/localtime", None, 4096, None):  # MS_BIND
        raise SystemExit("cannot bind " + path)


def zones(world):
    """(name, what an image's process says of the time, what a plain one says)."""
    for where in "of the maker", "of another file":
        for variable in None, "", "ABC-3", "/etc/localtime", ":/etc/localtime", "No/Such":
            wanted, _ = world.zone(INTERPRETER, variable)
            if "another" in where and variable is None and "XST" not in wanted:
                raise SystemExit("the zone was not changed: " + wanted)
            yield f"{where}, TZ={variable}", world.zone(world.restorer, variable), (wanted, "True")
        if where == "of the maker":
            change_zone(world.work)


def refusals(world):
    """(name, status and what is said, how the maker is called)."""
    base = world.work + "/base"
    site = base + "/lib/python3.11/site-packages"
    os.makedirs(site)
    with open(f"{site}/x.pth", "w", encoding="ascii") as file:
        file.write("import os\n")
    yield "a .pth file with code", f"{site}/x.pth runs code at each start", \
        {"env": {"PYTHONUSERBASE": base}}
    os.rename(site + "/x.pth", site + "/sitecustomize.py")
    yield "a sitecustomize", "sitecustomize runs code at each start", \
        {"env": {"PYTHONUSERBASE": base}}
    yield "no number", "no descriptor to write to: x", {"out": "x"}
    yield "nothing to write to", "cannot write it", {"out": "999"}


def main():
    results = []
    world = World(sys.argv[1])

    def check(name, got, wanted):
        results.append(got == wanted)
        print(f"{'' if got == wanted else 'not '}ok {len(results)} - {name}")
        if got != wanted:
            print(f"# got:    {got}\n# wanted: {wanted}")

    for name, reason, how in starts(world):
        check(name, world.start(**how), (not reason, reason))
    for name, reason, change, watches in broken():
        restorer = world.doctored(change)
        if watches:
            watching(restorer)
        check("an image: " + name, world.start(restorer=restorer), (not reason, reason))
    for name, reason, text in ends():
        check("an end " + name, world.end(text), reason)
    for name, got, wanted in zones(world):
        check("the zone " + name, got, wanted)
    for name, reason, how in refusals(world):
        check("the maker: " + name, world.make(0, **how),
              (1, f"cannot make an image: {reason}\n"))
    print(f"1..{len(results)}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
