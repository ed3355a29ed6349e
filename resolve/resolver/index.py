"""Indexes (PEP 503 as HTML, PEP 691 as JSON) and folders of --find-links: which files there are."""
import json
import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (InvalidSdistFilename, InvalidWheelFilename, canonicalize_name,
                             parse_sdist_filename, parse_wheel_filename)
from packaging.version import InvalidVersion, Version

from .fetch import Missing, without_login
from .say import Refused, plain, within_reason

ACCEPT = ("application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.2, "
          "text/html; q=0.1")
NAME_MAX = 255
SOUND_NAME = re.compile(r"[A-Za-z0-9_.+!-]+")
HASHES = ("sha256", "sha384", "sha512")


@dataclass(eq=False)
class File:
    """A file of an index, of a folder or of a lock."""
    name: str
    url: str = ""
    path: str = ""                 # or: a file of this machine
    origin: str = ""               # which index or folder
    hashes: dict = field(default_factory=dict)
    requires_python: object = None
    yanked: object = None          # None, or the reason, perhaps ""
    metadata: object = None        # PEP 658: None, or the hashes of URL.metadata
    size: object = None
    number: int = -1               # of path, for local.open()

    @cached_property
    def wheel(self):
        """(name, version, build, tags); None if it is no wheel."""
        try:
            return parse_wheel_filename(self.name)
        except (InvalidWheelFilename, InvalidVersion):
            return None

    @cached_property
    def source(self):
        """(name, version) of a source; None if it is none."""
        try:
            return parse_sdist_filename(self.name)
        except (InvalidSdistFilename, InvalidVersion):
            return None

    @cached_property
    def is_wheel(self):
        return self.name.endswith(".whl")

    @cached_property
    def python(self):
        """Requires-Python; any, if it cannot be read, as for pip."""
        try:
            return specifiers(self.requires_python or "")
        except (InvalidSpecifier, AttributeError, TypeError):
            return SpecifierSet()

    @property
    def project(self):
        return (self.wheel or self.source or ("",))[0]

    @property
    def version(self):
        parsed = self.wheel or self.source
        return parsed[1] if parsed else None


def specifiers(text):
    """A SpecifierSet that can be compared with: int() takes so many digits and no more."""
    try:
        found = SpecifierSet(text)
        for part in found:
            part.contains("0")
    except ValueError as error:
        raise InvalidSpecifier(str(error)) from None
    return found


class _Anchors(HTMLParser):
    def __init__(self):
        super().__init__()
        self.base = ""
        self.anchors = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.anchors.append({key: value or "" for key, value in attrs})
        elif tag == "base" and not self.base:
            self.base = dict(attrs).get("href") or ""


def _fragment_hash(fragment):
    kind, equals, digits = fragment.partition("=")
    return {kind: digits.lower()} if equals and kind in HASHES else {}


def _from_anchor(anchor, base):
    try:
        url = urljoin(base, anchor.get("href", "").strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    metadata = anchor.get("data-core-metadata", anchor.get("data-dist-info-metadata"))
    return File(unquote(parts.path).rpartition("/")[2], url.partition("#")[0],
                hashes=_fragment_hash(parts.fragment),
                requires_python=anchor.get("data-requires-python"),
                yanked=anchor.get("data-yanked"),
                metadata=None if metadata is None else _fragment_hash(metadata))


def read_html(data, where):
    parser = _Anchors()
    try:
        with within_reason(plain(where), len(data)):
            parser.feed(data.decode("utf-8", "replace"))
            parser.close()
        base = urljoin(where, parser.base)
    except (ValueError, AssertionError) as error:
        raise Refused(f"{plain(where)}: no page of an index (PEP 503): {plain(error)}") from None
    return [file for file in (_from_anchor(anchor, base) for anchor in parser.anchors) if file]


def _known_hashes(value):
    if not isinstance(value, dict):
        return {}
    return {kind: value[kind].lower() for kind in HASHES if isinstance(value.get(kind), str)}


def _from_json(entry, base):
    metadata = entry.get("core-metadata", entry.get("dist-info-metadata"))
    yanked = entry.get("yanked") or None
    size = entry.get("size")
    return File(str(entry.get("filename", "")), urljoin(base, str(entry.get("url", ""))),
                hashes=_known_hashes(entry.get("hashes")),
                requires_python=entry.get("requires-python"),
                yanked="" if yanked is True else yanked if yanked is None else str(yanked),
                metadata=_known_hashes(metadata) if metadata else None,
                size=size if isinstance(size, int) and size >= 0 else None)


def read_json(data, where):
    try:
        document = json.loads(data)
        files = document["files"]
        version = str(document.get("meta", {}).get("api-version", "1"))
        if version.split(".")[0] != "1":
            raise Refused(f"{plain(where)}: version {plain(version)} of the index's format is not "
                          "known here, 1 is")
        return [_from_json(entry, where) for entry in files]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Refused(f"{plain(where)}: no page of an index (PEP 691)") from None


def is_sound(file):
    """Whether the name can be one of a file here, and the URL one that is fetched."""
    return (len(file.name) <= NAME_MAX and SOUND_NAME.fullmatch(file.name) is not None
            and (bool(file.path) or urlsplit(file.url).scheme in ("http", "https")))


class Index:
    """An index by its URL."""

    def __init__(self, web, url):
        self.web = web
        self.url = url if url.endswith("/") else url + "/"
        self.shown = plain(without_login(self.url))

    def files(self, name):
        """The files of a project; None if there is no such project."""
        try:
            where, kind, data = self.web.page(urljoin(self.url, name + "/"), ACCEPT)
        except Missing:
            return None
        files = read_json(data, where) if kind.endswith("json") else read_html(data, where)
        return self._login(self._mark(files))

    def _mark(self, files):
        files = [file for file in files if is_sound(file)]
        for file in files:
            file.origin = self.shown
        return files

    def _login(self, files):
        """Files on the index's own server are fetched with the index's name and password."""
        mine = urlsplit(self.url)
        login, at, host = mine.netloc.rpartition("@")
        for file in files if at else ():
            parts = urlsplit(file.url)
            if (parts.scheme, parts.netloc) == (mine.scheme, host):
                file.url = parts._replace(netloc=f"{login}@{host}").geturl()
        return files


class LinksPage(Index):
    """A page of --find-links: files of all projects."""

    def __init__(self, web, url):
        super().__init__(web, url)
        self.url = url
        self.shown = plain(without_login(url))
        self.all = None

    def files(self, name):
        if self.all is None:
            try:
                where, kind, data = self.web.page(self.url, ACCEPT)
            except Missing:
                raise Refused(f"--find-links {self.shown}: there is no such page") from None
            files = read_json(data, where) if kind.endswith("json") else read_html(data, where)
            self.all = self._login(self._mark(files))
        return [file for file in self.all if file.project == name]


class Folder:
    """A folder of --find-links, listed before rights are given up."""

    def __init__(self, local, path):
        self.shown = os.path.abspath(path)
        self.all = []
        try:
            names = sorted(os.listdir(path))
        except OSError as error:
            raise Refused(f"--find-links {plain(path)}: {error.strerror}") from None
        for name in names:
            file = File(name, path=os.path.join(self.shown, name), origin=self.shown)
            if is_sound(file) and (file.wheel or file.source):
                file.number = local.allow(file.path)
                self.all.append(file)

    def files(self, name):
        return [file for file in self.all if file.project == name]


class Listed:
    """The files that a lock lists: nothing else is looked for."""

    def __init__(self, local, files, shown):
        self.shown = shown
        self.all = []
        for file in files:
            if not is_sound(file) or not file.wheel:
                raise Refused(f"{file.origin}: '{plain(file.name)}' is no name of a wheel")
            if file.path:
                file.number = local.allow(file.path)
            self.all.append(file)

    def files(self, name):
        return [file for file in self.all if file.project == name] or None


class Sources:
    """All indexes and folders; what each has of a project is one list, as for pip."""

    def __init__(self, places):
        self.places = places
        self.known = {}

    @property
    def shown(self):
        return ", ".join(place.shown for place in self.places)

    def files(self, name):
        """The sound files of a project, of wheels and sources with that very name."""
        name = canonicalize_name(name)
        if name not in self.known:
            found = [place.files(name) for place in self.places]
            self.known[name] = [file for files in found for file in files or ()
                                if file.project == name and isinstance(file.version, Version)]
        return self.known[name]


def make_sources(web, local, options):
    places = []
    for link in options.find_links:
        if link.startswith(("http://", "https://")):
            places.append(LinksPage(web, link))
        else:
            places.append(Folder(local, unquote(link.removeprefix("file://"))
                                 if link.startswith("file://") else link))
    if not options.no_index:
        for url in options.index, *options.extra_indexes:
            if not url.startswith(("http://", "https://")):
                raise Refused(f"the index {plain(url)} is neither http:// nor https:// (Hint: "
                              "--find-links takes a folder)")
        places += [Index(web, url) for url in (options.index, *options.extra_indexes)]
    return Sources(places)
