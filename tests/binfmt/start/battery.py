"""Runs every case by two ways of starting the same Python and compares; prints a line of TAP each.

Usage: battery.py [--added] [--way WAY] FIRST SECOND WORK [PATTERN ...]
FIRST is the interpreter, SECOND what is called in its place. With `altered` as SECOND it is the
interpreter, too, but is made to differ in a few things: prints what of them was not seen. WAY is
one of WAYS, the interpreter's version if it is not given; --added: only what needs packages.
"""

import fnmatch
import os
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE) + "/fidelity"]
import cases_ends  # noqa: E402
import cases_process  # noqa: E402
import cases_python  # noqa: E402
import differences  # noqa: E402
from both import PLAIN, RESTORED, compare, outcome, started  # noqa: E402

AT_ONCE = 3
# "+" where images hide modules
WAYS = ["3.11", "3.13", "3.11+", "3.13+"]
SILENT = "end: nothing but a comment"  # what cannot be told from a program that does nothing
NOTHING = {"exit status": "0", "standard output": "b''", "standard error": "b''"}
STATE_FAILED = "124"  # tests/support/helpers/state
ALTERED = """
import gc, os, signal, sys, types
sys.modules['another'] = types.ModuleType('another'); sys.setrecursionlimit(999)
signal.signal(signal.SIGUSR1, signal.SIG_IGN); gc.set_threshold(1); os.open('/dev/null', 0)
os.environ['ANOTHER'] = '1'; sys.stdout.reconfigure(errors='ignore')
"""
ALTERATIONS = {"sys.modules", "recursion limit", "signals", "gc", "descriptors", "environ",
               "posix.environ", "sys.stdout", "sys.path"}


def everything():
    for part in (cases_python.seen, cases_python.done, cases_ends.everything,
                 cases_process.everything):
        yield from part()


def placed(case, folder):
    """With the folder's name in what names one."""
    case.verbs = tuple(verb.replace("OUT", folder) for verb in case.verbs)
    return case


def start_of(case, program, folder, known):
    """How it starts, RESTORED or PLAIN; asked once for all cases in one state."""
    key = (case.verbs, case.options, case.env, case.tty, case.stdin, case.names[:1] and
           case.names[0][0])
    if not case.names:
        return PLAIN
    if key not in known:
        known[key] = started(case, program, folder + ".who")
    return known[key]


def start_faults(case, start):
    """What is wrong with how it starts: from an image, or plain where it must."""
    wanted = PLAIN if case.plain else RESTORED
    if case.plain == "?" or not case.names or start == wanted:
        return []
    return [f"# starts {'from an image' if start == RESTORED else 'plain'} ({start}); "
            f"{case.plain or 'an image was to be taken'}"]


def run(case, first, second, work, known, listed, way):
    folder = os.path.join(work, f"case{case.number}")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o777)
    placed(case, folder)
    try:
        results = [outcome(case, program, folder) for program in (first, second)]
        start = RESTORED if known is None else start_of(case, second, folder, known)
        # a plain start may not differ in anything
        faults = compare(case, *results, listed, way if start == RESTORED else "plain")
        case.name += " (plain)" * (start != RESTORED)
        silent = results[0] == NOTHING and case.name != SILENT
        failed = case.works and results[0]["exit status"] != "0"
        if silent or failed or results[0]["exit status"] == STATE_FAILED:
            faults.append(f"# the plain run is not what it should be: {results[0]}")
        return faults + start_faults(case, start)
    except Exception as error:  # a run that cannot be compared has failed
        return [f"# {type(error).__name__}: {error}"]


def altered(first, work, listed, way):
    """Lines for what the comparison does not see of a Python that was made to differ."""
    case = next(cases_python.seen())
    plain = outcome(case, first, work)
    os.makedirs(work + "/site", exist_ok=True)
    with open(work + "/site/sitecustomize.py", "w", encoding="ascii") as file:
        file.write(ALTERED)
    case.env += (f"PYTHONPATH={work}/site",)
    seen = compare(case, plain, outcome(case, first, work), listed, way)
    for name in sorted(ALTERATIONS - {line[2:] for line in seen}):
        yield f"# not seen: {name}"


def report(name, faults):
    print(f"{'not ' if faults else ''}ok - {name}")
    for line in faults:
        print(line if len(line) < 3000 else line[:3000] + " ...")
    sys.stdout.flush()


def main():
    words, cases = sys.argv[1:], everything
    version = way = "%d.%d" % sys.version_info[:2]
    if words[0] == "--added":
        cases, words = cases_python.added, words[1:]
    if words[0] == "--way":
        way, words = words[1], words[2:]
    first, second, work, *patterns = words
    patterns = patterns or ["*"]
    chosen = [case for case in cases() if version in case.versions
              and any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns)]
    for number, case in enumerate(chosen):
        case.number = number
    listed = differences.read(HERE + "/differences.txt", WAYS)
    if second == "altered":
        report(f"{way}: a Python that differs is found out",
               list(altered(first, work, listed, way)))
        return
    known = {} if second != first else None
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda case: run(case, first, second, work, known, listed, way),
                              chosen))
    for case, faults in zip(chosen, found):
        report(f"{way}: {case.name}", faults)
    if patterns == ["*"] and cases is everything and known is not None:
        listed.entries = [entry for entry in listed.entries if way in entry.ways]
        unused = [f"# never: {line}" for line in listed.unused()]
        report(f"{way}: every listed difference occurs", unused)


if __name__ == "__main__":
    main()
