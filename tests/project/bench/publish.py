#!/usr/bin/python3
"""Measure a publish as the clients of a tree see it, while busypyd follows.

    tests/project/bench/publish.py [--json] [--rounds N]

From turning `current` to the end of the first start on the new version, for a version that was
ready and for one that had appeared only that moment; and a start during the switch against one
before. Medians in milliseconds. Works in a throw-away machine.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(HERE + "/../../..")
BUILD = os.path.join(ROOT, "build")
TREE = os.path.join(BUILD, "test-trees", "host")
SCRIPT = '#!/usr/bin/python3 -IS\nprint("{}")\n'
GOAL_FIRST, GOAL_DURING = 50.0, 1.0
DEADLINE = 60


def value_of(name, default):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def new_version(export, name):
    making = os.path.join(export, "versions", name + ".tmp")
    subprocess.run(["cp", "-al", TREE, making], check=True)
    tool = os.path.join(making, "bin", "whichone")
    with open(tool, "w", encoding="ascii") as file:
        file.write(SCRIPT.format(name))
    os.chmod(tool, 0o755)
    os.rename(making, making[:-4])


def turn(export, name):
    link = os.path.join(export, "current.new")
    os.symlink("versions/" + name, link)
    os.rename(link, os.path.join(export, "current"))


def start(export):
    """(milliseconds, what it said) of one start."""
    out, into = os.pipe()
    began = time.perf_counter()
    tool = os.path.join(export, "current", "bin", "whichone")
    pid = os.posix_spawn(tool, [tool], {"LC_ALL": "C"},
                         file_actions=[(os.POSIX_SPAWN_DUP2, into, 1)])
    _, status = os.waitpid(pid, 0)
    spent = (time.perf_counter() - began) * 1000
    os.close(into)
    said = os.read(out, 64).decode().strip()
    os.close(out)
    if status:
        sys.exit("a start has failed: %#x" % status)
    return spent, said


def ready(name):
    words = subprocess.run([os.path.join(BUILD, "busypy"), "status", "-n", "-o",
                            "version,template", "trees"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, check=False).stdout.decode()
    return any(line.split() == [name, "ready"] for line in words.splitlines())


def await_ready(name):
    until = time.monotonic() + DEADLINE
    while not ready(name):
        if time.monotonic() > until:
            sys.exit("version %s did not become ready" % name)
        time.sleep(0.005)


def first_start(export, name, samples):
    """Turns the link and starts until the new version answers, which the first start must."""
    before = statistics.median(start(export)[0] for _ in range(5))
    began = time.perf_counter()
    turn(export, name)
    spent, said = start(export)
    if said != name:
        sys.exit("after the switch to %s a start got %s" % (name, said))
    samples["first"].append((time.perf_counter() - began) * 1000)
    samples["during"].append(spent - before)


def inside(rounds):
    results = {kind: {"first": [], "during": []} for kind in ("ready", "new")}
    appeared = []
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        export = os.path.join(place, "export")
        os.makedirs(os.path.join(export, "versions"))
        new_version(export, "0")
        turn(export, "0")
        conf = os.path.join(place, "conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write("[busypy]\ntree = %s/current\n" % export)
        with subprocess.Popen([os.path.join(BUILD, "busypyd"), "-c", conf],
                              stderr=subprocess.DEVNULL) as service:
            await_ready("0")
            for number in range(1, 2 * rounds + 1):
                kind = "ready" if number % 2 else "new"
                new_version(export, str(number))
                began = time.perf_counter()
                if kind == "ready":
                    await_ready(str(number))
                    appeared.append((time.perf_counter() - began) * 1000)
                first_start(export, str(number), results[kind])
                await_ready(str(number))
            service.terminate()
    numbers = {"%s_%s" % (kind, what): statistics.median(values)
               for kind, both in results.items() for what, values in both.items()}
    numbers["appeared_to_ready"] = statistics.median(appeared)
    print(json.dumps(numbers))


def main():
    rounds = value_of("--rounds", 10)
    if "--inside" in sys.argv:
        inside(rounds)
        return 0
    done = subprocess.run([os.path.join(BUILD, "helpers", "nsrun"), sys.executable, "-IB",
                           os.path.abspath(__file__), "--inside", "--rounds", str(rounds)],
                          stdout=subprocess.PIPE, check=True)
    numbers = json.loads(done.stdout)
    if "--json" in sys.argv:
        print(json.dumps(numbers))
        return 0
    for kind, words in (("ready", "a version that was ready"), ("new", "one of that moment")):
        first, during = numbers[kind + "_first"], numbers[kind + "_during"]
        print("%-26s first start %6.1f ms after the switch (goal %g: %s), %+.2f ms against one "
              "before (goal %+g: %s)" %
              (words, first, GOAL_FIRST, "met" if first <= GOAL_FIRST else "missed", during,
               GOAL_DURING, "met" if during <= GOAL_DURING else "missed"))
    print("%-26s %6.1f ms from its name to a template" %
          ("a version becomes ready", numbers["appeared_to_ready"]))
    return 0


sys.exit(main())
