#!/usr/bin/python3
"""Makes a signed archive of packages, of the shape of Debian's, in a folder.
Usage: archive.py DIR SUITE [--home GNUPGHOME] [--valid-until SECONDS] [--stanzas FILE] DEB...
Packages are linked into the pool. --home: gpg's folder with the key that signs; without it the
archive is not signed. --valid-until: from now, perhaps negative. --stanzas: further paragraphs of
the index, of packages that are not there. Each arch gets a list of its own; packages for all archs
are in every one, as Debian has it."""
import argparse
import email.utils
import hashlib
import os
import re
import subprocess
import time


def run(*argv, **more):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE, **more).stdout


def stanza(deb, pool):
    """A package's paragraph in the index; its archive is linked into the pool."""
    name = re.sub("_[0-9]+%3a", "_", os.path.basename(deb))
    place = f"{pool}/{name}"
    if not os.path.exists(place):
        os.symlink(os.path.abspath(deb), place)
    control = run("dpkg-deb", "-f", deb).decode().strip()
    with open(deb, "rb") as file:
        content = file.read()
    return (f"{control}\nFilename: pool/{name}\nSize: {len(content)}\n"
            f"SHA256: {hashlib.sha256(content).hexdigest()}\n")


def arch_of(paragraph):
    return next(line.split(": ")[1] for line in paragraph.split("\n")
                if line.startswith("Architecture: "))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def release(suite, archs, lists, valid):
    """The text that is signed."""
    text = (f"Suite: {suite}\nCodename: {suite}\nComponents: main\n"
            f"Architectures: {' '.join(archs)}\nDate: {email.utils.formatdate(usegmt=True)}\n")
    if valid is not None:
        text += f"Valid-Until: {email.utils.formatdate(time.time() + valid, usegmt=True)}\n"
    text += "SHA256:\n"
    for path, content in lists.items():
        text += f" {hashlib.sha256(content.encode()).hexdigest()} {len(content.encode())} {path}\n"
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("suite")
    parser.add_argument("--home")
    parser.add_argument("--valid-until", type=int)
    parser.add_argument("--stanzas")
    parser.add_argument("debs", nargs="*")
    args = parser.parse_intermixed_args()
    os.makedirs(f"{args.dir}/pool", exist_ok=True)
    paragraphs = [stanza(deb, f"{args.dir}/pool") for deb in args.debs]
    if args.stanzas:
        with open(args.stanzas, encoding="utf-8") as file:
            paragraphs += [text + "\n" for text in file.read().strip().split("\n\n")]
    archs = sorted({arch_of(text) for text in paragraphs} - {"all"})
    lists = {f"main/binary-{arch}/Packages":
             "\n".join(text for text in paragraphs if arch_of(text) in (arch, "all"))
             for arch in archs}
    dist = f"{args.dir}/dists/{args.suite}"
    for path, content in lists.items():
        write(f"{dist}/{path}", content)
    write(f"{dist}/Release", release(args.suite, archs, lists, args.valid_until))
    for signed in ("InRelease", "Release.gpg"):
        if os.path.exists(f"{dist}/{signed}"):
            os.remove(f"{dist}/{signed}")
    if args.home:
        run("gpg", "--homedir", args.home, "--batch", "--quiet", "--clearsign", "--output",
            f"{dist}/InRelease", f"{dist}/Release")


if __name__ == "__main__":
    main()
