#!/usr/bin/python3
"""Starts scripts by the kernel, as its tree's and as the machine's own, by each first line that may
name one of several Pythons, and prints what became of each: its Python, its options, its words.
Usage: inside.py make TREE DIR      writes the scripts, into TREE/bin and DIR
       inside.py run DIR [WORD...]  starts all of a folder by execve, whatever they are
"""
import os
import subprocess
import sys

ENDINGS = {
    "nl": ("#!", "\n"), "sp": ("#!", " -u\n"), "tab": ("#!", "\t-u\n"),
    "b-nl": ("#! ", "\n"), "b-sp": ("#! ", " -u\n"), "b-tab": ("#! ", "\t-u\n"),
    "two": ("#!  ", "\n"), "cr": ("#!", "\r\n"),
}
NAMES = ("python3", "python3.11", "python3.13", "python3.15", "python3.12", "python3.1",
         "python3.131")
BODY = """import sys
print("%d.%d" % sys.version_info[:2], sys.orig_argv[1] == "-u", sys.argv[1:],
      sys.executable.count("/run/busypy/"))
"""


def make(tree, folder):
    for where in tree + "/bin", folder:
        for name in NAMES:
            for ending, (before, after) in ENDINGS.items():
                path = f"{where}/x-{name}-{ending}"
                with open(path, "w", newline="") as script:
                    script.write(f"{before}/usr/bin/{name}{after}{BODY}")
                os.chmod(path, 0o755)


def start(path, words):
    """What it prints; that its interpreter is missing, by whoever says so; else its status."""
    try:
        done = subprocess.run([path, *words], capture_output=True, text=True, check=False)
    except OSError as error:
        return "missing" if error.errno == 2 else f"errno {error.errno}"
    missing = done.returncode == 127 and "No such file or directory" in done.stderr
    if missing:
        return "missing"
    return done.stdout.strip() or f"status {done.returncode} {done.stderr}"


def run(folder, words):
    for name in sorted(os.listdir(folder)):
        if name.startswith("x-"):
            print(name, start(f"{folder}/{name}", words))


if sys.argv[1] == "make":
    make(*sys.argv[2:])
else:
    run(sys.argv[2], sys.argv[3:])
