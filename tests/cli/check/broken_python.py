"""A standard library with holes, and bytecode that does not belong to it."""

import os

from change import A, H, PYTHON, S, X, case


STDLIB = PYTHON % ("%s", "lib/python3.11")


@case("no os.py", STDLIB % X + "/os.py", "is missing", X)
def _(change):
    change.remove(STDLIB % X + "/os.py")


@case("no encodings", STDLIB % A + "/encodings", "is missing or has no __init__.py", A)
def _(change):
    change.remove(STDLIB % A + "/encodings")


@case("no lib-dynload", STDLIB % X + "/lib-dynload", "is missing", X)
def _(change):
    change.remove(STDLIB % X + "/lib-dynload")


@case("no standard library", STDLIB % S + "/os.py", "is missing", S)
def _(change):
    change.remove(STDLIB % S)


PYC = STDLIB % X + "/__pycache__/ast.cpython-311.pyc"


@case("a module that is not compiled", STDLIB % X,
      lambda n: f"has no compiled file of Python 3.11 for 1 of its {n} modules, "
                f"the first is ast.py",
      X, "warning")
def _(change):
    change.remove(PYC)
    return sum(name.endswith(".py") for _, _, names in os.walk(change.at(STDLIB % X))
               for name in names)


@case("a module compiled by another Python", PYC, "is for Python 3.12, not for 3.11", X, "warning")
def _(change):
    with open(change.own(PYC), "r+b") as file:
        file.write((3531).to_bytes(2, "little"))


@case("a module compiled by an unknown Python", PYC,
      "is for another Python (magic 9999), not for 3.11", X, "warning")
def _(change):
    with open(change.own(PYC), "r+b") as file:
        file.write((9999).to_bytes(2, "little"))


@case("a compiled file that is cut", PYC, "is no compiled Python file", X, "warning")
def _(change):
    os.truncate(change.own(PYC), 12)


@case("a module that was changed after it was compiled", PYC, "was compiled from another ast.py", X)
def _(change):
    change.replace(STDLIB % X + "/ast.py", b"import", b"import ")


@case("a module whose time was changed", PYC, "was compiled from another ast.py", X, "warning")
def _(change):
    source = os.stat(change.at(STDLIB % X + "/ast.py"))
    with open(change.own(PYC), "r+b") as file:
        file.seek(4)
        file.write(bytes(4) + int(source.st_mtime + 1).to_bytes(4, "little")
                   + source.st_size.to_bytes(4, "little"))


@case("a package that was changed after it was compiled",
      "site-package/busypy/__pycache__/text.cpython-311.pyc", "was compiled from another text.py",
      None, "warning")
def _(change):
    change.replace("site-package/busypy/text.py", b"\n", b"\n\n")


@case("a module that differs", STDLIB % A + "/this.py", "differs from the one of x86_64", A,
      "warning", 1, archs=(X, A, S))  # its compiled file is another matter
def _(change):
    change.write(STDLIB % A + "/this.py", "s = 1\n")


@case("a module that one arch lacks", STDLIB % H + "/this.py", "is missing, and x86_64 has it",
      H, "warning", archs=(X, A, H))
def _(change):
    change.remove(STDLIB % H + "/this.py")
