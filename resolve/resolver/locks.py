"""Locks that other tools write: pylock.toml (PEP 751) and uv.lock. What they pin is taken as it
stands, for the targets whose markers hold; nothing is resolved."""
import os
from urllib.parse import unquote, urljoin, urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from .index import File
from .projects import note_python, parse_toml, strings, table
from .req_file import refuse_editable, refuse_source
from .local import read_text
from .say import Refused, plain
from .wanted import Wanted, parse_requirement, refuse_machine_marker

HASHES = ("sha256", "sha384", "sha512")


def _marker(text, origin):
    if not text:
        return None
    refuse_machine_marker(text, origin)
    try:
        return Marker(text)
    except InvalidMarker:
        raise Refused(f"{origin}: '{plain(text)}' is no marker") from None


def _tables(value, path, what):
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Refused(f"{path}: {what} is no list of tables")
    return value


def _file(wheel, path, base):
    """The File of a lock's wheel table."""
    url = str(wheel.get("url") or "")
    place = str(wheel.get("path") or "")
    name = str(wheel.get("name") or wheel.get("filename")
               or os.path.basename(unquote(urlsplit(url).path) or place))
    hashes = wheel.get("hashes") or {}
    if isinstance(wheel.get("hash"), str):  # uv.lock: "sha256:..."
        kind, _, digits = wheel["hash"].partition(":")
        hashes = {kind: digits}
    if not isinstance(hashes, dict) or not any(kind in hashes for kind in HASHES):
        raise Refused(f"{path}: {plain(name)} has no hash that is known here")
    size = wheel.get("size")
    return File(name, url=url if url else "", size=size if isinstance(size, int) else None,
                path="" if url else os.path.join(base, place), origin=path,
                hashes={kind: str(hashes[kind]).lower() for kind in HASHES if kind in hashes})


def _pin(inputs, name, version, origin, holds, extras=""):
    """Wants that version on the targets that holds() is true for."""
    wanted = Wanted(parse_requirement(f"{name}{extras}=={version}", origin), origin, alone=True)
    wanted.text = str(wanted.requirement)
    wanted.requirement.marker = holds
    inputs.wanted.append(wanted)


class Holds:
    """A marker for evaluate(): true where one of several is, with names that PEP 751 adds."""

    def __init__(self, markers, extras=(), groups=()):
        self.markers = markers  # None holds everywhere
        self.names = {"extras": frozenset(extras), "dependency_groups": frozenset(groups)}

    def evaluate(self, environment):
        environment = {**environment, **self.names}
        return any(marker is None or marker.evaluate(environment) for marker in self.markers)


def read_pylock(inputs, path, extras, groups):
    document = parse_toml(read_text(path), path)
    if str(document.get("lock-version", "")).split(".")[0] != "1":
        raise Refused(f"{path}: lock-version '{plain(document.get('lock-version'))}' is not known "
                      "here, 1 is")
    note_python(inputs, document.get("requires-python"), path)
    groups = groups or strings(document.get("default-groups", []), path, "default-groups")
    inputs.locked = True
    for package in _tables(document.get("packages", []), path, "packages"):
        name = canonicalize_name(str(package.get("name", "")))
        origin = f"{path}: {plain(name)}"
        if table(package, path, "directory"):
            directory = plain(package["directory"].get("path", "."))
            if package["directory"].get("editable"):
                refuse_editable(directory, origin)
            refuse_source(directory, origin)
        wheels = _tables(package.get("wheels", []), path, "wheels")
        archive = table(package, path, "archive")
        if archive and str(archive.get("url", archive.get("path", ""))).endswith(".whl"):
            wheels = [archive]
        files = [_file(wheel, path, os.path.dirname(path)) for wheel in wheels]
        if not files:
            sdist = table(package, path, "sdist") or archive or table(package, path, "vcs")
            refuse_source(str(sdist.get("name") or sdist.get("url") or name), origin)
        marker = _pep751_marker(package.get("marker"), origin)
        inputs.files += files
        version = package.get("version") or files[0].name.split("-")[1]
        note_python_of(package, files)
        _pin(inputs, name, version, origin, Holds([marker], extras, groups))


def note_python_of(package, files):
    for file in files:
        file.requires_python = package.get("requires-python")


def _pep751_marker(text, origin):
    """extras and dependency_groups are marker names that python3-packaging learned in 24.3."""
    if text and ("dependency_groups" in text or "extras" in text):
        try:
            Marker("'a' in extras")
        except InvalidMarker:
            raise Refused(f"{origin}: its marker asks for extras or dependency groups, which "
                          "python3-packaging knows from 24.3 on (Hint: lock what is wanted alone)"
                          ) from None
    return _marker(text, origin)


# -- uv.lock -------------------------------------------------------------------------------------

def _is_root(package):
    source = package.get("source", {})
    return isinstance(source, dict) and (
        source.get("virtual") == "." or source.get("editable") == ".")


class UvLock:
    """The packages of a uv.lock, and which of them are reached on a target."""

    def __init__(self, document, path):
        self.path = path
        self.packages = _tables(document.get("package", []), path, "package")
        self.by_name = {}
        for package in self.packages:
            name = canonicalize_name(str(package.get("name", "")))
            self.by_name.setdefault(name, []).append(package)

    def roots(self, extras, groups):
        roots = [package for package in self.packages if _is_root(package)]
        if len(roots) != 1:
            raise Refused(f"{self.path}: {len(roots)} projects at its root, and one is needed")
        yield from _tables(roots[0].get("dependencies", []), self.path, "dependencies")
        for kind, names in (("optional-dependencies", extras), ("dev-dependencies", groups)):
            known = table(roots[0], self.path, kind)
            for name in names:
                if name not in known:
                    raise Refused(f"{self.path}: no {kind} '{plain(name)}'")
                yield from _tables(known[name], self.path, kind)

    def _find(self, dependency):
        """The package of a dependency, which names the version where there are several."""
        name = canonicalize_name(str(dependency.get("name", "")))
        found = [package for package in self.by_name.get(name, ())
                 if dependency.get("version") in (None, package.get("version"))]
        if len(found) != 1:
            raise Refused(f"{self.path}: {plain(name)}: {len(found)} packages of that name")
        return name, found[0]

    def reached(self, dependencies, target):
        """(name, version) -> package, from the roots' dependencies on."""
        queue, seen, reached = list(dependencies), set(), {}
        while queue:
            dependency = queue.pop()
            marker = _marker(dependency.get("marker"), self.path)
            if marker and not marker.evaluate(target.environment()):
                continue
            name, package = self._find(dependency)
            if _is_root(package):
                continue
            reached[name, str(package.get("version", ""))] = package
            for extra in (None, *dependency.get("extra", ())):
                if (id(package), extra) in seen:
                    continue
                seen.add((id(package), extra))
                more = table(package, self.path, "optional-dependencies").get(extra, []) \
                    if extra else package.get("dependencies", [])
                queue += _tables(more, self.path, "dependencies")
        return reached


class OnTargets:
    """A marker that holds on the targets of a set."""

    def __init__(self, environments):
        self.environments = environments

    def evaluate(self, environment):
        return environment in self.environments


def _check_uv_source(package, name, path):
    source = table(package, path, "source")
    origin = f"{path}: {name}"
    if "editable" in source:
        refuse_editable(str(source["editable"]), origin)
    for kind in "directory", "virtual", "git":
        if kind in source:
            refuse_source(str(source[kind]), origin)
    if not package.get("wheels"):
        sdist = table(package, path, "sdist")
        refuse_source(str(sdist.get("url") or source.get("url") or name), origin)


def read_uv(inputs, path, extras, groups, targets):
    document = parse_toml(read_text(path), path)
    if document.get("version") != 1:
        raise Refused(f"{path}: version {plain(document.get('version'))} of uv.lock is not known "
                      "here, 1 is")
    note_python(inputs, document.get("requires-python"), path)
    lock = UvLock(document, path)
    dependencies = list(lock.roots(extras, groups))
    pins = {}
    for target in targets:
        for pin, package in lock.reached(dependencies, target).items():
            pins.setdefault(pin, (package, []))[1].append(target.environment())
    inputs.locked = True
    for (name, version), (package, environments) in sorted(pins.items()):
        _check_uv_source(package, name, path)
        registry = str(table(package, path, "source").get("registry") or "")
        folder = os.path.join(os.path.dirname(path), "" if "://" in registry else registry)
        for wheel in _tables(package["wheels"], path, "wheels"):
            if "url" in wheel and "://" in registry:
                wheel = {**wheel, "url": urljoin(registry, str(wheel["url"]))}
            inputs.files.append(_file(wheel, path, folder))
        _pin(inputs, name, version, f"{path}: {name}", OnTargets(environments))
