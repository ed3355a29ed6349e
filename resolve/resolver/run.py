"""The order: options, local files, rights given up, resolution, wheels, the lock."""
import argparse
import os
import sys

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from .failure import Diagnosis, explain, refuse_too_deep
from .fetch import Web
from .index import File, Listed, Sources, make_sources
from .inputs import Reader
from .local import Local, without_rights
from .lockfile import Writer
from .provider import Need, Provider, holds, is_pinned
from .say import Refused, Report, listed, plain, sentence
from .store import Store
from .targets import parse_target

ROUNDS = 20_000


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Refused(message)


def parse_arguments(words):
    parser = _Parser(prog="resolve", add_help=False, allow_abbrev=False)
    several = {"action": "append", "default": []}
    parser.add_argument("--to", required=True)
    parser.add_argument("--target", **several)
    parser.add_argument("-r", "--requirement", **several)
    parser.add_argument("-c", "--constraint", **several)
    parser.add_argument("-i", "--index-url")
    parser.add_argument("--extra-index-url", **several)
    parser.add_argument("-f", "--find-links", **several)
    for name in "--extra", "--group", "--prefer", "--upgrade":
        parser.add_argument(name, **several)
    for name in "--no-index", "--pre", "--require-hashes", "--skip-missing", "--upgrade-all":
        parser.add_argument(name, action="store_true")
    parser.add_argument("words", nargs="*")
    return parser.parse_args(words)


# -- what was asked for, as needs ----------------------------------------------------------------

def need_of(wanted, provider, local_files, report, order=None):
    requirement = wanted.requirement
    names = frozenset(name for name, target in provider.targets.items()
                      if holds(requirement.marker, target, ()))
    if not names:
        if not wanted.alone:
            report.warn(f"{wanted.origin}: {plain(requirement)} is left out: its marker holds for "
                        "no arch of the tree")
        return None
    file = local_files.get(wanted.file)
    if requirement.url:
        file = url_file(requirement.url, wanted.origin)
    if file and file.wheel and file.project != canonicalize_name(requirement.name):
        raise Refused(f"{wanted.origin}: {file.name} is not a wheel of {requirement.name}")
    return Need(canonicalize_name(requirement.name),
                frozenset(map(canonicalize_name, requirement.extras)), requirement.specifier, names,
                wanted.origin, wanted.hashes or None, file, wanted.alone, order)


def url_file(url, origin):
    """A wheel by its URL, perhaps with "#sha256=..."."""
    address, _, fragment = url.partition("#")
    kind, _, digits = fragment.partition("=")
    name = address.partition("?")[0].rpartition("/")[2].replace("%2B", "+").replace("%21", "!")
    file = File(name, url=address, origin=plain(address),
                hashes={kind: digits.lower()} if kind in ("sha256", "sha384", "sha512") else {})
    if not file.wheel:
        raise Refused(f"{origin}: {plain(url)}: '{plain(name)}' is no name of a wheel")
    return file


def make_needs(inputs, provider, local_files, report):
    """The user's needs, in their order; files of one URL are one file."""
    needs, urls = [], {}
    for order, wanted in enumerate(inputs.wanted):
        need = need_of(wanted, provider, local_files, report, order)
        if not need:
            continue
        if need.file and need.file.url:
            same = urls.setdefault(need.file.url, need.file)
            need = Need(need.name, need.extras, need.specifier, need.targets, need.origin,
                        need.hashes, same, need.alone, order)
        provider.orders.setdefault(need.identifier, order)
        needs.append(need)
    for wanted in inputs.constraints:
        need = need_of(wanted, provider, {}, report) if wanted.requirement else None
        if need:
            provider.constraints[need.name].append(need)
    return needs


def check_pythons(inputs, targets):
    for specifier, origin in inputs.pythons:
        for target in targets:
            if not target.takes_python(specifier):
                raise Refused(f"{origin}: it wants Python {specifier}, and the tree's is "
                              f"{target.python} ({target.name})")


def hashes_required(inputs):
    """As pip: one hash, and all have to have one."""
    return inputs.options.require_hashes or any(wanted.hashes for wanted in inputs.wanted)


def check_hashed(needs):
    for need in needs:
        if need.hashes is None and not (need.file and need.file.hashes):
            raise Refused(f"{need.origin}: {need} has no --hash, and others have (Hint: "
                          "'pip-compile --generate-hashes' writes all)")
        if not is_pinned(need.specifier) and not need.file:
            raise Refused(f"{need.origin}: {need} has a --hash, so its version has to be pinned "
                          "by ==")


# -- the work -------------------------------------------------------------------------------------

class Work:
    """What is done without rights; called with who opens and makes files."""

    def __init__(self, arguments, targets, inputs, sources, web, local_files):
        self.arguments = arguments
        self.targets = targets
        self.inputs = inputs
        self.sources = sources
        self.web = web
        self.local_files = local_files
        self.report = Report()

    def __call__(self, files):
        return guarded(lambda: self._run(files), self.report)

    def _run(self, files):
        store = Store(self.web, files)
        provider = Provider(self.targets, self.sources, store, self.report, self.inputs,
                            self.arguments.skip_missing)
        needs = make_needs(self.inputs, provider, self.local_files, self.report)
        if hashes_required(self.inputs):
            check_hashed(needs)
        mapping = self._resolve(provider, needs)
        packages = merge(mapping)
        self._note(provider, packages, needs)
        store.keep([file for package in packages for file in set(package.picks.values())])
        check_fetched(packages, needs, store, hashes_required(self.inputs))
        edges = needed(provider, mapping, packages)
        text = Writer(provider, store).text([wanted.text for wanted in self.inputs.wanted],
                                            [(package, edges[package.name])
                                             for package in packages])
        with open(files.make("requirements.lock"), "w", encoding="utf-8") as out:
            out.write(text)

    def _resolve(self, provider, needs):
        try:
            return Resolver(provider, BaseReporter()).resolve(needs, max_rounds=ROUNDS).mapping
        except ResolutionImpossible as error:
            explain(provider, error.causes)
        except ResolutionTooDeep:
            refuse_too_deep(ROUNDS)

    def _note(self, provider, packages, needs):
        """Warnings about what was chosen."""
        for package in packages:
            for file in set(package.picks.values()):
                if file.yanked is not None:
                    reason = f": '{plain(file.yanked)}'" if file.yanked else ""
                    self.report.warn(f"{package.name} {package.version} was yanked by its authors"
                                     f"{reason}, and is taken because it is pinned")
            missing = package.targets - set(package.picks)
            if missing:
                all_of = Need(package.name, frozenset(), SpecifierSet(), missing, "")
                diagnosis = Diagnosis(provider, [all_of])
                for name, target, version in diagnosis.table(diagnosis.targets):
                    self.report.lacks(name, target, version)


def merge(mapping):
    """One candidate of each package: with extras or without, the wheels are the same."""
    packages = {}
    for candidate in mapping.values():
        if not isinstance(candidate, Need) and not candidate.extras:
            packages[candidate.name] = candidate
    return [packages[name] for name in sorted(packages)]


def check_fetched(packages, needs, store, required):
    """What a requirement's --hash says of the bytes, where the index said nothing."""
    hashes = {}
    for need in needs:
        if need.hashes is not None:
            hashes.setdefault(need.name, (need, []))[1].append(need.hashes)
    for package in packages:
        for file in set(package.picks.values()):
            sums = store.fetch(file)[2]
            need, allowed = hashes.get(package.name, (None, []))
            if not all(set(sums.items()) & each for each in allowed):
                raise Refused(f"{file.name}: its sha256 is {sums['sha256']}, which {need.origin} "
                              "does not allow")
            if required and not allowed and not any(need.file is file for need in needs):
                raise Refused(f"{package.name}=={package.version}: something depends on it, and it "
                              "has no --hash as the others have (Hint: 'pip-compile "
                              "--generate-hashes' writes all)")


def needed(provider, mapping, packages):
    """name -> sorted names that it needs, of those that were resolved."""
    known = {package.name for package in packages}
    edges = {name: set() for name in known}
    for candidate in mapping.values():
        if not isinstance(candidate, Need):
            names = {need.name for need in provider.required(candidate).values()}
            edges[candidate.name] |= names & known - {candidate.name}
    return {name: sorted(names) for name, names in edges.items()}


def guarded(work, report):
    """Runs it; what is to be told is printed, and the status is returned."""
    status = 0
    try:
        work()
    except Refused as refused:
        for name, target, version in refused.lacks:
            report.lacks(name, target, version)
        print(f"E: {sentence(refused)}", file=sys.stderr)
        status = 1
    except (MemoryError, RecursionError) as error:
        print(f"E: an index or a package is too large or too deep: {type(error).__name__}",
              file=sys.stderr)
        status = 1
    except Exception as error:  # what servers and authors write has no end of kinds
        print("E: " + sentence("an index, a package or a file has what cannot be understood here: "
                               f"{type(error).__name__}: {error}"), file=sys.stderr)
        status = 1
    for line in report.lines:
        print(line)
    return status


def prepare(words):
    """What needs the user's rights: all files that were named are read or listed."""
    arguments = parse_arguments(words)
    targets = [parse_target(word) for word in arguments.target]
    if not targets or len({target.name for target in targets}) != len(targets):
        raise Refused("--target: at least one, and each once")
    local = Local(arguments.to)
    inputs = Reader(arguments, targets).all()
    if not inputs.wanted:
        raise Refused(f"{listed(map(plain, arguments.requirement)) or 'the command line'}: no "
                      "requirement in it, so there is nothing to add")
    check_pythons(inputs, targets)
    web = Web()
    sources = Sources([Listed(local, inputs.files, "the lock")]) if inputs.locked else \
        make_sources(web, local, inputs.options)
    local_files = {}
    for wanted in inputs.wanted:
        if wanted.file and wanted.file not in local_files:
            local_files[wanted.file] = local_wheel(local, wanted)
    return local, Work(arguments, targets, inputs, sources, web, local_files)


def local_wheel(local, wanted):
    file = File(os.path.basename(wanted.file), path=wanted.file, origin=wanted.file)
    if not file.wheel:
        raise Refused(f"{wanted.origin}: {file.name} is no name of a wheel")
    file.number = local.allow(file.path)
    return file


def main(words):
    prepared = []
    status = guarded(lambda: prepared.extend(prepare(words)), Report())
    if status:
        return status
    local, work = prepared
    return without_rights(local, work)
