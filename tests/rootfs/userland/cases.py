"""The cases of the shell's and the tools' batteries in one form, and what is expected of each.

The readers, the environments and the files that a case finds are the batteries' own; nothing of
a case is repeated here. What a case asserts is what it expects; else it is what dash, BusyBox or
coreutils give, the first one that the case names.
"""

import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), part) for part in ("tools", "shell")]
import battery
import harness
import run_cases
import tap

PYTHON_NAMES = ("PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")


class Case:
    """One case; said is the exact first line on standard error, where it asserts one."""

    def __init__(self, kind, group, name, raw):
        self.kind, self.group, self.name, self.raw = kind, group, name, raw
        self.said = raw.err if kind == "tools" else None

    def script(self, program):
        """Its command line for a shell, with a tool's name replaced by program(name)."""
        if self.kind == "shell":
            return self.raw["script"].rstrip("\n")
        return battery.PROGRAM.sub(lambda match: program(match[1]), self.raw.command)

    def stdin(self):
        return self.raw.get("stdin", "") if self.kind == "shell" else ""

    def prepare(self, place):
        """The files that it finds in the directory that it runs in."""
        if self.kind == "tools":
            battery.prepare(place)


def load():
    """{id: case} of all files; the id tells file and place."""
    cases = []
    for name in sorted(os.listdir(run_cases.CASES)):
        for raw in run_cases.read_cases(os.path.join(run_cases.CASES, name)):
            cases.append(Case("shell", "shell " + raw["file"], raw["name"], raw))
    for path in sorted(glob.glob(os.path.join(tap.HERE, "cases", "*.txt"))):
        group = "tools " + os.path.basename(path)[:-4]
        for raw in battery.read(path):
            cases.append(Case("tools", group, raw.command, raw))
    return {"%d" % number: case for number, case in enumerate(cases)}


def environment(kind, **more):
    """That of a case, without what would make a tree's Python use modules of elsewhere."""
    env = harness.environment() if kind == "shell" else tap.environment()
    for name in PYTHON_NAMES:
        env.pop(name, None)
    env.update(more)
    return env


def expected(case):
    """(stdout, status, whether there is something on stderr); None where that is not told."""
    raw = case.raw
    if case.kind == "shell":
        if "reason" in raw:
            return raw["stdout"].encode(), int(raw["status"]), None
        return run_cases.run_one("/usr/bin/dash", raw, environment("shell"))[:3]
    if "ours" in raw.others:
        return (raw.out or "").encode(), raw.status, None
    script = battery.PROGRAM.sub(battery.theirs(raw.others[0]), raw.command)
    its = battery.execute(script, environment("tools"))
    return its.out, its.status, bool(its.err)


def through_handler(case, tree, **more):
    """(stdout, status, stderr) of a case whose programs the host's shell starts from the tree."""
    env = environment(case.kind, **more)
    if case.kind == "shell":
        out, status, _, err = run_cases.run_one(os.path.join(tree, "bin/shell"), case.raw, env)
        return out, status, err
    try:
        done = battery.execute(case.script(lambda name: os.path.join(tree, "bin", name)), env)
    except subprocess.TimeoutExpired:
        return b"", None, b"deadline"
    return done.out, done.status, done.err


def seen_by_shell(status):
    """A status as a shell tells it: what a signal ended has 128 and its number."""
    return status if status is None or status >= 0 else 128 - status


def trouble(case, wanted, got):
    """What is wrong with a result, in words; empty if all is well."""
    out, status, err = got
    first = err.decode("utf-8", "backslashreplace").split("\n")[0].rstrip()
    if out != wanted[0]:
        return "stdout"
    if seen_by_shell(status) != seen_by_shell(wanted[1]):
        return "status"
    if re.search(rb"Traceback \(most|Warning: ", err):
        return "stderr has a traceback or a warning"
    if wanted[2] is not None and bool(err) != wanted[2]:
        return "something, or nothing, on stderr"
    if case.said is not None and first != case.said:
        return "message, wanted %r" % case.said
    return ""


class Exclusions:
    """exclusions.txt: differences that are meant, each for some ways or views, and cases."""

    def __init__(self):
        self.rules = []
        with open(os.path.join(HERE, "exclusions.txt"), encoding="utf-8") as file:
            for line in file:
                if line.strip() and not line.startswith("#"):
                    where, group, pattern, _ = re.split(r"\s+##\s+", line.strip())
                    self.rules.append((where.split(), group, re.compile(pattern)))
        self.used = set()

    def find(self, places, case):
        """The number of the rule for a case in one of the places; None without one."""
        for number, (where, group, pattern) in enumerate(self.rules):
            if group == case.group and set(places) & set(where) and \
                    pattern.search(case.script(lambda name: "@" + name)):
                return number
        return None

    def excuse(self, view, way, case):
        """Whether a difference is meant; remembers that its rule was needed."""
        number = self.find((view.split("/")[0], view, way), case)
        self.used.add(number)
        return number is not None

    def proved(self, view, case):
        """Whether a view has to run the case to prove that a rule of its own is needed."""
        return self.find((view.split("/")[0], view), case) is not None

    def needless(self):
        """Rules that excused nothing."""
        return [" ## ".join((" ".join(rule[0]), rule[1], rule[2].pattern))
                for number, rule in enumerate(self.rules) if number not in self.used]
