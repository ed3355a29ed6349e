"""What the kernel makes of an initramfs, and what `busypy explain --root IMAGE` says of it.

Usage: battery.py [--long] [--record] [--kernel VMLINUZ] [WORD...]
Each image's outcome is in the file "outcomes", as a real kernel gave it. explain is asked about all
images, and must say the same; thirty are booted, with --long all. A WORD chooses the cases whose
name holds it. --record writes the table anew; --kernel takes another kernel than Debian's. TAP.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import compressor_cases  # noqa: E402
import link_cases  # noqa: E402
import machine  # noqa: E402
import member_cases  # noqa: E402
import name_cases  # noqa: E402
from case import ROOT  # noqa: E402

GROUPS = (compressor_cases, member_cases, name_cases, link_cases)
BUSYPY = os.environ.get("BUSYPY", f"{ROOT}/build/busypy")
TABLE = f"{HERE}/outcomes"
# explain's warning, or nothing
FAILED = re.compile(r'"Initramfs unpacking failed: (.*?)" at byte |$')
# booted by make test: some of each group
QUICK = (
    "form: plain", "gzip: a name", "gzip: a comment", "bzip2: level 9",
    "lzma: the length in the header", "xz: check CRC32", "xz: check CRC64", "xz: bcj X86",
    "lzo: level 3", "lzo: without checks", "lz4: legacy, level 1", "lz4: its default frame",
    "zstd: level -19", "zstd: pzstd", "zstd: of two frames, one archive", "pair: gz, plain",
    "pair: plain, zst", "triple: gz plain gz", "padding: gz, 3 zeros, plain", "junk: plain, text",
    "split: gz, between members", "split: gz, within the bytes", "early: microcode, zst",
    "format: crc, a wrong sum of init", "format: odc", "name: a directory as bin/",
    "link: across gz without a trailer", "replaced: the other name, too", "rights: init of 0644",
    "rdinit: /sbin/init")
# what the kernel does not tell apart: there is no init to be found
ABSENT = ("ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG")


def cases(words):
    names = set()
    for group in GROUPS:
        for case in group.cases():
            assert case.name not in names, case.name
            names.add(case.name)
            if not words or any(word in case.name for word in words):
                yield case


# -- explain -------------------------------------------------------------------------------------

def word_of(steps):
    """What the innermost script would say; a program says "elf"."""
    word = "elf"
    for step in steps:
        if step["step"] == "script":
            said = step["note"].partition(" =")[2].removesuffix(r"\x0d")  # the console's line ends
            word = said.strip() or word
        deeper = word_of(step.get("children", ()))
        word = word if deeper == "elf" else deeper
    return word


def foretold(image, path):
    run = subprocess.run([BUSYPY, "explain", "--json", "--root", image, path], text=True,
                         capture_output=True, check=False, timeout=machine.DEADLINE)
    if not run.stdout:
        return f"status {run.returncode}", run.stderr.strip()
    answer = json.loads(run.stdout)
    found = answer["outcome"][0]
    if (run.returncode, found["outcome"]) == (0, "runs"):
        return word_of(answer["steps"]), run.stderr.strip()
    if (run.returncode, found["outcome"]) == (1, "errno"):
        return found["errno"], found["sentence"]
    return f"status {run.returncode}, {found['outcome']}", found["sentence"]


def differences(case, wanted, said, folder):
    """Where explain says something else than the table: of what runs, and of what the kernel says
    of an image that it does not unpack to the end."""
    image = f"{folder}/explained"
    with open(image, "wb") as out:
        out.write(case.image)
    for result in wanted.split(", "):
        path, _, happened = result.rpartition(" ")
        if path == "instead":
            continue
        got, words = foretold(image, path)
        if got != happened and not (happened in ("none", "crash") and got in ABSENT):
            yield f"{path}: the kernel: {happened}, explain: {got}: {words}"
        elif got == happened and not got.startswith("E") and said != FAILED.findall(words)[0]:
            yield f"{path}: the kernel says {said!r}, explain: {words}"
        elif happened == "none" and said not in words:
            yield f"{path}: the kernel says {said!r}, explain: {words}"


# -- the table -----------------------------------------------------------------------------------

def read_table():
    if not os.path.exists(TABLE):
        return {}
    with open(TABLE, encoding="utf-8") as source:
        lines = [line.rstrip("\n").split("\t") for line in source if line.strip()]
    return {name: (wanted, said) for name, wanted, said in lines}


def write_table(table):
    with open(TABLE, "w", encoding="utf-8") as out:
        out.writelines("\t".join((name, *found)) + "\n" for name, found in table.items())


# -- results -------------------------------------------------------------------------------------

class Tap:
    def __init__(self):
        self.lock, self.count, self.failed = threading.Lock(), 0, 0

    def tell(self, name, details=()):
        details = list(details)
        with self.lock:
            self.count += 1
            self.failed += bool(details)
            print(f"{'not ok' if details else 'ok'} {self.count} - {name}")
            for line in details:
                print("# " + line.replace("\n", "\n# "))
            sys.stdout.flush()


def happened(vmlinux, case):
    with tempfile.TemporaryDirectory() as folder:
        return machine.outcome(case, machine.boot(vmlinux, case, folder))


def boot_all(vmlinux, chosen, finish):
    """Boots one more at a time than there are processors; finish(case, future) as each ends."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() + 1) as pool:
        waiting = {pool.submit(happened, vmlinux, case): case for case in chosen}
        for done in concurrent.futures.as_completed(waiting):
            finish(waiting[done], done)


def record(vmlinux, chosen):
    table, found = read_table(), {}

    def finish(case, done):
        try:
            found[case.name] = done.result()
            print(case.name, *found[case.name], sep="\t", flush=True)
        except machine.NoAnswer as none:
            print(f"{case.name}: {none}", file=sys.stderr, flush=True)

    boot_all(vmlinux, chosen, finish)
    every = [case.name for case in cases(())]
    write_table({name: {**table, **found}[name] for name in every if name in {**table, **found}})
    return len(found) < len(chosen)


def compare(tap, chosen, table):
    with tempfile.TemporaryDirectory() as folder:
        for case in chosen:
            tap.tell(f"explain: {case.name}",
                     differences(case, *table[case.name], folder) if case.name in table
                     else ["no outcome is recorded"])


def confirm(tap, vmlinux, chosen, table):
    def finish(case, done):
        try:
            got = done.result()
            wrong = [] if got == table.get(case.name) else [
                f"got:    {got}", f"wanted: {table.get(case.name)}"]
        except machine.NoAnswer as none:
            wrong = [str(none)]
        tap.tell(f"kernel: {case.name}", wrong)

    boot_all(vmlinux, chosen, finish)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--kernel")
    parser.add_argument("words", nargs="*")
    return parser.parse_args()


def main():
    given = arguments()
    chosen = list(cases(given.words))
    names = {case.name for case in chosen}
    assert given.words or names.issuperset(QUICK), set(QUICK) - names
    if given.record:
        return record(given.kernel or machine.kernel(), chosen)
    tap, table = Tap(), read_table()
    compare(tap, chosen, table)
    booted = [case for case in chosen if given.long or given.words or case.name in QUICK]
    confirm(tap, given.kernel or machine.kernel(), booted, table)
    print(f"1..{tap.count}")
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main())
