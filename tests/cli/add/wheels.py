#!/usr/bin/python3
"""Makes wheels of the packages of Debian that were added to a tree, as their authors would: one for
all archs where the files are the same, else one for each. Usage: wheels.py TREE FOLDER ARCH..."""
import base64
import csv
import hashlib
import io
import sys
import zipfile

DIST = "usr/lib/python3/dist-packages/"


def files_of(tree, arch):
    """package -> {path below dist-packages: bytes}"""
    found = {}
    with open(f"{tree}/etc/busypy/{arch}/files") as lines:
        for line in lines:
            _, kind, name, path = line.rstrip("\n").split(" ")
            start = f"etc/python/{arch}/{DIST}"
            if kind == "debian" and path.startswith(start):
                with open(f"{tree}/{path}", "rb") as file:
                    found.setdefault(name, {})[path.removeprefix(start)] = file.read()
    return found


def metadata_of(files):
    """name, version, requirements without extras; None for what is no distribution."""
    texts = {path: data.decode() for path, data in files.items()
             if path.split("/")[0].endswith((".dist-info", ".egg-info"))}
    heads = [text for path, text in texts.items()
             if path.split("/")[-1] in ("METADATA", "PKG-INFO") or path.endswith(".egg-info")]
    if not heads:
        return None
    fields = {}
    for line in heads[0].split("\n\n")[0].splitlines():
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    needs = [need for need in fields.get("Requires-Dist", []) if "extra ==" not in need]
    for path, text in texts.items():
        if path.endswith("/requires.txt"):
            needs += [line for line in text.split("[")[0].split() if line]
    return fields["Name"][0], fields["Version"][0], needs


def write(to, name, version, needs, tag, files):
    word = name.replace("-", "_")
    info = f"{word}-{version}.dist-info"
    files = {path: data for path, data in files.items()
             if not path.split("/")[0].endswith((".dist-info", ".egg-info"))}
    files[f"{info}/METADATA"] = "".join(
        ["Metadata-Version: 2.1\n", f"Name: {name}\nVersion: {version}\n",
         *(f"Requires-Dist: {need}\n" for need in needs)]).encode()
    files[f"{info}/WHEEL"] = "".join(
        ["Wheel-Version: 1.0\nGenerator: test\n",
         f"Root-Is-Purelib: {str(tag.endswith('any')).lower()}\nTag: {tag}\n"]).encode()
    rows = io.StringIO()
    record = csv.writer(rows, lineterminator="\n")
    for path, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record.writerow([path, f"sha256={digest}", len(data)])
    record.writerow([f"{info}/RECORD", "", ""])
    files[f"{info}/RECORD"] = rows.getvalue().encode()
    with zipfile.ZipFile(f"{to}/{word}-{version}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in sorted(files.items()):
            wheel.writestr(zipfile.ZipInfo(path), data)


def needs_of(tree, arch):
    """package -> those that it needs, as Debian says"""
    found = {}
    with open(f"{tree}/etc/busypy/{arch}/needs") as lines:
        for name, need in map(str.split, lines):
            found.setdefault(name, []).append(need)
    return found


def main(tree, to, *archs):
    all_files = {arch: files_of(tree, arch) for arch in archs}
    needed = needs_of(tree, archs[0])
    known = {name: metadata_of(files) for name, files in all_files[archs[0]].items()}
    known = {name: metadata for name, metadata in known.items() if metadata}
    for package, (name, version, needs) in sorted(known.items()):
        # where Debian has taken out what its authors wrote
        needs = needs or [known[need][0] for need in needed.get(package, []) if need in known]
        native = any(".so" in path for path in all_files[archs[0]][package])
        for arch in archs if native else archs[:1]:
            tag = f"cp311-cp311-manylinux_2_36_{arch}" if native else "py3-none-any"
            write(to, name, version, needs, tag, all_files[arch][package])
        print(name, version, "native" if native else "pure")


main(*sys.argv[1:])
