# Zips a folder as a wheel: wheel.py FILE.whl FOLDER. What its .dist-info lacks of METADATA, WHEEL
# and RECORD is written by the file's name; what is there stays as it is.

import base64
import hashlib
import sys
import zipfile
from pathlib import Path


def line(path, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f'"{path}",sha256={digest},{len(data)}\n'


def complete(name, folder):
    """The files of a wheel with this name, from a folder: (path, bytes)."""
    parts = name.removesuffix(".whl").split("-")
    files = {str(path.relative_to(folder)): path.read_bytes()
             for path in sorted(folder.rglob("*")) if path.is_file()}
    infos = sorted({top for top in (path.split("/")[0] for path in files)
                    if top.endswith(".dist-info")})
    info = infos[0] if infos else f"{parts[0]}-{parts[1]}.dist-info"
    tags = [f"Tag: {py}-{abi}-{platform}\n" for py in parts[-3].split(".")
            for abi in parts[-2].split(".") for platform in parts[-1].split(".")]
    head = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
    metadata = f"Metadata-Version: 2.1\nName: {parts[0]}\nVersion: {parts[1]}\n"
    files.setdefault(f"{info}/METADATA", metadata.encode())
    files.setdefault(f"{info}/WHEEL", (head + "".join(tags)).encode())
    record = f"{info}/RECORD"
    lines = "".join(line(path, data) for path, data in files.items()) + f"{record},,\n"
    files.setdefault(record, lines.encode())
    return files


def main():
    target, folder = Path(sys.argv[1]), Path(sys.argv[2])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in complete(target.name, folder).items():
            info = zipfile.ZipInfo(path)
            info.compress_type = zipfile.ZIP_DEFLATED
            executable = (folder / path).exists() and (folder / path).stat().st_mode & 0o111
            info.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(info, data)


main()
