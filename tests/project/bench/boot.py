#!/usr/bin/python3
"""What a client's boot takes, phase by phase: Debian's kernel in QEMU without acceleration, the
Debian tree as an initramfs, until the shell's prompt.

Usage: boot.py [--json] [--rounds N] [ARCH ...]
  --json      print the numbers as JSON
  --rounds N  boot each arch so often (default: 3); the fastest of each phase counts, because
              whatever else the machine does only ever adds to it

Up to the shell's profile the times are the guest's own, from its kernel's log."""
import argparse
import json
import os
import re
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../cli/boot"))
import console  # noqa: E402
import places  # noqa: E402
import sessions  # noqa: E402

INITTAB = "::sysinit:/etc/init.d/rcS\n::respawn:-/bin/shell -l\n"
MARK = "the profile is read"
PROFILE = f"echo '<31>shell: {MARK}' >/dev/kmsg\n"
# what begins each phase; the last one ends the last
STEPS = (("kernel", None), ("init", r"Run /init as init process"),
         ("start", r"init: ready after \d+ ms"),
         ("rcS", r"init: starting pid \d+, tty '': '/etc/init\.d/rcS'"),
         ("shell", r"init: starting pid \d+, tty '': '-/bin/shell -l'"),
         (None, rf"shell: {MARK}"))
WORDS = {
    "kernel": "kernel, to its exec of init", "init": "init's own part, until it is ready",
    "start": "from there to rcS", "rcS": "rcS", "shell": "shell, until it has read its profile",
    "wall": "wall time from busypy boot to the prompt",
}
GOAL = 20  # milliseconds for init's own part, on x86_64 under TCG


def change(image):
    image.put("etc/inittab", INITTAB)
    image.put("etc/profile", PROFILE)


def boot(arch):
    """One boot; {phase: milliseconds}."""
    with console.Machine(f"bench.{arch}", "-a", arch, "--append", "quiet",
                         places.changed(arch, "bench", change)) as machine:
        machine.expect(sessions.FIRST)
        wall = machine.time_of(sessions.FIRST)
        log = machine.command("dmesg", r"^[^\n]*[#$] \Z")
        machine.type("poweroff")
        machine.ends("poweroff")
    times = []
    for _, pattern in STEPS:
        found = re.search(rf"^\[ *(\d+\.\d+)\] {pattern}$", log, re.MULTILINE) if pattern else None
        if pattern and not found:
            raise SystemExit(f"bench: the kernel's log of {arch} has no {pattern!r}:\n"
                             f"{log[-1500:]}")
        times.append(float(found[1]) * 1000 if found else 0.0)
    phases = {STEPS[n][0]: round(times[n + 1] - times[n], 1) for n in range(len(STEPS) - 1)}
    return phases | {"wall": round(wall * 1000, 1)}


def measure(arch, rounds):
    runs = [boot(arch) for _ in range(rounds)]
    return {phase: min(run[phase] for run in runs) for phase in WORDS}


def report(results):
    archs = list(results)
    print(f"{'milliseconds':42}" + "".join(f"{arch:>10}" for arch in archs))
    for phase, words in WORDS.items():
        print(f"{words:42}" + "".join(f"{results[arch][phase]:10.1f}" for arch in archs))
    if "x86_64" in results:
        own = results["x86_64"]["init"]
        print(f"goal for init on x86_64: {GOAL} ms, {'met' if own <= GOAL else 'missed'}")


def main():
    parser = argparse.ArgumentParser(description="What a client's boot takes.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("archs", nargs="*", metavar="ARCH")
    options = parser.parse_args()
    archs = options.archs or list(places.ARCHS)
    if options.rounds < 1 or not set(archs) <= set(places.ARCHS):
        parser.error(f"ARCH is one of {' '.join(places.ARCHS)}, N above 0")
    results = {arch: measure(arch, options.rounds) for arch in archs}
    if options.json:
        print(json.dumps({"boot": results, "goal": {"x86_64": {"init": GOAL}}}))
    else:
        report(results)


if __name__ == "__main__":
    main()
