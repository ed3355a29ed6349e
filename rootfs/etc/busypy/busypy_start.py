# SPDX-License-Identifier: MIT
"""What every start of a tree's Python does: the process's name, and the host's programs.

`busypy stage` puts this module into each runtime's standard library; a .pth file imports it. When
the handler starts the interpreter by a second exec, the kernel has named the process after the
interpreter: `ps` and `pgrep` would show python3 for every tool. And where a tree says `programs =
host`, the loader has put aside what the host's programs need and Python must not see, and has left
the tree's own folders to be found here. Runs at each start, so it does nothing but this, imports
nothing that is not loaded, and never fails. Python reads .pth files of its own folders alone: those
of the tree's are read here.
"""
import os
import sys


def _name_process():
    words = sys.orig_argv
    script = sys.argv[0]
    # As the kernel builds it: [interpreter's absolute path, perhaps one argument, script, ...].
    if "/" not in script or script not in words[1:3] or words[0][:1] != "/":
        return
    name = os.fsencode(script)
    fd = os.open("/proc/self/comm", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, name[name.rindex(b"/") + 1:][:15])
    finally:
        os.close(fd)


def _tree():
    """The tree beside the host whose runtime this is, or None."""
    prefix = sys.base_prefix
    if prefix[:12] == "/run/busypy/" and prefix[-6:] == ".d/usr":
        return os.readlink(prefix[:-3] + "tree")
    return None


def _read_pth(folder):
    # .start files are Python 3.15's. Without any, which is most often so, site has nothing to do.
    if any(name.endswith((".pth", ".start")) for name in os.listdir(folder)):
        sys.modules["site"].addsitedir(folder)


def _find_packages():
    # From 3.15 on Python complains of a folder in a .pth file that is not there: it is not named.
    if "/site-package" not in sys.path and os.access("/site-package", os.X_OK):
        sys.path.append("/site-package")
    _read_pth("/site-package")


def _find_host():
    tree = _tree()
    if tree is None:
        _find_packages()
        return
    prefix = sys.base_prefix
    # A program that starts this interpreter without what children get back below. The tree's other
    # Pythons have one each.
    own = prefix + "/bin/python-3.%d" % sys.version_info[1]
    sys._base_executable = own if os.access(own, os.X_OK) else prefix + "/bin/python"
    if sys.prefix == prefix:
        sys.executable = sys._base_executable
        sys.path.append(tree + "/site-package")
        _read_pth(tree + "/site-package")


def _give_back():
    tree = _tree()
    if tree is None:
        return
    environ = os.environ
    for name in [name for name in environ if name[:12] == "BUSYPY_KEPT_"]:
        environ[name[12:]] = environ.pop(name)
    if environ.get("PYTHONNOUSERSITE") == "busypy":
        del environ["PYTHONNOUSERSITE"]
    path = environ.get("PATH", os.defpath)
    ours = tree + "/bin:" + tree + "/sbin"
    if ":" + ours + ":" not in ":" + path + ":":
        environ["PATH"] = path + ":" + ours


def _each(*steps):
    for step in steps:
        try:
            step()
        except Exception:  # no /proc, no such name: not worth a failure
            pass


def resume():
    """For a process that goes on from an image of another: what depends on the process."""
    _each(_name_process, _give_back)


_each(_name_process, _find_host, _give_back)
