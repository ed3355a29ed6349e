"""What the tests of the tools share: running a program, TAP, temporary places, deadlines."""

import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import SLOWNESS, patient  # noqa: E402
HERE = os.path.dirname(os.path.abspath(__file__))
ROOTFS = os.path.normpath(os.path.join(HERE, "../../../rootfs"))
SITE = os.path.join(ROOTFS, "site-package")
PYTHON = os.environ.get("TOOLS_PYTHON", "/usr/bin/python3")


def environment(**extra):
    """The environment of every program under test; compiled modules go outside of the repo."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/nonexistent",
           "PYTHONPATH": SITE, "TZ": "UTC0", "PYTHONDONTWRITEBYTECODE": "1"}
    cache = os.environ.get("TOOLS_PYCACHE")
    if cache:
        env["PYTHONPYCACHEPREFIX"] = cache
        del env["PYTHONDONTWRITEBYTECODE"]
    env.update(extra)
    return env


def path(name):
    """The script of a program."""
    for folder in ("bin", "sbin"):
        full = os.path.join(ROOTFS, folder, name)
        if os.path.exists(full):
            return full
    raise LookupError(name)


def command(*words):
    """The argv that runs one of our programs."""
    return [PYTHON, path(words[0]), *words[1:]]


class Result:
    def __init__(self, out, err, status):
        self.out, self.err, self.status = out, err, status

    def __repr__(self):
        return "status %d, out %r, err %r" % (self.status, self.out[-500:], self.err[-500:])


def run(*words, stdin=b"", timeout=20, env=None, **more):
    """Run one of our programs to its end."""
    more.setdefault("stdout", subprocess.PIPE)
    if not isinstance(stdin, bytes):
        more["stdin"] = stdin
    else:
        more["input"] = stdin
    done = subprocess.run(command(*words), stderr=subprocess.PIPE, timeout=patient(timeout),
                          env=environment(**(env or {})), **more)
    return Result(done.stdout or b"", done.stderr, done.returncode)


def until(condition, seconds=10):
    """Wait for a condition with a deadline; its last value."""
    end = time.monotonic() + patient(seconds)
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.01)


def sandbox(script, *args, timeout=40, flags=("-Urnmpf", "--mount-proc")):
    """Run Python text in throw-away namespaces as their root; nothing of it can stay."""
    source = "import sys; sys.path.insert(0, %r); sys.dont_write_bytecode = True\n" % HERE
    source += "import subprocess\nsubprocess.run(['mount', '--make-rprivate', '/'], check=True)\n"
    done = subprocess.run(["unshare", *flags, "--kill-child", PYTHON, "-c", source + script, *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=patient(timeout),
                          env=environment(TOOLS_PYTHON=PYTHON, TEST_SLOWNESS=str(SLOWNESS),
                                          TOOLS_PYCACHE=os.environ.get("TOOLS_PYCACHE", "")))
    return Result(done.stdout, done.stderr, done.returncode)


class Tests:
    """Collects functions, runs each in its own directory, prints TAP."""

    def __init__(self):
        self.tests = []

    def __call__(self, function):
        name = (function.__doc__ or function.__name__.replace("_", " ")).split("\n")[0]
        self.tests.append((name.rstrip("."), function))
        return function

    def main(self):
        failed = 0
        print("1..%d" % len(self.tests), flush=True)
        for number, (name, function) in enumerate(self.tests, 1):
            place = tempfile.mkdtemp(prefix="tools.")
            here = os.getcwd()
            try:
                os.chdir(place)
                function()
                print("ok %d - %s" % (number, name), flush=True)
            except Exception as error:
                failed = 1
                report(number, name, error)
            finally:
                os.chdir(here)
                shutil.rmtree(place, ignore_errors=True)
        sys.exit(failed)


def report(number, name, error):
    import traceback
    print("not ok %d - %s" % (number, name))
    for line in traceback.format_exception(error):
        for part in line.rstrip("\n").split("\n"):
            print("# " + part)
    sys.stdout.flush()


def same(got, wanted, what=""):
    """Assert equality with both sides in the message."""
    if got != wanted:
        raise AssertionError("%s\n got    %r\n wanted %r" % (what, got, wanted))


def check(condition, detail=""):
    if not condition:
        raise AssertionError(str(detail))
