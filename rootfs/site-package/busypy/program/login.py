"""login: ask for name and password and start the user's shell."""

import os
import time

from busypy import cli

USAGE = """
usage: login [-p] [-h host] [-f user | user]
  -f USER  this user, without a password (only for root)
  -h HOST  where the user comes from
  -p  keep the environment
"""
TRIES = 3
PAUSE = 3
PATHS = {True: "/sbin:/bin:/usr/sbin:/usr/bin", False: "/bin:/usr/bin"}


def crypt(password, salt):
    """crypt(3) of libcrypt; None if there is none or it refuses the salt."""
    import ctypes
    for name in ("libcrypt.so.1", "libcrypt.so.2", "libcrypt.so"):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.crypt.restype = ctypes.c_char_p
        found = library.crypt(cli.enc(password), cli.enc(salt))
        return os.fsdecode(found) if found and not found.startswith(b"*") else None
    cli.warn("no libcrypt: passwords cannot be checked")
    return None


def shadow(name):
    """The hash in /etc/shadow, or None."""
    from busypy import machine
    for line in machine.lines("/etc/shadow"):
        fields = line.split(":")
        if fields[0] == name and len(fields) > 1:
            return fields[1]
    return None


def stored(entry):
    found = shadow(entry.pw_name)
    return entry.pw_passwd if found is None else found


def ask(prompt, echo):
    """A line from the terminal on standard input; None at its end."""
    import termios
    old = None
    if not echo and os.isatty(0):
        old = termios.tcgetattr(0)
        new = termios.tcgetattr(0)
        new[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSAFLUSH, new)
    os.write(1, cli.enc(prompt))
    try:
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(0, 1)
            if not byte:
                return None
            line += byte
        return os.fsdecode(line.rstrip(b"\r\n"))
    finally:
        if old is not None:
            termios.tcsetattr(0, termios.TCSAFLUSH, old)
            os.write(1, b"\n")


def allowed(entry):
    """Ask for the password where there is one; whether it was right."""
    import hmac
    wanted = "*" if entry is None else stored(entry)
    if wanted == "":
        return True
    typed = ask("Password: ", False)
    if typed is None or entry is None:
        return False
    found = crypt(typed, wanted)
    return found is not None and hmac.compare_digest(cli.enc(found), cli.enc(wanted))


def nologin(entry):
    if entry.pw_uid == 0:
        return False
    try:
        with open("/etc/nologin", "rb") as file:
            os.write(1, file.read())
        return True
    except OSError:
        return False


def become(entry):
    """Take over groups, group and user, in this order, and see that there is no way back."""
    os.initgroups(entry.pw_name, entry.pw_gid)
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    if os.getresuid() != (entry.pw_uid,) * 3:
        raise cli.Fail("cannot become %s" % entry.pw_name)


def own_terminal(entry):
    """The terminal belongs to who is logged in."""
    if not os.isatty(0):
        return
    try:
        os.fchown(0, entry.pw_uid, -1)
        os.fchmod(0, 0o600)
    except OSError:
        pass  # a console on a read-only /dev works as well


def environment(entry, keep):
    env = dict(os.environ) if keep else {}
    if "TERM" in os.environ:
        env["TERM"] = os.environ["TERM"]
    shell = entry.pw_shell or "/bin/sh"
    env.update(HOME=entry.pw_dir or "/", SHELL=shell, USER=entry.pw_name,
               LOGNAME=entry.pw_name, PATH=PATHS[entry.pw_uid == 0])
    return env, shell


def start(entry, opts):
    """Become the user and exec the shell as login shell."""
    env, shell = environment(entry, opts["p"])
    own_terminal(entry)
    try:
        with open("/etc/motd", "rb") as file:
            os.write(1, file.read())
    except OSError:
        pass
    import _signal
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    become(entry)
    try:
        os.chdir(entry.pw_dir or "/")
    except OSError:
        os.write(1, cli.enc("No directory %s, logging in with HOME=/\n" % entry.pw_dir))
        os.chdir("/")
        env["HOME"] = "/"
    try:
        os.execve(shell, ["-" + os.path.basename(shell)], env)
    except OSError as error:
        raise cli.Fail("%s: %s" % (shell, cli.why(error))) from None


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 1)
    if os.geteuid() != 0:
        raise cli.Fail("must be started by root")
    import pwd
    name = opts["f"] if opts["f"] is not None else args[0] if args else None
    for left in range(TRIES - 1, -1, -1):
        if name is None:
            name = ask("%s login: " % os.uname().nodename, True)
            if name is None:
                return 1
            if not name:
                name = None
                continue
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            entry = None
        # An unknown name is asked for a password too: the answer must not tell it apart.
        if (opts["f"] is not None and entry is not None) or allowed(entry):
            if nologin(entry):
                return 1
            start(entry, opts)
        name = None
        if left:
            time.sleep(PAUSE)
        os.write(1, b"Login incorrect\n")
        if opts["f"] is not None:
            return 1
    return 1
