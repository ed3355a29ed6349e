"""Enables a tree for one arch inside a throw-away machine and runs the probe, as root and a user.

Usage: inside.py BUSYPY TREE ARCH DIGEST. Foreign programs go to qemu-user, by the lines that
Debian's qemu-user-static has for binfmt_misc: their flag F makes them work in a view.
"""

import json
import os
import platform
import subprocess
import sys

sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402

BINFMT = "/proc/sys/fs/binfmt_misc/register"
# what uname -m says, byte order, bits, qemu's name
MACHINES = {
    "x86_64": ("x86_64", "little", 64, "x86_64"), "aarch64": ("aarch64", "little", 64, "aarch64"),
    "riscv64": ("riscv64", "little", 64, "riscv64"), "armhf": ("armv7l", "little", 32, "arm"),
    "armel": ("armv7l", "little", 32, "arm"), "i386": ("i686", "little", 32, "i386"),
    "ppc64le": ("ppc64le", "little", 64, "ppc64le"), "s390x": ("s390x", "big", 64, "s390x"),
    "mips64el": ("mips64", "little", 64, "mips64el"), "mipsel": ("mips", "little", 32, "mipsel"),
}
NATIVE = {"x86_64": ("x86_64", "i386"), "aarch64": ("aarch64",)}


def register_qemu(arch):
    if arch in NATIVE.get(platform.machine(), ()):
        return
    with open(f"/usr/lib/binfmt.d/qemu-{MACHINES[arch][3]}.conf", encoding="ascii") as file:
        rule = next(line for line in file if line.startswith(":"))
    with open(BINFMT, "w", encoding="ascii") as file:
        file.write(rule)


def run(script, uid):
    done = subprocess.run([script, "a word"], capture_output=True, user=uid, group=uid,
                          extra_groups=[], cwd="/", env={"PATH": "/bin"}, timeout=patient(120))
    if done.returncode or done.stderr:
        return {"status": done.returncode, "said": done.stderr.decode(errors="replace")}
    return json.loads(done.stdout)


def main():
    busypy, tree, arch, digest = sys.argv[1:]
    machine, order, bits, _ = MACHINES[arch]
    wanted = {"sha256": digest, "machine": machine, "bytes": order, "bits": bits,
              "kept": "written", "word": "a word", "view": True,
              "child": [machine, ["from the parent"], "/usr/bin/python3"]}
    register_qemu(arch)
    subprocess.run([busypy, "enable", "-q", "--arch", arch, tree], check=True)
    for uid, who in ((0, "root"), (1000, "a user")):
        seen = run(f"{tree}/bin/probe", uid)
        minor = seen.pop("minor", None)
        good = seen == wanted and os.path.isdir(f"{tree}/etc/python/{arch}/usr/lib/python{minor}")
        print(f"{'' if good else 'not '}ok - {arch}: the same script runs for {who}")
        if not good:
            print(f"# seen:   {seen} {minor}\n# wanted: {wanted}")


if __name__ == "__main__":
    main()
