"""The wheels that are fetched, each once and its hash checked, and what their METADATA says."""
import email.parser
import hashlib
import lzma
import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from .fetch import Missing
from .index import specifiers
from .say import Refused, plain, within_reason

METADATA_MAX = 8 << 20
MEMBERS_MAX = 200_000
LICENCE_MAX = 200
CHUNK = 1 << 20
# Metadata that was written before PEP 440 and 508, as setuptools' own pkg_resources took it.
LEGACY_STAR = re.compile(r"([<>]=?\s*[\w.]+)\.\*")


@dataclass(frozen=True)
class Metadata:
    requires: tuple  # of Requirement
    python: object   # SpecifierSet
    extras: frozenset
    licence: str


def _requirement(text):
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        requirement = Requirement(LEGACY_STAR.sub(r"\1", text))
    specifiers(str(requirement.specifier))
    return requirement


def _licence(message):
    for key in "License-Expression", "License":
        value = plain(" ".join(str(message.get(key, "")).split()))
        if value and value != "UNKNOWN":
            return value[:LICENCE_MAX].rstrip()  # a line of a lock ends with no blank
    return ""


def parse_metadata(data, file):
    """What METADATA says; it has to be of the project and version that the file's name says."""
    message = email.parser.BytesParser().parsebytes(data, headersonly=True)
    name, version = str(message.get("Name", "")), str(message.get("Version", ""))
    try:
        same = canonicalize_name(name) == file.project and Version(version) == file.version
    except ValueError:  # InvalidVersion, or too many digits
        same = False
    if not same:
        raise Refused(f"{file.name}: its METADATA says {plain(name) or 'no name'} "
                      f"{plain(version)}: not the package that its name promises")
    try:
        requires = tuple(_requirement(str(text)) for text in message.get_all("Requires-Dist", ()))
    except ValueError as error:  # InvalidRequirement, too many digits, a URL
        raise Refused(f"{file.name}: Requires-Dist in its METADATA cannot be understood: "
                      f"{plain(str(error).splitlines()[0])}") from None
    try:
        python = specifiers(str(message.get("Requires-Python", "")))
    except InvalidSpecifier:
        python = SpecifierSet()
    extras = frozenset(canonicalize_name(str(extra))
                       for extra in message.get_all("Provides-Extra", ()))
    return Metadata(requires, python, extras, _licence(message))


def metadata_of_wheel(stream, file):
    """The bytes of METADATA in the wheel that the stream has."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if len(archive.infolist()) > MEMBERS_MAX:
                raise Refused(f"{file.name}: more than {MEMBERS_MAX} files")
            found = [info for info in archive.infolist()
                     if re.fullmatch(r"[^/]+\.dist-info/METADATA", info.filename)]
            if len(found) != 1:
                raise Refused(f"{file.name}: {len(found)} .dist-info/METADATA in it, and a wheel "
                              "has one")
            with archive.open(found[0]) as member:
                data = member.read(METADATA_MAX + 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, ValueError,
            EOFError, RuntimeError, NotImplementedError) as error:
        raise Refused(f"{file.name}: no sound wheel: {plain(error)}") from None
    if len(data) > METADATA_MAX:
        raise Refused(f"{file.name}: METADATA larger than {METADATA_MAX >> 20} MiB")
    return data


def check_hashes(name, wanted, found, who):
    """Each hash that is wanted is the one that was found; kinds as strings of hex digits."""
    for kind, digits in wanted.items():
        if found[kind] != digits:
            raise Refused(f"{name}: its {kind} is {found[kind]}, and {who} says {digits}: it was "
                          "changed on its way or on the server, and is not taken")


class Store:
    """Files by name; what is not needed in the end is dropped."""

    def __init__(self, web, files):
        self.web = web
        self.local = files  # opens and makes files, see local
        self.kept = {}      # File -> (stream, size, sums)
        self.known = {}     # File -> Metadata

    def _copy(self, file, out):
        sums = {kind: hashlib.new(kind) for kind in ("sha256", "sha384", "sha512")}
        with open(self.local.open(file.number), "rb") as stream:
            while chunk := stream.read(CHUNK):
                out.write(chunk)
                for digest in sums.values():
                    digest.update(chunk)
        out.flush()
        return {kind: digest.hexdigest() for kind, digest in sums.items()}

    def fetch(self, file):
        """(stream, size, sums) of the wheel, which is in the answer's folder from then on."""
        if file in self.kept:
            return self.kept[file]
        for other in self.kept:
            if other.name == file.name:
                self.local.drop(other.name)
                del self.kept[other]
                break
        try:
            out = open(self.local.make(file.name), "w+b")
            sums = self._copy(file, out) if file.path else self.web.file(file.url, out, file.size)
        except Missing:
            raise Refused(f"{file.name}: {plain(file.origin)} lists it, and the server does not "
                          "have it") from None
        except OSError as error:
            raise Refused(f"cannot write {file.name}: {error.strerror or error}") from None
        size = os.fstat(out.fileno()).st_size
        check_hashes(file.name, file.hashes, sums, plain(file.origin) or "its URL")
        if file.size is not None and size != file.size:
            raise Refused(f"{file.name}: {size} bytes, and {plain(file.origin)} says {file.size}")
        self.kept[file] = out, size, sums
        return self.kept[file]

    def _bytes(self, file):
        if file.metadata is None:
            return metadata_of_wheel(self.fetch(file)[0], file)
        try:
            _, _, data = self.web.page(file.url.partition("#")[0] + ".metadata", most=METADATA_MAX)
        except Missing:
            return metadata_of_wheel(self.fetch(file)[0], file)
        sums = {kind: hashlib.new(kind, data).hexdigest() for kind in file.metadata}
        check_hashes(file.name + ".metadata", file.metadata, sums, plain(file.origin))
        return data

    def metadata(self, file):
        if file not in self.known:
            data = self._bytes(file)
            with within_reason(file.name, len(data)):
                self.known[file] = parse_metadata(data, file)
        return self.known[file]

    def keep(self, files):
        """Fetches these, and drops the others. A wheel's own METADATA has to be what was read."""
        for file in files:
            stream = self.fetch(file)[0]
            if file.metadata is not None:
                own = parse_metadata(metadata_of_wheel(stream, file), file)
                if set(map(str, own.requires)) != set(map(str, self.metadata(file).requires)):
                    raise Refused(f"{file.name}: its METADATA is not the one that "
                                  f"{plain(file.origin)} has beside it")
        for file in [file for file in self.kept if file not in set(files)]:
            self.kept.pop(file)[0].close()
            self.local.drop(file.name)
