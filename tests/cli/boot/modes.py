"""One result in every mode: the self-test says the same through the handler, in a client's view,
in a sandbox and in a booted machine, but for what is about the machine."""

import json
import subprocess
import threading

import places

FREE = ("this machine", "/proc/self/mounts")  # sections that may differ
COMMON = "python"  # that is the same for all archs
_common, _lock = {}, threading.Lock()


def sections(text):
    """{title: lines}, in order."""
    found, title = {}, None
    for line in text.splitlines():
        if line.startswith("# "):
            title = line[2:]
            found[title] = []
        else:
            found[title].append(line)
    return found


def bound(text):
    return {title: lines for title, lines in sections(text).items() if title not in FREE}


def check_same(results):
    """All of {mode: text}, by their sections; the last title says whether all was well."""
    first = None
    for mode, text in results.items():
        got = bound(text)
        titles = [title.split(" ")[0] for title in got]
        if titles != ["python", "readelf", "ldd", "passed"]:
            raise AssertionError(f"{mode}: the sections are {titles}\n{text}")
        first = first or (mode, got)
        for title, lines in got.items():
            if lines != first[1].get(title):
                raise AssertionError(f"'{title}' differs\n{first[0]}: {first[1].get(title)}\n"
                                     f"{mode}: {lines}")
    return first[1]


def outside(arch):
    done = subprocess.run(
        [f"{places.HELPERS}/nsrun", "/usr/bin/python3", "-IB", f"{places.HERE}/handler.py",
         places.BUSYPY, places.HELPERS, places.tree(), arch],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=places.patient(100))
    if done.returncode or done.stderr:
        raise AssertionError(f"nsrun: {done.returncode} {done.stderr.decode()}")
    results = {}
    for mode, (status, out, err) in json.loads(done.stdout).items():
        if status or err:
            raise AssertionError(f"{mode}: status {status}: {err}\n{out}")
        results[mode] = out
    return results


def sandboxed(arch):
    status, out, err = places.busypy("run", "--arch", arch, "--tree", places.tree(), "--", "smoke")
    if status or err:
        raise AssertionError(f"sandbox: status {status}: {err}\n{out}")
    return out


def recorded(arch):
    yield "--record keeps the self-test's lines, and its JSON tells how it ended"
    directory = places.scratch(f"record.{arch}/new")
    status, out, err = places.busypy("boot", "-a", arch, "--json", "--timeout", places.LIMIT,
                                     "--record", directory, places.tree())
    answer = json.loads(out) if out else {}
    if (status, answer.get("verdict"), answer.get("arch")) != (0, "poweroff", arch):
        raise AssertionError(f"status {status}, {out}\n{err[-3000:]}")
    with open(f"{directory}/smoke.{arch}.txt", encoding="ascii") as file:
        booted = file.read()
    if not booted.startswith("# python\n") or not booted.endswith("\n# passed\n"):
        raise AssertionError(booted)
    with open(f"{directory}/console.{arch}.log", encoding="utf-8", newline="") as file:
        console = file.read().replace("\r", "")
    if booted not in console or console not in err.replace("\r", ""):
        raise AssertionError(f"the console's log holds {console[-2000:]}")
    if "Kernel panic" in console:
        raise AssertionError(console[-2000:])
    yield "the handler, a client's view, a sandbox and the booted machine give one result"
    modes = outside(arch) | {"sandbox": sandboxed(arch), "booted": booted}
    common = check_same(modes)[COMMON]
    machine = sections(booted)[FREE[0]]
    if f"machine: {arch}" not in machine:
        raise AssertionError(machine)
    with _lock:
        _common[arch] = common
        both = len(_common) == len(places.ARCHS)
    if both:
        yield "and the same Python for both archs"
        if len({tuple(lines) for lines in _common.values()}) != 1:
            raise AssertionError(_common)


TESTS = [recorded]
