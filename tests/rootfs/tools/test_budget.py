"""The start-up budget: which modules each program imports beyond the bare interpreter.

budget.txt has a line for each program: its name, the arguments of a typical run, and the modules.
`test_budget.py --write` measures anew; the difference is then for review.
"""

import os
import subprocess
import sys
import tempfile

import tap

MEASURED = (3, 11)
NAME = os.path.join(tap.HERE, "budget.txt")
PROBE = r"""
import os, sys
before = set(sys.modules)
real = os._exit
def leave(status):
    names = sorted(set(sys.modules) - before - {"busypy", "busypy.cli"} -
                   {"busypy.lib", "busypy.program", "busypy.sh"})  # made by busypy itself
    with open(report, "w") as file:
        file.write(" ".join(names))
    real(status)
parent = os.getpid()
os._exit = lambda status: leave(status) if os.getpid() == parent else real(status)
report = sys.argv[1]
sys.argv = sys.argv[2:]
exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"), {"__name__": "__main__"})
"""


def measured(words):
    """The modules that a run imports."""
    with tempfile.TemporaryDirectory(prefix="budget.") as place:
        report = os.path.join(place, "report")
        os.mkdir(os.path.join(place, "run"))
        subprocess.run([tap.PYTHON, "-c", PROBE, report, tap.path(words[0]), *words[1:]],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, cwd=os.path.join(place, "run"),
                       env=tap.environment(), timeout=tap.patient(20))
        with open(report, encoding="ascii") as file:
            return file.read().split()


def entries():
    with open(NAME, encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                words, _, modules = line.strip().partition(" :")
                yield words.split(), modules.split()


def programs():
    folders = [os.path.join(tap.ROOTFS, folder) for folder in ("bin", "sbin")]
    return {name for folder in folders for name in os.listdir(folder)
            if name not in ("shell", "sh") and not name.endswith("-init")}


def write():
    with open(NAME, encoding="ascii") as file:
        head = [line for line in file if line.startswith("#")]
    lines = [("%s : %s" % (" ".join(words), " ".join(measured(words)))).rstrip() + "\n"
             for words, _ in entries()]
    with open(NAME, "w", encoding="ascii") as file:
        file.writelines(head + sorted(lines))


def main():
    if sys.argv[1:] == ["--write"]:
        return write()
    budget = list(entries())
    failed = 0
    print("1..%d" % (len(budget) + 2))
    for number, (words, modules) in enumerate(budget, 1):
        found = measured(words)
        more = sorted(set(found) - set(modules))
        if sys.version_info[:2] != MEASURED:
            # The stdlib's own imports differ a little between versions, ours do not.
            ours = [name for name in more if name.startswith("busypy")]
            more = ours or more if len(found) > len(modules) + 10 else ours
        failed |= bool(more)
        print("%s %d - %s imports no more than it may" % ("not ok" if more else "ok", number,
                                                          " ".join(words)))
        if more:
            print("# over the budget: " + " ".join(more))
    missing = programs() - {words[0] for words, _ in budget}
    print("%s %d - every program has a budget" % ("not ok" if missing else "ok", len(budget) + 1))
    stubs = {name for name in programs() if not small(name)}
    print("%s %d - every script is a stub of the same shape" % (
        "not ok" if stubs else "ok", len(budget) + 2))
    for name in sorted(missing | stubs):
        print("# " + name)
    sys.exit(bool(failed or missing or stubs))


def small(name):
    """Whether a script has nothing but the three lines that all have."""
    import re
    with open(tap.path(name), encoding="ascii") as file:
        text = file.read()
    return re.fullmatch(r"#!/usr/bin/python3\nfrom busypy.cli import run\n"
                        r'run\("[a-z0-9]+"(, "([a-z0-9]+|\[)")?\)\n', text) is not None


if __name__ == "__main__":
    main()
