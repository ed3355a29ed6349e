"""What the tests of this folder share: the export that all clients boot from, and their words."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("cli/boot", "support/nfs"):
    sys.path.insert(0, os.path.join(HERE, "../..", folder))
import places  # noqa: E402
import server  # noqa: E402, F401
from console import Machine  # noqa: E402

ROOT, ARCHS, scratch = places.ROOT, places.ARCHS, places.scratch
PROMPT = r"[\w-]+:[^\n]*[#$] \Z"
SCRIPT = "smoke"  # of the tree's bin: the same bytes on every arch


def same(got, wanted):
    if got != wanted:
        raise AssertionError(f"got:    {got!r}\nwanted: {wanted!r}")


def has(text, part):
    if part not in text:
        raise AssertionError(f"not found: {part!r}\nin: {text}")


def copy_tree(path, archs=ARCHS):
    """A version of its own, made of hard links; with fewer archs if wished."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    subprocess.run(["cp", "-al", places.tree(), path], check=True)
    for arch in set(ARCHS) - set(archs):
        shutil.rmtree(f"{path}/etc/python/{arch}")


def make_export(name, **versions):
    """An export with these versions (name: archs); the first is current."""
    path = scratch(name)
    for version, archs in versions.items():
        copy_tree(f"{path}/versions/{version}", archs)
    set_current(path, next(iter(versions)))
    os.mkdir(f"{path}/leases")
    os.chmod(f"{path}/leases", 0o777)
    return path


def set_current(export, version):
    link = f"{export}/current.new"
    os.symlink(f"versions/{version}", link)
    os.rename(link, f"{export}/current")


def fingerprint(path):
    """Every name, kind, mode, owner, size, time and content below path, but for leases."""
    total = hashlib.sha256()
    for folder, folders, names in os.walk(path):
        folders.sort()
        if folder == path:
            folders.remove("leases")
        for name in sorted(folders + names):
            full = os.path.join(folder, name)
            info = os.lstat(full)
            total.update(repr((full, info.st_mode, info.st_uid, info.st_gid, info.st_size,
                               info.st_mtime_ns)).encode())
            if stat.S_ISREG(info.st_mode):
                with open(full, "rb") as file:
                    total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def options(nfs, version):
    """What a client needs to be told of a server without a portmapper."""
    ports = f",port={nfs.port}"
    return f",vers={version}" + ports + (f",mountport={nfs.mountport}" if version == "3" else "")


def lease_share(nfs, version):
    return f"busypy.lease={nfs.guest}:{nfs.path}/leases{options(nfs, version)}"


def client(name, arch, nfs, version, *words, quiet="quiet"):
    """A client machine of this server, on the console."""
    return Machine(name, "-a", arch, "--memory", "256", "--nfs",
                   f"{nfs.path}{options(nfs, version)}", "--append", " ".join((quiet, *words)))


def leases(export):
    return sorted(name for name in os.listdir(f"{export}/leases") if not name.startswith("."))


def read_lease(export, name):
    with open(f"{export}/leases/{name}") as file:
        return dict(line.rstrip("\n").split(" ", 1) for line in file)
