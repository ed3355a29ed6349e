"""Runs the battery twice, in a folder of the host and in a tree's bin, as three callers, and
compares: what a tree's script finds beside the host's programs is what one of the host finds."""
import json
import os
import re
import shutil
import subprocess
import sys

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
          "interrupted_at_a_terminal": ["ready\r\ninterrupted\r\n", 130],
          "timer": ["", "own WORD"], "start_and_stop": ["", "active", "", "3: inactive"],
          "journal": "from a script", "run_as_another": "own as u"}
# What raises for root, too; all other rows say something.
RAISING = {"missing_program", "missing_user", "not_executable"}


def run(*command):
    subprocess.run(command, check=True)


def install(source, folder, *more):
    """The battery and its neighbours; more names modules that only some machines can take."""
    for name in os.listdir(source):
        if name in ("battery", "nested", "held", *more) or \
                (name.startswith("rows_") and name != "rows_systemd.py"):
            shutil.copy(f"{source}/{name}", folder)


def scripts_of_host(folder):
    """Python scripts of the host, for what calls them."""
    for name, line in ("by-path", "#!/usr/bin/python3"), ("by-env", "#!/usr/bin/env python3"):
        with open(f"{folder}/{name}", "w", encoding="ascii") as file:
            file.write(f"{line}\nimport sys\nprint(sys.executable, sys.version)\n")
        os.chmod(f"{folder}/{name}", 0o755)


def battery(folder, caller, path, rows=()):
    """The rows' results, by name."""
    env = {"PATH": path, "GIVEN_PATH": PATH, "HOME": "/srv/work",
           "TERM": "xterm", "LANG": "C.UTF-8",
           "LD_LIBRARY_PATH": "/usr/lib/x86_64-linux-gnu:/usr/lib", "LD_PRELOAD": "libm.so.6",
           "PYTHONDONTWRITEBYTECODE": "1", "SHELL": "/bin/sh"}
    for kind in os.listdir("/proc/self/ns"):
        env[f"NS_{kind.upper()}"] = os.readlink(f"/proc/self/ns/{kind}")
    done = subprocess.run(["env", "-i", *(f"{key}={value}" for key, value in env.items()),
                           *CALLERS[caller], f"{folder}/battery", *rows],
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


def report(host, tree):
    """Prints a line of TAP for each row. Both are what battery found, by caller."""
    results = {caller: (host[caller], tree[caller]) for caller in host}
    good = True
    for row in results["root"][0]:
        lines = list(differences(row, results))
        good = good and not lines
        print(f"{'not ' if lines else ''}ok - {row}")
        for line in lines:
            print("# " + line)
    return good
