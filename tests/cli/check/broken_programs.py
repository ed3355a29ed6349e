"""Programs that could not be started."""

import io
import zipfile

from change import A, H, PYTHON, PYTHON3, S, X, case


def zipapp(name, source):
    """As zipapp makes them: a first line, then a zip archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, source)
    return b"#!/usr/bin/python3\n" + archive.getvalue()


@case("carriage returns", "bin/ls", "has a carriage return at the end of its first line")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/python3\r\n")


@case("env", "bin/ls", "begins with #!/usr/bin/env perl, which the handler does not match")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/env perl\n")


@case("env without -S", "bin/ls",
      "begins with #!/usr/bin/env python3 -u, for which env starts nothing")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/env python3 -u\n")


@case("a host's program", "bin/ls", "calls git, rsync (line 3), not in the tree",
      severity="warning")
def _(change):
    change.first_line("bin/ls",
                      b"#!/usr/bin/python3\nimport os\nos.system('git x; cd y && ls | rsync z')\n")


@case("one minor version", "bin/ls",
      "begins with #!/usr/bin/python3.11, which the handler does not match")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/python3.11\n")


@case("two blanks", "bin/ls", "begins with #!  /usr/bin/python3, which the handler does not match")
def _(change):
    change.first_line("bin/ls", b"#!  /usr/bin/python3\n")


@case("two blanks before the shell", "bin/ls",
      "begins with #!  /bin/shell, which the handler does not match")
def _(change):
    change.first_line("bin/ls", b"#!  /bin/shell\n")


@case("the tree's own env", "bin/ls",
      "begins with #!/bin/env cat, which the handler does not match")
def _(change):
    change.first_line("bin/ls", b"#!/bin/env cat\n")


@case("a long first line", "bin/ls", "has a first line of more than 255 bytes")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/python3 -X" + b"a" * 250 + b"\n")


@case("a first line without an interpreter", "bin/ls", "has a first line without an interpreter")
def _(change):
    change.first_line("bin/ls", b"#!  \n")


@case("two options for Python", "bin/ls",
      "begins with #!/usr/bin/python3 -E -s, for which python3 ends with status 2: Unknown option: "
      "-  (Hint: the kernel passes '-E -s' as one word; #!/usr/bin/env -S python3 -E -s parts it)")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/python3 -E -s\n")


@case("a module instead of the script", "bin/ls",
      "begins with #!/usr/bin/python3 -m, for which python3 takes the script's path for what it is "
      "told to run (Hint: let it begin with #!/usr/bin/python3)")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/python3 -m\n")


@case("a blank that is none", "bin/ls",
      "begins with #!/usr/bin/python3\\xc2\\xa0-u, which the handler does not match")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/python3\xc2\xa0-u\n")


@case("a letter of another alphabet", "bin/ls",
      "begins with #!/bin/shel\\xce\\xb9, which is not in the view")
def _(change):
    change.first_line("bin/ls", b"#!/bin/shel\xce\xb9\n")


@case("a blank line first", "bin/ls", "begins with a blank line before #!")
def _(change):
    change.replace("bin/ls", b"#!", b"\n#!")


@case("a blank first", "bin/ls", "begins with a blank before #!")
def _(change):
    change.replace("bin/ls", b"#!", b" #!")


@case("UTF-16", "bin/ls", "is UTF-16")
def _(change):
    change.write("bin/ls", "#!/usr/bin/python3\n".encode("utf-16"), 0o755)


@case("a byte order mark", "bin/ls", "begins with a byte order mark before #!")
def _(change):
    change.replace("bin/ls", b"#!", b"\xef\xbb\xbf#!")


@case("an interpreter that is not there", "bin/ls",
      "begins with #!/usr/bin/perl, which is not in the view")
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/perl\n")


@case("an interpreter that one arch lacks", "bin/ls",
      "begins with #!/usr/bin/own, which is not in the view", S, archs=(X, S))
def _(change):
    change.first_line("bin/ls", b"#!/usr/bin/own\n")
    for arch in (X, A, H):
        change.copy(change.at(PYTHON3[arch]), PYTHON % (arch, "bin/own"))


@case("an interpreter that cannot be executed", "bin/ls",
      "begins with #!/etc/passwd, which is not executable")
def _(change):
    change.first_line("bin/ls", b"#!/etc/passwd\n")


@case("interpreters in a circle", "bin/ls", "has more than 5 interpreters behind one another")
def _(change):
    change.first_line("bin/ls", b"#!/bin/ls\n")


@case("a program of one arch", "bin/tool", "is an ELF program", X)
def _(change):
    change.copy(change.at(PYTHON3[X]), "bin/tool")


@case("a text without a first line", "bin/tool", "is neither a script nor a program")
def _(change):
    change.write("bin/tool", "print(1)\n", 0o755)


@case("a script without execute bits", "bin/ls", "is a script and not executable (mode 0644)", None,
      "warning")
def _(change):
    change.chmod("bin/ls", 0o644)


@case("a syntax error", "bin/ls", "line 2 is no Python 3.11: expected ':'")
def _(change):
    change.write("bin/ls", "#!/usr/bin/python3\nif True\n    pass\n", 0o755)


@case("Python 2", "sbin/tool", "line 2 is no Python 3.11: Missing parentheses in call to 'print'. "
      "Did you mean print(...)?")
def _(change):
    change.write("sbin/tool", "#!/usr/bin/python3\nprint 1\n", 0o755)


@case("a NUL byte in a program", "bin/tool",
      "line 2 is no Python 3.11: source code string cannot contain null bytes")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\nx = '\0'\n", 0o755)


@case("a NUL byte in a comment", "bin/tool",
      "line 3 is no Python 3.11: source code string cannot contain null bytes")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\n\n# \0\n", 0o755)


@case("an encoding that there is not", "bin/tool",
      "line 2 is no Python 3.11: unknown encoding: foo")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\n# coding: foo\n", 0o755)


@case("an encoding that it does not have", "bin/tool",
      "line 2 is no Python 3.11: 'ascii' codec can't decode byte 0xc3 in position 36: ordinal not "
      "in range(128)")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\n# coding: ascii\n'\u00e4'\n", 0o755)


@case("a byte of another encoding, in a comment", "bin/tool",
      "line 3 is no Python 3.11: the byte 0xe4 is no UTF-8, and no encoding is declared")
def _(change):
    change.write("bin/tool", b"#!/usr/bin/python3\n\n# \xe4\n", 0o755)


@case("a zip application without a program", "bin/tool",
      "is no Python 3.11: a zip application without __main__.py")
def _(change):
    change.write("bin/tool", zipapp("other.py", "pass"), 0o755)


@case("a zip application with a syntax error", "bin/tool",
      "line 1 is no Python 3.11: expected ':'")
def _(change):
    change.write("bin/tool", zipapp("__main__.py", "if True"), 0o755)


@case("a program on which the compiler gives up", "bin/tool",
      "is no Python 3.11: MemoryError")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\nx = " + "-" * 100000 + "1\n", 0o755)


@case("a syntax error beside such a program", "bin/ls", "line 2 is no Python 3.11: expected ':'")
def _(change):
    change.write("bin/another", "#!/usr/bin/python3\nx = " + "-" * 100000 + "1\n", 0o755)
    change.write("bin/ls", "#!/usr/bin/python3\nif True\n    pass\n", 0o755)


FLAW = "line 1 is no Python 3.11: 'return' outside function"


@case("a syntax error in a module that a program imports", "site-package/broken.py", FLAW)
def _(change):
    change.write("site-package/broken.py", "return 1\n")
    change.write("bin/tool", "#!/usr/bin/python3\nif 0: import broken.part as part\n", 0o755)


@case("in a module that a module imports", "site-package/p/broken.py", FLAW)
def _(change):
    change.write("site-package/p/__init__.py", "from . import (x,\n    broken)\n")
    change.write("site-package/p/broken.py", "return 1\n")


@case("in a package of a module that is imported", "site-package/p/__init__.py", FLAW)
def _(change):
    change.write("site-package/p/__init__.py", "return 1\n")
    change.write("site-package/p/q/r.py", "pass\n")
    change.write("bin/tool", "#!/usr/bin/env python3\nfrom p.q.r import s\n", 0o755)


@case("in what Python imports itself", "site-package/sitecustomize.py", FLAW)
def _(change):
    change.write("site-package/sitecustomize.py", "return 1\n")


@case("in a module that nothing imports", "site-package/broken.py", FLAW, None, "warning")
def _(change):
    change.write("site-package/broken.py", "return 1\n")
    change.write("site-package/brokenly.py", "import broken2, a.broken, broke\n# import broken\n")


@case("in a template, beside another that imports it", "site-package/p/{{x}}/a.py", FLAW, None,
      "warning")
def _(change):
    change.write("site-package/p/{{x}}/__init__.py", "from .a import b\n")
    change.write("site-package/p/{{x}}/a.py", "return 1\n")


@case("in modules that import one another", "site-package/p/a.py", FLAW, None, "warning")
def _(change):
    change.write("site-package/p/a.py", "return 1\nimport p.b\n")
    change.write("site-package/p/b.py", "import p.a\nimport {{ x }}\n")


@case("a package without site", "bin/tool",
      "starts Python with -S and imports busypy.text of site-package (line 3)", None, "warning")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3 -S\nimport os\nimport busypy.text\n", 0o755)


@case("one of a runtime's, without site", "bin/tool", "starts Python with -S and imports extra of "
      f"{PYTHON % (X, 'lib/python3/dist-packages')} (line 2)", None, "warning")
def _(change):
    change.write(PYTHON % (X, "lib/python3/dist-packages/extra.py"), "pass\n")
    change.write("bin/tool", "#!/usr/bin/env -S python3 -uSB\nfrom extra import x\n", 0o755)


def without_site(change, line, source):
    change.write("bin/tool", f"{line}\n{source}\n", 0o755)
    change.write("site-package/os.py", "pass\n")
    change.chmod("bin/ls", 0o644)  # what is said all the same


for number, (line, source) in enumerate((
        ("#!/usr/bin/python3 -Es", "import busypy.text"),
        ("#!/usr/bin/python3 -S", "import os, sys, nowhere, busypyx"),
        ("#!/usr/bin/python3 -S", "import sys; sys.path.append('/site-package'); import busypy"),
        ("#!/usr/bin/python3 -S", "import site; site.main(); import busypy"))):
    case(f"nothing is said of such a program {number}", "bin/ls",
         "is a script and not executable (mode 0644)", None, "warning", silent="bin/tool")(
             lambda change, line=line, source=source: without_site(change, line, source))
