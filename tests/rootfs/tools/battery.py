"""The conformance battery: every case runs our program and others' side by side.

The cases are in cases/*.txt:

    busybox coreutils: command line of sh, our programs written as @name
      err: the exact standard error of ours
    ours: command line
      reason: why it may differ from the others
      out: a line that ours prints, as often as there are lines
      status: number

<nl> in a command stands for a newline. Compared are standard output, status, and whether there
was something on standard error.
"""

import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

LIMIT = tap.patient(30)
PROGRAM = re.compile(r"@([a-z][a-z0-9]*|\[)(?=[\s;|)&]|$)")


class Case:
    def __init__(self, where, others, command):
        self.where, self.others, self.command = where, others, command
        self.err = self.out = self.status = self.reason = None

    def set(self, key, value):
        if key == "out":
            self.out = (self.out or "") + value + "\n"
        else:
            setattr(self, key, int(value) if key == "status" else value)


def read(name):
    cases = []
    with open(name, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            key, _, value = line.strip().partition(":")
            if line.startswith("  "):
                cases[-1].set(key, value.strip() if key != "out" else value[1:])
            else:
                where = "%s:%d" % (os.path.basename(name), number)
                cases.append(Case(where, key.split(), value.strip().replace("<nl>", "\n")))
    return cases


def prepare(place):
    """The files that every case finds."""
    files = {"f": "one\ntwo\nthree\nfour\nfive\n", "g": "banana\napple\ncherry\napple\n",
             "n": "10 ten\n9 nine\n100 hundred\n-3 minus\n1.5 x\n",
             "p": "root:x:0:0\nbin:x:2:2\nadm:y:10:3\n", "d/x": "ex\n", "d/y": "", "empty": ""}
    os.mkdir(place + "/d")
    for name, content in files.items():
        with open(os.path.join(place, name), "w", encoding="ascii") as file:
            file.write(content)
    os.symlink("f", place + "/l")
    for name in list(files) + ["d", "l"]:
        os.utime(os.path.join(place, name), (1e9, 1e9), follow_symlinks=False)


def execute(command, env):
    place = tempfile.mkdtemp(prefix="battery.")
    try:
        prepare(place)
        done = subprocess.run(["/bin/sh", "-c", command], cwd=place, env=env, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, umask=0o022)
        return tap.Result(done.stdout, done.stderr, done.returncode)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def ours(match):
    return "%s %s" % (tap.PYTHON, "'%s'" % tap.path(match[1]))


def theirs(kind):
    if kind == "busybox":
        return lambda match: "busybox " + match[1]
    # `env` keeps the shell's own echo, test and printf out of it.
    return lambda match: "env " + match[1]


def try_case(case):
    """What is wrong, as lines; none if all is well."""
    mine = execute(PROGRAM.sub(ours, case.command), tap.environment())
    trouble = []
    if b"Traceback" in mine.err:
        trouble.append("a traceback: %r" % mine)
    plain = tap.environment()
    plain.pop("PYTHONPATH")
    for other in case.others:
        if other == "ours":
            continue
        its = execute(PROGRAM.sub(theirs(other), case.command), plain)
        if (mine.out, mine.status, bool(mine.err)) != (its.out, its.status, bool(its.err)):
            trouble += ["ours:    %r" % mine, "%s: %r" % (other, its)]
    if "ours" in case.others and (case.reason is None or case.status is None):
        trouble.append("a case of ours alone needs `reason` and `status`")
    if case.status is not None and mine.status != case.status:
        trouble.append("status %d, wanted %d: %r" % (mine.status, case.status, mine))
    if case.out is not None or "ours" in case.others:
        if mine.out.decode("utf-8", "backslashreplace") != (case.out or ""):
            trouble.append("printed %r, wanted %r" % (mine.out, case.out))
    if case.err is not None:
        shown = mine.err.decode("utf-8", "backslashreplace").split("\n")[0].rstrip()
        if shown != case.err:
            trouble.append("said %r, wanted %r" % (shown, case.err))
    return trouble


def main():
    names = sorted(glob.glob(os.path.join(tap.HERE, "cases", "*.txt")))
    cases = [case for name in names for case in read(name)]
    print("1..%d" % len(cases), flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, (case, trouble) in enumerate(zip(cases, pool.map(try_case, cases)), 1):
            word = "not ok" if trouble else "ok"
            shown = case.command.replace("#", "\\#").replace("\n", "<nl>")
            print("%s %d - %s %s" % (word, number, case.where, shown))
            for line in trouble:
                failed = 1
                print("# " + line.replace("\n", "\n# "))
    sys.exit(failed)


if __name__ == "__main__":
    main()
