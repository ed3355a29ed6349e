"""Finding a program by PATH (2.9.1.4) and becoming it."""

import errno
import os
import stat

from busypy.sh import descriptor
from busypy.sh.error import CommandError
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
            as_script(shell, path, argv, env)
        shell.complain("%s: %s" % (argv[0], descriptor.reason(error)))
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        os._exit(127 if missing else 126)
    except ValueError:
        shell.complain("%s: argument holds a null byte" % argv[0])
        os._exit(126)


def is_plain_script(path):
    """Text without #! is for the shell; what names its interpreter failed because of that one."""
    try:
        with open(path, "rb") as file:
            first = file.read(256).partition(b"\n")[0]
        return b"\0" not in first and not first.startswith(b"#!")
    except OSError:
        return False


def as_script(shell, path, argv, env):
    """A file that the kernel does not know how to start is a script of this shell."""
    from busypy.sh import main
    for fd in list(descriptor.private):
        descriptor.drop_private(fd)
    os._exit(main.run_script(shell, [path] + argv[1:], env))
