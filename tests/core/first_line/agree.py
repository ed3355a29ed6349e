"""Asks `busypy add`, `check` and `explain`, and the kernel, about the same first lines.

Usage: agree.py ROOT BUSYPY TREE [SEED]. In a throw-away machine where the tree is enabled. The
kernel is asked by entries with the same magic as the handler's, which start a program that says so.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../binfmt/fallthrough"))
import inside  # noqa: E402
import lines  # noqa: E402

COUNT = 500
MARKS = (b"#!",) * 40 + (b"# !", b"\xef\xbb\xbf#!", b"#", b"")
BEFORE = (b"",) * 8 + (b" ",) * 4 + (b"  ", b"\t", b" \t", b" " * 240)
OURS = (b"/usr/bin/python3", b"/bin/shell")
BY_ENV = (b"/usr/bin/env python3", b"/usr/bin/env -S python3")
NAMES = OURS * 15 + BY_ENV * 8 + (
    b"/usr/bin/env python3.11", b"/usr/bin/env -Spython3", b"/usr/bin/env  python3",
    b"/usr/bin/env -i python3", b"/usr/bin/env\tpython3", b"/usr/bin/env -S  python3",
    b"/usr/bin/env -S python3''", b"/usr/bin/env -S 'python3'", b"/usr/bin/python3.11",
    b"/usr/bin/python", b"/usr/local/bin/python3", b"python3",
    b"/bin/shell2", b"/usr/bin/env", b"/bin/env", b"env", b"/bin/ls", b"/bin/../usr/bin/python3",
    b"/bin/../bin/ls", b"//bin/shell", b"/usr/bin/perl", b"/bin/nothing", b"/etc/passwd", b"/bin",
    b"/", b"", b"/usr/lib/none", b"/sbin/ip", b"/usr/bin/../../bin/ls")
AFTER = (b"\n",) * 6 + (b" -W%d\n", b"\t-W%d\n", b" -W %d -u\n# more\n") * 4 + (
    b"", b" ", b" \n", b"\t\n", b" -u\n", b"\t-u\n", b" -u -B\n", b"\r\n", b" -u\r\n", b" \r\n",
    b"\r", b"\r -u\n", b"\0\n", b" \0\n", b"\0\r\n", b" python3\n", b" -S python3 -u\n", b" sh\n",
    b" 'a b' c\n", b" '\n", b" ${HOME}\n", b" $HOME\n", b" # c\n", b"\v\n",
    b" perl\n", b" \xff\n", b".\n", b"/\n", b" " * 230 + b"\n", b" " * 260 + b"\n",
    b" -X" + b"a" * 260 + b"\n", b" -X" + b"a" * 260, b"\n\r\n", b"\n\0")
# What may be wrong with a script that the handler takes.
TAKEN_ALL_THE_SAME = re.compile("carriage return|more than 255 bytes|is no Python|not in the view|"
                                "env starts nothing|for which python3")


def make_lines(seed):
    source = random.Random(seed)
    result = set()
    while len(result) < COUNT:
        line = b"".join(source.choice(parts) for parts in (MARKS, BEFORE, NAMES, AFTER))
        result.add(line.replace(b"%d", b"%d" % source.randrange(1000)))
    return sorted(result)


def write_all(directory, contents):
    os.makedirs(directory, exist_ok=True)
    for number, content in enumerate(contents):
        inside.write(f"{directory}/t{number}", content)


def checked(busypy, tree, count):
    """What `check` has against each script, or None."""
    run = subprocess.run([busypy, "check", "--json", tree], capture_output=True, check=False)
    findings = json.loads(run.stdout.decode("utf-8", "replace"), strict=False)["findings"]
    wrong = {f["path"]: f["what"] for f in findings if f["severity"] == "error"}
    return [wrong.get(f"bin/t{number}") for number in range(count)]


def added(busypy, tree, wrong):
    """What `add` says of each script, or None: of those that check finds sound, all at once."""
    result = [None] * len(wrong)
    sound = [f"t{number}" for number, why in enumerate(wrong) if not why]
    refused = add(busypy, tree, sound)
    for number, why in enumerate(wrong):
        result[number] = add(busypy, tree, [f"t{number}"]) if why or refused else None
    return result


def add(busypy, tree, names):
    run = subprocess.run([busypy, "add", "--dry-run", tree, *names], capture_output=True,
                         cwd="/run/f/s", check=False, text=True, errors="replace")
    return run.stderr.strip() or f"status {run.returncode}" if run.returncode else None


def foretold(busypy, count):
    """Whether `explain` foretells that an entry of ours takes each script."""
    result = []
    for number in range(count):
        run = subprocess.run([busypy, "explain", "--json", f"/run/f/s/t{number}"],
                             capture_output=True, check=False)
        steps = json.loads(run.stdout.decode("utf-8", "replace"), strict=False)["steps"]
        notes = [step["note"] or "" for step in steps[0].get("children", [])]
        result.append(any(note.startswith("entry busypy-") for note in notes))
    return result


def taken(root, count):
    """Whether the kernel takes each script for an entry with the same magic as one of ours. What
    they do not take an entry takes that is asked later, without the flag P: one argument less."""
    register(":all:M::#!::/run/f/i/d:")
    for name in os.listdir("/run/binfmt.d"):
        with open(f"/run/binfmt.d/{name}", encoding="ascii") as file:
            for line in file:
                if line.startswith(":busypy-"):
                    register(":same-" + line.rsplit(":", 2)[0][1:] + ":/run/f/i/d:P")
    cases = [lines.Case(b"/run/f/s/t%d" % number, [b"argv0"], []) for number in range(count)]
    return [answer.report.startswith(b"3 ") for answer in inside.perform(root, cases, 0)]


def register(entry):
    with open("/proc/sys/fs/binfmt_misc/register", "w", encoding="ascii") as file:
        file.write(entry)


def word(line):
    """The first word, as a reader sees it."""
    words = line[2:].split()
    return words[0] if line.startswith(b"#!") and words else b""


def fault(line, kernel, explain, wrong, refused):
    """Why the four disagree on a line; None if they do not."""
    if explain != kernel:
        return f"explain foretells {explain}, the kernel says {kernel}"
    if bool(wrong) != bool(refused):
        return "add and check disagree"
    if kernel and wrong and not TAKEN_ALL_THE_SAME.search(wrong):
        return "the handler takes it, and check says otherwise"
    meant = word(line) in OURS or os.path.basename(word(line)).startswith((b"python", b"env"))
    if not kernel and not wrong and meant:
        return "the handler does not take it, and check is silent"
    return None


def report(contents, answers):
    groups = {"taken and sound": [], "taken, and something is wrong": [],
              "not taken and sound": [], "not taken, and something is wrong": []}
    for line, answer in zip(contents, zip(*answers)):
        name = "taken" if answer[0] else "not taken"
        name += ", and something is wrong" if answer[2] else " and sound"
        groups[name].append((line, answer))
    for number, (name, members) in enumerate(groups.items(), 1):
        faults = [(why, line, answer) for line, answer in members if (why := fault(line, *answer))]
        fine = members and not faults
        print(f"{'' if fine else 'not '}ok {number} - {name}: {len(members)} first lines")
        for why, line, (_, _, wrong, refused) in faults[:5]:
            print(f"# {why}: {line!r}\n#   check: {wrong}\n#   add: {refused}")


def main(root, busypy, tree, seed="busypy"):
    print("1..5")  # the last is the caller's
    contents = make_lines(seed)
    inside.mount("/run/f", "mode=0755,size=512m")
    for name in ("tree", "broken"):
        shutil.copytree(tree, f"/run/f/{name}", symlinks=True)
    os.makedirs("/run/f/out")
    inside.make_interpreters(f"{root}/build/helpers/dump").close()
    write_all("/run/f/s", contents)
    write_all("/run/f/broken/bin", contents)
    os.chdir("/run/f/s")
    wrong = checked(busypy, "/run/f/broken", COUNT)
    refused = added(busypy, "/run/f/tree", wrong)
    subprocess.run([busypy, "enable", "-q", "/run/f/tree"], check=True)
    explain = foretold(busypy, COUNT)
    report(contents, (taken(root, COUNT), explain, wrong, refused))


if __name__ == "__main__":
    main(*sys.argv[1:])
