"""Why there is no resolution: one sentence for each kind, with what to do."""
from .provider import PYTHON, allowed_hashes, combine, has_hash, is_pinned
from .say import Refused, listed, plain
from .targets import WHEEL_WORDS, parse_platform


def versions_text(versions):
    return listed(sorted(versions, reverse=True))


def origins(needs):
    return listed(sorted({plain(need.origin) for need in needs}), 3)


def fits_python(tag, target):
    return any(tag.interpreter == other.interpreter and tag.abi == other.abi
               for other in target.ranks)


def arch_word(tag):
    platform = parse_platform(tag.platform)
    return platform and platform[2]


class Diagnosis:
    """Looks at one package that has no version for those who need it."""

    def __init__(self, provider, needs):
        self.provider = provider
        self.needs = needs
        self.name = needs[0].name
        wanting = frozenset().union(*(need.targets for need in needs))
        self.names = [name for name in provider.targets if name in wanting]
        self.targets = [provider.targets[name] for name in self.names]
        self.constraints = provider.constrained(self.name, frozenset(self.names))
        self.specifier = combine([*needs, *self.constraints])
        only = [need.file for need in needs if need.file]
        self.only = bool(only)
        self.all = only or provider.sources.files(self.name)
        self.matching = [file for file in self.all
                         if self.specifier.contains(file.version, prereleases=True)]
        self.what = f"{self.name}{self.specifier}"
        self.by = f"wanted by {origins([*needs, *self.constraints])}"

    def refuse(self):
        """Raises the sentence of the first cause that explains it alone."""
        for cause in (self.no_project, self.no_version, self.only_sources, self.no_hash,
                      self.yanked, self.python, self.one_url, self.missing, self.pre):
            cause()
        raise Refused(f"{self.what}: no version fits ({self.by})")

    def no_project(self):
        if self.all:
            return
        if self.provider.inputs.locked:
            raise Refused(f"{self.what}: the lock does not have it ({self.by})")
        shown = self.provider.sources.shown
        if not shown:
            raise Refused(f"{self.name}: --no-index, and no --find-links: there is nothing to look "
                          f"for it in ({self.by}) (Hint: --find-links DIR names a folder of "
                          "wheels)")
        raise Refused(f"{self.name}: no package of that name in {shown} ({self.by})")

    def no_version(self):
        if self.matching:
            return
        if any(combine(self.needs).contains(file.version, prereleases=True) for file in self.all):
            refuse_conflict(self.provider, self.needs)
        have = versions_text({file.version for file in self.all})
        raise Refused(f"{self.what}: no such version, there is {have} ({self.by})")

    def only_sources(self):
        """Wheels for no Linux count as none; they are the missing ones."""
        if any(file.wheel for file in self.matching):
            return
        newest = max(self.matching, key=lambda file: file.version)
        version = newest.version
        raise Refused(f"{self.name} {version}: there is only its source, {newest.name}, and "
                      f"nothing is built here; {self.by} (Hint: 'pip wheel --no-deps "
                      f"{self.name}=={version}' makes a wheel, and --find-links DIR takes it)")

    def no_hash(self):
        hashes = allowed_hashes([*self.needs, *self.constraints])
        wheels = [file for file in self.matching if file.wheel]
        if hashes is None or any(has_hash(file, hashes) for file in wheels):
            self.matching = [file for file in self.matching if has_hash(file, hashes)]
            return
        raise Refused(f"{self.what}: none of its {len(wheels)} wheels has a hash that "
                      f"{origins(self.needs)} allows (Hint: was it locked for sources, or did the "
                      "index change? 'pip hash FILE' tells a file's)")

    def yanked(self):
        left = [file for file in self.matching if file.yanked is None and file.wheel]
        taken = [file for file in self.matching if file.yanked is not None]
        if left or not taken or is_pinned(self.specifier):
            self.matching = left or self.matching
            return
        newest = max(taken, key=lambda file: file.version)
        reason = f": '{plain(newest.yanked)}'" if newest.yanked else ""
        raise Refused(f"{self.what}: {newest.version} was yanked by its authors{reason}, and "
                      f"nothing else fits ({self.by}) (Hint: {self.name}=={newest.version} takes "
                      "it all the same)")

    def python(self):
        wheels = [file for file in self.matching if file.wheel]
        refusing = [target for target in self.targets
                    if not any(target.takes_python(file.python) for file in wheels)]
        if not refusing:
            return
        newest = max(wheels, key=lambda file: file.version)
        raise Refused(f"{self.name} {newest.version}: it wants Python {newest.python}, and the "
                      f"tree's is {refusing[0].python} ({self.where(refusing)}); {self.by}")

    def where(self, targets):
        return "all archs" if len(targets) == len(self.provider.targets) > 1 else listed(
            target.name for target in targets)

    def one_url(self):
        if not self.only:
            return
        file = self.all[0]
        lacking = [target for target in self.targets if not self.provider.best([file], target)]
        if lacking:
            raise Refused(f"{self.name} @ {plain(file.url or file.path)}: one file, which does not "
                          f"fit {self.where(lacking)}; {self.by} (Hint: name the package, and let "
                          "an index or --find-links have a wheel for each arch)")

    # -- wheels that some archs lack ---------------------------------------------------------------

    def newest_for(self, target, files):
        """The newest version that has a wheel for a target."""
        return max((file.version for file in files
                    if file.wheel and self.provider.best([file], target)), default=None)

    def lacks(self):
        """(name, target, newest version that has it) of the targets that the newest one lacks."""
        version = self.showing()
        files = [file for file in self.matching if file.version == version]
        return [(self.name, target.name, self.newest_for(target, self.all))
                for target in self.targets
                if not self.provider.best([file for file in files if file.wheel], target)]

    def showing(self):
        """The version that is spoken of: the newest that is not a pre-release and has wheels."""
        wheels = {file.version for file in self.matching if file.wheel}
        return max({v for v in wheels if not v.is_prerelease} or wheels)

    def missing(self):
        version = self.showing()
        wheels = [file for file in self.matching if file.wheel and file.version == version]
        lacking = [target for target in self.targets if not self.provider.best(wheels, target)]
        if not lacking:
            lacking = self.apart()
            raise Refused(f"{self.what}: no version has a wheel for all of {listed(self.names)}: "
                          f"each lacks one ({self.by})", self.table(lacking))
        target = lacking[0]
        self.locked_elsewhere(version, lacking)
        reason = (self.newer_libc(wheels, target) or self.other_python(wheels, target)
                  or f"no wheel for {self.where(lacking)}{self.there_is(wheels)}")
        hint = ("--skip-missing adds what there is for the others"
                if len(lacking) < len(self.provider.targets) else self.older(lacking))
        raise Refused(f"{self.name} {version}: {reason}; {self.by}" + (f" (Hint: {hint})" if hint
                                                                       else ""), self.lacks())

    def locked_elsewhere(self, version, lacking):
        """Hashes that were taken on one machine are of its own wheels."""
        hashes = allowed_hashes(self.needs)
        refused = [file for file in self.all if file.wheel and file.version == version
                   and not has_hash(file, hashes)]
        if refused and self.provider.best(refused, lacking[0]):
            raise Refused(f"{self.name} {version}: no wheel for {self.where(lacking)} that has a "
                          f"hash of {origins(self.needs)} (Hint: it was locked for one machine; "
                          "'pip-compile --generate-hashes' lists the hashes of all wheels)")

    def apart(self):
        return [target for target in self.targets if not self.newest_for(target, self.matching)]

    def table(self, lacking):
        return [(self.name, target.name, self.newest_for(target, self.all)) for target in lacking]

    def older(self, lacking):
        version = self.newest_for(lacking[0], self.all)
        return f"the newest version with one is {version}" if version else ""

    def there_is(self, wheels):
        tags = sorted({tag.platform for file in wheels for tag in file.wheel[3]})
        return f" (there is {listed(tags, 4)})"

    def newer_libc(self, wheels, target):
        """A wheel for the arch that is built for another libc than the staged one."""
        word = WHEEL_WORDS[target.arch]
        wanted = []
        for file in wheels:
            for tag in file.wheel[3]:
                platform = parse_platform(tag.platform)
                if platform and platform[1] and platform[2] == word and fits_python(tag, target):
                    libc = "musl" if platform[0] == "musllinux" else "glibc"
                    wanted.append((libc, platform[1]))
        if not wanted:
            return None
        same = [version for libc, version in wanted if libc == target.libc]
        libc = target.libc if same else wanted[0][0]
        version = min(same) if same else min(version for _, version in wanted)
        return (f"its wheel for {target.name} is built for {libc} {version[0]}.{version[1]}, and "
                f"the tree has {target.libc_text}")

    def other_python(self, wheels, target):
        word = WHEEL_WORDS[target.arch]
        tags = {f"{tag.interpreter}-{tag.abi}" for file in wheels for tag in file.wheel[3]
                if tag.platform == "any" or arch_word(tag) == word}
        if not tags:
            return None
        return (f"its wheels for {target.name} are for {listed(sorted(tags), 4)}, and the tree has "
                f"Python 3.{target.minor}")

    def pre(self):
        raise Refused(f"{self.what}: there are only pre-releases, "
                      f"{versions_text({file.version for file in self.matching})} ({self.by}) "
                      "(Hint: name one, or --pre)")


def _has_any(provider, needs):
    return bool(provider.candidates(needs[0].name, needs[0].extras, needs))


def _want(need):
    return f"{plain(need.origin)} wants {need}"


def refuse_conflict(provider, needs):
    name = needs[0].name
    files = {need.file for need in needs if need.file}
    if len(files) > 1:
        raise Refused(f"{name}: two files are wanted, "
                      f"{listed(sorted(plain(file.url or file.path) for file in files))}")
    wants = sorted({_want(need) for need in needs})
    held = [f"{plain(need.origin)} has {need.name}{need.specifier}"
            for need in provider.constrained(name, needs[0].targets.union(
                *(need.targets for need in needs)))]
    raise Refused(f"{name}: no version is right for all: {listed(wants + held)} (one version of a "
                  "package serves all archs)")


def explain(provider, causes):
    """The sentence for resolvelib's causes, which are needs that cannot be met together."""
    groups = {}
    for need, parent in causes:
        groups.setdefault(need.name, []).append((need, parent))
    pythons = [need for need, _ in groups.pop(PYTHON, ())]
    for members in groups.values():
        for need, _ in members:
            if not _has_any(provider, [need]):
                Diagnosis(provider, [need]).refuse()
    for members in groups.values():
        needs = [need for need, _ in members]
        if len({str(need.specifier) for need in needs}) == 1 and not _has_any(provider, needs):
            Diagnosis(provider, needs).refuse()
    if pythons:
        need = pythons[0]
        target = next(t for name, t in provider.targets.items() if name in need.targets)
        raise Refused(f"{need.origin}: it wants Python {need.specifier}, and the tree's is "
                      f"{target.python} ({target.name})")
    refuse_conflict(provider, [need for need, _ in max(groups.values(), key=len)])


def refuse_too_deep(rounds):
    raise Refused(f"no resolution in {rounds} rounds (Hint: narrow the versions of what is wanted)")
