"""Runs a case twice, by two ways of starting the same interpreter, and says what differs.

A way is a program that is called as the interpreter would be: the interpreter itself, the restorer
with an image of it, or what shows that a difference would be seen. All else (state, environment,
arguments, input) is the case's and the same for both.
"""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from dataclasses import dataclass

ROOT = os.path.realpath(__file__ + "/../../../..")
sys.path.append(ROOT + "/tests/support")
from patience import patient  # noqa: E402

STATE = ROOT + "/build/helpers/state"
NAME = "/usr/bin/python3"  # what the kernel puts into argv[0] for a script's first line
DEADLINE = patient(60)  # seconds for one run
RESTORED, PLAIN = 42, 43  # the exit status of WITNESS
WITNESS = """import os, sys
os._exit(42 if os.readlink('/proc/self/exe') == sys.argv[1] else 43)
"""
BASE = ("PATH=/usr/bin:/bin", "HOME=/nowhere", "LANG=C.UTF-8")
USER = ("groups=", "gid=1000", "uid=1000")


@dataclass
class Case:
    """What is run: a script's text, and the state that its interpreter is started in."""
    name: str
    text: str
    args: tuple = ("a", "b c", "")
    options: tuple = ()  # of the interpreter, before the script
    verbs: tuple = ()  # of tests/support/helpers/state
    before: tuple = ()  # a program that starts the rest, such as gdb
    env: tuple = BASE
    stdin: bytes = b"line 1\nline 2\nline 3\n"
    tty: bool = False
    plain: str = ""  # why this is started without an image; empty: it must be from one
    names: tuple = (("script.py", None),)  # files beside it, and their text; the first is started
    versions: tuple = ("3.11", "3.13")
    works: bool = False  # the plain run must end with status 0
    unordered: bool = False  # lines of the output may change places


def write_scripts(case, folder):
    os.makedirs(folder, exist_ok=True)
    for name, text in case.names:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(case.text if text is None else text)
        os.chmod(path, 0o755)
    return os.path.join(folder, case.names[0][0]) if case.names else None


def command(case, program, script, words):
    """The words that start it; the program is last of what is not the script's."""
    call = [*case.options, *([script] if script else []), *words]
    env = [f"env={word}" for word in case.env]
    if case.before:
        return [STATE, *env, *case.verbs, "--", *case.before, program, *call]
    return [STATE, *env, *case.verbs, f"name={NAME}", f"path={program}", "--", NAME, *call]


def read_terminal(master, process):
    """What a process writes to its terminal, until it has ended."""
    seen, end = b"", time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if not select.select([master], [], [], 0.05)[0]:
            if process.poll() is None:
                continue
            break
        try:
            part = os.read(master, 65536)
        except OSError:  # the last one has closed it
            break
        seen += part
    return seen


def on_terminal(words, case, folder):
    master, slave = pty.openpty()
    modes = termios.tcgetattr(slave)
    modes[3] &= ~termios.ECHO  # when that appears depends on who is faster
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    try:
        words = [words[0], f"tty={slave}", *words[1:]]
        with subprocess.Popen(words, cwd=folder, pass_fds=[slave], stdin=subprocess.DEVNULL) as run:
            os.close(slave)
            os.write(master, case.stdin)
            seen = read_terminal(master, run)
            return run.wait(DEADLINE), seen, b""
    finally:
        os.close(master)


def normal(text):
    """Without what differs between two plain runs: addresses, also as a thread's number."""
    text = re.sub(rb"0x[0-9a-f]{6,16}", b"0xADDRESS", text)
    text = re.sub(rb"\(pid=\d+\)", b"(pid=PID)", text)
    text = re.sub(rb"(started|Thread) \d{7,}", rb"\1 NUMBER", text)
    return re.sub(rb"(?m)^(import time:) +\d+ \| +\d+", rb"\1 TIMES", text)  # -X importtime


def properties(case, status, out, err):
    """{name: value}: lines "NAME<tab>VALUE" each for itself, the rest as it is."""
    found, rest = {}, []
    for line in normal(out).splitlines(keepends=True):
        name, tab, value = line.partition(b"\t")
        if tab and re.fullmatch(rb"[\w .()/-]+", name):
            found[name.decode()] = repr(value)
        else:
            rest.append(line)
    found["standard output"] = repr(b"".join(sorted(rest) if case.unordered else rest))
    return found | {"exit status": str(status), "standard error": repr(normal(err))}


def said(folder):
    """What a script without standard streams has left here."""
    path = os.path.join(folder, "said")
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as file:
        text = file.read()
    os.unlink(path)
    return text


def outcome(case, program, folder):
    """What came out, as {property: text}."""
    script = write_scripts(case, folder)
    words = command(case, program, script, case.args)
    if case.tty:
        return properties(case, *on_terminal(words, case, folder))
    done = subprocess.run(words, input=case.stdin, capture_output=True, timeout=DEADLINE,
                          cwd=folder, check=False)
    return properties(case, done.returncode, done.stdout + said(folder), done.stderr)


def started(case, program, folder):
    """How a process in the case's state starts: RESTORED or PLAIN, or the status that it has."""
    names = ((case.names[0][0], None),)
    witness = Case(case.name, WITNESS, (program,), case.options, case.verbs, (), case.env,
                   case.stdin, case.tty, names=names)
    return int(outcome(witness, program, folder)["exit status"])


def compare(case, first, second, listed, way):
    """Lines that say what differs and is not listed, or is listed and does not."""
    faults = []
    for name in sorted(first.keys() | second.keys()):
        before, after = first.get(name), second.get(name)
        wanted = listed.expect(way, case.name, name, before, after, "")
        if after != wanted:
            faults += [f"# {name}", f"#   plain:    {before}", f"#   restored: {after}"]
            if wanted != before:
                faults.append(f"#   listed:   {wanted}")
    return faults
