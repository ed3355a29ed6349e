"""Reads what was asked for: words, files of each kind, and the lock that stands in the tree."""
import os

from packaging.utils import canonicalize_name

from .local import read_text
from .lockfile import Lock, is_lock
from .locks import read_pylock, read_uv
from .projects import has_block, read_pyproject, read_script
from .req_file import RequirementsFile, parse_wanted
from .say import Refused, plain
from .wanted import Inputs

COMMAND_LINE = "the command line"


def is_pylock(name):
    return name == "pylock.toml" or (name.startswith("pylock.") and name.endswith(".toml"))


class Reader:
    def __init__(self, arguments, targets):
        self.arguments = arguments
        self.targets = targets
        self.inputs = Inputs()
        self.requirements = RequirementsFile(self.inputs, self.read)
        self.used_names = False  # --extra or --group were for a file

    def read(self, path, as_constraint=False, depth=0):
        """One file, of whatever kind it is."""
        name = os.path.basename(path)
        text = read_text(path)
        extras, groups = self.arguments.extra, self.arguments.group
        if as_constraint and (name in ("pyproject.toml", "uv.lock") or is_pylock(name)):
            raise Refused(f"-c {path}: constraints are lines as in requirements.txt")
        if name == "pyproject.toml":
            self.used_names = True
            read_pyproject(self.inputs, path, extras, groups, text)
        elif is_pylock(name):
            self.used_names = True
            read_pylock(self.inputs, path, extras, groups)
        elif name == "uv.lock":
            self.used_names = True
            read_uv(self.inputs, path, extras, groups, self.targets)
        elif is_lock(text):
            self._lock(Lock(text, path))
        elif has_block(text):
            read_script(self.inputs, path, text)
        elif name.endswith(".py") or text.startswith("#!"):
            raise Refused(f"{path}: a script without a block '# /// script' that names what it "
                          "needs (PEP 723)")
        elif name.endswith(".toml"):
            raise Refused(f"{path}: of TOML files there are pyproject.toml, pylock.toml and "
                          "pylock.NAME.toml")
        else:
            self.requirements.read(path, as_constraint, depth, text)

    def _lock(self, lock):
        """--locked: the lock's files are all that there is."""
        self.inputs.locked = True
        self.inputs.files += lock.files
        self.inputs.lacking |= lock.lacking
        self.inputs.wanted += [parse_wanted(text, f"{lock.path}:{number}")
                               for number, text in lock.wants]

    def _prefer(self, path):
        """What stands in the tree stays, but for what is to be upgraded."""
        text = read_text(path)
        if not is_lock(text):
            raise Refused(f"{path}: no requirements.lock of a tree")
        lock = Lock(text, path)
        upgraded = {canonicalize_name(name) for name in self.arguments.upgrade}
        for name in sorted(upgraded - set(lock.versions)):
            raise Refused(f"--upgrade {plain(name)}: the tree does not have it")
        given = {canonicalize_name(wanted.requirement.name) for wanted in self.inputs.wanted}
        for number, want in lock.wants:
            wanted = parse_wanted(want, f"{lock.path}:{number}")
            # Who asks for a package again means that, and not what was asked for before.
            if canonicalize_name(wanted.requirement.name) not in given:
                self.inputs.wanted.append(wanted)
        if not self.arguments.upgrade_all:
            self.inputs.kept = {name: version for name, version in lock.versions.items()
                                if name not in upgraded}
            # What was left out with --skip-missing stays so, and does not hinder what is added.
            self.inputs.lacking |= {(name, target) for name, target in lock.lacking
                                    if name in self.inputs.kept}

    def _options(self):
        options, arguments = self.inputs.options, self.arguments
        options.index = arguments.index_url or options.index
        options.extra_indexes += arguments.extra_index_url
        options.find_links += arguments.find_links
        options.no_index = options.no_index or arguments.no_index
        options.pre = options.pre or arguments.pre
        options.require_hashes = options.require_hashes or arguments.require_hashes

    def all(self):
        self.inputs.wanted += [parse_wanted(word, COMMAND_LINE) for word in self.arguments.words]
        for path in self.arguments.requirement:
            self.read(path)
        for path in self.arguments.constraint:
            self.read(path, as_constraint=True)
        for kind, names in ("--extra", self.arguments.extra), ("--group", self.arguments.group):
            if names and not self.used_names:
                raise Refused(f"{kind} is for a pyproject.toml, pylock.toml or uv.lock")
        for path in self.arguments.prefer:
            self._prefer(path)
        self._options()
        return self.inputs
