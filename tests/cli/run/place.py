"""What the tests of sandboxes share: where things are, who runs them, TAP."""

import contextlib
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402
ROOT = os.path.abspath(__file__ + "/../../../..")
BUSYPY = os.environ.get("BUSYPY", os.path.join(ROOT, "build/busypy"))
TREES = os.environ.get("BUSYPY_TEST_TREES", os.path.join(ROOT, "build/test-trees"))
TREE = os.path.join(TREES, "host")
DEBIAN = os.path.join(TREES, "debian")
LONG = bool(os.environ.get("BUSYPY_TEST_LONG"))
DEADLINE = patient(120)
NOBODY = 65534
# Who runs a sandbox: the machine's root, and a user without any right.
WHO = {"root": {}, "user": {"user": NOBODY, "group": NOBODY, "extra_groups": []}}

TESTS = []


def test(name, who=("root", "user")):
    """Registers a test; it is called once for each of who."""
    def register(function):
        TESTS.extend((f"{person}: {name}", function, person) for person in who)
        return function
    return register


def check(condition, message=""):
    if not condition:
        raise AssertionError(message)


def same(got, wanted):
    check(got == wanted, f"got:    {got!r}\nwanted: {wanted!r}")


def command(*words, tree=TREE):
    """The argv of a sandbox: options, "--", command."""
    return [BUSYPY, "run", "--tree", tree, *words]


def run(who, *words, tree=TREE, **more):
    """Runs one to its end."""
    more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command(*words, tree=tree), capture_output=True, text=True,
                          timeout=DEADLINE, check=False, **WHO[who], **more)


def python(who, code, *options, arguments=(), **more):
    """Runs Python code inside; what it prints, without the last newline. It must succeed."""
    result = run(who, *options, "--", "python3", "-c", PRELUDE + code, *arguments, **more)
    check(result.returncode == 0 and not result.stderr,
          f"status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout.rstrip("\n")


# Inside: failure(call...) is the name of the error of a raw system call, or "done".
PRELUDE = """
import ctypes, errno, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def failure(number, *arguments):
    ctypes.set_errno(0)
    if libc.syscall(ctypes.c_long(number), *arguments) >= 0:
        return "done"
    return errno.errorcode[ctypes.get_errno()]
def trying(function, *arguments):
    try:
        function(*arguments)
    except OSError as e:
        return errno.errorcode[e.errno]
    return "done"
"""


@contextlib.contextmanager
def folder():
    """A directory that everybody may use, removed at the end."""
    path = tempfile.mkdtemp(prefix="busypy-sandbox.")
    os.chmod(path, 0o777)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def wait_until(condition, what):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        check(time.monotonic() < deadline, f"gave up waiting for: {what}")
        select.select([], [], [], 0.02)


def read_all(fd, deadline=DEADLINE):
    """Reads to the end of the file: when nobody inside holds the other end any more."""
    end, data = time.monotonic() + deadline, b""
    while True:
        left = end - time.monotonic()
        check(left > 0 and select.select([fd], [], [], left)[0],
              f"nothing ends it: {data[-200:]!r}")
        piece = os.read(fd, 65536)
        if not piece:
            return data
        data += piece


def machine_state():
    """Mounts and handlers of the machine."""
    return subprocess.run([ROOT + "/tests/support/host-state"], check=True,
                          stdout=subprocess.PIPE).stdout


def main(words):
    before = machine_state()
    chosen = [t for t in TESTS if not words or any(word in t[0] for word in words)]
    failed = 0
    for number, (name, function, who) in enumerate(chosen, 1):
        start = time.monotonic()
        try:
            function(who)
            problem = None
        except (AssertionError, OSError, subprocess.SubprocessError, ValueError) as e:
            problem = str(e) if isinstance(e, AssertionError) else traceback.format_exc()
        failed += problem is not None
        took = time.monotonic() - start
        print(f"{'ok' if problem is None else 'not ok'} {number} - {name} in {took:.1f} s")
        for line in (problem or "").splitlines():
            print(f"# {line}")
        sys.stdout.flush()
    untouched = machine_state() == before
    print(f"{'ok' if untouched else 'not ok'} {len(chosen) + 1} - "
          "the machine's mounts and handlers")
    print(f"1..{len(chosen) + 1}")
    return 1 if failed or not untouched else 0
