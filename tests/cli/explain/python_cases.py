"""First lines that name Python, under the Pythons of two trees: whether by those words it runs the
script (which then ends with a status of its own), something else, or nothing."""

import os
import random
import shutil
import subprocess
import zipfile

from case import Case, write

RUNS = 71
PROGRAM = f"import os\nos._exit({RUNS})\n"
OTHER = "import os\nos._exit(72)\n"
RANDOM, RANDOM_LONG = 20, 1500

# Behind #!/usr/bin/python3 and a blank, as one word.
ALONE = (
    "", "-u", "-uB", "-bbdOOqRst", "-E", "-I", "-IS", "-P", "-v", "-x", "-S", "-i", "-t", "-J",
    "-Z", "-:", "-?", "-h", "-V", "-VV", "-VZ", "-u-", "-b-help-all", "-b-help-allx", "--", "-- -u",
    "---", "-", "- -u", "--help", "--version", "--help-all", "--help-env", "--help-xoptions",
    "--foo", "--check-hash-based-pycs", "--check-hash-based-pycs never", "-E -s", "-u   # comment",
    "-u\t-B", "-s -E -O", "-u \t", "-u\r", "\r", "-\r", "-W", "-Werror", "-W error", "-Wx -u",
    "-W\r", "-X", "-X dev", "-Xdev", "-Xutf8", "-Xutf8=0", "-Xutf8=2", "-Xutf8=", "-X utf8=2",
    "-uXutf8=2", "-Xutf8=1V", "-Xtracemalloc", "-Xtracemalloc=", "-Xtracemalloc=5",
    "-Xtracemalloc=+5", "-Xtracemalloc=-5", "-Xtracemalloc=5x", "-Xtracemalloc=65536",
    "-Xint_max_str_digits", "-Xint_max_str_digits=639", "-Xint_max_str_digits=640",
    "-Xint_max_str_digits=0", "-Xfrozen_modules", "-Xfrozen_modules=off", "-Xfrozen_modules=x",
    "-Xcpu_count", "-Xcpu_count=0", "-Xcpu_count=2", "-Xcpu_count=default", "-Xgil", "-Xgil=0",
    "-Xgil=1", "-Ximporttime", "-Ximporttime=9", "-Xno_debug_ranges", "-Xpycache_prefix=/x",
    "-Xnone=1", "-c", "-cpass", "-c pass", "-c # x", "-cimport os; os._exit(3)", "-ic", "-m",
    "-mthis", "-m this", "-mjson", "-mno_such_module", "-m.x", "-mx.", "-im", "-imthis", "other",
    "none", "./other", "/none", "bin", "app", "empty", "app.zip", "empty.zip", "-u other",
    "\u00a0-u", "-\u00a0u", "-u\u00a0", "\u00e4", "-\u00e4", "-m\u00e4", "'-u'", "\"", "-i -",
    "-iV", "-iZ", "-ixyz", "-Im", "-Es\v", "-u\f",
)
# Behind #!/usr/bin/env -S python3 and a blank.
PARTED = (
    "-E -s", "-u # comment", "-u -Z", "-W error -u", "-W error", "-X utf8=2", "-X utf8 -X utf8=2",
    "-X utf8=2 -Z", "-X tracemalloc=x -Z", "-X tracemalloc=x -V", "-- other", "--", "-- -u",
    "-c pass", "-c ' pass'", "-m this", "-m json.tool", "-u -", "-u other", "-u ./none -Z",
    "'-u -B'",
    "-u\\_-B", "-u\r", "-u \r", "'' -u", "-W ''", "''", "--check-hash-based-pycs always",
    "--check-hash-based-pycs x", "--help-all x", "-V -Z", "-Z -V", "-i -c pass", "-I -S -u", "${V}",
    "-c ${V}", "bin/other", "app", "empty", "-O -O -O -B", "-b -W", "-X", "-m",
)
# Behind #!/usr/bin/env and a blank.
BY_ENV = (
    "python3", "python3\r", "python3 -u", "python3 # x", "python3.99", "-S python3", "-Spython3",
    "-S python3\r", "-i python3", "-S -i python3 -u", "-S A=1 python3 -u", "-S -u A python3",
    "-S -i PATH=/usr/bin python3", "-S PATH=/none python3", "-S -C / python3", "-S -C/none python3",
    "-vS python3 -u", "-S python3 'x", "-S python3 -u \\x", "-S -- python3 -Z", "python", "none",
    "/usr/bin/python3", "-S /usr/bin/python3 -u -B", "-S -0 python3",
)


def cases(machine):
    base = machine.folder("python")
    if machine.long:
        outside = folder(f"{base}/outside")
        for number, (_, line) in enumerate(all_lines(machine)):
            write_script(f"{outside}/l{number}", line)
        yield from all_cases(machine, "the host's", outside)
    for name in ("debian", "trixie"):
        tree = f"{base}/{name}"
        staged = f"{os.path.dirname(machine.tree)}/{name}"
        shutil.copytree(staged, tree, symlinks=True, ignore=other_archs)
        scripts = folder(f"{tree}/bin/x")
        for number, (_, line) in enumerate(all_lines(machine)):
            write_script(f"{scripts}/l{number}", line)
        subprocess.run([machine.original, "enable", "-q", tree], check=True)
        try:
            yield from all_cases(machine, f"{name}'s", scripts)
            yield from applications(name, scripts)
            yield from sources(name, scripts)
        finally:
            subprocess.run([machine.original, "disable", "-q"], check=True)
        shutil.rmtree(tree)


def other_archs(directory, names):
    kind = os.path.basename(directory)
    return [name for name in names if kind in ("python", "clib") and name != os.uname().machine]


def folder(path):
    """Where scripts stand, beside what their first lines may name."""
    os.makedirs(f"{path}/bin")
    os.makedirs(f"{path}/app")
    os.makedirs(f"{path}/empty")
    for name in ("other", "bin/other", "app/__main__.py"):
        write(f"{path}/{name}", OTHER)
    archive(f"{path}/app.zip", "__main__.py", OTHER)
    archive(f"{path}/empty.zip", "main.py", OTHER)
    return path


def archive(path, name, source, before=b"", behind=b"", method=zipfile.ZIP_DEFLATED):
    with open(path, "wb") as file:
        file.write(before)
    with zipfile.ZipFile(path, "a", method) as file:
        file.writestr("a/__main__.py", "")
        file.writestr(name, source)
        file.comment = behind
    os.chmod(path, 0o755)
    return path


def write_script(path, line):
    return write(path, line.encode() + b"\n" + PROGRAM.encode())


def all_lines(machine):
    for words in ALONE:
        yield repr(words), f"#!/usr/bin/python3 {words}"
    for words in PARTED:
        yield f"env -S python3 {words!r}", f"#!/usr/bin/env -S python3 {words}"
    for words in BY_ENV:
        yield f"env {words!r}", f"#!/usr/bin/env {words}"
    for number in range(RANDOM_LONG if machine.long else RANDOM):
        words = some_words(random.Random(f"python {number}"))
        by = "/usr/bin/env -S python3" if number % 3 == 2 else "/usr/bin/python3"
        yield f"{by} {words!r}", f"#!{by} {words}"


def some_words(chance):
    """Options that mean something, more or less."""
    letters = "bBdEhIOPqRsStuvx" * 3 + "iVZ?-"
    with_value = ("Werror", "Wx", "Xdev", "Xutf8=1", "Xutf8=3", "Xtracemalloc=0", "Xcpu_count=x",
                  "Xgil=1", "cpass", "c pass", "mthis", "W", "X", "m", "c")
    words = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        word = "-" + "".join(chance.choice(letters) for _ in range(chance.randint(0, 4)))
        words.append(word + (chance.choice(with_value) if chance.random() < 0.4 else ""))
    return chance.choice((" ", " ", "  ", "\t")).join(words)


def all_cases(machine, whose, scripts):
    environment = {"PATH": "/usr/bin:/bin", "V": "-u"}
    for number, (name, _) in enumerate(all_lines(machine)):
        yield Case(f"{whose} Python: {name}", f"{scripts}/l{number}", runs=f"status {RUNS}",
                   directory=scripts, environment=environment)
    first = next(i for i, (_, line) in enumerate(all_lines(machine)) if line.endswith(" -X"))
    yield Case(f"{whose} Python: an option that takes the script, and an argument",
               f"{scripts}/l{first}", arguments=("other",), runs=f"status {RUNS}",
               directory=scripts, environment=environment, sentence="runs other")


def applications(whose, scripts):
    """A file that ends in a zip directory is no source, whatever it begins with."""
    line = b"#!/usr/bin/python3\n"
    for number, (name, wanted, inner, source, more) in enumerate((
            ("a zip application", RUNS, "__main__.py", PROGRAM, {}),
            ("one that is stored", RUNS, "__main__.py", PROGRAM, {"method": zipfile.ZIP_STORED}),
            ("one with a comment", RUNS, "__main__.py", PROGRAM, {"behind": b"x" * 3000}),
            ("one with source before it", RUNS, "__main__.py", PROGRAM,
             {"before": line + OTHER.encode()}),
            ("one whose package is the program", 1, "__main__/__init__.py", PROGRAM, {}),
            ("one without a program", 1, "main.py", PROGRAM, {}))):
        path = archive(f"{scripts}/z{number}", inner, source, **{"before": line, **more})
        yield Case(f"{whose}: {name}", path, f"status {wanted}", runs=f"status {RUNS}",
                   sentence="" if wanted == RUNS else "can't find '__main__' module")
    path = f"{scripts}/cut"
    with open(archive(f"{scripts}/whole", "__main__.py", PROGRAM, line), "rb") as file:
        write(path, file.read()[:-10])
    if whose == "trixie":  # what an older one makes of a NUL byte is not foretold
        yield Case(f"{whose}: one that is cut", path, "status 1", sentence="NUL byte")
    write(f"{scripts}/mark", line + PROGRAM.encode() + b"#PK\5\6" + bytes(18))
    yield Case(f"{whose}: a program that ends as an empty archive does", f"{scripts}/mark",
               "status 1", sentence="can't find '__main__' module")


def sources(whose, scripts):
    """What Python refuses for its bytes; of what it declares nothing is foretold."""
    end = PROGRAM.encode()
    for number, (name, wanted, content) in enumerate((
            ("UTF-8", RUNS, "#!/usr/bin/python3\n# \u00e4\n".encode()),
            ("a byte that is no UTF-8, in a comment", 1, b"#!/usr/bin/python3\n# \xe4\n"),
            ("one in the first line", 1, b"#!/usr/bin/python3 -W\xe4\n"),
            ("one in a first line that is skipped", RUNS, b"#!/usr/bin/python3 -xW\xe4\n"),
            ("Latin-1", RUNS, b"#!/usr/bin/python3\n# coding: latin-1\n# \xe4\n"),
            ("UTF-8 that is declared", RUNS, b"#!/usr/bin/python3\n# coding: utf-8\n# \xe4\n"),
            ("a declaration that comes too late", 1,
             b"#!/usr/bin/python3\n\n# coding: latin-1\n# \xe4\n"))):
        yield Case(f"{whose}: {name}", write(f"{scripts}/s{number}", content + end),
                   f"status {wanted}", runs=f"status {RUNS}")
    if whose == "trixie":
        for number, content in enumerate((b"#!/usr/bin/python3 -u\0-Z\n",
                                          b"#!/usr/bin/python3\n#\0\n")):
            yield Case(f"{whose}: a NUL byte {number}", write(f"{scripts}/n{number}",
                       content + end),
                       "status 1", runs=f"status {RUNS}", sentence="NUL byte in line")
