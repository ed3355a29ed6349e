"""Runs every scenario in every way inside a throw-away machine, natively and through the handler.

Usage: inside.py ROOT BUSYPY TREE [--image] [PATTERN]. Only scenarios that match PATTERN are run, if
given. --image: scripts of the tree start from images.
"""

import fnmatch
import os
import pty
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import differences  # noqa: E402
import scenarios  # noqa: E402
from scenarios import NNP, W, WAYS  # noqa: E402
sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402

DEADLINE = patient(60)  # seconds for one script
AT_ONCE = 3
OUTER = b"#!/usr/bin/python3 -IS\nimport os, sys\nos.execv(sys.argv[1], sys.argv[1:])\n"
SCRIPTS = {"": (b"#!/usr/bin/python3\n", 0o755), "-argument": (b"#!/usr/bin/python3 -B\n", 0o755),
           "-words": (b"#!/usr/bin/python3 \t-X  utf8 \n", 0o755),
           "-setid": (b"#!/usr/bin/python3\n", 0o6755),
           "-unreadable": (b"#!/usr/bin/python3\n", 0o711)}


def mount(path):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", path], check=True)


def write(path, content, mode=0o755):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


def put_scripts(directory, body):
    for suffix, (line, mode) in SCRIPTS.items():
        write(f"{directory}/report{suffix}", line + body, mode)
    write(f"{directory}/chained", f"#!{directory}/report from above\n".encode() + body)
    write(f"{directory}/report\n dir/a b", SCRIPTS[""][0] + body)
    write(f"{directory}/outer", OUTER)


def make_machine(root, tree):
    mount(W)
    mount("/usr/games")  # what the view hides, with something in it
    shutil.copytree(tree, f"{W}/tree", symlinks=True)
    shutil.copy(f"{root}/build/helpers/state", f"{W}/state")
    body = open(f"{root}/tests/binfmt/fidelity/report", "rb").read().split(b"\n", 1)[1]
    for directory in ("out", "real", "links", "private/mine"):
        os.makedirs(f"{W}/{directory}")
    for directory, name in ((f"{W}/tree/bin", "tree/bin"), (f"{W}/host", "host")):
        put_scripts(directory, body)
        for place in (f"{W}/links", "/usr/games"):
            os.makedirs(f"{place}/{os.path.dirname(name)}", exist_ok=True)
            os.symlink(f"{directory}/report", f"{place}/{name}")
    os.symlink("real", f"{W}/link")
    os.chmod(f"{W}/out", 0o1777)
    os.chmod(f"{W}/private", 0o700)
    write(f"{W}/file", b"one two three\n", 0o666)


def whose(kind, value):
    same = value.strip("'") == os.readlink(f"/proc/self/ns/{kind}")
    return "the machine's" if same else "its own"


class Run:
    """One script, started once: its report, and how it ended."""

    def __init__(self, scenario, way, number):
        self.scenario, self.way, self.number = scenario, way, number
        self.in_tree, self.nested, self.user = WAYS[way]
        self.directory = "tree/bin" if self.in_tree else "host"
        self.script = f"{W}/{self.directory}/report{scenario.script}"
        self.out = f"{W}/out/{number}"
        self.tty, self.phase = None, "native"

    def unique(self):
        return f"{self.phase}-{self.number}"

    def fill(self, words):
        for word in words:
            yield (word.replace("SCRIPT", self.script).replace("DIR", self.directory)
                   .replace("NUMBER", self.unique()).replace("OUT", self.out))

    def environment(self):
        given = [f"env={word}" for word in self.scenario.env]
        return given + ([f"env=REPORT={self.out}"] if given else [])

    def command(self):
        scenario, state = self.scenario, f"{W}/state"
        before = list(scenario.before) + list(scenario.ids if self.user else ())
        verbs = list(scenario.verbs) + self.environment()
        if self.tty is not None:
            verbs.insert(0, f"tty={self.tty}")
        if self.way == "userns":
            before.append(NNP)
        if self.way == "nested-user":  # what its view has brought it
            verbs.insert(0, NNP)
        end = ["--", self.script, *scenario.args]
        if not self.nested:
            return [state, *self.fill(before + verbs + end)]
        outer = ["--", f"{W}/{self.directory}/outer", state]
        if self.user:
            return [state, *self.fill(before + outer + verbs + end)]
        return [state, *self.fill(outer + before + verbs + end)]

    def start(self):
        master = None
        if self.scenario.tty:
            master, self.tty = pty.openpty()
        try:
            done = subprocess.run(
                self.command(), input=self.scenario.stdin or b"", capture_output=True,
                timeout=DEADLINE, pass_fds=[self.tty] if self.tty is not None else [])
        finally:
            if master is not None:
                os.close(master)
                os.close(self.tty)
        return self.read_result(done)

    def read_result(self, done):
        result = {"exit status": repr(done.returncode), "standard output": repr(done.stdout),
                  "standard error": repr(done.stderr)}
        if os.path.exists(self.out):
            with open(self.out, encoding="utf-8") as file:
                for line in file:
                    name, _, value = line.rstrip("\n").partition("\t")
                    result[name] = value.replace(self.out, "OUT")
                    if name.startswith("namespace "):
                        result[name] = whose(name[10:], value)
            os.unlink(self.out)
        else:
            result["report"] = "none"
        return {name: re.sub("(busypy/start)/[0-9a-f]{16}/", r"\1/KEY/",
                             value.replace(self.unique(), "N")) for name, value in result.items()}


def attempt(run):
    try:
        return run.start()
    except (OSError, subprocess.SubprocessError) as error:
        return {"report": f"not started: {error}"}


def run_all(runs):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(attempt, runs))


def compare(listed, run, native, seen):
    """What is wrong, as lines; empty if all is as it should be."""
    faults = []
    worked = "report" not in native and native["standard error"] in ("b''", "b'to 2\\n'")
    if worked == run.scenario.fails:
        faults.append(f"# the native run is not what it should be: {native}")
    for name in sorted(set(native) | set(seen)):
        before, after = native.get(name), seen.get(name)
        wanted = before
        for list_ in listed:
            wanted = list_.expect(run.way, run.scenario.name, name, wanted, after, run.script)
        if after != wanted:
            faults.append(f"# {name}\n#   native: {before}\n#   seen:   {after}"
                          + (f"\n#   listed: {wanted}" if wanted != before else ""))
    return faults


def check_scripts():
    """Identical bytes in the tree and outside."""
    for suffix in SCRIPTS:
        pair = [open(f"{W}/{where}/report{suffix}", "rb").read() for where in ("tree/bin", "host")]
        if pair[0] != pair[1]:
            return False
    return True


def enable(busypy, image):
    """Takes the tree; with images in a cache of the machine's own, which must be made."""
    words = []
    if image:
        mount("/var/cache")
        write("/run/conf", f"[{W}/tree]\nstart = image\n".encode(), 0o644)
        words = ["--config", "/run/conf"]
    subprocess.run([busypy, "enable", "-q", *words, f"{W}/tree"], check=True,
                   env=os.environ | {"LANG": "C.UTF-8", "LC_ALL": ""})


def main():
    root, busypy, tree, *words = sys.argv[1:]
    image = words[:1] == ["--image"]
    pattern = (words[image:] or ["*"])[0]
    chosen = [s for s in scenarios.everything() if fnmatch.fnmatch(s.name, pattern)]
    make_machine(root, tree)
    listed = [differences.read(f"{root}/tests/binfmt/{folder}/differences.txt", list(WAYS))
              for folder in ("fidelity", "fidelity-image")[:1 + image]]
    pairs = [(scenario, way) for scenario in chosen for way in scenario.ways]
    runs = [Run(scenario, way, i) for i, (scenario, way) in enumerate(pairs)]
    print(f"1..{len(runs) + 2 + (pattern == '*')}")  # the last is the caller's
    natives = run_all(runs)
    enable(busypy, image)
    for run in runs:
        run.phase = "busypy"
    answers = run_all(runs)
    for i, (run, native, seen) in enumerate(zip(runs, natives, answers)):
        faults = compare(listed, run, native, seen)
        print(f"{'not ' if faults else ''}ok {i + 1} - {run.way}: {run.scenario.name}")
        if faults:
            print("\n".join(faults))
    same = check_scripts()
    print(f"{'' if same else 'not '}ok {len(runs) + 1} - identical bytes in both places")
    if pattern == "*":
        unused = [line for list_ in listed for line in list_.unused()]
        print(f"{'not ' if unused else ''}ok {len(runs) + 2} - every listed difference occurs")
        for line in unused:
            print(f"# never: {line}")


main()
