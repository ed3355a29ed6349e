"""A runtime of the tree: its marker environment and the tags of wheels that it takes, both told
by what was staged and never by the machine that resolves."""
import re
from dataclasses import dataclass
from functools import cached_property

from packaging.tags import compatible_tags, cpython_tags

from .say import Refused

# What wheels call the archs. The floating point of armel is not that of armv7l's wheels, which are
# hard-float by definition (PEP 600), so that only plain linux ones can be for it.
WHEEL_WORDS = {"x86_64": "x86_64", "aarch64": "aarch64", "riscv64": "riscv64", "armhf": "armv7l",
               "armel": "armv5tel", "i386": "i686", "ppc64le": "ppc64le", "s390x": "s390x",
               "mips64el": "mips64", "mipsel": "mips"}
LEGACY = {(2, 17): "manylinux2014", (2, 12): "manylinux2010", (2, 5): "manylinux1"}
PLATFORM = re.compile(r"(?:(?P<kind>manylinux|musllinux)_(?P<major>\d+)_(?P<minor>\d+)"
                      r"|(?P<legacy>manylinux(?:1|2010|2014))|linux)_(?P<arch>\w+)")
WORD = re.compile(r"([\w@.]+),(\w+),(3\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?\+?),"
                  r"(glibc|musl|static)-(\d+)\.(\d+)")


@dataclass(frozen=True)
class Target:
    name: str     # the arch, and "@3.X" for a Python beside the tree's default
    machine: str  # what uname -m says there
    python: str   # 3.11.2
    libc: str     # glibc, musl or static
    libc_version: tuple

    @property
    def arch(self):
        return self.name.partition("@")[0]

    @property
    def minor(self):
        return int(re.match(r"3\.(\d+)", self.python)[1])

    @property
    def libc_text(self):
        return f"{self.libc} {self.libc_version[0]}.{self.libc_version[1]}"

    def environment(self, extra=""):
        """The markers of PEP 508. What asks for the running machine is refused before."""
        return {"implementation_name": "cpython", "implementation_version": self.python,
                "os_name": "posix", "platform_machine": self.machine, "platform_release": "",
                "platform_system": "Linux", "platform_version": "",
                "python_full_version": self.python, "platform_python_implementation": "CPython",
                "python_version": f"3.{self.minor}", "sys_platform": "linux", "extra": extra}

    def _platforms(self):
        word = WHEEL_WORDS[self.arch]
        if self.libc == "static":  # it loads no extension module: a name that no wheel has
            yield "static"
            return
        major, minor = self.libc_version
        if self.libc == "musl":
            yield from (f"musllinux_{major}_{n}_{word}" for n in range(minor, -1, -1))
        elif self.arch != "armel":
            oldest = 5 if self.arch in ("x86_64", "i386") else 17
            for n in range(minor, oldest - 1, -1):
                yield f"manylinux_{major}_{n}_{word}"
                if (major, n) in LEGACY:
                    yield f"{LEGACY[major, n]}_{word}"
        yield f"linux_{word}"

    @cached_property
    def ranks(self):
        """Tag -> its place, the best first."""
        version, abi = (3, self.minor), f"cp3{self.minor}"
        platforms = list(self._platforms())
        ranks = {}
        for tag in [*cpython_tags(version, [abi], platforms),
                    *compatible_tags(version, abi, platforms)]:
            ranks.setdefault(tag, len(ranks))
        return ranks

    def rank(self, tags):
        """The place of the best of a wheel's tags; None if none of them fits."""
        return min((self.ranks[tag] for tag in tags if tag in self.ranks), default=None)

    def takes_python(self, specifier):
        return specifier.contains(self.python.rstrip("+"), prereleases=True)


def parse_target(word):
    parts = WORD.fullmatch(word)
    if not parts or parts[1].partition("@")[0] not in WHEEL_WORDS:
        raise Refused(f"--target {word}: not NAME,MACHINE,PYTHON,LIBC-VERSION")
    return Target(parts[1], parts[2], parts[3], parts[4], (int(parts[5]), int(parts[6])))


def parse_platform(platform):
    """(kind, version, wheel's word of the arch) of a platform tag; None for no Linux one."""
    parts = PLATFORM.fullmatch(platform)
    if not parts:
        return None
    if parts["legacy"]:
        version = next(v for v, name in LEGACY.items() if name == parts["legacy"])
        return "manylinux", version, parts["arch"]
    if parts["kind"]:
        return parts["kind"], (int(parts["major"]), int(parts["minor"])), parts["arch"]
    return "linux", None, parts["arch"]
