"""Inside a throw-away machine: enables a tree whose programs are the host's, runs the battery there
and in a folder of the host, and compares. Usage: inside.py ROOT BUSYPY HOST-TREE TREE [ROW ...]"""
import json
import os
import re
import shutil
import subprocess
import sys

ROOT, BUSYPY, _, STAGED = sys.argv[1:5]
ROWS = sys.argv[5:]
HERE = os.path.dirname(os.path.abspath(__file__))
ARCH = os.uname().machine
HOST, TREE = "/srv/host", "/srv/tree"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
UID = "4711"
USER = ["setpriv", "--reuid", UID, "--regid", UID, "--clear-groups"]
# In two calls: with one, a program with capabilities still gets them.
CALLERS = {"root": [], "a user": USER, "no_new_privs": USER + ["setpriv", "--no-new-privs"]}

# What differs, and must: how the tree's answer looks.
LISTED = {
    "executable": r'"/run/busypy/[0-9a-z]{4}\.d/usr/bin/python3\.\d+"',
}
# What the host's own must say already, or the row would show nothing.
NEEDED = {"sudo_true": "", "sudo_nested": "own by sudo", "job_control_in_tmux": [True] * 6,
          "interrupted_at_a_terminal": ["ready\r\n^Cinterrupted\r\n", 130]}
# What raises for root, too; all other rows say something.
RAISING = {"missing_program", "missing_user", "not_executable"}


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run(*command):
    subprocess.run(command, check=True)


def make_host():
    """A user u, who may do all by sudo, and Python scripts of the host."""
    run("mount", "-t", "tmpfs", "-o", "mode=755", "srv", "/srv")
    for folder in HOST, "/srv/work", "/srv/etc", "/srv/sudoers.d":
        os.mkdir(folder)
    os.chmod("/srv/work", 0o1777)
    write("/srv/etc/passwd", read("/etc/passwd") + f"u:x:{UID}:{UID}::/home/u:/bin/sh\n")
    write("/srv/etc/group", read("/etc/group") + f"u:x:{UID}:\n")
    write("/srv/etc/shadow", read("/etc/shadow") + "u:*:19700:0:99999:7:::\n", 0o600)
    # sudo looks its own host up, and says so where that fails
    write("/srv/etc/hosts", read("/etc/hosts") + f"127.0.1.1 {os.uname().nodename}\n")
    for name in "passwd", "group", "shadow", "hosts":
        run("mount", "--bind", f"/srv/etc/{name}", f"/etc/{name}")
    write("/srv/sudoers.d/u", "u ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    run("mount", "--bind", "/srv/sudoers.d", "/etc/sudoers.d")
    for name, line in ("by-path", "#!/usr/bin/python3"), ("by-env", "#!/usr/bin/env python3"):
        write(f"{HOST}/{name}", f"{line}\nimport sys\nprint(sys.executable, sys.version)\n", 0o755)


def two_pythons():
    """What is the tree's and what the host's can be told apart only where they differ."""
    names = [re.findall(r"^python3\.\d+$", "\n".join(os.listdir(folder)), re.MULTILINE)
             for folder in (f"{STAGED}/etc/python/{ARCH}/usr/bin", "/usr/bin")]
    if len(names[0]) != 1 or names[0] == names[1]:
        sys.exit(f"Bail out! the tree has {names[0]}, the host {names[1]}")
    print(f"# the tree has {names[0][0]}, the host {' '.join(names[1])}")


def make_tree():
    for folder in "etc/python", "etc/clib":
        os.makedirs(f"{TREE}/{folder}")
        run("cp", "-a", f"{STAGED}/{folder}/{ARCH}", f"{TREE}/{folder}/")
    for folder in "bin", "sbin", "site-package":
        os.mkdir(f"{TREE}/{folder}")
    os.mkdir(f"{TREE}/etc/busypy")
    shutil.copy(f"{STAGED}/etc/busypy/selftest", f"{TREE}/etc/busypy/selftest")
    write(f"{TREE}/etc/busypy/tree.conf", "programs = host\n")
    for folder in HOST, TREE + "/bin":
        for name in os.listdir(HERE):
            if name.startswith("rows_") or name in ("battery", "nested", "held"):
                shutil.copy(f"{HERE}/{name}", folder)
    write("/srv/conf", "[busypy]\n")


def enable():
    run(BUSYPY, "enable", "--quiet", "--config", "/srv/conf", TREE)


def battery(folder, caller, path):
    """The rows' results, by name."""
    env = {"PATH": path, "GIVEN_PATH": PATH, "HOME": "/srv/work",
           "TERM": "xterm", "LANG": "C.UTF-8",
           "LD_LIBRARY_PATH": "/usr/lib/x86_64-linux-gnu:/usr/lib", "LD_PRELOAD": "libm.so.6",
           "PYTHONDONTWRITEBYTECODE": "1", "SHELL": "/bin/sh"}
    for kind in os.listdir("/proc/self/ns"):
        env[f"NS_{kind.upper()}"] = os.readlink(f"/proc/self/ns/{kind}")
    done = subprocess.run(["env", "-i", *(f"{key}={value}" for key, value in env.items()),
                           *CALLERS[caller], f"{folder}/battery", *ROWS],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          cwd="/srv/work", umask=0o027)
    try:
        return json.loads(done.stdout)
    except ValueError:
        sys.exit(f"Bail out! {folder}/battery as {caller}: {done.returncode} "
                 f"{done.stdout[-500:]} {done.stderr[-500:]}")


def differences(row, results):
    """Lines that say for whom a row is not as it should be."""
    for caller, (host, tree) in results.items():
        wanted, got = (json.dumps(result.get(row)) for result in (host, tree))
        if row in LISTED:
            if not re.fullmatch(LISTED[row], got):
                yield f"{caller}: got {got}, wanted what matches {LISTED[row]}"
        elif got != wanted:
            yield f"{caller}: got    {got}\n#   the host's: {wanted}"
        if row in NEEDED and host.get(row) != NEEDED[row] and caller in ("root", "a user"):
            yield f"{caller}: the host's own says {wanted}"
        if re.search(r"not found(?!: 'nobody)", wanted) or \
                (caller == "root" and row not in RAISING and
                 re.match(r'"\w+(Error|Exit|Expired)\b', wanted)):
            yield f"{caller}: not even the host's can: {wanted} (Hint: packages)"


def main():
    two_pythons()
    make_host()
    make_tree()
    # before there is a handler: nothing of us is in the host's own way
    host = {caller: battery(HOST, caller, f"{PATH}:{HOST}") for caller in CALLERS}
    enable()
    results = {caller: (host[caller], battery(TREE + "/bin", caller, PATH)) for caller in CALLERS}
    rows = list(results["root"][0])
    failed = 0
    for row in rows:
        lines = list(differences(row, results))
        failed += bool(lines)
        print(f"{'not ' if lines else ''}ok - {row}")
        for line in lines:
            print("# " + line)
    return bool(failed)


sys.exit(main())
