"""Compares what `busypy explain` foretells with what a raw execve(2) does.

Usage: agree.py ROOT BUSYPY TREE EXTENT [TEXT]. EXTENT is "long" for more cases.
A group makes its files below a folder of its own and yields cases; both are asked as the same user,
with the same rights, environment and directory.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import corpus_cases  # noqa: E402
import elf_cases  # noqa: E402
import env_cases  # noqa: E402
import handler_cases  # noqa: E402
import ldso_cases  # noqa: E402
import level_cases  # noqa: E402
import lines_cases  # noqa: E402
import mutant_cases  # noqa: E402
import path_cases  # noqa: E402
import python_cases  # noqa: E402
import root_cases  # noqa: E402
import script_cases  # noqa: E402
import tree_cases  # noqa: E402
from case import Machine  # noqa: E402

GROUPS = (path_cases, script_cases, env_cases, lines_cases, python_cases, elf_cases, ldso_cases,
          level_cases, handler_cases, tree_cases, root_cases, corpus_cases, mutant_cases)


def foretold(machine, case):
    """The outcome as rawexec words it, and the sentence."""
    status, said, complaint = case.ask(machine)
    if not said:
        return "unknown", complaint.strip()
    outcome = json.loads(said)["outcome"][0]
    if (status, outcome["outcome"]) == (0, "runs"):
        return case.runs, outcome["sentence"] or ""
    if (status, outcome["outcome"]) == (125, "unknown"):
        return "unknown", outcome["sentence"]
    if status != 1:
        return f"explain's status {status}", complaint
    return {"errno": f"errno {outcome['errno']}", "status": f"status {outcome['status']}",
            "signal": "signal", "other": "other"}[outcome["outcome"]], outcome["sentence"]


def is_other(case, got, wanted):
    """Another program ends as it likes, but not as the script does."""
    return got == "other" and wanted.startswith("status ") and (
        case.runs == "status 0" or wanted != case.runs)


def excused(case, got, wanted, sentence):
    """What explain need not know: how a damaged file ends that the kernel has started."""
    if case.mutant:
        return got in ("unknown", "status 0") and wanted in ("signal", "status 0")
    if case.unknown and got == "unknown":
        return case.unknown in sentence
    return case.damaged and got == "unknown" and "damaged" in sentence


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def tell(self, fine, name, details):
        self.count += 1
        self.failed += not fine
        print(f"{'ok' if fine else 'not ok'} {self.count} - {name}", flush=True)
        if not fine:
            for line in details:
                print("# " + line.replace("\n", "\n# "))


def main(root, busypy, tree, extent, text=""):
    machine = Machine(root, busypy, tree)
    machine.long = extent == "long"
    tap = Tap()
    for group in GROUPS:
        if text not in group.__name__:
            continue
        for case in group.cases(machine):
            wanted, said = case.execute(machine)
            got, sentence = foretold(machine, case)
            fine = got == wanted and case.agrees(said, sentence)
            fine = fine or is_other(case, got, wanted)
            fine = fine or excused(case, got, wanted, sentence)
            fine = fine and (not case.wanted or case.wanted == wanted)
            fine = fine and case.sentence in sentence
            tap.tell(fine, f"{group.__name__.removesuffix('_cases')}: {case.name}",
                     [*case.described, f"foretold: {got}: {sentence}",
                      f"happened: {wanted}: {said}",
                      f"meant:    {case.wanted or 'anything'}: {case.sentence}"])
    print(f"1..{tap.count + 1}")  # in_machine adds one
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
