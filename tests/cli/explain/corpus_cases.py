"""Every broken tree of tests/cli/check/corpus.py: does a script of it run for the broken arch?"""

import os
import shutil
import subprocess
import sys
import tempfile

from case import Case
from handler_cases import put, qemu_entry, register

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../check"))
import corpus  # noqa: E402

ARCHS = ("x86_64", "aarch64")  # qemu-user's are slow
# Only a checksum tells of these.
SILENT = ("an interpreter that was exchanged",)
WORDS = {"x86_64": "", "aarch64": "under qemu-user, "}


def cases(machine):
    # hard links: where the staged trees are
    work = tempfile.mkdtemp(prefix="explain.", dir=f"{machine.root}/build")
    os.chmod(work, 0o755)
    try:
        base = corpus.make_base(os.path.dirname(machine.tree), work)
        script = f"{base}/bin/explain-pass"
        with open(script, "w", encoding="ascii") as file:
            file.write("#!/usr/bin/python3\n")
        os.chmod(script, 0o755)
        for arch in ARCHS:
            yield from of_arch(machine, base, script, arch)
    finally:
        shutil.rmtree(work)


def of_arch(machine, base, script, arch):
    if arch != os.uname().machine:
        register(qemu_entry(arch))
    subprocess.run([machine.original, "enable", "-q", "--arch", arch, base], check=True)
    try:
        yield Case(f"{WORDS[arch]}the sound tree", script, "status 0")
        for broken in corpus.CASES:
            # those without an arch are of no importance to an exec
            if broken.arch != arch or broken.name in SILENT:
                continue
            with broken.broken(base):
                yield Case(WORDS[arch] + broken.name, script, damaged=True)
        yield Case(f"{WORDS[arch]}the tree as it was", script, "status 0")
    finally:
        subprocess.run([machine.original, "disable", "-q"], check=True)
        if arch != os.uname().machine:
            put(f"qemu-{arch}", "-1")
