"""Requirements as users and packages write them, and what comes with them."""
import re
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement

from .say import Refused, plain

# They are of the machine that runs a marker, which a tree does not know.
OF_A_MACHINE = re.compile(r"\bplatform_(?:release|version)\b|\bplatform\.version\b")
REQUIREMENT_MAX = 4096


@dataclass
class Wanted:
    """A requirement of the user, with where it was found ("FILE:LINE")."""
    requirement: Requirement
    origin: str
    hashes: frozenset = frozenset()  # ("sha256", hex); none: any
    text: str = ""                   # for the lock's want line
    file: str = ""                   # a wheel on this machine
    alone: bool = False              # what it depends on is listed beside it (pylock.toml, uv.lock)

    @property
    def specifier(self):
        return self.requirement.specifier


@dataclass
class Options:
    """What inputs say of the indexes and of what to choose."""
    index: str = "https://pypi.org/simple/"
    extra_indexes: list = field(default_factory=list)
    no_index: bool = False
    find_links: list = field(default_factory=list)
    pre: bool = False
    require_hashes: bool = False


@dataclass
class Inputs:
    """All that was asked for."""
    wanted: list = field(default_factory=list)
    constraints: list = field(default_factory=list)
    options: Options = field(default_factory=Options)
    files: list = field(default_factory=list)      # index.File of a lock: nothing else is looked at
    locked: bool = False                           # files is all that there is
    lacking: set = field(default_factory=set)      # (name, target) that a lock leaves out
    pythons: list = field(default_factory=list)    # (SpecifierSet, origin) of requires-python
    kept: dict = field(default_factory=dict)       # name -> version that stands in the tree


def refuse_machine_marker(text, origin, marker=None):
    found = OF_A_MACHINE.search(marker or text)
    if found:
        raise Refused(f"{origin}: {plain(text)}: the marker {found[0]} asks for the machine that "
                      f"runs it, and a tree is for many (Hint: leave {found[0]} out)")


def _meant(text):
    """A hint for what is easily mistyped."""
    single = re.match(r"([\w.\[\],-]+?)\s*=\s*([\w.*+!-]+)$", text)
    return f" (Hint: {single[1]}=={single[2]})" if single else ""


def parse_requirement(text, origin):
    text = text.strip()
    if len(text) > REQUIREMENT_MAX:
        raise Refused(f"{origin}: a requirement of {len(text)} characters")
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise Refused(f"{origin}: '{plain(text)}' is no requirement: {reason}{_meant(text)}"
                      ) from None
    if any(not part.version for part in requirement.specifier):
        raise Refused(f"{origin}: '{plain(text)}' is no requirement: a version is missing")
    if requirement.marker:
        refuse_machine_marker(str(requirement), origin, str(requirement.marker))
    return requirement
