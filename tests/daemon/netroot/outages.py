"""A file server that is late, wrong, hangs, dies, or has lost what a client runs."""

import os
import shutil
import subprocess
import time

import common
from common import PROMPT, has, same

OUTAGE_S = 30 if "BUSYPY_TEST_LONG" in os.environ else 0
SOON = "timeo=20,retrans=1"  # the kernel says after some seconds that the server is silent
SILENT, BACK = r"nfs: server 10\.0\.2\.2 not responding", r"nfs: server 10\.0\.2\.2 OK"


def late_server():
    yield "a server that hangs, or is not there yet, or has a version without the arch: said once"
    export = common.make_export("late", good=common.ARCHS, bad=("x86_64",))
    common.set_current(export, "bad")
    with common.server.start_ganesha(export) as nfs:
        nfs.stop()
        with common.client("late", "aarch64", nfs, "3") as machine:
            machine.expect(rf"init: waiting for the root: 10\.0\.2\.2:{export} does not answer")
            nfs.kill()
            machine.expect(r"init: waiting for the root: [^\n]*: Connection refused; trying again")
            nfs.start()
            machine.expect(r"init: waiting for the root: 10\.0\.2\.2:\S*/versions/bad has no "
                           r"runtime for aarch64: etc/python/aarch64/usr: "
                           r"No such file or directory")
            common.set_current(export, "good")  # as `busypy publish` would
            machine.expect(r"init: the root is there after \d+ s")
            machine.expect(PROMPT)
            same(machine.text.count("Connection refused"), 1)
            has(machine.command("mount", PROMPT), "/versions/good on / ")
            machine.type("poweroff")
            machine.ends("poweroff")


def silence(machine, nfs):
    """The server hangs until the client's kernel has said so, and for a while longer."""
    machine.expect(SILENT)
    until = time.monotonic() + OUTAGE_S
    while machine.read(until):
        pass
    nfs.cont()
    machine.expect(BACK)


def outage():
    yield "a server that hangs in the middle of a boot: the client waits, then goes on"
    export = common.make_export("outage", v1=("x86_64",))
    with common.server.start_ganesha(export, writable=("leases",)) as nfs:
        machine = common.Machine(
            "outage", "-a", "x86_64", "--memory", "256", "--timeout",
            str(common.places.patient(300)), "--nfs",
            f"{nfs.path}{common.options(nfs, '4.2')},{SOON}", "--append",
            f"loglevel=6 busypy.shutdown=3 {common.lease_share(nfs, '4.2')}")
        with machine:
            machine.expect("busypy: tree ")
            nfs.stop()
            silence(machine, nfs)
            machine.expect(PROMPT)
            yield "... in the middle of a command"
            machine.command("kill -0 1", PROMPT)  # the shell now has all that this takes
            nfs.stop()
            machine.type("python3 -c 'import sqlite3, decimal; print(6 * 7)'")
            silence(machine, nfs)
            machine.expect(r"^42\n")
            machine.expect(PROMPT)
            yield "a server that is killed and started again: the client goes on"
            nfs.kill()
            machine.type("python3 -c 'import xml.dom.minidom, csv; print(6 * 8)'")
            machine.expect(SILENT)
            nfs.start()
            machine.expect(r"^48\n")
            machine.expect(PROMPT)
            yield "a server that hangs for ever: the client powers off in a bounded time"
            nfs.stop()
            machine.type("kill -USR2 1")
            machine.ends("poweroff", "The system is going down NOW!", "Sent SIGKILL",
                         "Requesting system poweroff")


def removed():
    yield "a version that is published meanwhile: the running client keeps its own"
    export = common.make_export("removed", v2=("x86_64",), v1=("x86_64",))
    shutil.rmtree(f"{export}/versions/v1")  # files of its own: a hard link would keep them
    subprocess.run(["cp", "-a", f"{export}/versions/v2", f"{export}/versions/v1"], check=True)
    common.set_current(export, "v1")
    with common.server.start_ganesha(export) as nfs:
        with common.client("removed", "x86_64", nfs, "3") as machine:
            machine.expect(PROMPT)
            common.set_current(export, "v2")
            has(machine.command("python3 -c 'import json; print(json)'", PROMPT),
                "/json/__init__.py")
            has(machine.command("mount", PROMPT), "/versions/v1 on / ")
            yield "a version that is removed under a client: said, and a reboot works all the same"
            machine.command("kill -0 1", PROMPT)
            shutil.rmtree(f"{export}/versions/v1")
            machine.type("kill -INT 1")
            machine.ends("reboot", "can't run '/sbin/reboot': ",
                         "init: the ctrlaltdel entries have not worked: rebooting")
            has(machine.text,
                "init: the version of the tree that this machine runs has been removed "
                "from the server: reboot (Ctrl-Alt-Del)")


TESTS = [outage, late_server, removed]
