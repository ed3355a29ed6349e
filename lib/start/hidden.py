# SPDX-License-Identifier: MIT
"""Modules that lie in an image of a start, imported already but hidden until a script imports them.

The maker of an image runs this in the interpreter that becomes the image, before it is written:
`hide(NAMES)` proves, imports and hides modules; what is left of it then is `enter`, in the place of
importlib's own. `import json` in a process of the image then finds its modules as if it had just
executed them: the same ones in the same order, the same names in their parents, the same finders in
sys.path_importer_cache, functions registered for fork and exit at this moment. Whatever is not as
it was when the image was made (a finder, a module that was replaced, a file of that name before the
standard library, a hook, a tracer) ends it for good: from then on all is imported plainly.

How a module is proven: in a fork of the interpreter in which nothing was imported it is imported
for real, and described; later, in a fork of the one that becomes the image, it is revealed, and the
description must be the same. What an import changes outside of its own modules is noted (entries of
dicts, ends of lists), taken back when they are hidden and done again when they are revealed. An
import that does anything else (reads the environment or the clock, opens a file that stays open,
starts a thread, changes what cannot be taken back) is refused, and all that need it.

The maker's C gives `watched`, which says whether an audit hook exists, and `same`: whether modules
are in sys.modules and have the values that they had. No name of this file is seen
by scripts; its functions pass for parts of importlib, so that tracebacks leave them out.
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

HIDDEN = {}  # name: module; for ever, they must never be taken down
CLOSURES = {}  # name: Closure, until it is over
REVEALED, APPLIED = set(), set()
UNITS, DELTAS = {}, {}  # name: number of what was imported at once; number: what that changed
EXPECTED = {}  # name: the values of a module as scripts find it, by identity
FINDERS = {}  # folder: the finder that a plain import leaves in sys.path_importer_cache
FILES = {}  # name: (path, what stat(2) said)
ORIGINAL = {}  # importlib's own: META, HOOKS, BASE (as `same` takes it), CALLER
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


# -- how modules are proven and hidden -------------------------------------------------------------

MODULE, FUNCTION, CODE = type(sys), type(enter), type(enter.__code__)
# What an import does not change, or what shows nothing when it is changed (a cache).
STEADY = {FUNCTION, MODULE, tuple, frozenset, type(enter.__code__), type(len), type(dict.__dict__),
          type(dict.keys), type(dict.__init__), type(type.__dict__["__doc__"]), property,
          type(FUNCTION.__dict__["__globals__"]), classmethod, staticmethod, external.FileFinder,
          type(sys._getframe()), type(enter.__get__(1)), type((lambda: (yield))())}
WEAKREF = sys.modules["_weakref"].ref
STEADY_NAMES = {"cell", "_lru_cache_wrapper", "_lru_list_elem", "_abc_data", "weakref",
                "ReferenceType",
                "_ModuleLock", "_NamespacePath", "KeyedRef"}


class Refusal(Exception):
    pass


def in_fork(function, *arguments):
    """What a function returns in a process of its own, as marshal takes it; None if it fails."""
    reader, writer = posix.pipe()
    child = posix.fork()
    if child == 0:
        status = 1
        try:
            posix.close(reader)
            data = memoryview(marshal.dumps(function(*arguments)))
            while data:
                data = data[posix.write(writer, data):]
            status = 0
        finally:
            posix._exit(status)
    posix.close(writer)
    parts = []
    while part := posix.read(reader, 1 << 16):
        parts.append(part)
    posix.close(reader)
    return marshal.loads(b"".join(parts)) if posix.waitpid(child, 0)[1] == 0 else None


def described(value, depth, seen, home):
    """A text that is the same for what scripts find the same."""
    kind = type(value)
    if value is None or kind in (int, str, bytes, bool, float, complex, type(...)):
        return repr(value)
    if kind is MODULE:
        return "module " + value.__name__
    if id(value) in seen or depth == 0:
        return "%s.%s" % (kind.__module__, kind.__qualname__)
    seen = seen | {id(value)}

    def inner(what):
        return described(what, depth - 1, seen, home)

    if kind in (tuple, list):
        return "%s %s" % (kind.__name__, [inner(item) for item in value])
    if kind in (set, frozenset):
        return "%s %s" % (kind.__name__, sorted(inner(item) for item in value))
    if isinstance(value, dict):
        return "dict %s" % [(inner(key), inner(item)) for key, item in value.items()]
    if kind is FUNCTION:
        return "function %s %s %s" % (value.__qualname__, inner(value.__code__),
                                      inner((value.__defaults__, value.__kwdefaults__)))
    if kind is CODE:
        return "code %r %s" % (value.co_code, inner((value.co_names, value.co_varnames,
                                                     value.co_consts, value.co_filename)))
    if isinstance(value, type):
        text = "class %s.%s" % (value.__module__, value.__qualname__)
        if value.__module__ != home:
            return text
        return text + inner({key: item for key, item in value.__dict__.items()
                             if key not in ("_abc_impl", "__dict__", "__weakref__")})
    own = value.__dict__ if hasattr(kind, "__dictoffset__") and kind.__dictoffset__ else {}
    return "%s.%s %s" % (kind.__module__, kind.__qualname__, inner(own))


def description(module, name):
    """[(name, hash of what it is)], in order; compared between forks of one process only."""
    if type(module) is not MODULE:
        return [("", str(type(module)))]
    return [(key, hash(described(value, 5, frozenset(), name)) if (name, key) not in VARYING else 0)
            for key, value in list(module.__dict__.items()) if key != "__builtins__"]


def found(order, name):
    """What scripts find after an import, but for the module's own content only as a hash."""
    names = {key: hash(tuple(module.__dict__)) for key, module in list(sys.modules.items())
             if type(module) is MODULE and key not in ("__main__", "sys")}
    finders = [(path, finder and len(getattr(finder, "_path_cache", ())))
               for path, finder in sys.path_importer_cache.items()]
    return [order, description(sys.modules[name], name), names, finders, list(sys.modules)]


def imported(name, base):
    """In a fork: what an import brings, and what is there then."""
    ended, load = [], bootstrap._load_unlocked

    def loading(spec):
        module = load(spec)
        ended.append(spec.name)
        return module

    bootstrap._load_unlocked = loading
    __import__(name)
    bootstrap._load_unlocked = load
    order = [key for key in sys.modules if key not in base]
    if any(map(is_refused, order)):
        return []
    ended += [key for key in order if key not in ended]
    return [[key for key in ended if key in order], *found(order, name)]


def warned(name, base):
    """In a fork: what an import brings where each warning is an error."""
    sys.modules["_warnings"].filters.insert(0, ("error", None, Warning, None, 0))
    sys.modules["_warnings"]._filters_mutated()
    __import__(name)
    return [key for key in sys.modules if key not in base]


def is_refused(name):
    module = sys.modules[name]
    origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
    extension = origin.endswith(tuple(external.EXTENSION_SUFFIXES))
    return name in REFUSED or (extension and name not in EXTENSIONS)


def fresh_imports(names, base):
    """{name: what imported() says}, of all that the names bring, in an order in which each needs
    only those before it."""
    found = {}
    for name in names:
        for key in in_fork(warned, name, base) or ():
            if key not in found:
                found[key] = in_fork(imported, key, base)
    good = {key: fresh for key, fresh in found.items() if fresh}
    return {key: good[key] for key in sorted(good, key=lambda key: len(good[key][1]))}


def watched_objects(own, places):
    """All that an import could change, each with what it refers to; nothing of it may go away."""
    objects = [each for each in gc.get_objects()
               if type(each) not in STEADY and not isinstance(each, type)
               and type(each).__name__ not in STEADY_NAMES]
    known = {id(each) for each in objects}
    for each in gc.get_referents(*objects):
        if type(each) is dict and id(each) not in known:
            known.add(id(each))
            objects.append(each)
    if places is not None:
        objects = [each for each in objects if id(each) in places]
    # registries and caches of abstract classes: whatever is in there, scripts see it not
    own = own.union(*(map(id, gc.get_referents(each)) for each in gc.get_objects()
                      if type(each).__name__ == "_abc_data"))
    objects = [each for each in objects if id(each) not in own and not is_subclasses(each)]
    return objects, [contents(each) for each in objects], gc.get_referents(*objects)


def is_subclasses(each):
    """A type's own dict of what __subclasses__() says: hidden classes stay in it."""
    if type(each) is not dict or not each:
        return False
    key, value = next(iter(each.items()))
    return type(key) is int and isinstance(value, WEAKREF)


def contents(each):
    kind = type(each)
    if kind is dict:
        return list(each), list(map(id, each.values()))
    if kind is set:
        return set(each)
    return list(map(id, each if kind is list else gc.get_referents(each)))


def values_of(each):
    return list(each.values()) if type(each) is dict else None


def change_of(each, before, old, module_dicts):
    """(kind, place, what is new, what was) of an object that an import has changed."""
    kind, now = type(each), contents(each)
    if kind is list and now[:len(before)] == before:
        return "list", each, each[len(before):], None
    if kind is set and before <= now:
        return "set", each, now - before, None
    if kind is dict:
        keys, values = before
        changed = {key: was for key, number, was in zip(keys, values, old)
                   if id(each.get(key)) != number}
        if now[0][:len(keys)] == keys and (not changed or id(each) in module_dicts):
            new = {key: each[key] for key in now[0][len(keys):]}
            return "dict", each, new | {key: each[key] for key in changed}, changed
    raise Refusal("changes a " + kind.__name__)


def process_state():
    signals = sys.modules["_signal"]
    return (posix.listdir("/proc/self/fd"), posix.listdir("/proc/self/task"), posix.getcwd(),
            [signals.getsignal(number) for number in signals.valid_signals()],
            sys.meta_path[:], sys.path_hooks[:], sys.path[:])


class Recorder:
    """While something is imported: notes what it registers and, in a trial, what it asks of the
    process. Ends with a Refusal if a module has kept one of our functions."""

    def __init__(self, trial):
        self.calls, self.asked, self.saved = [], [], []
        system, clock = sys.modules["os"], sys.modules["time"]
        if "atexit" in sys.modules:
            self.put(sys.modules["atexit"], "register", self.noting)
        self.put(system, "register_at_fork", self.noting)
        if not trial:
            return
        for place, names in (clock, ("time", "time_ns")), (system, (
                "getpid", "getcwd", "getuid", "geteuid", "isatty", "uname", "cpu_count")):
            for name in names:
                self.put(place, name, self.asking)
        for name in "__getitem__", "__iter__":
            self.put(type(system.environ), name, self.asking)

    def put(self, place, name, wrap):
        function = getattr(place, name)
        self.saved.append((place, name, function, wrap(function)))
        setattr(place, name, self.saved[-1][3])

    def noting(self, function):
        def note(*arguments, **named):
            self.calls.append(("call", function, (arguments, named), None))
            return arguments[0] if arguments else None
        return note

    def asking(self, function):
        def ask(*arguments):
            self.asked.append(function.__name__)
            return function(*arguments)
        return ask

    def end(self, new, trial):
        for place, name, function, _ in reversed(self.saved):
            setattr(place, name, function)
        allowed = {"time", "time_ns"} if "logging" in new else set()
        ours = [id(wrapper) for *_, wrapper in self.saved[:2]]
        if trial and set(self.asked) - allowed:
            raise Refusal("asks for " + " ".join(set(self.asked) - allowed))
        for module in new.values():
            if any(id(value) in ours for value in vars(module).values()):
                raise Refusal("keeps a function that registers")


def import_unit(name, places):
    """Imports for real: {name: module} of what is new, and the changes elsewhere. In a trial places
    is None, and all is watched; then what the trial has found: little is left in the image."""
    trial = places is None
    gc.collect()  # else what it takes away would look like a change
    known, state = dict(sys.modules), process_state()
    recorder = Recorder(trial)
    own = {id(each) for each in (*globals().values(), globals(), known, state, recorder.calls,
                                 recorder.saved, recorder.asked, recorder.__dict__, sys.modules,
                                 sys.path_importer_cache, bootstrap._module_locks,
                                 bootstrap._blocking_on, sys._getframe().f_back.f_locals, *state,
                                 *HIDDEN.keys(), HIDDEN, UNITS, DELTAS)}
    for place, attribute, *_ in recorder.saved:
        own.add(id(place.__dict__))
    module_dicts = {id(module.__dict__) for module in known.values() if type(module) is MODULE}
    objects, before, keep = watched_objects(own, places)
    old = [values_of(each) for each in objects]
    __import__(name)
    new = {key: module for key, module in sys.modules.items() if key not in known}
    changes = [change_of(each, was, values, module_dicts)
               for each, was, values in zip(objects, before, old) if contents(each) != was]
    del keep
    recorder.end({key: module for key, module in new.items() if type(module) is MODULE}, trial)
    if process_state() != state:
        raise Refusal("changes the process")
    if any(sys.modules.get(key) is not module for key, module in known.items()):
        raise Refusal("replaces a module")
    return new, changes + recorder.calls


def trial_of(name):
    """In a fork: where it changes something; or why it cannot be hidden."""
    try:
        return [id(change[1]) for change in import_unit(name, None)[1] if change[0] != "call"]
    except Refusal as refusal:
        return str(refusal)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def take_in(name, fresh, report):
    """Imports one more, if it can be hidden and all that it needs is."""
    order = fresh[name][1]
    if any(key not in fresh or (key not in UNITS and len(fresh[key][1]) < len(order))
           for key in order):
        report[name] = "needs what cannot be hidden"
        return
    changed = in_fork(trial_of, name)
    if type(changed) is not list:
        report[name] = changed or "the trial failed"
        return
    new, changes = import_unit(name, set(changed))
    number = len(DELTAS)
    DELTAS[number] = changes
    HIDDEN.update(new)
    UNITS.update(dict.fromkeys(new, number))


def take_back():
    """All as it was before anything was imported; DELTAS become what has to be done again."""
    dicts = {}  # a module may have several names
    for name, module in (sys.modules | HIDDEN).items():
        if type(module) is MODULE:
            dicts.setdefault(id(module.__dict__), []).append(name)
    for number, changes in reversed(DELTAS.items()):
        for kind, place, new, was in reversed(changes):
            if kind == "dict":
                for key in new:
                    if key in was:
                        place[key] = was[key]
                    else:
                        del place[key]
            elif kind == "list":
                del place[len(place) - len(new):]
            elif kind == "set":
                place.difference_update(new)
        TOUCHED[number] = [(name, new, changed) for kind, place, new, changed in changes
                           if kind == "dict" for name in dicts.get(id(place), ())]
        DELTAS[number] = [change[:3] for change in changes]


def place_of(module):
    """The folder of sys.path in which a top-level module lies, or "" if in none."""
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    if not getattr(spec, "has_location", False):
        return ""
    folder = origin.rpartition("/")[0]
    return folder.rpartition("/")[0] if hasattr(module, "__path__") else folder


def closure_of(fresh, cache):
    """What reveal() needs, of what a fresh import has brought; None if it is not to be found."""
    closure = Closure([*map(sys.intern, fresh[1])], [*map(sys.intern, fresh[0])])
    closure.folders = [path for path, listed in fresh[4]
                       if path not in cache and listed is not None]
    for name in closure.order:
        module = HIDDEN[name]
        home = place_of(module)
        if "." not in name and home:
            names = closure.homes.get(home, frozenset())
            closure.homes[home] = names | {name, *(name + suffix for suffix in SUFFIXES)}
        if home:
            FILES[name] = (module.__spec__.origin, identity(module.__spec__.origin))
    known = all(each in FINDERS for each in [*closure.homes, *closure.folders])
    return closure if known and set(closure.homes) <= set(sys.path) else None


def faults_of(name, fresh):
    """In a fork: what of a revealed module is not what a fresh import has brought."""
    __import__(name)
    if any(key not in REVEALED for key in fresh[1]):
        return ["it was not revealed"]
    now = found([key for key in sys.modules if key in fresh[1]], name)
    faults = ["%s: %s %s" % (title, a, b) for title, a, b in zip(
        ("order", "", "", "finders", "sys.modules"), fresh[1:], now) if title and a != b]
    faults += ["content: %s %s" % (was, new)
               for was, new in zip(fresh[2] + [0], now[1] + [0]) if was != new][:9]
    return faults + ["names of " + key for key in fresh[3] if fresh[3][key] != now[2].get(key)]


def prepare(base, cache):
    """sys.modules and the finders as they were, and all that is_usable() compares."""
    FINDERS.update((key, value) for key, value in sys.path_importer_cache.items() if value)
    take_back()
    for name in [name for name in sys.modules if name not in base]:
        del sys.modules[name]
    for path in [path for path in sys.path_importer_cache if path not in cache]:
        del sys.path_importer_cache[path]
    KNOWN.update((name, module) for name, module in [*base.items(), *HIDDEN.items()]
                 if type(module) is MODULE)
    EXPECTED.update((name, list(module.__dict__.values())) for name, module in KNOWN.items()
                    if name not in ("__main__", "sys", "site", "time", "busypy_start"))
    classes = [bootstrap.BuiltinImporter, bootstrap.FrozenImporter, external.PathFinder,
               external.FileFinder, external.FileLoader, external.SourceLoader,
               external.SourceFileLoader, external.ExtensionFileLoader, external._LoaderBasics]
    flat = []
    for name, module in base.items():
        if name not in ("__main__", "sys"):
            flat += name, module, EXPECTED.get(name)
    for each in classes:
        own = gc.get_referents(each.__dict__)[0]
        flat += None, own, list(own.values())
    ORIGINAL.update(META=sys.meta_path[:], HOOKS=sys.path_hooks[:], BASE=flat,
                    CALLER=bootstrap._find_and_load.__code__)


def pass_for_importlib():
    """So that a traceback leaves the functions out that run when a script imports."""
    frozen = "<frozen importlib._bootstrap>"
    for function in (enter, reveal, expect, apply, names_in, is_shadowed, is_same_file, is_usable,
                     *MENDS.values()):
        function.__code__ = function.__code__.replace(co_filename=frozen)
    enter.__name__, enter.__qualname__ = "__enter__", "_ModuleLockManager.__enter__"
    enter.__module__ = bootstrap._ModuleLockManager.__module__
    bootstrap._ModuleLockManager.__enter__ = enter


def hide(names=NAMES):
    """Returns {name: module} of what is hidden now; `refusals` says why others are not."""
    base, cache = dict(sys.modules), dict(sys.path_importer_cache)
    gc.disable()
    fresh = fresh_imports(names, base)
    refusals.update(dict.fromkeys(names, "does not import alone"))
    for name in fresh:
        refusals.pop(name, None)
        if name not in UNITS:
            take_in(name, fresh, refusals)
    prepare(base, cache)
    for name in fresh:
        if name in HIDDEN and all(key in HIDDEN for key in fresh[name][1]):
            closure = closure_of(fresh[name], cache)
            if closure:
                CLOSURES[name] = closure
    pass_for_importlib()
    for name in list(CLOSURES):
        faults = in_fork(faults_of, name, fresh[name])
        if faults != []:
            refusals[name] = "; ".join(faults or ["the proof failed"])
            WRONG.add(name)
    for name, closure in list(CLOSURES.items()):
        if not WRONG.isdisjoint(closure.order):
            del CLOSURES[name]
            refusals.setdefault(name, "needs what cannot be hidden")
    gc.enable()
    return HIDDEN


refusals, WRONG = {}, set()
