"""One case: a file, and who executes it how; and what the groups share."""

import os
import shutil
import signal
import subprocess
import sys

sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402

USER = 1000
AS_USER = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")


class Case:
    """wanted is what must happen, in rawexec's words, where the test means a certain thing;
    sentence is a part of what explain must say. runs is how a script ends that itself is run:
    where it is not "status 0", what is foretold to run another program must end otherwise."""

    def __init__(self, name, path, wanted="", *, arguments=(), user=False, wrap=(), directory=None,
                 environment=None, sentence="", root=None, damaged=False, mutant=False,
                 unknown="", runs="status 0"):
        self.name, self.path, self.wanted = name, path, wanted
        self.arguments, self.directory = list(arguments), directory
        self.wrap = [*wrap, *(AS_USER if user else ())]
        self.environment = {**os.environ, **(environment or {})}
        self.sentence = sentence
        self.damaged = damaged  # so that explain may say that it cannot tell
        self.unknown = unknown  # with such a sentence explain may say so, too
        self.mutant = mutant  # may be killed unforeseen
        self.runs = runs
        self.root = root  # of a machine that boots with it; here: a chroot
        self.described = []  # what it is, for who reads that it failed

    def asked(self, machine):
        options = ["--root", self.root] if self.root else []
        return [*self.wrap, machine.busypy, "explain", "--json", *options, self.path,
                *self.arguments]

    def executed(self, machine):
        if self.root:
            shutil.copy(machine.rawexec, self.root)
        program = ["chroot", self.root, "/rawexec"] if self.root else [machine.rawexec]
        return [*self.wrap, *program, self.path, *self.arguments]

    def ask(self, machine):
        """explain's status, what it printed, and its complaint."""
        run = self.run(self.asked(machine))
        return run.returncode, run.stdout, run.stderr

    def execute(self, machine):
        """The outcome in rawexec's words, and what the program said."""
        run = self.run(self.executed(machine))
        return run.stdout.strip(), run.stderr.strip()

    def run(self, words):
        """With a deadline, and then for all that it has started."""
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, errors="surrogateescape",
                              cwd=self.directory, env=self.environment,
                              start_new_session=True) as process:
            try:
                said, complaint = process.communicate(timeout=patient(60))
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(words, process.returncode, said, complaint)

    def agrees(self, said, sentence):
        """Whether explain's sentence names what the program's does."""
        return True


class Machine:
    """The throw-away machine that this runs in."""

    def __init__(self, root, busypy, tree):
        self.root, self.tree, self.original = root, tree, busypy
        self.long = False
        self.base = "/run/x"
        mount(self.base, "mode=0755,size=1g")
        # where every user can reach them
        for name in ("busypy", "busypy-full"):
            shutil.copy(os.path.join(os.path.dirname(busypy), name), self.base)
        self.busypy = self.base + "/busypy"
        self.rawexec = shutil.copy(f"{root}/build/helpers/rawexec", self.base + "/rawexec")
        self.nothing = f"{root}/build/helpers/nothing"

    def folder(self, name):
        path = f"{self.base}/{name}"
        os.mkdir(path, 0o755)
        return path


def mount(path, options, kind="tmpfs"):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", options, kind, path], check=True)


def write(path, content, mode=0o755):
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    os.chmod(path, mode)
    return path
