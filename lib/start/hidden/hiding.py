# SPDX-License-Identifier: MIT
"""A part of revealing.py: imports, hides and proves what can be; the maker calls hide()."""

refusals, WRONG = {}, set()


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
            elif kind == "class":
                for key in new:
                    delattr(place, key)
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
                    CALLER=bootstrap._find_and_load.__code__,
                    MANAGER=bootstrap._ModuleLockManager,
                    ENTER=bootstrap._ModuleLockManager.__enter__)


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
