"""etc/busypy/requirements.lock, written and read: see busypy-add(1), FILES."""
import re

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from .fetch import without_login
from .index import File
from .say import Refused, plain
from .targets import WHEEL_WORDS, parse_platform

HEAD = "# busypy lock 1"
FILE = re.compile(r"(\S+) ([0-9a-f]{64}) (\d+|-) (\S+) (\S.*)")


def usable(file, targets):
    """Whether a wheel is for any of our archs and one of the tree's Pythons: an arch that is staged
    later finds it in the lock, whatever its libc."""
    for tag in file.wheel[3]:
        platform = parse_platform(tag.platform)
        ours = tag.platform == "any" or (platform and platform[2] in WHEEL_WORDS.values())
        if ours and any(tag.interpreter == other.interpreter and tag.abi == other.abi
                        for target in targets for other in target.ranks):
            return True
    return False


def archs_text(file, names, wanted):
    if not names:
        return "-"
    return "any" if set(names) == set(wanted) and file.wheel[3] and all(
        tag.platform == "any" for tag in file.wheel[3]) else ",".join(sorted(names))


class Writer:
    def __init__(self, provider, store):
        self.provider = provider
        self.store = store

    def _files(self, package):
        """(line's fields) of the wheels that are used, then of others that an arch may use."""
        names = {}
        for target, file in package.picks.items():
            names.setdefault(file, []).append(target)
        others = [file for file in self.provider.sources.files(package.name)
                  if file.wheel and file.version == package.version and file not in names
                  and "sha256" in file.hashes and file.yanked is None
                  and file.name not in {used.name for used in names}
                  and usable(file, self.provider.targets.values())]
        for file in sorted([*names, *others], key=lambda file: file.name):
            size, digest = file.size, file.hashes.get("sha256")
            if file in names:
                _, size, sums = self.store.fetch(file)
                digest = sums["sha256"]
            yield (archs_text(file, names.get(file, ()), package.targets), digest,
                   "-" if size is None else size, file.name,
                   plain(without_login(file.url)) if file.url else file.path or "-")

    def package(self, package, needs):
        yield f"package {package.name} {package.version}"
        origin = next(iter(package.picks.values())).origin
        yield f"from {plain(origin)}"
        licence = self.store.metadata(next(iter(package.picks.values()))).licence
        if licence:
            yield f"licence {licence}"
        yield from (f"needs {name}" for name in needs)
        yield from (f"lacks {name}" for name in sorted(package.targets - set(package.picks)))
        for fields in self._files(package):
            yield "file " + " ".join(map(str, fields))

    def text(self, wanted, packages):
        """packages: [(Candidate, names that it needs)]"""
        lines = [HEAD]
        lines += sorted({f"want wheel {text}" for text in wanted})
        for package, needs in sorted(packages, key=lambda pair: pair[0].name):
            lines += self.package(package, needs)
        return "\n".join(lines) + "\n"


def is_lock(text):
    return text.startswith(HEAD + "\n")


class Lock:
    """A lock that was read: want lines, and the packages with their files."""

    def __init__(self, text, path):
        self.path = path
        self.wants = []     # (number, text)
        self.versions = {}  # name -> version
        self.files = []
        self.lacking = set()
        self.origin = path  # the package's, which its files keep
        name = None
        for number, line in enumerate(text.split("\n")[1:], 2):
            kind, _, rest = line.partition(" ")
            if kind == "want" and rest.startswith("wheel "):
                self.wants.append((number, rest.removeprefix("wheel ")))
            elif kind == "package":
                name, self.origin = self._package(rest, number), self.path
            elif kind == "from" and name:
                self.origin = rest
            elif kind == "lacks" and name:
                self.lacking.add((name, rest))
            elif kind == "file" and name:
                self._file(rest, number)
            elif kind not in ("licence", "needs", "want", ""):
                self._bad(number)

    def _bad(self, number):
        raise Refused(f"{self.path}:{number}: no line of a lock")

    def _package(self, rest, number):
        name, _, version = rest.partition(" ")
        try:
            self.versions[canonicalize_name(name)] = str(Version(version))
        except InvalidVersion:
            self._bad(number)
        return canonicalize_name(name)

    def _file(self, rest, number):
        match = FILE.fullmatch(rest)
        if not match:
            self._bad(number)
        _, digest, size, name, url = match.groups()
        web = url.startswith(("http://", "https://"))
        self.files.append(File(name, url=url if web else "", path="" if web or url == "-" else url,
                               origin=self.origin, hashes={"sha256": digest},
                               size=None if size == "-" else int(size)))
