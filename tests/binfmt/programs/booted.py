"""In a booted machine with systemd: the battery, first by the host's Python, when nothing of BusyPy
is there yet, then in an enabled tree. Usage: booted.py host FILE | booted.py tree FILE BIN
FILE keeps what the host's found."""
import json
import os
import sys

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
from compare import (CALLERS, PATH, UID, battery, install, report, run,  # noqa: E402
                     scripts_of_host)

HERE = os.path.dirname(os.path.abspath(__file__))
HOST = "/srv/host"


def make_host():
    run("useradd", "-u", UID, "-d", "/home/u", "-M", "-s", "/bin/sh", "u")
    with open("/etc/sudoers.d/u", "w", encoding="ascii") as file:
        file.write("u ALL=(ALL) NOPASSWD: ALL\n")
    os.makedirs(HOST)
    os.mkdir("/srv/work")
    os.chmod("/srv/work", 0o1777)
    install(HERE, HOST, "service", "rows_systemd.py")
    scripts_of_host(HOST)


def main():
    step, kept = sys.argv[1:3]
    if step == "host":
        make_host()
        found = {caller: battery(HOST, caller, f"{PATH}:{HOST}") for caller in CALLERS}
        with open(kept, "w", encoding="ascii") as file:
            json.dump(found, file)
        return 0
    with open(kept, encoding="ascii") as file:
        found = json.load(file)
    return not report(found, {caller: battery(sys.argv[3], caller, PATH) for caller in CALLERS})


sys.exit(main())
