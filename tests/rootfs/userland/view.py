"""Works in a throw-away machine: what is expected, or what one view of a tree gives.

Usage: view.py JOB RESULT. JOB is {busypy, tree, arch, place, ways: {way: [case]}, patience};
without an arch the result is what each case expects.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../binfmt/arch")]
import cases as data

WARN = ",".join("default::" + name for name in
                ("DeprecationWarning", "PendingDeprecationWarning", "SyntaxWarning"))
SHELL_WAYS = {"forked": {}, "exec": {"BUSYPY_SHELL_EXEC": "1"}}


def plain(result):
    """A result without bytes."""
    return [item.decode("latin-1") if isinstance(item, bytes) else item for item in result]


def line_of(case, place):
    """Shell text that runs a case in place and leaves there what came of it."""
    if case.kind == "shell":
        command = "sh -c " + shlex.quote(case.script(str))
    else:
        command = "(eval %s)" % shlex.quote(case.script(lambda name: "/bin/" + name))
    return "cd %s/work\n%s <../in >../out 2>../err; echo $? >../status\n" % (place, command)


def batch_of(way, group, members, place, patience):
    """All cases of a group as one script; their directories are made."""
    os.makedirs(place)
    places, text = {}, "umask 022\n"
    for number, case in members.items():
        there = os.path.join(place, number)
        os.makedirs(there + "/work")
        case.prepare(there + "/work")
        with open(there + "/in", "w", encoding="utf-8") as file:
            file.write(case.stdin())
        places[number] = there
        text += line_of(case, there)
    script = os.path.join(place, "script")
    with open(script, "w", encoding="utf-8") as file:
        file.write(text)
    kind = group.split()[0]
    env = data.environment(kind, **SHELL_WAYS[way])
    env.update({"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"} if kind == "shell" else {})
    return {"way": way, "script": script, "env": env, "places": places,
            "deadline": data.tap.patient(30) + patience * len(members)}


def batches(job, known):
    """What the driver shall run: a list of batches, by way and group."""
    found = []
    for way in SHELL_WAYS:
        groups = {}
        for number in job["ways"].get(way, ()):
            groups.setdefault(known[number].group, {})[number] = known[number]
        for count, (group, members) in enumerate(groups.items()):
            place = os.path.join(job["place"], "%s%d" % (way, count))
            found.append(batch_of(way, group, members, place, job["patience"]))
    return found


def in_view(job, known):
    """Enables the tree and runs all ways: what the driver says, and more."""
    import inside as arches
    arches.register_qemu(job["arch"])
    tree = job["tree"]
    subprocess.run([job["busypy"], "enable", "-q", "--arch", job["arch"], tree], check=True)
    task, answer = (os.path.join(job["place"], name) for name in ("task", "answer"))
    work = batches(job, known)
    with open(task, "w", encoding="utf-8") as file:
        json.dump(work, file)
    subprocess.run([os.path.join(tree, "bin/userland-driver"), task, answer], check=True,
                   env={"PATH": "/bin", "LC_ALL": "C.UTF-8"}, cwd="/", stdin=subprocess.DEVNULL,
                   timeout=data.tap.patient(300) + sum(batch["deadline"] for batch in work))
    with open(answer, encoding="utf-8") as file:
        result = json.load(file)
    start = time.monotonic()
    result["ways"]["handler"] = {
        number: plain(data.through_handler(known[number], tree, PYTHONWARNINGS=WARN))
        for number in job["ways"].get("handler", ())}
    result["seconds"]["handler"] = round(time.monotonic() - start, 1)
    return result


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    tempfile.tempdir = job["place"]
    data.run_cases.LIMIT = data.battery.LIMIT = 20 + 2 * job["patience"]
    known = data.load()
    if job["arch"]:
        result = in_view(job, known)
    else:
        result = {number: plain(data.expected(case)) for number, case in known.items()}
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(result, file)


main()
