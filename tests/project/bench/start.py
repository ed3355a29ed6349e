#!/usr/bin/python3
"""Measures a script's start from an image of its Python against the same Python's own start, in the
view of a tree: processor time and wall, what is compared started in turn.

    tests/project/bench/start.py [--json] [--rounds N] [--version 3.11|3.13]

Goals: an empty script at most 1/7 of the processor time, eight imports at most 1/10 (with what the
image hides), and what a fall-back costs beside the plain start at most 0.3 ms."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.realpath(__file__ + "/../../../..")
HELPERS = ROOT + "/build/helpers"
TREES = os.environ.get("BUSYPY_TEST_TREES", ROOT + "/build/test-trees")
START = ROOT + "/tests/binfmt/start"
VERSIONS = {"3.11": "debian", "3.13": "trixie"}
ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LANG": "C.UTF-8"}
NAME = "/usr/bin/python3"
EIGHT = "import argparse, collections, datetime, json, logging, pathlib, re, subprocess\n"
GOALS = (("an empty script", "empty, image", "empty, plain", 1 / 7),
         ("eight imports", "imports, hidden modules", "imports, plain", 1 / 10))
FALL_BACK = 0.3  # milliseconds


def once(program, words):
    """(processor time, wall) of one run, in milliseconds."""
    start = time.perf_counter()
    pid = os.posix_spawn(program, [NAME, *words], ENV)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{program} {words}: status {status}")
    return (usage.ru_utime + usage.ru_stime) * 1000, wall * 1000


def measure(python, image, hidden, folder, rounds):
    """{case: [(processor time, wall)]}; runs in the view, by the Python that is measured."""
    cases = {}
    for name, text in ("empty", ""), ("imports", EIGHT):
        path = f"{folder}/{name}"
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        cases[f"{name}, plain"] = (python, [path])
        cases[f"{name}, image"] = (image, [path])
        if hidden:
            cases[f"{name}, hidden modules"] = (hidden, [path])
    cases["fall-back, plain"] = (python, ["-E", f"{folder}/empty"])
    cases["fall-back, image"] = (image, ["-E", f"{folder}/empty"])
    found = {name: [] for name in cases}
    for turn in range(rounds + 2):
        for name, case in cases.items():
            sample = once(*case)
            if turn >= 2:
                found[name].append(sample)
    return found


def in_view(version, script, *words):
    done = subprocess.run(
        [HELPERS + "/nsrun", HELPERS + "/inview", f"{TREES}/{VERSIONS[version]}", "x86_64",
         f"/usr/bin/python{version}", "-IB", script, *words], stdout=subprocess.PIPE, text=True,
        check=True, stdin=subprocess.DEVNULL, env=os.environ | {"PYTHONNOUSERSITE": "1"})
    return done.stdout.strip()


def medians(samples):
    return {"processor": statistics.median(cpu for cpu, _ in samples),
            "wall": statistics.median(wall for _, wall in samples),
            "processor at least": min(cpu for cpu, _ in samples)}


def verdicts(version, found):
    for words, name, against, goal in GOALS:
        if name in found:
            yield (f"Python {version}: {words}, of the plain start's processor time",
                   found[name]["processor"] / found[against]["processor"], goal)
    yield (f"Python {version}: milliseconds that a fall-back costs",
           found["fall-back, image"]["processor"] - found["fall-back, plain"]["processor"],
           FALL_BACK)


def report(version, found):
    print(f"Python {version}: milliseconds, median: processor time, wall")
    for name, values in found.items():
        against = found[name.split(",")[0] + ", plain"]
        print(f"  {name:26} {values['processor']:7.2f} {values['wall']:7.2f}"
              f"   1/{against['processor'] / values['processor']:.1f}")
    missed = False
    for words, value, goal in verdicts(version, found):
        missed = missed or value > goal
        print(f"{words}: {value:.3f}, goal {goal:.3f}: {'MISSED' if value > goal else 'met'}")
    return missed


def option(name, default):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def measured(version, rounds):
    python = f"/usr/bin/python{version}"
    with tempfile.TemporaryDirectory(prefix="start.", dir=ROOT + "/build") as folder:
        images = [in_view(version, START + "/images.py", f"{folder}/{kind}", python, "0", *words)
                  for kind, words in (("plain", ()), ("hidden", ("hidden",)))]
        samples = json.loads(in_view(version, __file__, "--measure", python, *images, folder,
                                     str(rounds)))
    return {name: medians(values) for name, values in samples.items()}


def main():
    if "--measure" in sys.argv:
        print(json.dumps(measure(*sys.argv[2:6], int(sys.argv[6]))))
        return 0
    rounds, missed = int(option("--rounds", "200")), False
    results = {version: measured(version, rounds) for version in VERSIONS
               if option("--version", version) == version}
    if "--json" in sys.argv:
        print(json.dumps(results, indent=1))
        return 0
    for version, found in results.items():
        missed = report(version, found) or missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
