"""One change to a sound tree, and how it is taken back; and the case that it is: which file
`busypy check` must name then, and what it must say of it.

A change never reaches the staged tree: what is edited is copied first."""

import contextlib
import os
import shutil
import tempfile

from elfedit import Elf

ARCHS = X, A, H, S = "x86_64", "aarch64", "armhf", "s390x"
CLIB, PYTHON = "etc/clib/%s/%s", "etc/python/%s/usr/%s"
MANIFEST = "etc/busypy/%s/manifest"
PYTHON3 = {arch: PYTHON % (arch, "bin/python3.11") for arch in ARCHS}
SSL = PYTHON % (X, "lib/python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so")


class Change:
    """What a case may do to a tree, and how that is taken back. Paths are below the tree."""

    def __init__(self, tree):
        self.tree = tree
        self.kept = tempfile.mkdtemp(prefix="kept.", dir=os.path.dirname(tree))
        self.undo = []

    def at(self, path):
        return os.path.join(self.tree, path)

    def take_back(self):
        for action in reversed(self.undo):
            action()
        shutil.rmtree(self.kept)

    def remove(self, path):
        """Moves a file or directory away."""
        kept = os.path.join(self.kept, str(len(self.undo)))
        full = self.at(path)
        os.rename(full, kept)
        self.undo.append(lambda: os.rename(kept, full))

    def new(self, path):
        """A path where something new may be made."""
        full = self.at(path)
        if os.path.lexists(full):
            self.remove(path)
        above = os.path.dirname(full)
        while not os.path.isdir(os.path.dirname(above)):
            above = os.path.dirname(above)
        if not os.path.isdir(above):  # the first that is missing
            os.makedirs(os.path.dirname(full))
            self.undo.append(lambda: shutil.rmtree(above))

        def clear():
            if os.path.isdir(full) and not os.path.islink(full):
                shutil.rmtree(full)
            elif os.path.lexists(full):
                os.unlink(full)
        self.undo.append(clear)
        return full

    def own(self, path):
        """The file as a copy of its own, which may be edited. Follows no link."""
        full = self.new(path)
        shutil.copy2(os.path.join(self.kept, str(len(self.undo) - 2)), full)
        return full

    def elf(self, path):
        return Elf(self.own(path))

    def write(self, path, content, mode=0o644):
        full = self.new(path)
        with open(full, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(full, mode)
        return full

    def copy(self, source, path, mode=0o755):
        full = self.new(path)
        shutil.copyfile(source, full)
        os.chmod(full, mode)
        return full

    def replace(self, path, old, new):
        full = self.own(path)
        with open(full, "rb") as file:
            content = file.read()
        assert old in content, (path, old)
        with open(full, "wb") as file:
            file.write(content.replace(old, new, 1))

    def first_line(self, path, line):
        """Has a script of Python's begin with line, which ends as it likes."""
        self.replace(path, b"#!/usr/bin/python3\n", line)

    def chmod(self, path, mode):
        full = self.at(path)
        if os.path.isdir(full):
            before = os.stat(full).st_mode & 0o7777
            self.undo.append(lambda: os.chmod(full, before))
        else:
            full = self.own(path)
        os.chmod(full, mode)


class Case:
    """what: the exact sentence; or a function of the change's own result, for numbers. silent: a
    path of which nothing must be said."""

    def __init__(self, name, make, path, what, arch=None, severity="error", status=None,
                 archs=(), silent=None):
        self.silent = silent
        self.name, self.make, self.path, self.what = name, make, path, what
        self.arch, self.severity = arch, severity
        # the archs that have to be looked at to find it
        self.archs = archs or (arch or X,)
        self.status = status if status is not None else int(severity == "error")

    @contextlib.contextmanager
    def broken(self, tree):
        """Yields what must be said."""
        change = Change(tree)
        try:
            result = self.make(change)
            yield self.what(result) if callable(self.what) else self.what
        finally:
            change.take_back()


CASES = []


def case(name, path, what, arch=None, severity="error", status=None, archs=(), silent=None):
    def add(make):
        CASES.append(Case(name, make, path, what, arch, severity, status, archs, silent))
        return make
    return add
