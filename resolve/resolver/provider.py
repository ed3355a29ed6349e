"""What resolvelib asks: one version of each package for all targets that want it, preferences as
pip has them, so that for one target the answer is pip's."""
import collections
import functools
import math
import operator
from dataclasses import dataclass

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from resolvelib import AbstractProvider

from .say import Refused, sentence

PYTHON = "<Python>"


@dataclass(frozen=True, eq=False)
class Need:
    """A requirement, and the targets for which its marker holds."""
    name: str
    extras: frozenset
    specifier: SpecifierSet
    targets: frozenset
    origin: str              # for sentences
    hashes: object = None    # frozenset of (kind, digits), or None for any
    file: object = None      # the one file that is meant (a URL or a path), or None
    alone: bool = False
    order: object = None     # the user's

    @property
    def identifier(self):
        return identify(self.name, self.extras)

    def __str__(self):
        return f"{self.identifier}{self.specifier}"


@dataclass(frozen=True, eq=False)
class Candidate:
    name: str
    extras: frozenset
    version: object
    targets: frozenset
    picks: dict              # target -> File; those without one are left out (--skip-missing)
    alone: bool = False

    @property
    def identifier(self):
        return identify(self.name, self.extras)

    def __str__(self):
        return f"{self.identifier} {self.version}"


def identify(name, extras):
    return f"{name}[{','.join(sorted(extras))}]" if extras else name


def holds(marker, target, extras):
    """Whether a marker is true on a target, with any of the extras."""
    try:
        return marker is None or any(marker.evaluate(target.environment(extra))
                                     for extra in extras or ("",))
    except (UndefinedComparison, UndefinedEnvironmentName, KeyError, ValueError) as error:
        raise Refused(f"the marker '{sentence(marker)}': {error}") from None


def is_pinned(specifier):
    return any(part.operator == "===" or (part.operator == "==" and not part.version.endswith(".*"))
               for part in specifier)


def combine(needs):
    return functools.reduce(operator.and_, (need.specifier for need in needs), SpecifierSet())


def allowed_hashes(needs):
    """What all of those that name hashes allow; None: any."""
    sets = [need.hashes for need in needs if need.hashes is not None]
    return frozenset.intersection(*sets) if sets else None


def has_hash(file, hashes):
    """As pip: a file without a known hash is looked at later, when it is fetched."""
    known = set(file.hashes.items())
    kinds = {kind for kind, _ in hashes or ()}
    return hashes is None or bool(known & hashes) or not any(kind in kinds for kind, _ in known)


class Provider(AbstractProvider):
    def __init__(self, targets, sources, store, report, inputs, skip_missing=False):
        self.targets = {target.name: target for target in targets}
        self.sources = sources
        self.store = store
        self.report = report
        self.inputs = inputs
        self.skip_missing = skip_missing
        self.depths = collections.defaultdict(lambda: math.inf)
        self.orders = {}
        self.made = {}
        self.constraints = collections.defaultdict(list)

    # -- which files, which versions -----------------------------------------------------------

    def best(self, files, target):
        """The wheel that is the best for a target among those of one version."""
        fitting = []
        for place, file in enumerate(files):
            rank = target.rank(file.wheel[3]) if file.wheel else None
            if rank is not None and target.takes_python(file.python):
                fitting.append((rank, tuple(-n if isinstance(n, int) else 0
                                            for n in file.wheel[2][:1]), place, file))
        return min(fitting)[3] if fitting else None

    def versions(self, files, specifier, names, partial):
        """version -> {target: file}, of the versions that all targets (partial: any) have."""
        of_version = collections.defaultdict(list)
        for file in files:
            if file.wheel and specifier.contains(file.version, prereleases=True):
                of_version[file.version].append(file)
        found = {}
        for version, members in of_version.items():
            picks = {name: self.best(members, target) for name, target in self.targets.items()
                     if name in names}
            picks = {name: file for name, file in picks.items() if file}
            if len(picks) == len(names) or (partial and picks):
                found[version] = picks
        return found

    def constrained(self, name, names):
        """The user's constraints on a package whose markers hold somewhere."""
        return [need for need in self.constraints.get(name, ()) if need.targets & names]

    def filtered(self, name, needs, names, partial):
        """(specifier, the versions of a package that are to be tried)"""
        specifier = combine([*needs, *self.constrained(name, names)])
        hashes = allowed_hashes([*needs, *self.constrained(name, names)])
        only = {need.file for need in needs if need.file}
        files = list(only) if only else self.sources.files(name)
        if len(only) > 1:
            return specifier, {}
        files = [file for file in files if has_hash(file, hashes)]
        found = self.versions(files, specifier, names, partial)
        # As for pip, a yanked version hides pre-releases all the same.
        pre = True if self.inputs.options.pre or only else None
        chosen = set(specifier.filter(found, prereleases=pre))
        clean = self.versions([file for file in files if file.yanked is None], specifier, names,
                              partial)
        if not chosen & set(clean) and is_pinned(specifier):
            clean = found
        return specifier, {version: picks for version, picks in clean.items() if version in chosen}

    def candidates(self, name, extras, needs):
        names = frozenset().union(*(need.targets for need in needs))
        _, found = self.filtered(name, needs, names, False)
        if not found and (self.skip_missing or self.may_lack(name, names)):
            _, found = self.filtered(name, needs, names, True)
            if not self.skip_missing and not self.inputs.locked:
                found = {version: picks for version, picks in found.items()
                         if all((name, target) in self.inputs.lacking
                                for target in names - set(picks))}
            most = max((len(picks) for picks in found.values()), default=0)
            found = {version: picks for version, picks in found.items() if len(picks) == most}
        kept = self.inputs.kept.get(name)
        order = sorted(found, key=lambda version: (str(version) == kept, version), reverse=True)
        alone = all(need.alone for need in needs)
        return [self.candidate(name, extras, version, names, found[version], alone)
                for version in order]

    def may_lack(self, name, names):
        """A lock says which package is left out where."""
        return any((name, target) in self.inputs.lacking for target in names)

    def candidate(self, name, extras, version, names, picks, alone):
        key = name, extras, version, names, tuple(picks.items()), alone
        if key not in self.made:
            self.made[key] = Candidate(name, extras, version, names, picks, alone)
        return self.made[key]

    # -- what resolvelib calls -------------------------------------------------------------------

    def identify(self, requirement_or_candidate):
        return requirement_or_candidate.identifier

    def get_preference(self, identifier, resolutions, candidates, information, backtrack_causes):
        needs = [need for need, _ in information[identifier]]
        operators = [part.operator for need in needs for part in need.specifier]
        order = self.orders.get(identifier)
        if order is None:
            depth = 1.0 + min(self.depths[parent.identifier] if parent else 0.0
                              for _, parent in information[identifier])
        else:
            depth = 1.0
        self.depths[identifier] = depth
        return (identifier != PYTHON, identifier == "setuptools",
                not any(need.file for need in needs),
                not any(part[:2] == "==" for part in operators),
                not self._is_cause(identifier, backtrack_causes),
                depth, math.inf if order is None else order, not operators, identifier)

    @staticmethod
    def _is_cause(identifier, causes):
        return any(identifier == cause.requirement.identifier
                   or (cause.parent and identifier == cause.parent.identifier) for cause in causes)

    def find_matches(self, identifier, requirements, incompatibilities):
        needs = list(requirements[identifier])
        if identifier == PYTHON:
            return [] if any(need.targets for need in needs) else [needs[0]]
        name, extras = needs[0].name, needs[0].extras
        files = {need.file for need in requirements.get(name, ()) if need.file} if extras else ()
        if files and not any(need.file for need in needs):
            needs += [need for need in requirements[name] if need.file]
        bad = list(incompatibilities[identifier])
        return [candidate for candidate in self.candidates(name, extras, needs)
                if not any(candidate.version == other.version and candidate.targets <= other.targets
                           for other in bad)]

    def is_satisfied_by(self, requirement, candidate):
        if requirement.identifier == PYTHON:
            return True
        return (requirement.targets <= candidate.targets
                and requirement.specifier.contains(candidate.version, prereleases=True)
                and (requirement.file is None or requirement.file in candidate.picks.values())
                and all(has_hash(file, requirement.hashes) for file in candidate.picks.values()))

    def get_dependencies(self, candidate):
        if isinstance(candidate, Need):
            return []
        if candidate.alone:
            return list(self._base(candidate))
        return [*self._base(candidate), *self._python(candidate),
                *self.required(candidate).values()]

    def _base(self, candidate):
        if candidate.extras:
            yield Need(candidate.name, frozenset(), SpecifierSet(f"=={candidate.version}"),
                       candidate.targets, str(candidate), alone=candidate.alone)

    def _python(self, candidate):
        """METADATA may want another Python than the index says: then there is no way."""
        for target, file in candidate.picks.items():
            python = self.store.metadata(file).python
            if not self.targets[target].takes_python(python):
                yield Need(PYTHON, frozenset(), python, frozenset([target]), str(candidate))

    def required(self, candidate):
        """What a candidate depends on: text of the requirement -> Need."""
        found = {}
        for target, file in candidate.picks.items():
            metadata = self.store.metadata(file)
            for requirement in metadata.requires:
                if not holds(requirement.marker, self.targets[target], sorted(candidate.extras)):
                    continue
                found.setdefault(_key(requirement), (requirement, set()))[1].add(target)
            for extra in candidate.extras - metadata.extras:
                self.report.warn(f"{candidate.name} {candidate.version} has no extra '{extra}'")
        return {key: self._need(requirement, frozenset(names), str(candidate))
                for key, (requirement, names) in found.items()}

    def _need(self, requirement, names, origin):
        if requirement.url:
            raise Refused(f"{origin} depends on {requirement}: a URL that its index does not "
                          "answer for, and which is not followed")
        return Need(canonicalize_name(requirement.name),
                    frozenset(map(canonicalize_name, requirement.extras)), requirement.specifier,
                    names, origin)


def _key(requirement):
    extras = ",".join(sorted(map(canonicalize_name, requirement.extras)))
    return canonicalize_name(requirement.name), extras, str(requirement.specifier)
