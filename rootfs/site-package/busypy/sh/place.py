"""Built-ins for what a process inherits: cd, pwd, umask, ulimit."""

import errno
import os

from busypy.sh import descriptor, usage
from busypy.sh.error import CommandError


def logical_directory(shell):
    """PWD if it names the working directory without . and .. components, else None."""
    pwd = shell.vars.get("PWD") or ""
    if pwd[:1] != "/" or any(part in (".", "..") for part in pwd.split("/")):
        return None
    try:
        return pwd if os.path.samefile(pwd, ".") else None
    except OSError:
        return None


def normalise(path, exists=None):
    """Resolve . and .. in an absolute path by its text; before a .. exists(directory) must hold."""
    parts = []
    for part in path.split("/"):
        if part == "..":
            if exists and not exists("/" + "/".join(parts)):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("//" if path[:2] == "//" and path[:3] != "///" else "/") + "/".join(parts)


def cd(shell, argv):
    physical = last_of(argv) == "P"
    _, args = usage.options(argv, "LPe")
    target, show = cd_target(shell, args)
    path, found = search_cdpath(shell, target)
    old = shell.vars.get("PWD")
    try:
        new = None if physical else logical_target(shell, path)
        os.chdir(new or path)
    except (OSError, ValueError) as error:
        raise CommandError("can't cd to %s: %s" % (target, descriptor.reason(error)), 2) from None
    shell.vars.set("OLDPWD", old or "")
    shell.vars.set("PWD", new or current_or_empty() or path)
    if show or found:
        shell.write(1, shell.vars.get("PWD") + "\n")
    return 0


def search_cdpath(shell, target):
    """(directory, was it found through a named entry of CDPATH)."""
    if not target.startswith("/") and target.split("/")[0] not in (".", ".."):
        for directory in (shell.vars.get("CDPATH") or "").split(":"):
            candidate = os.path.join(directory, target) if directory else target
            if os.path.isdir(candidate):
                return candidate, bool(directory)
    return target, False


def logical_target(shell, path):
    """Where path leads by its text, or None if the working directory has no name."""
    if path.startswith("/"):
        return normalise(path, os.path.isdir)
    base = logical_directory(shell) or current_or_empty()
    return normalise(base.rstrip("/") + "/" + path, os.path.isdir) if base else None


def last_of(argv):
    """Which of -L and -P comes last."""
    result = "L"
    for arg in argv[1:]:
        if len(arg) < 2 or arg[0] != "-" or arg == "--":
            break
        for letter in arg[1:]:
            result = letter if letter in "LP" else result
    return result


def cd_target(shell, args):
    """(directory, whether to print where that leads)."""
    if not args:
        home = shell.vars.get("HOME")
        if not home:
            raise CommandError("HOME not set", 2)
        return home, False
    if len(args) > 1:
        raise CommandError("too many arguments", 2)
    if args[0] == "-":
        old = shell.vars.get("OLDPWD")
        if not old:
            raise CommandError("OLDPWD not set", 2)
        return old, True
    return args[0] or ".", False


def current_or_empty():
    try:
        return os.getcwd()
    except OSError:
        return ""


def pwd(shell, argv):
    usage.options(argv, "LP")
    path = None if last_of(argv) == "P" else logical_directory(shell)
    if path is None:
        try:
            path = os.getcwd()
        except OSError as error:
            raise CommandError(descriptor.reason(error)) from None
    shell.write(1, path + "\n")
    return 0


def umask(shell, argv):
    from busypy.lib import mode as modes
    found, args = usage.options(argv, "S")
    mask = modes.umask()
    if not args:
        shell.write(1, (symbolic(mask) if "S" in found else "%04o" % mask) + "\n")
        return 0
    text = args[0]
    if text[:1].isdigit():
        if text.strip("01234567") or int(text, 8) > 0o777:
            raise CommandError("illegal number: %s" % text, 2)
        os.umask(int(text, 8))
    else:
        os.umask(~apply_symbolic(text, ~mask & 0o777) & 0o777)
    return 0


def symbolic(mask):
    shown = []
    for who, shift in (("u", 6), ("g", 3), ("o", 0)):
        bits = ~mask >> shift & 7
        named = [c for c, bit in (("r", 4), ("w", 2), ("x", 1)) if bits & bit]
        shown.append(who + "=" + "".join(named))
    return ",".join(shown)


def apply_symbolic(text, allowed):
    """The permissions that a symbolic mode leaves allowed."""
    from busypy.lib import mode as modes
    try:
        return modes.change(text, allowed, folder=True, mask=0, mixed=True) & 0o777
    except modes.Bad:
        raise CommandError("illegal mode: %s" % text, 2) from None


# letter: (what it limits, the resource, bytes or seconds per unit)
LIMITS = {
    "c": ("core file (512-byte blocks)", "RLIMIT_CORE", 512),
    "d": ("data (KiB)", "RLIMIT_DATA", 1024), "e": ("nice priority", "RLIMIT_NICE", 1),
    "f": ("file size (512-byte blocks)", "RLIMIT_FSIZE", 512),
    "l": ("locked memory (KiB)", "RLIMIT_MEMLOCK", 1024),
    "m": ("resident set (KiB)", "RLIMIT_RSS", 1024), "n": ("open files", "RLIMIT_NOFILE", 1),
    "p": ("processes", "RLIMIT_NPROC", 1), "r": ("real-time priority", "RLIMIT_RTPRIO", 1),
    "s": ("stack (KiB)", "RLIMIT_STACK", 1024), "t": ("cpu time (seconds)", "RLIMIT_CPU", 1),
    "v": ("address space (KiB)", "RLIMIT_AS", 1024),
}


def ulimit(shell, argv):
    import resource
    found, args = usage.options(argv, "HSa" + "".join(LIMITS))
    if "a" in found:
        for letter, (text, _, _) in sorted(LIMITS.items()):
            shell.write(1, "-%s: %-30s %s\n"
                        % (letter, text, shown_limit(resource, letter, "H" in found)))
        return 0
    letter = next((c for c in found if c in LIMITS), "f")
    if not args:
        shell.write(1, shown_limit(resource, letter, "H" in found) + "\n")
        return 0
    _, name, unit = LIMITS[letter]
    soft, hard = resource.getrlimit(getattr(resource, name))
    value = resource.RLIM_INFINITY if args[0] == "unlimited" else usage.number(args[0]) * unit
    both = "H" not in found and "S" not in found
    try:
        resource.setrlimit(getattr(resource, name), (value if both or "S" in found else soft,
                                                     value if both or "H" in found else hard))
    except (OSError, ValueError, OverflowError) as error:
        raise CommandError("error setting limit: %s" % error, 2) from None
    return 0


def shown_limit(resource, letter, hard):
    _, name, unit = LIMITS[letter]
    value = resource.getrlimit(getattr(resource, name))[1 if hard else 0]
    return "unlimited" if value == resource.RLIM_INFINITY else str(value // unit)


COMMANDS = {"cd": cd, "pwd": pwd, "umask": umask, "ulimit": ulimit}
