"""Programs and scripts: finding them by PATH (2.9.1.4), becoming the one, reading the other."""

import errno
import os
import stat

from busypy.sh import descriptor
from busypy.sh.error import CommandError
from busypy.sh.expand import decode
from busypy.sh.variables import default_path


def find(shell, name, path=None):
    """The file that name runs, by PATH (or path instead); CommandError 126 or 127 if none."""
    if "/" in name:
        check(name, name)
        return name
    if path is None:
        known = shell.hash.get(name)
        if known and (shell.warm and known in shell.warm.cache or runnable(known)):
            return known
    refused = False
    for directory in (shell.vars.get("PATH") or "" if path is None else path).split(":"):
        candidate = directory + "/" + name if directory else "./" + name
        if runnable(candidate):
            if path is None:
                shell.hash[name] = candidate
            return candidate
        refused = refused or os.path.isfile(candidate)
    if refused and name:
        raise CommandError("%s: permission denied" % name, 126)
    raise CommandError("%s: not found" % name, 127)


def runnable(path):
    try:
        return stat.S_ISREG(os.stat(path).st_mode) and os.access(path, os.X_OK)
    except (OSError, ValueError):
        return False


def check(path, name):
    """Say why path cannot be run, if it cannot."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        missing = isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ENOTDIR)
        text = "not found" if missing else descriptor.reason(error)
        raise CommandError("%s: %s" % (name, text), 127 if missing else 126) from None
    if stat.S_ISDIR(mode):
        raise CommandError("%s: is a directory" % name, 126)
    if not os.access(path, os.X_OK):
        raise CommandError("%s: permission denied" % name, 126)


def search_path(shell, assigns):
    """The PATH that an assignment before the command gives, or None."""
    for name, value in reversed(assigns):
        if name == "PATH":
            return value
    return None


def standard_path():
    return default_path()


def become(shell, path, argv, env, ready=None):
    """Run path in this process, which warm.prepare() made ready or else by exec; never returns."""
    if ready is not None:
        shell.warm.become(ready)
    try:
        os.execve(path, argv, env)
    except OSError as error:
        if error.errno == errno.ENOEXEC and is_plain_script(path):
            shell.become_script([path] + argv[1:], env)
        shell.complain("%s: %s" % (argv[0], descriptor.reason(error)))
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        os._exit(127 if missing else 126)
    except ValueError:
        shell.complain("%s: argument holds a null byte" % argv[0])
        os._exit(126)


def is_plain_script(path):
    """Whether this is text without #!, for the shell; with one, the interpreter has failed."""
    try:
        with open(path, "rb") as file:
            first = file.read(256).partition(b"\n")[0]
        return b"\0" not in first and not first.startswith(b"#!")
    except OSError:
        return False


def find_script(shell, name):
    """A script for dot: by PATH, and it need not be executable."""
    if "/" not in name:
        for directory in (shell.vars.get("PATH") or "").split(":"):
            candidate = os.path.join(directory, name) if directory else "./" + name
            if os.path.isfile(candidate):
                return candidate
        raise CommandError("%s: not found" % name, 2)
    return name


def read_script(path):
    try:
        with open(path, "rb") as file:
            return decode(file.read())
    except (OSError, ValueError) as error:
        raise CommandError("cannot open %s: %s" % (path, descriptor.reason(error)), 2) from None


def open_script(shell, path):
    """The text of a script; without a slash it may also be found by PATH."""
    file = path
    if "/" not in path and not os.path.exists(path):
        file = find(shell, path)
    try:
        with open(file, "rb") as script:
            data = script.read()
    except OSError as error:
        status = 127 if isinstance(error, FileNotFoundError) else 126
        raise CommandError("cannot open %s: %s" % (path, descriptor.reason(error)),
                           status) from None
    if b"\0" in data.partition(b"\n")[0]:
        raise CommandError("%s: cannot execute binary file" % path, 126)
    shell.arg0, shell.name = path, os.path.basename(path)
    return decode(data)


def read_profile(shell, path):
    """Run a start-up file if it is there."""
    if os.path.isfile(path) and os.access(path, os.R_OK):
        shell.run_text(read_script(path))
