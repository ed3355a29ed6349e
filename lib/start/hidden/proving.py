# SPDX-License-Identifier: MIT
"""A part of revealing.py: what an import brings and what scripts find then, each seen in a fork."""

MODULE, FUNCTION, CODE = type(sys), type(enter), type(enter.__code__)


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
