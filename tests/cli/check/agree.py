"""Whether `busypy check --libraries` finds the same files as ld.so itself, for every ELF file of
every arch: natively, or under qemu-user. Each is asked in a root of its own (a user and mount
namespace), so that it finds nothing of this machine's."""

import json
import os
import re
import subprocess

ROOT = os.path.abspath(__file__ + "/../../../..")
BUSYPY = os.environ.get("BUSYPY", f"{ROOT}/build/busypy")
TREES = os.environ.get("BUSYPY_TEST_TREES", f"{ROOT}/build/test-trees")
QEMU = {"x86_64": "x86_64", "armhf": "arm", "armel": "arm"}
LINE = re.compile(r"^\t(?:(\S+) => )?(/\S+) \(0x[0-9a-f]+\)$")

# In the new root: asks ld.so about each file of standard input; a NUL ends each answer.
INSIDE = """
import os, subprocess, sys
command, root = sys.argv[2:], sys.argv[1]
os.chroot(root)
os.chdir("/")
for name in sys.stdin.read().split("\\0")[:-1]:
    done = subprocess.run([*command, "--list", name], capture_output=True, text=True,
                          env={"LC_ALL": "C"})
    print(done.stdout + done.stderr, done.returncode, sep="\\0", end="\\0")
"""

SETUP = """
set -eu
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/usr" "$1/lib" "$1/lib64" "$1/qemu"
mount --bind "$2/etc/python/$3/usr" "$1/usr"
mount --bind "$2/etc/clib/$3" "$1/lib"
mount --bind "$2/etc/clib/$3" "$1/lib64"
if [ -n "$4" ]; then : >"$1/qemu/run"; mount --bind "$4" "$1/qemu/run"; fi
shift 4
exec "$@"
"""


def ours(tree, arch):
    """file: [(name, path)...] as we find them."""
    done = subprocess.run([BUSYPY, "check", "--libraries", "--json", "--arch", arch, tree],
                          capture_output=True, text=True, check=True)
    result = {}
    for row in json.loads(done.stdout)["libraries"]:
        found = result.setdefault(row["file"], [])
        if row["name"]:
            found.append((row["name"], row["path"]))
    return result


def theirs(tree, arch, ldso, files):
    """The same from ld.so; None for what it does not load."""
    native = arch in (os.uname().machine, "i386" if os.uname().machine == "x86_64" else "")
    qemu = "" if native else f"/usr/bin/qemu-{QEMU.get(arch, arch)}-static"
    command = ([] if native else ["/qemu/run"]) + [ldso]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "bash", "-c", SETUP, "-", "/mnt", tree,
         arch, qemu, "/usr/bin/python3", "-I", "-S", "-c", INSIDE, "/mnt", *command],
        input="".join(name + "\0" for name in files), capture_output=True, text=True)
    words = done.stdout.split("\0")
    if done.returncode or len(words) != 2 * len(files) + 1:
        return {}, done.stderr
    result = {}
    for i, name in enumerate(files):
        lines = [LINE.match(line) for line in words[2 * i].splitlines()]
        result[name] = [(m[1] or os.path.basename(m[2]), m[2].replace("/lib64/", "/lib/"))
                        for m in lines if m] if words[2 * i + 1] == "0" else words[2 * i]
    return result, done.stderr


def differences(found, wanted, ldso):
    """As sets: ld.so puts itself last, and the kernel's vdso has no path."""
    for name, libraries in sorted(found.items()):
        real = wanted.get(name)
        if real is None or isinstance(real, str):
            if "statically linked" not in str(real):
                yield f"{name}: ld.so says {real!r}"
            continue
        mine = {path for _, path in libraries} | {ldso}
        if mine != {path for _, path in real} | {ldso}:
            yield f"{name}: we have {sorted(mine)}, ld.so has {sorted(p for _, p in real)}"


def archs():
    """Two natively and under qemu-user; in the long run all."""
    chosen = os.environ.get("BUSYPY_TEST_ARCHS", "x86_64 aarch64").split()
    if os.environ.get("BUSYPY_TEST_LONG"):
        return chosen
    return [arch for arch in chosen if arch in ("x86_64", "aarch64")]


def compare(tree, arch):
    """How many files were compared, and what differs."""
    found = ours(tree, arch)
    ldso = next(f"/lib/{name}" for name in os.listdir(f"{tree}/etc/clib/{arch}")
                if re.match(r"ld(-linux.*|64)?\.so\.[0-9]$", name))
    files = sorted(name for name in found if name != ldso)
    wanted, complaint = theirs(tree, arch, ldso, files)
    wrong = list(differences({name: found[name] for name in files}, wanted, ldso))
    if len(wanted) != len(files):
        wrong.append(complaint)
    return len(files), wrong
