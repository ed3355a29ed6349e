"""requirements.txt, as pip reads it (its manual: Requirements File Format)."""
import os
import re
import shlex
from urllib.parse import unquote

from .local import read_text
from .say import Refused, plain
from .wanted import Wanted, parse_requirement

COMMENT = re.compile(r"(^|\s+)#.*$")
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
OPTION = re.compile(r"\s(?=--?[a-z])")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+", re.I)
OF_WINDOWS = re.compile(r"[a-z]:[\\/]|\.{0,2}\\", re.I)
HASH = re.compile(r"(sha256|sha384|sha512):([0-9a-fA-F]+)")
NESTED_MAX = 16
# Options that change nothing where only wheels are taken.
WITHOUT_EFFECT = {"--prefer-binary", "--only-binary", "--use-feature", "--no-use-pep517",
                  "--use-pep517"}
REFUSED = {
    "--no-binary": "it asks for sources, and nothing is built here",
    "--trusted-host": "certificates are checked for every host",
    "--global-option": "it is for a build, and nothing is built here",
    "--config-settings": "it is for a build, and nothing is built here",
    "--config-setting": "it is for a build, and nothing is built here",
}
SHORT = {"-r": "--requirement", "-c": "--constraint", "-i": "--index-url", "-f": "--find-links",
         "-e": "--editable"}
FLAGS = {"--no-index", "--pre", "--require-hashes", "--prefer-binary", "--use-pep517",
         "--no-use-pep517"}
TAKE_VALUES = {*SHORT.values(), *REFUSED, "--extra-index-url", "--hash", "--only-binary",
               "--use-feature"}
ARCHIVES = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz", ".tar")


def logical_lines(text):
    """(number of the first, line) with continuations joined and comments gone."""
    first, joined = 0, ""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        first = first or number
        comment = COMMENT.match(line) or line.lstrip().startswith("#")
        if line.endswith("\\") and not comment and number < len(lines):
            joined += line.removesuffix("\\")
            continue
        # A comment within a continued line ends it, as for pip.
        joined += (" " if joined and comment else "") + line.rstrip("\\")
        stripped = COMMENT.sub("", joined).strip()
        if stripped:
            yield first, stripped
        first, joined = 0, ""


def expand(line, origin):
    """${NAME} is the variable of the environment."""
    def value(match):
        if match[1] not in os.environ:
            raise Refused(f"{origin}: the variable {match[1]} is not set (Hint: export "
                          f"{match[1]}=...)")
        return os.environ[match[1]]

    return VARIABLE.sub(value, line)


def split_options(words, origin):
    """(option, value) for each of a line's options."""
    words = list(words)
    while words:
        name, equals, value = words.pop(0).partition("=")
        if not name.startswith("--") and len(name) > 2:  # -rFILE
            words.insert(0, name[2:] + equals + value)
            name, equals = name[:2], ""
        name = SHORT.get(name, name)
        if name in FLAGS:
            yield name, ""
        elif equals:
            yield name, value
        elif name not in TAKE_VALUES:
            raise Refused(f"{origin}: unknown option {plain(name)}")
        elif words:
            yield name, words.pop(0)
        else:
            raise Refused(f"{origin}: {name} lacks its value")


def parse_hash(value, origin):
    match = HASH.fullmatch(value.strip())
    if match and len(match[2]) * 4 != int(match[1][3:]):
        raise Refused(f"{origin}: --hash={plain(value)}: {len(match[2])} digits, and {match[1]} "
                      f"has {int(match[1][3:]) // 4}")
    if not match:
        raise Refused(f"{origin}: --hash={plain(value)}: not sha256, sha384 or sha512 and its "
                      "digits")
    return match[1], match[2].lower()


def refuse_editable(text, origin):
    raise Refused(f"{origin}: -e {plain(text)}: an editable installation leads back to a folder of "
                  "this machine, which a tree's clients do not have (Hint: 'pip wheel --no-deps "
                  f"{plain(text)}', and name the wheel)")


def refuse_source(text, origin):
    raise Refused(f"{origin}: {plain(text)}: a source, and nothing is built here (Hint: 'pip wheel "
                  f"--no-deps {plain(text)}', and name the wheel)")


def is_path(text):
    """Whether pip would take it for a path: no name, and it has a slash or is an archive."""
    word = text.split(" ;")[0].strip()
    return not SCHEME.match(word) and "@" not in word.partition("/")[0] and (
        word.startswith((".", "/", "~")) or "/" in word.partition(";")[0].partition("[")[0]
        or word.endswith((".whl", *ARCHIVES)))


def path_wanted(text, origin, hashes, base):
    """A requirement that is the path of a wheel."""
    path, _, marker = text.partition(" ;")
    path = os.path.join(base, path.strip())
    if not os.path.exists(path):
        raise Refused(f"{origin}: {plain(text)}: no such file")
    if not path.endswith(".whl"):
        refuse_source(text.strip(), origin)
    if os.path.basename(path).count("-") < 4:
        raise Refused(f"{origin}: {plain(os.path.basename(path))} is no name of a wheel (Hint: "
                      "NAME-VERSION-PYTHON-ABI-PLATFORM.whl)")
    name, version = os.path.basename(path).split("-")[:2]
    text = f"{name}=={version.replace('_', '-')}" + (f" ;{marker}" if marker else "")
    return Wanted(parse_requirement(text, origin), origin, hashes, text=text,
                  file=os.path.abspath(path))


def parse_wanted(text, origin, hashes=frozenset(), base=""):
    """A requirement of the command line or of a file."""
    if is_path(text) and not OF_WINDOWS.match(text):
        return path_wanted(text, origin, hashes, base)
    if OF_WINDOWS.match(text):
        raise Refused(f"{origin}: {plain(text)}: a path of Windows (Hint: with / between folders, "
                      "and without a drive)")
    if REPOSITORY.match(text):
        refuse_source(text, origin)
    if SCHEME.match(text):
        raise Refused(f"{origin}: {plain(text)}: a URL without a name (Hint: 'NAME @ URL', of a "
                      "wheel)")
    requirement = parse_requirement(text, origin)
    url = requirement.url
    if url and url.startswith("file://"):
        path = unquote(url.removeprefix("file://").removeprefix("localhost"))
        wanted = path_wanted(path, origin, hashes, base)
        wanted.requirement.name = requirement.name
        wanted.requirement.extras = requirement.extras
        wanted.requirement.marker = requirement.marker
        return wanted
    if url and not url.startswith(("http://", "https://")):
        refuse_source(text, origin)
    if url and not url.partition("#")[0].partition("?")[0].endswith(".whl"):
        refuse_source(text, origin)
    return Wanted(requirement, origin, hashes, text=plain(requirement))


def find_links_place(value, base):
    """As pip: beside the file that names it, if it is there."""
    beside = os.path.join(base, value)
    return beside if base and not SCHEME.match(value) and os.path.exists(beside) else value


class RequirementsFile:
    """A file and those that it names, added to inputs."""

    def __init__(self, inputs, read_other):
        self.inputs = inputs
        self.read_other = read_other  # (path, as_constraint, depth): a file of any kind

    def read(self, path, as_constraint=False, depth=0, text=None):
        if depth > NESTED_MAX:
            raise Refused(f"{path}: named by itself, or more than {NESTED_MAX} files deep")
        text = read_text(path) if text is None else text
        for number, line in logical_lines(text):
            origin = f"{path}:{number}"
            self._take(expand(line, origin), origin, os.path.dirname(path), as_constraint, depth)

    def _take(self, line, origin, base, as_constraint, depth):
        requirement, options = self._split(line, origin)
        if requirement:
            self._take_requirement(requirement, options, origin, base, as_constraint)
            return
        for name, value in options:
            if name in ("--requirement", "--constraint"):
                if SCHEME.match(value):
                    raise Refused(f"{origin}: {name} {plain(value)}: a URL (Hint: fetch it, and "
                                  "name the file)")
                other = os.path.join(base, value)
                if not os.path.exists(other):
                    raise Refused(f"{origin}: {name} {plain(value)}: no such file")
                self.read_other(other, as_constraint or name == "--constraint", depth + 1)
            elif name == "--editable":
                refuse_editable(value, origin)
            else:
                self._set(name, value, origin, base)

    @staticmethod
    def _split(line, origin):
        place = 0 if line.startswith("-") else None
        if place is None:
            found = OPTION.search(line)
            place = found.start() if found else len(line)
        try:
            words = shlex.split(line[place:])
        except ValueError as error:
            raise Refused(f"{origin}: {plain(line)}: {error}") from None
        return line[:place].strip(), list(split_options(words, origin))

    def _take_requirement(self, text, options, origin, base, as_constraint):
        hashes = set()
        for name, value in options:
            if name == "--hash":
                hashes.add(parse_hash(value, origin))
            elif name in REFUSED:
                raise Refused(f"{origin}: {name}: {REFUSED[name]}")
            else:
                raise Refused(f"{origin}: {plain(name)} does not belong behind a requirement")
        wanted = parse_wanted(text, origin, frozenset(hashes))
        if as_constraint and (wanted.requirement.url or wanted.file or wanted.requirement.extras):
            raise Refused(f"{origin}: {plain(text)}: a constraint has a name and versions only")
        (self.inputs.constraints if as_constraint else self.inputs.wanted).append(wanted)

    def _set(self, name, value, origin, base):
        options = self.inputs.options
        if name == "--index-url":
            options.index = value
        elif name == "--extra-index-url":
            options.extra_indexes.append(value)
        elif name == "--find-links":
            options.find_links.append(find_links_place(value, base))
        elif name == "--no-index":
            options.no_index = True
        elif name == "--pre":
            options.pre = True
        elif name == "--require-hashes":
            options.require_hashes = True
        elif name in REFUSED:
            raise Refused(f"{origin}: {name}: {REFUSED[name]}")
        elif name not in WITHOUT_EFFECT:
            raise Refused(f"{origin}: unknown option {plain(name)}")
