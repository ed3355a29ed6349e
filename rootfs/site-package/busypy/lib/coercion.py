"""The locale that the interpreter puts into an environment that has none (PEP 538)."""


def undo_coercion(env):
    """Remove from env the LC_CTYPE that was not in this process's; whether there was one."""
    if env.get("LC_CTYPE") != "C.UTF-8" or env.get("LC_ALL"):
        return False
    if env.get("LANG", "C") not in ("", "C", "POSIX"):
        return False
    try:
        with open("/proc/self/environ", "rb") as file:
            if any(entry.startswith(b"LC_CTYPE=") for entry in file.read().split(b"\0")):
                return False
    except OSError:
        return False
    del env["LC_CTYPE"]
    return True
