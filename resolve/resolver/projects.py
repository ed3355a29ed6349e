"""A project's pyproject.toml (PEP 621, PEP 735) and a script with an inline block (PEP 723)."""
import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from .local import read_text
from .req_file import parse_wanted
from .say import Refused, listed, plain

BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


def parse_toml(text, path):
    try:
        import tomllib
    except ImportError:
        raise Refused(f"{path}: to read TOML, /usr/bin/python3 has to be 3.11 or later (Hint: list "
                      "the requirements in a requirements.txt)") from None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} is no TOML: {plain(error)}") from None


def table(document, path, *keys):
    """The table below the keys, {} if there is none."""
    for key in keys:
        document = document.get(key, {})
        if not isinstance(document, dict):
            raise Refused(f"{path}: {'.'.join(keys)} is no table")
    return document


def strings(value, path, what):
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise Refused(f"{path}: {what} is no list of texts")
    return value


def note_python(inputs, value, origin):
    if value is None:
        return
    try:
        inputs.pythons.append((SpecifierSet(value), origin))
    except (InvalidSpecifier, TypeError, AttributeError):
        raise Refused(f"{origin}: requires-python '{plain(value)}' is no specifier") from None


def _pick(named, wanted, path, what):
    """The entries that were asked for, by normalised name; the others' names are told."""
    named = {canonicalize_name(key): value for key, value in named.items()}
    for name in wanted:
        if canonicalize_name(name) not in named:
            raise Refused(f"{path}: no {what} '{plain(name)}' (there are: "
                          f"{listed(sorted(named)) or 'none'})")
        yield named[canonicalize_name(name)]


def _group(groups, name, path, inside=()):
    """A dependency group with what it includes."""
    if name in inside:
        raise Refused(f"{path}: the dependency group '{plain(name)}' includes itself")
    group = next(_pick(groups, [name], path, "dependency group"))
    if not isinstance(group, list):
        raise Refused(f"{path}: dependency-groups.{plain(name)} is no list")
    for entry in group:
        if isinstance(entry, str):
            yield entry
        elif isinstance(entry, dict) and isinstance(entry.get("include-group"), str):
            yield from _group(groups, entry["include-group"], path, (*inside, name))
        else:
            raise Refused(f"{path}: dependency-groups.{plain(name)}: neither a requirement nor an "
                          "include-group")


def _refuse_sources(document, wanted, path):
    """An index would answer for a name that uv takes from elsewhere: with whatever it calls so."""
    sources = {canonicalize_name(name): name
               for name in table(document, path, "tool", "uv", "sources")}
    for one in wanted:
        name = sources.get(canonicalize_name(one.requirement.name))
        if name is not None:
            raise Refused(f"{path}: tool.uv.sources takes '{plain(name)}' from elsewhere than the "
                          "index, which is not followed (Hint: 'uv lock' writes where it is from "
                          "into a uv.lock, which is read)")


def _own_extras(texts, name, extras, path):
    """"name[extra]" within a project's own extras stands for that extra's requirements."""
    done, queue = set(), list(texts)
    while queue:
        text = queue.pop(0)
        wanted = parse_wanted(text, path)
        if canonicalize_name(wanted.requirement.name) != name:
            yield text
            continue
        new = [extra for extra in sorted(wanted.requirement.extras) if extra not in done]
        done.update(new)
        for texts_of_extra in _pick(extras, new, path, "extra"):
            queue.extend(strings(texts_of_extra, path, "an extra"))


def read_pyproject(inputs, path, extras, groups, text=None):
    document = parse_toml(read_text(path) if text is None else text, path)
    project = table(document, path, "project")
    dependency_groups = table(document, path, "dependency-groups")
    if not project and not groups:
        poetry = "poetry" in table(document, path, "tool")
        raise Refused(f"{path}: it has no [project] (Hint: " +
                      ("'poetry export' writes a requirements.txt, which -r takes)" if poetry else
                       "--group NAME takes a dependency group)"))
    if "dependencies" in project.get("dynamic", ()):
        raise Refused(f"{path}: its dependencies are dynamic: only a build tells them, and nothing "
                      "is built here (Hint: list them in a requirements.txt)")
    texts = [*strings(project.get("dependencies", []), path, "project.dependencies")]
    optional = table(document, path, "project", "optional-dependencies")
    for of_extra in _pick(optional, extras, path, "extra"):
        texts += strings(of_extra, path, "an extra")
    for name in groups:
        texts += _group(dependency_groups, name, path)
    name = canonicalize_name(str(project.get("name", "")))
    wanted = [parse_wanted(text, path) for text in _own_extras(texts, name, optional, path)]
    _refuse_sources(document, wanted, path)
    inputs.wanted += wanted
    note_python(inputs, project.get("requires-python"), path)


def has_block(text):
    return any(match["type"] == "script" for match in BLOCK.finditer(text))


def read_script(inputs, path, text):
    blocks = [match for match in BLOCK.finditer(text) if match["type"] == "script"]
    if len(blocks) > 1:
        raise Refused(f"{path}: {len(blocks)} blocks '# /// script', and there can be one")
    lines = blocks[0]["content"].splitlines(keepends=True)
    block = "".join(line[2:] if line.startswith("# ") else line[1:] for line in lines)
    document = parse_toml(block, path)
    texts = strings(document.get("dependencies", []), path, "dependencies")
    wanted = [parse_wanted(text, path) for text in texts]
    _refuse_sources(document, wanted, path)
    inputs.wanted += wanted
    note_python(inputs, document.get("requires-python"), path)
