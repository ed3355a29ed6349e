"""What the shell's tests share: where things are, a clean environment, TAP output."""

import os
import sys

sys.path.append(os.path.abspath(__file__ + "/../../../support"))
import patience  # noqa: E402

patient = patience.patient
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
SHELL = os.environ.get("TEST_SHELL", os.path.join(ROOT, "rootfs", "bin", "shell"))
PACKAGES = os.environ.get("TEST_PACKAGES", os.path.join(ROOT, "rootfs", "site-package"))


def environment(**more):
    """The environment of a test: nothing of the caller's but where compiled modules are kept."""
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": PACKAGES, "LANG": "C.UTF-8", "TERM": "xterm"}
    for name in ("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(more)
    return env


class Tap:
    """Prints TAP; remembers whether everything held."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, good, name, details=()):
        self.count += 1
        self.failed += not good
        print("%sok %d - %s" % ("" if good else "not ", self.count, name))
        if not good:
            for detail in details:
                for line in str(detail).split("\n"):
                    print("# " + line)
        sys.stdout.flush()

    def check(self, name, body):
        """Run body; an assertion or error in it is a failure."""
        try:
            body()
        except Exception as error:
            self.result(False, name, ["%s: %s" % (type(error).__name__, error)])
        else:
            self.result(True, name)

    def finish(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0
