#!/usr/bin/python3
"""How fast the shell runs the tree's programs in its own interpreter, against an exec for each.

The ways are interleaved, so that a busy moment hits all alike; medians are compared.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(__file__ + "/../../../..")
BIN = os.path.join(ROOT, "rootfs", "bin")
COMMANDS = 200
GOAL = 0.2
MIXED = ("ls data", "cat data", "test -f data", "wc data")
PROGRAMS = ("ls data", "cat data", "wc data", "true data")


def write_scripts(place):
    """{name: path} of the scripts that are timed."""
    with open(os.path.join(place, "data"), "w", encoding="utf-8") as file:
        file.write("some words\n" * 20)
    paths = {}
    for name, lines in (("mixed", MIXED), ("programs", PROGRAMS)):
        paths[name] = os.path.join(place, name)
        with open(paths[name], "w", encoding="utf-8") as file:
            for i in range(COMMANDS):
                line = lines[i % len(lines)]
                # Found by path: true is a built-in, and here the program is meant.
                file.write((os.path.join(BIN, line) if line.startswith("true") else line)
                           + " >/dev/null\n")
    return paths


def ways(paths):
    """{label: command} in the order of the table."""
    shell = os.path.join(BIN, "shell")
    result = {"start: python3 -c pass": ["/usr/bin/python3", "-c", "pass"],
              "start: shell -c :": [shell, "-c", ":"],
              "start: sh -c : in the shell": [shell, "-c", "sh -c :; :"]}
    for name, path in paths.items():
        result["%s: forked" % name] = [shell, path]
        result["%s: exec" % name] = [shell, "-o", "exec", path]
    return result


def measure(commands, rounds, env, place):
    times = {label: [] for label in commands}
    for _ in range(rounds + 1):
        for label, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, env=env, cwd=place, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, check=True)
            times[label].append(time.perf_counter() - start)
    # The first round fills caches.
    return {label: statistics.median(values[1:]) * 1000 for label, values in times.items()}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument("--rounds", type=int, default=7)
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="shell-bench.") as place:
        env = {"PATH": BIN + ":/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": place,
               "PYTHONPATH": os.environ.get("TEST_PACKAGES",
                                            os.path.join(ROOT, "rootfs", "site-package")),
               "PYTHONPYCACHEPREFIX": os.path.join(place, "pyc")}
        medians = measure(ways(write_scripts(place)), args.rounds, env, place)
    ratios = {name: medians[name + ": forked"] / medians[name + ": exec"]
              for name in ("mixed", "programs")}
    if args.json:
        print(json.dumps({"milliseconds": medians, "ratios": ratios, "goal": GOAL}, indent=2))
    else:
        for label, value in medians.items():
            print("%-30s %9.1f ms" % (label, value))
        for name, ratio in ratios.items():
            print("%-30s %9.3f of the time with an exec each (goal %.2f)" % (name, ratio, GOAL))
    return 0 if ratios["mixed"] <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
