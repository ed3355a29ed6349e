# SPDX-License-Identifier: MIT
"""Modules that lie in an image of a start, imported already but hidden until a script imports them.

The maker of an image runs the files of this folder, in one namespace, in the interpreter that
becomes the image, before it is written. `hide(NAMES)` proves, imports and hides modules; what is
left of it then is `enter`, in the place of importlib's own. `import json` in a process of the image
then finds its modules as if it had just executed them: the same ones in the same order, the same
names in their parents, the same finders in sys.path_importer_cache, functions registered for fork
and exit at this moment. Whatever is not as it was when the image was made (a finder, a module that
was replaced, a file of that name before the standard library, a hook, a tracer) ends it for good:
from then on all is imported plainly. Where Python is taken down, all names of these files are
cleared before, so that modules end in the order in which they would have.

How a module is proven: in a fork of the interpreter in which nothing was imported it is imported
for real, and described; later, in a fork of the one that becomes the image, it is revealed, and the
description must be the same. What an import changes outside of its own modules is noted (entries of
dicts, ends of lists, attributes of classes), taken back when they are hidden and done again when
they are revealed. An import that does anything else (reads the environment or the clock, opens a
file that stays open, starts a thread, changes what cannot be taken back) is refused, and all that
need it.

The maker's C gives `watched`, which says whether an audit hook exists, and `same`: whether modules
are in sys.modules and have the values that they had. No name of these files is seen
by scripts; their functions pass for parts of importlib, so that tracebacks leave them out.
"""
import sys
import _imp
import _thread
import marshal
import posix

import _frozen_importlib as bootstrap
import _frozen_importlib_external as external

gc = __import__("gc")
sys.modules.pop("gc")

# What scripts import most; each is taken only if it can be proven.
NAMES = """
argparse base64 collections configparser contextlib copy csv dataclasses datetime enum errno fcntl
fnmatch functools getopt glob grp heapq inspect itertools json locale logging math operator optparse
pathlib platform pwd queue random re select selectors shlex shutil signal socket string struct
subprocess tempfile textwrap threading traceback types typing urllib.parse warnings weakref
""".split()
# Never: a generator that is seeded, state of another library, or what is not of the library alone.
REFUSED = {"ssl", "_ssl", "_hashlib", "hashlib", "secrets", "uuid", "readline", "curses", "_curses",
           "_tkinter", "sitecustomize", "usercustomize", "_sqlite3", "_ctypes", "antigravity",
           "this", "__main__", "_distutils_hack", "webbrowser", "_uuid"}
# Extensions that have no state but Python's.
EXTENSIONS = {"_json", "_queue", "_contextvars", "_opcode", "_bisect", "_heapq", "_struct", "_csv",
              "_datetime", "_random", "_pickle", "_elementtree", "_sha512", "_posixsubprocess",
              "_socket", "_decimal", "_bz2", "_lzma", "math", "array", "binascii", "fcntl", "grp",
              "select", "unicodedata", "zlib", "_statistics", "_sha2", "_zoneinfo", "pyexpat"}
# What differs from one process to the next, and is mended when it is revealed.
VARYING = {("logging", "_startTime"), ("threading", "_main_thread"), ("threading", "_active"),
           ("random", "_inst"), ("random", "seed")}


def mend_logging(module):
    clock = module.time.time_ns if isinstance(module._startTime, int) else module.time.time
    module._startTime = clock()
    EXPECTED["logging"][list(module.__dict__).index("_startTime")] = module._startTime


def mend_random(module):
    module._inst.seed()


def mend_threading(module):
    module._main_thread._native_id = _thread.get_native_id()


MENDS = {"logging": mend_logging, "random": mend_random, "threading": mend_threading}

# -- what stays in the image -----------------------------------------------------------------------

HIDDEN = {}  # name: module
CLOSURES = {}  # name: Closure, until it is over
REVEALED, APPLIED = set(), set()
UNITS, DELTAS = {}, {}  # name: number of what was imported at once; number: what that changed
EXPECTED = {}  # name: the values of a module as scripts find it, by identity
FINDERS = {}  # folder: the finder that a plain import leaves in sys.path_importer_cache
FILES = {}  # name: (path, what stat(2) said)
# importlib's own: META, HOOKS, BASE (as `same` takes it), CALLER, MANAGER, ENTER
ORIGINAL = {}
SUFFIXES = external.EXTENSION_SUFFIXES + external.SOURCE_SUFFIXES + external.BYTECODE_SUFFIXES


class Closure:
    """What one import brings: in the order of sys.modules, and in the order in which they end."""
    __slots__ = ("order", "ended", "homes", "folders")

    def __init__(self, order, ended):
        self.order, self.ended = order, ended
        self.homes = {}  # folder of sys.path: what must not be in one before it
        self.folders = []  # that finders are left for, in this order


def is_usable(closure):
    """Whether an import now would execute what is hidden, and nothing else. `same` compares without
    a reference taken: each one would copy the page of the image that the object lies in."""
    modules, revealed = sys.modules, []
    if watched() or sys.gettrace() or sys.getprofile() or sys.pycache_prefix is not None:
        return False
    if hasattr(sys, "monitoring") and any(map(sys.monitoring.get_tool, range(6))):
        return False
    if sys.meta_path != ORIGINAL["META"] or sys.path_hooks != ORIGINAL["HOOKS"]:
        return False
    if not same(modules, ORIGINAL["BASE"]):
        return False
    for name in closure.order:
        if name in REVEALED:
            revealed += name, HIDDEN[name], EXPECTED.get(name)
        elif name in modules or not is_same_file(name):
            return False
    return same(modules, revealed) and not is_shadowed(closure)


def is_same_file(name):
    """Where files may be edited: whether the module's still is what was imported."""
    if not COMPARED or name not in FILES:
        return True
    path, was = FILES[name]
    try:
        return was == identity(path)
    except OSError:
        return False


def is_shadowed(closure):
    """Whether sys.path leads elsewhere; asks the finders as an import would, and leaves them."""
    left, cache = dict(closure.homes), sys.path_importer_cache
    for entry in sys.path if left else ():
        if left.pop(entry, None) is not None:
            if entry in FINDERS:
                cache.setdefault(entry, FINDERS[entry])
            if not left:
                break
            continue
        if not isinstance(entry, str):
            return True
        finder = external.PathFinder._path_importer_cache(entry)
        if finder is None:
            continue
        if type(finder) is not external.FileFinder:
            return True
        listed = names_in(finder)
        for names in left.values():
            if not names.isdisjoint(listed):
                return True
    return bool(left)


def names_in(finder):
    """What FileFinder.find_spec would look at."""
    try:
        mtime = posix.stat(finder.path or posix.getcwd()).st_mtime
    except OSError:
        mtime = -1
    if mtime != finder._path_mtime:
        finder._fill_cache()
        finder._path_mtime = mtime
    return finder._path_cache


def apply(number):
    """Does again what an import has changed elsewhere."""
    for kind, place, what in DELTAS[number]:
        if kind == "call":
            place(*what[0], **what[1])
        elif kind == "list":
            place.extend(what)
        elif kind == "class":
            for key, value in what.items():
                setattr(place, key, value)
        else:
            place.update(what)


def expect(name, new, changed):
    """A module is now as scripts will find it."""
    if name not in EXPECTED:
        return
    if changed:
        EXPECTED[name][:] = KNOWN[name].__dict__.values()
    else:
        EXPECTED[name].extend(new.values())


def reveal(name):
    """All that an import of a hidden module brings, at once; or it is over."""
    closure, modules = CLOSURES[name], sys.modules
    if not is_usable(closure):
        CLOSURES.clear()
        return
    for folder in closure.folders:
        sys.path_importer_cache.setdefault(folder, FINDERS[folder])
    for done in closure.ended:
        number = UNITS[done]
        if number not in APPLIED:
            APPLIED.add(number)
            apply(number)
            for place, new, changed in TOUCHED[number]:
                expect(place, new, changed)
        if done not in REVEALED and done in MENDS:
            MENDS[done](HIDDEN[done])
    new = {key: HIDDEN[key] for key in closure.order if key not in REVEALED}
    REVEALED.update(new)
    modules.update(new)


def enter(self):
    self._lock = bootstrap._get_module_lock(self._name)
    self._lock.acquire()
    name = self._name
    if name not in CLOSURES:
        return
    try:
        if sys._getframe(1).f_code is ORIGINAL["CALLER"] and name not in sys.modules:
            _imp.acquire_lock()
            try:
                if name in CLOSURES and name not in sys.modules:
                    reveal(name)
            finally:
                _imp.release_lock()
    except BaseException:  # of a signal's handler: nobody else would let go of it
        self._lock.release()
        raise


TOUCHED = {}  # number: [(module, names that are new, names that have another value)]
KNOWN = {}  # name: module, of those
COMPARED = []  # not empty: a file may have been edited since


def compare_files():
    """The maker's C calls this at the start of a process whose tree is edited in place."""
    COMPARED.append(True)


def identity(path):
    found = posix.stat(path)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
