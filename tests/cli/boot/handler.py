"""Runs the self-test of a tree inside a throw-away machine (nsrun), through the handler and in a
client's view; prints both as JSON. Usage: handler.py BUSYPY HELPERS TREE ARCH"""

import json
import os
import platform
import subprocess
import sys


def register_qemu(arch):
    """As Debian's qemu-user-static does it: foreign programs run in a view, too."""
    with open(f"/usr/lib/binfmt.d/qemu-{arch}.conf", encoding="ascii") as file:
        rule = next(line for line in file if line.startswith(":"))
    with open("/proc/sys/fs/binfmt_misc/register", "w", encoding="ascii") as file:
        file.write(rule)


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, cwd="/",
                          env={"PATH": "/bin"}, timeout=100 * int(os.environ["TEST_SLOWNESS"]))
    return [done.returncode, done.stdout.decode(), done.stderr.decode()]


def main():
    busypy, helpers, tree, arch = sys.argv[1:]
    if arch != platform.machine():
        register_qemu(arch)
    subprocess.run([busypy, "enable", "-q", "--arch", arch, tree], check=True)
    print(json.dumps({
        "the handler": run(f"{tree}/bin/smoke"),
        "a client's view": run(f"{helpers}/inview", "--client", tree, arch, "/usr/bin/python3",
                               "/bin/smoke")}))


main()
