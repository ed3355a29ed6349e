#!/usr/bin/python3
"""The conformance battery: each case in our shell both ways, in dash and in BusyBox's sh.

All four must agree on stdout, on the exit status and on whether there was anything on
stderr. A case with a reason is a difference that is meant: ours must give what it says.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness

CASES = os.path.join(harness.HERE, "cases")
LIMIT = harness.patient(20)


def read_cases(path):
    """[{name, reason, script, stdin, stdout, status}] of one file."""
    cases, section = [], None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("=== "):
                cases.append({"name": line[4:].strip(), "file": os.path.basename(path)[:-5]})
                section = None
            elif line.startswith("--- "):
                section = line[4:].strip()
                cases[-1][section] = ""
            elif line.startswith("reason: "):
                cases[-1]["reason"] = line[8:].strip()
            elif section:
                cases[-1][section] += line
    return cases


def run_one(command, case, env):
    """(stdout, status, was there stderr, stderr) of a case in a directory of its own.

    sh is the shell itself.
    """
    with tempfile.TemporaryDirectory(prefix="shell-case.") as place:
        links, work = os.path.join(place, "bin"), os.path.join(place, "work")
        os.mkdir(links)
        os.mkdir(work)
        os.symlink(command.split()[0], os.path.join(links, "sh"))
        env = dict(env, PATH=links + ":/usr/bin:/bin", HOME="/nonexistent")
        try:
            done = subprocess.run(command.split() + ["-c", case["script"].rstrip("\n")], cwd=work,
                                  env=env, input=case.get("stdin", "").encode(),
                                  capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return b"timeout", -1, True, b""
        return done.stdout, done.returncode, bool(done.stderr), done.stderr


def check(case):
    """What is wrong with a case; nothing if it holds."""
    env = harness.environment()
    results = {
        "ours": run_one(harness.SHELL, case, env),
        "exec": run_one(harness.SHELL, case, dict(env, BUSYPY_SHELL_EXEC="1")),
    }
    if "reason" in case:
        wanted = (case["stdout"].encode(), int(case["status"]))
        return [] if all(r[:2] == wanted for r in results.values()) else describe(results, wanted)
    results["dash"] = run_one("/usr/bin/dash", case, env)
    results["busybox"] = run_one("/usr/bin/busybox sh", case, env)
    return [] if len({r[:3] for r in results.values()}) == 1 else describe(results, None)


def describe(results, wanted):
    lines = ["%-8s %r" % (name, result) for name, result in results.items()]
    return lines + (["wanted   %r" % (wanted,)] if wanted else [])


def main():
    cases = []
    for name in sorted(os.listdir(CASES)):
        cases += read_cases(os.path.join(CASES, name))
    wanted = sys.argv[1:]
    cases = [c for c in cases if not wanted
             or any(w in c["file"] + ": " + c["name"] for w in wanted)]
    tap = harness.Tap()
    with ThreadPoolExecutor(4) as pool:
        for case, problems in zip(cases, pool.map(check, cases)):
            label = "%s: %s" % (case["file"], case["name"])
            tap.result(not problems, label, ["script: " + case["script"].rstrip("\n")] + problems)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
