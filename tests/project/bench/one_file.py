# SPDX-License-Identifier: MIT
"""How long a publish takes for one changed file of a large tree (all archs that are staged),
against rsync and cp, which check nothing and sync nothing. Options: --rounds N, --json."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(__file__ + "/../../../..")
TREES = os.environ.get("BUSYPY_TEST_TREES", os.path.join(ROOT, "build", "test-trees"))
BUSYPY = os.environ.get("BUSYPY", os.path.join(ROOT, "build", "busypy"))


def rounds():
    return int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 5


def timed(command):
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return 1000 * (time.monotonic() - started)


def copying(place):
    """Milliseconds for one changed file, each way in turn."""
    source, export, other = place + "/source", place + "/export", place + "/other"
    subprocess.run(["cp", "-a", TREES + "/debian", source], check=True)
    size = int(subprocess.run(["du", "-sb", source], stdout=subprocess.PIPE,
                              check=True).stdout.split()[0])
    timed([BUSYPY, "publish", "-q", "-i", "v0", source, export])
    os.mkdir(other)
    timed(["cp", "-a", source, other + "/v0"])
    samples = {"publish": [], "rsync --link-dest": [], "cp -a": []}
    for number in range(1, rounds() + 1):
        with open(source + "/etc/number", "w", encoding="ascii") as file:
            file.write("%d\n" % number)
        samples["publish"].append(timed([BUSYPY, "publish", "-q", "-i", "v%d" % number, source,
                                         export]))
        samples["rsync --link-dest"].append(timed([
            "rsync", "-aHc", "--link-dest=../v%d" % (number - 1), source + "/",
            "%s/v%d/" % (other, number)]))
        samples["cp -a"].append(timed(["cp", "-a", source, place + "/copy"]))
        shutil.rmtree(place + "/copy")
    return size, {name: statistics.median(values) for name, values in samples.items()}


def main():
    with tempfile.TemporaryDirectory(prefix="bench-one.", dir="/var/tmp") as place:
        size, medians = copying(place)
    if "--json" in sys.argv:
        print(json.dumps({"tree_bytes": size, "one_changed_file_ms": medians}, indent=1))
        return
    print("one changed file of a tree of %d MB, median of %d" % (size // 1000000, rounds()))
    for name, value in medians.items():
        print("  %-20s %8.0f ms" % (name, value))


if __name__ == "__main__":
    main()
