# SPDX-License-Identifier: MIT
"""A part of revealing.py: what an import changes outside of its own modules, and how it is taken
back; or why it cannot be."""

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


def watched_objects(own, places):
    """All that an import could change, each with what it refers to; nothing of it may go away."""
    objects = [each for each in gc.get_objects()
               if type(each) not in STEADY and type(each).__name__ not in STEADY_NAMES]
    known = {id(each) for each in objects}
    for each in gc.get_referents(*objects):
        if type(each) is dict and id(each) not in known:
            known.add(id(each))
            objects.append(each)
    # registries and caches of abstract classes: whatever is in there, scripts see it not
    own = own.union(*(map(id, gc.get_referents(each)) for each in gc.get_objects()
                      if type(each).__name__ == "_abc_data"))
    # what a class has is changed by way of the class
    own.update(id(each) for each in gc.get_referents(
        *(each for each in objects if isinstance(each, type))) if type(each) is dict)
    objects = [each for each in objects if id(each) not in own and not is_subclasses(each)
               and (places is None or id(each) in places)]
    return objects, [contents(each) for each in objects], referents(objects)


def referents(objects):
    found = gc.get_referents(*objects)
    for each in objects:
        if isinstance(each, type):
            found += attributes(each).values()
    return found


def is_subclasses(each):
    """A type's own dict of what __subclasses__() says: hidden classes stay in it."""
    if type(each) is not dict or not each:
        return False
    key, value = next(iter(each.items()))
    return type(key) is int and isinstance(value, WEAKREF)


def attributes(each):
    """A class's own, but for what it keeps for itself."""
    own = type.__dict__["__dict__"].__get__(each)
    return {key: value for key, value in own.items() if key not in ("_abc_impl", "__slotnames__")}


def contents(each):
    kind = type(each)
    if isinstance(each, type):
        each, kind = attributes(each), dict
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
    if isinstance(each, type) and now[0][:len(before[0])] == before[0] and \
            now[1][:len(before[1])] == before[1]:
        new = {key: each.__dict__[key] for key in now[0][len(before[0]):]}
        return "class", each, new, None
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
