#!/usr/bin/python3
"""Processor time of publish, check and gc of a tree of ten archs.

Usage: walk.py [--json] [--rounds N] [--against BUILD]
  --json           print the numbers as JSON
  --rounds N       measure each so often, in turns (default: 7)
  --against BUILD  measure the programs of another build, too, and print ratios

Time is user and system together, of the command and its children. The first publish copies all,
the second finds all of it in the first, gc removes two of three versions."""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

ROOT = os.path.realpath(__file__ + "/../../../..")
BUILD = os.environ.get("BUSYPY_BUILD", f"{ROOT}/build")
TREES = os.environ.get("BUSYPY_TEST_TREES", f"{ROOT}/build/test-trees")
ARCHS = ("x86_64 aarch64 armhf s390x riscv64 armel i386 ppc64le mips64el mipsel").split()
GOAL = 1.10  # of a build before a change


def spent(*words):
    """Milliseconds of processor time until the command has ended."""
    pid = os.posix_spawn(words[0], words, os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)}: failed with {status:#x}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def measure(busypy, tree, place, times):
    """Once all, in an export of its own."""
    with tempfile.TemporaryDirectory(dir=place) as export:
        os.chmod(export, 0o755)
        times["publish, the first"].append(spent(busypy, "publish", "-q", tree, export))
        times["publish, once more"].append(spent(busypy, "publish", "-q", tree, export))
        spent(busypy, "publish", "-q", tree, export)
        times["gc"].append(spent(busypy, "gc", "-q", "--keep", "1", export))
        if len(os.listdir(export + "/versions")) != 1:
            raise SystemExit("gc: there is more than one version left")
    times["check"].append(spent(busypy, "check", tree))


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--against")
    options = parser.parse_args()
    subprocess.run([f"{ROOT}/tests/support/trees", *ARCHS], check=True)
    builds = [BUILD] + ([options.against] if options.against else [])
    names = ("publish, the first", "publish, once more", "gc", "check")
    times = [{name: [] for name in names} for _ in builds]
    with tempfile.TemporaryDirectory(dir=BUILD) as place:
        os.chmod(place, 0o755)
        for turn in range(options.rounds + 1):  # the first fills the page cache
            order = list(zip(builds, times))
            for build, into in order if turn % 2 else reversed(order):
                measure(f"{build}/busypy", f"{TREES}/debian", place, into)
    medians = [{name: round(statistics.median(values[1:]), 1) for name, values in into.items()}
               for into in times]
    if options.json:
        print(json.dumps({"rounds": options.rounds, "medians": medians}))
        return
    print(f"{len(ARCHS)} archs, milliseconds of processor time, median of {options.rounds}")
    for name in names:
        row = f"{name:20} {medians[0][name]:8.0f}"
        if options.against:
            ratio = medians[0][name] / medians[1][name]
            row += (f"  against {medians[1][name]:8.0f}  ratio {ratio:.3f}, "
                    f"{'within' if ratio <= GOAL else 'ABOVE'} the goal of {GOAL}")
        print(row)


main()
