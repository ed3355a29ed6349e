# SPDX-License-Identifier: MIT
"""Whether an export is right, computed without BusyPy: for tests. As a program: proof.py EXPORT
[CURRENT] prints what is wrong and fails, or prints the current id."""
import hashlib
import os
import re
import stat
import sys

RECORD, MANIFEST = "etc/busypy/id", "etc/busypy/manifest"


def unescape(word):
    return re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), word)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def describe(path):
    """What lies at path, as its line of a manifest, without the path."""
    st = os.lstat(path)
    if stat.S_ISLNK(st.st_mode):
        return b"l", os.readlink(path)
    mode = b"%o" % (st.st_mode & 0o7777)
    if stat.S_ISDIR(st.st_mode):
        return b"d", mode
    if not stat.S_ISREG(st.st_mode):
        return b"?", mode
    data = read(path)
    return b"f", mode, len(data), hashlib.sha256(data).hexdigest().encode()


def found(version):
    """{path: description} of all but record and manifest."""
    everything = {}
    for folder, folders, files in os.walk(version):
        for name in folders + files:
            path = os.path.join(folder, name)
            everything[os.path.relpath(path, version)] = describe(path)
    for name in (RECORD.encode(), MANIFEST.encode()):
        everything.pop(name, None)
    return everything


def promised(version):
    everything = {}
    for line in read(os.path.join(version, MANIFEST.encode())).splitlines():
        words = line.split(b" ")
        path = unescape(words[-1])
        if words[0] == b"l":
            everything[path] = (b"l", unescape(words[1]))
        elif words[0] == b"d":
            everything[path] = (b"d", words[1])
        else:
            everything[path] = (b"f", words[1], int(words[2]), words[3])
    return everything


def wrong_in(version):
    """What is wrong in one version: a list of sentences."""
    name, version = version, os.fsencode(version)
    try:
        record = read(os.path.join(version, RECORD.encode())).decode().splitlines()
        manifest = read(os.path.join(version, MANIFEST.encode()))
        has, should = found(version), promised(version)
    except OSError as error:
        return [str(error)]
    wrong = []
    if record[0] != os.path.basename(name):
        wrong.append("%s: the record is of %s" % (name, record[0]))
    if "manifest " + hashlib.sha256(manifest).hexdigest() not in record:
        wrong.append("%s: another manifest" % name)
    for path in sorted(set(has) | set(should)):
        if has.get(path) != should.get(path):
            wrong.append("%s/%s: is %s, should be %s" %
                         (name, os.fsdecode(path), has.get(path), should.get(path)))
        if path in has and has[path][0] == b"f" and int(has[path][1], 8) & 0o222:
            wrong.append("%s/%s can be written to" % (name, os.fsdecode(path)))
    return wrong


def complete(export):
    return sorted(name for name in os.listdir(os.path.join(export, "versions"))
                  if not name.endswith((".tmp", ".gone")))


def current(export):
    target = os.readlink(os.path.join(export, "current"))
    if os.path.dirname(target) != "versions":
        raise ValueError("current is %s" % target)
    return os.path.basename(target)


def wrong(export, expected=None):
    """What is wrong in an export; every version that has its name must be complete."""
    sentences = []
    for name in complete(export):
        sentences += wrong_in(os.path.join(export, "versions", name))
    try:
        if current(export) not in complete(export):
            sentences.append("current names %s, which is not there" % current(export))
        if expected and current(export) not in expected:
            sentences.append("current is %s" % current(export))
    except (OSError, ValueError) as error:
        sentences.append(str(error))
    return sentences


def clean(export):
    """True if nothing is left of an interrupted run."""
    return (set(os.listdir(export)) <= {"versions", "current", "leases", ".leased"} and
            len(complete(export)) == len(os.listdir(os.path.join(export, "versions"))))


if __name__ == "__main__":
    bad = wrong(sys.argv[1], sys.argv[2:])
    print("\n".join(bad) if bad else current(sys.argv[1]))
    sys.exit(1 if bad else 0)
