"""How sandboxes end: with their command, their supervisor, by their limit; and what is left."""

import os
import random
import select
import signal
import subprocess
import time

from place import (BUSYPY, DEADLINE, LONG, ROOT, TREE, WHO, check, command, folder, machine_state,
                   read_all, run, same, test, wait_until)

TOKEN = "BUSYPY_SANDBOX_TOKEN"


def processes(token):
    """Those that have this token in their environment, whoever's they are."""
    wanted = f"{TOKEN}={token}".encode()
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if name.isdigit() and wanted in file.read().split(b"\0"):
                    found.append(int(name))
        except OSError:
            pass
    return found


def start(who, token, code, *options):
    return subprocess.Popen(
        command("--cwd", "none", *options, "--", "python3", "-c", code), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, TOKEN: token},
        **WHO[who])


@test("the status is the command's where the caller ignores its children, too")
def _(who):
    ignoring = {"preexec_fn": lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)}
    same(run(who, "--cwd", "none", "--", "sh", "-c", "exit 7", **ignoring).returncode, 7)
    words = [BUSYPY, "test", "--tree", TREE, "--cwd", "none", "--", "sh", "-c", "exit 7"]
    result = subprocess.run(words, capture_output=True, text=True, check=False, **WHO[who],
                            **ignoring)
    same((result.returncode, result.stderr), (1, ""))


# A tree of processes of which some have left their session and none ends by itself.
FAMILY = """
import os, signal, sys
for i in range(4):
    if os.fork() == 0:
        if i % 2: os.setsid()
        if i == 3: signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0 and i == 1: os.setsid()
        while True: signal.pause()
print("ready", flush=True)
"""


@test("everything inside dies with the supervisor")
def _(who):
    token = os.urandom(8).hex()
    process = start(who, token, FAMILY + "signal.pause()")
    same(process.stdout.readline(), b"ready\n")
    wait_until(lambda: len(processes(token)) >= 11, "the family")
    process.kill()
    same(process.wait(), -signal.SIGKILL)
    same(read_all(process.stdout.fileno()), b"")
    process.stdout.close()
    wait_until(lambda: not processes(token), "their end")


@test("everything inside ends with the command")
def _(who):
    token = os.urandom(8).hex()
    process = start(who, token, FAMILY + "sys.exit(3)")
    same(process.stdout.readline(), b"ready\n")
    same(process.wait(60), 3)
    same(read_all(process.stdout.fileno()), b"")
    process.stdout.close()
    wait_until(lambda: not processes(token), "their end")


@test("signals are the command's")
def _(who):
    for name in "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2":
        process = start(who, "", f"""
import signal, sys
signal.signal(signal.{name}, lambda *a: (print("got", flush=True), sys.exit(4)))
print("ready", flush=True)
signal.pause()
""")
        same(process.stdout.readline(), b"ready\n")
        process.send_signal(getattr(signal, name))
        same(process.wait(60), 4)
        same(process.stdout.read(), b"got\n")
        process.stdout.close()


@test("--timeout: a warning, then the end")
def _(who):
    result = run(who, "--timeout", "300ms", "--", "sleep", "1000")
    same((result.returncode, result.stderr), (124, "busypy: run: timed out after 300 ms\n"))
    code = """
import signal
signal.signal(signal.SIGTERM, lambda *a: print("told", flush=True))
while True: signal.pause()
"""
    result = run(who, "--timeout", "1s", "--", "python3", "-c", code)
    same((result.returncode, result.stdout), (124, "told\n"))


@test("--plan touches nothing")
def _(who):
    result = run(who, "--plan")
    same(result.returncode, 0)
    same(result.stdout.splitlines()[0], "slave")
    same(result.stdout.splitlines()[-1], "pivot")


def burst(who, number, seed):
    """Starts many at once and kills each at a random moment, its set-up included."""
    token, rng = os.urandom(8).hex(), random.Random(seed)
    running = []
    for _ in range(number):
        process = start(who, token, "import signal; print('ready', flush=True); signal.pause()",
                        *rng.choice([[], ["--net", "none"], ["--write"], ["--pids", "9"]
                                     if who == "user" else []]))
        running.append((time.monotonic() + rng.random() * rng.choice([0.002, 0.02, 0.2]), process))
        for due, other in running:
            if time.monotonic() >= due and other.poll() is None:
                other.kill()
    for due, process in running:
        select.select([], [], [], max(0, due - time.monotonic()))
        process.kill()
        check(process.wait(60) == -signal.SIGKILL, "it ended by itself")
    for _, process in running:
        check(read_all(process.stdout.fileno()) in (b"", b"ready\n"), "what it said")
        process.stdout.close()
    wait_until(lambda: not processes(token), "their end")


@test("a burst of sandboxes, killed at random moments, leaves nothing")
def _(who):
    seed = os.environ.get("SEED") or str(random.randrange(1 << 32))
    before = machine_state()
    try:
        burst(who, 200 if LONG else 60, seed)
    except AssertionError as e:
        raise AssertionError(f"SEED={seed}: {e}") from e
    same(machine_state(), before)


@test("user namespaces refused: it says by what", who=("root",))
def _(who):
    nsrun = os.path.join(ROOT, "build/helpers/nsrun")
    script = """
echo 0 >/proc/sys/user/max_user_namespaces
exec "$@"
"""
    result = subprocess.run(
        [nsrun, "sh", "-c", script, "sh", *command("--cwd", "none", "--", "true")],
        capture_output=True, text=True, timeout=DEADLINE, check=False)
    same((result.returncode, result.stderr), (
        125, "busypy: run: cannot make a user namespace: No space left on device (Hint: "
             "user.max_user_namespaces is 0: sysctl user.max_user_namespaces=10000 allows them)\n"))
    with folder() as here:
        # a chroot: the kernel refuses with EPERM
        result = subprocess.run(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
             f"mount --rbind / {here} && exec chroot {here} \"$@\"", "sh",
             *command("--cwd", "none", "--", "true")],
            capture_output=True, text=True, timeout=DEADLINE, check=False)
    same((result.returncode, result.stderr), (
        125, "busypy: run: cannot make a user namespace: Operation not permitted (Hint: a chroot, "
             "a container, a seccomp filter or an id that is not mapped forbids it)\n"))
