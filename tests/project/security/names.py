#!/usr/bin/python3
"""What is wrong with the tests that SECURITY.md names, a line each; status 1 if anything is.

Usage: names.py FILE <LISTED
  FILE    a text of promises ("7. **...") with lines "- `tests/...`: name of a test"
  LISTED  what `make test` runs, as `make list-tests` prints it

A test exists if its file has its name as bats' @test or as a whole string, and is run if its file
is listed, or belongs to a `run` that is."""
import os
import re
import sys

ROOT = os.path.realpath(__file__ + "/../../../..")
NAMED = re.compile(r"^ *- `([^`]+)`: (.+)$")
PROMISE = re.compile(r"^(\d+)\. \*\*")


def read(path):
    with open(f"{ROOT}/{path}", encoding="utf-8", errors="replace") as file:
        return file.read()


def parts(program):
    """The files of a battery: those in its folder and the helpers that they name, in turn."""
    folder = os.path.dirname(program)
    candidates = {f"{folder}/{name}": os.path.splitext(name)[0]
                  for name in os.listdir(f"{ROOT}/{folder}")
                  if os.path.isfile(f"{ROOT}/{folder}/{name}")}
    helpers = "tests/support/helpers"
    candidates.update({f"{helpers}/{name}": name[:-2] for name in os.listdir(f"{ROOT}/{helpers}")
                       if name.endswith(".c")})
    found, todo = {program}, [program]
    while todo:
        words = set(re.findall(r"[A-Za-z0-9_-]+", read(todo.pop())))
        new = [path for path, stem in candidates.items()
               if stem in words and path not in found]
        found.update(new)
        todo.extend(new)
    return found


def has(path, name):
    if path.endswith(".bats"):
        return f'@test "{name}" {{' in read(path).splitlines()
    # as a string, or the end of one that begins with what is tested: "what: name"
    string = r"(?:[\"']|: |- )" + re.escape(name) + r"(?:\\n)?[\"']"
    return re.search(string, read(path)) is not None


def fault(path, name, listed):
    """Why this is no test that is run; None if it is."""
    if not path.startswith("tests/") or not os.path.isfile(f"{ROOT}/{path}"):
        return "there is no such file"
    files = {path}
    if path.endswith("/run"):
        files = parts(path) if path in listed else set()
    elif path.startswith("tests/core/unit/"):
        files = files if f"build/unit/{os.path.basename(path)[:-2]}" in listed else set()
    elif path.endswith(".py"):
        battery = os.path.dirname(path) + "/run"
        files = files if battery in listed and path in parts(battery) else set()
    elif path not in listed:
        files = set()
    if not files:
        return "make test does not run it"
    if not any(has(file, name) for file in files):
        return "it has no test of that name"
    return None


def main():
    listed = set(sys.stdin.read().split())
    faults, promises, named = [], {}, set()
    promise = None
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                promise = None
            if PROMISE.match(line):
                promise = int(PROMISE.match(line).group(1))
                if promise != len(promises) + 1:
                    faults.append(f"promise {promise}: the one before it is {len(promises)}")
                promises[promise] = 0
            match = NAMED.match(line)
            if not match:
                continue
            why = fault(*match.groups(), listed)
            if promise:
                promises[promise] += 1
            if why:
                faults.append(f"{match.group(1)}: {match.group(2)}: {why}")
            if (promise, *match.groups()) in named:
                faults.append(f"{match.group(1)}: {match.group(2)}: twice")
            named.add((promise, *match.groups()))
    faults.extend(f"promise {number}: it names no test"
                  for number, tests in promises.items() if not tests)
    if not promises:
        faults.append("there is no promise")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


sys.exit(main())
