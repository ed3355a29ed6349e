"""Runs the generated cases of lines.py twice inside a throw-away machine, and compares.

Usage: inside.py ROOT BUSYPY TREE [SEED]. The first run is the kernel's own script loader, the
second a handler on the two bytes "#!" that names the loader of an enabled tree.
"""

import errno
import glob
import os
import random
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lines  # noqa: E402
sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402

PER_GROUP = 500
USERS = (0, 1000)  # every second case runs as an ordinary user
TAKEN = (b"PYTHONHOME=", b"LD_PRELOAD=", b"LD_LIBRARY_PATH=", b"LD_AUDIT=")  # on entering a view
GIVEN, ADDED = b"PYTHONNOUSERSITE=", b"PYTHONNOUSERSITE=1"


def mount(path, options):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], check=True)


def write(path, content, mode=0o755):
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)


def without_loader(program):
    """A program whose ELF interpreter does not exist."""
    start = program.index(b"/lib64/ld-linux" if b"/lib64/ld-linux" in program else b"/lib/ld-")
    end = program.index(b"\0", start)
    return program[:start] + b"/none" + b"x" * (end - start - 5) + program[end:]


def make_interpreters(dump):
    program = open(dump, "rb").read()
    os.makedirs("/run/f/i/dir")
    write("/run/f/i/d", program)
    write("/run/f/i/mode", program, 0o644)
    write("/run/f/i/noise", b"\x01\x02\x03 no program\n")
    write("/run/f/i/empty", b"")
    write("/run/f/i/cut", program[:40])
    write("/run/f/i/foreign", program[:18] + b"\xf3\x7f" + program[20:])  # e_machine of nothing
    write("/run/f/i/noloader", without_loader(open("/bin/true", "rb").read()))
    write("/run/f/i/busy", program)
    os.mkdir("/run/f/env")
    write("/run/f/env/python3", program)
    write("/run/noexec", program)  # /run is mounted noexec
    os.mkfifo("/run/f/i/fifo", 0o755)
    os.symlink("loop", "/run/f/i/loop")
    os.symlink("nothing", "/run/f/i/dangling")
    return open("/run/f/i/busy", "ab")  # ETXTBSY while it is open


def make_machine(root, tree):
    mount("/run/f", "mode=0755,size=512m")
    shutil.copytree(tree, "/run/f/tree", symlinks=True)
    for directory in ("/run/f/s", "/run/f/tree/bin/s", "/run/f/out"):
        os.makedirs(directory)
    os.chdir("/run/f/s")
    return make_interpreters(f"{root}/build/helpers/dump")


def make_cases(seed):
    result = []
    for group in range(len(lines.GROUPS)):
        for i in range(PER_GROUP):
            number = group * PER_GROUP + i
            place = lines.Place(b"/run/f/s", b"/run/f/tree/bin/s", number)
            result.append(lines.make(group, random.Random(f"{seed} {number}"), place))
    return result


def request(case):
    strings = b"".join(word + b"\0" for word in [case.path] + case.argv + case.env)
    counts = (len(strings), len(case.argv), len(case.env), case.ignored)
    return struct.pack("<IHHI", *counts) + strings


class Answer:
    def __init__(self, data, at):
        self.error, self.status, report, said = struct.unpack_from("<iiII", data, at)
        at += 16
        self.report, self.said = data[at:at + report], data[at + report:at + report + said]
        self.end = at + report + said

    def __str__(self):
        if self.error:
            return f"errno {self.error} ({os.strerror(self.error)})"
        return f"status {self.status:#x}, report {self.report[:400]!r}, said {self.said!r}"


def perform(root, cases, uid):
    """The answers of all cases of this user, in order."""
    with open("/run/f/out/requests", "wb") as file:
        file.writelines(request(case) for case in cases)
    with open("/run/f/out/requests", "rb") as asked, open("/run/f/out/answers", "wb") as answers:
        subprocess.run([f"{root}/build/helpers/execs", str(uid), str(uid)], stdin=asked,
                       stdout=answers, check=True, timeout=patient(120))
    data = open("/run/f/out/answers", "rb").read()
    result, at = [], 0
    while at < len(data):
        result.append(Answer(data, at))
        at = result[-1].end
    assert len(result) == len(cases), f"{len(result)} answers to {len(cases)} requests"
    return result


def perform_all(root, cases):
    result = [None] * len(cases)
    for i, uid in enumerate(USERS):
        result[i::len(USERS)] = perform(root, cases[i::len(USERS)], uid)
    return result


def enable(busypy):
    subprocess.run([busypy, "enable", "-q", "/run/f/tree"], check=True)
    generation = next(name for name in os.listdir("/run/busypy.handler") if name.startswith("g"))
    rule = f":all:M::#!::/run/busypy.handler/{generation}/loader:POF"
    with open("/proc/sys/fs/binfmt_misc/register", "w") as file:
        file.write(rule)


def replace_python():
    """The tree's Python by the program that reports: for lines by which env starts it."""
    for usr in glob.glob("/run/f/tree/etc/python/*/usr"):
        program = os.path.realpath(f"{usr}/bin/python3")
        shutil.copy("/run/f/i/d", f"{program}.new")
        os.rename(f"{program}.new", program)


def expected_report(case, native):
    """What the program must have seen: the same, but for what entering takes and adds."""
    if not case.in_tree:
        return native.report
    kept = [word for word in case.env if not word.startswith(TAKEN)]
    if not any(word.startswith(GIVEN) for word in kept):
        kept.append(ADDED)
    numbers, strings = native.report.split(b"\n", 1)
    argc, envc, rest = numbers.split(b" ", 2)
    words = strings.split(b"\0")[:int(argc)]
    words[:1] = [b"/usr/bin/python3"] if words[0] == b"python3" else words[:1]  # without env
    words += kept
    return b"%s %d %s\n%s\0" % (argc, len(kept), rest, b"\0".join(words))


def reasons(error):
    """What a sentence may say for an errno; musl has words of its own."""
    return (os.strerror(error).encode(),) + {
        errno.ENOENT: (b"which is missing here\n",),
        errno.EACCES: (b": its first line names no interpreter\n",),
        errno.ENOEXEC: (b": its first line names no interpreter\n",
                        b" is neither a script nor a sound ELF program\n",
                        b"this kernel has no handler for it (Hint: install qemu-user-static)\n"),
        errno.ELOOP: (b": Symbolic link loop\n", b": more than 5 scripts start one another\n"),
        # behind six scripts the loader asks only for the right to execute
        errno.ETXTBSY: (b": more than 5 scripts start one another\n",),
        errno.ENAMETOOLONG: (b": Filename too long\n",),
    }.get(error, ())


def fault(case, native, seen):
    """Why what was seen is not what the kernel's own loader does; None if it is."""
    if not native.error:
        if (seen.error, seen.status, seen.said) != (0, native.status, native.said):
            return "it does not run"
        return None if seen.report == expected_report(case, native) else "the report differs"
    if not open(case.path, "rb").read(2) == b"#!":
        return None if seen.error == native.error else "another errno"
    if seen.error:
        return "the loader did not start"
    status = 127 if native.error == 2 else 126
    if os.waitstatus_to_exitcode(seen.status) != status:
        return f"wanted exit status {status}"
    if seen.report or not seen.said.endswith(b"\n") or seen.said.count(b"\n") != 1:
        return "wanted one sentence"
    if not seen.said.startswith(b"busypy: ") or b": " not in seen.said[8:]:
        return "not our sentence"
    if not any(reason in seen.said for reason in reasons(native.error)):
        return f"wanted one of the reasons {reasons(native.error)}"
    return None


def report_group(number, cases, natives, answers):
    faults, ran = [], 0
    for case, native, seen in zip(cases, natives, answers):
        why = fault(case, native, seen)
        ran += not native.error and not native.status
        if why:
            faults.append(f"# {why}: {case.scripts!r}\n#   as {case.path!r} {case.argv[:6]!r}\n"
                          f"#   native: {native}\n#   seen:   {seen}")
    name = f"{lines.GROUPS[number][0]}: {len(cases)} lines, {ran} run, {len(cases) - ran} do not"
    print(f"{'not ' if faults else ''}ok {number + 1} - {name}")
    if faults:
        print("\n".join(faults[:5]) + f"\n# {len(faults)} differ")


def main():
    root, busypy, tree = sys.argv[1:4]
    seed = sys.argv[4] if len(sys.argv) > 4 else "busypy"
    print(f"1..{len(lines.GROUPS) + 1}")  # the last is the caller's
    busy = make_machine(root, tree)
    cases = make_cases(seed)
    natives = perform_all(root, cases)
    enable(busypy)
    replace_python()
    answers = perform_all(root, cases)
    busy.close()
    for number in range(len(lines.GROUPS)):
        part = slice(number * PER_GROUP, (number + 1) * PER_GROUP)
        report_group(number, cases[part], natives[part], answers[part])


if __name__ == "__main__":
    main()
