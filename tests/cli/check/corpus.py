"""Broken trees: each a sound one with one change, the file that `busypy check` must name, and what
it must say of it.

    base = corpus.make_base(trees, work)       # a tree of our own: hard links to a staged one
    for case in corpus.CASES:
        with case.broken(base):                # the change; taken back at the end
            ...                                # case.path, case.arch, case.what, case.severity
"""

import os
import shutil
import subprocess

import broken_boot
import broken_elf
import broken_layout
import broken_programs
import broken_python
import broken_records
import change

ARCHS, CASES = change.ARCHS, change.CASES
KINDS = broken_elf, broken_records, broken_layout, broken_programs, broken_boot, broken_python


def make_base(trees, work):
    """A tree of hard links to the staged one, with the archs of ARCHS alone; without what has many
    files and nothing to break."""
    source, base = f"{trees}/debian", f"{work}/base"
    os.makedirs(f"{base}/etc")
    for name in os.listdir(source):
        if name != "etc":
            link(f"{source}/{name}", f"{base}/{name}")
    for name in os.listdir(f"{source}/etc"):
        if name not in ("python", "clib", "busypy"):
            link(f"{source}/etc/{name}", f"{base}/etc/{name}")
    for part in ("python", "clib", "busypy"):
        os.makedirs(f"{base}/etc/{part}")
        for arch in ARCHS:
            link(f"{source}/etc/{part}/{arch}", f"{base}/etc/{part}/{arch}")
    link(f"{source}/etc/busypy/selftest", f"{base}/etc/busypy/selftest")
    for arch in ARCHS:
        usr = f"{base}/etc/python/{arch}/usr"
        for data in ("zoneinfo", "terminfo"):
            shutil.rmtree(f"{usr}/share/{data}", ignore_errors=True)
        for package in ("asyncio", "distutils", "email", "unittest", "xml"):
            shutil.rmtree(f"{usr}/lib/python3.11/{package}")
    os.chmod(base, 0o755)
    os.chmod(f"{base}/etc", 0o755)
    return base


def link(source, to):
    subprocess.run(["cp", "-al", source, to], check=True)
