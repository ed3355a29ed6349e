"""Programs that could not be started."""

from change import A, H, PYTHON, PYTHON3, S, X, case


@case("carriage returns", "bin/ls", "has a carriage return at the end of its first line")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/python3\r\n")


@case("env", "bin/ls", "begins with #!/usr/bin/env perl, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/env perl\n")


@case("env without -S", "bin/ls",
      "begins with #!/usr/bin/env python3 -u, for which env starts nothing")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/env python3 -u\n")


@case("a host's program", "bin/ls", "calls git, rsync (line 3), not in the tree",
      severity="warning")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n",
                   b"#!/usr/bin/python3\nimport os\nos.system('git x; cd y && ls | rsync z')\n")


@case("one minor version", "bin/ls",
      "begins with #!/usr/bin/python3.11, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/python3.11\n")


@case("two blanks", "bin/ls", "begins with #!  /usr/bin/python3, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!  /usr/bin/python3\n")


@case("two blanks before the shell", "bin/ls",
      "begins with #!  /bin/shell, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!  /bin/shell\n")


@case("the tree's own env", "bin/ls",
      "begins with #!/bin/env cat, which the handler does not match")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/bin/env cat\n")


@case("a long first line", "bin/ls", "has a first line of more than 255 bytes")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/python3 -X" + b"a" * 250 + b"\n")


@case("a first line without an interpreter", "bin/ls", "has a first line without an interpreter")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!  \n")


@case("a byte order mark", "bin/ls", "begins with a byte order mark")
def _(change):
    change.replace("bin/ls", b"#!", b"\xef\xbb\xbf#!")


@case("an interpreter that is not there", "bin/ls",
      "begins with #!/usr/bin/perl, which is not in the view")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/perl\n")


@case("an interpreter that one arch lacks", "bin/ls",
      "begins with #!/usr/bin/own, which is not in the view", S, archs=(X, S))
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/usr/bin/own\n")
    for arch in (X, A, H):
        change.copy(change.at(PYTHON3[arch]), PYTHON % (arch, "bin/own"))


@case("an interpreter that cannot be executed", "bin/ls",
      "begins with #!/etc/passwd, which is not executable")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/etc/passwd\n")


@case("interpreters in a circle", "bin/ls", "has more than 5 interpreters behind one another")
def _(change):
    change.replace("bin/ls", b"#!/usr/bin/python3\n", b"#!/bin/ls\n")


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
      "line 0 is no Python 3.11: source code string cannot contain null bytes")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\nx = '\0'\n", 0o755)


@case("a program on which the compiler gives up", "bin/tool",
      "line 0 is no Python 3.11: MemoryError")
def _(change):
    change.write("bin/tool", "#!/usr/bin/python3\nx = " + "-" * 100000 + "1\n", 0o755)


@case("a syntax error beside such a program", "bin/ls", "line 2 is no Python 3.11: expected ':'")
def _(change):
    change.write("bin/another", "#!/usr/bin/python3\nx = " + "-" * 100000 + "1\n", 0o755)
    change.write("bin/ls", "#!/usr/bin/python3\nif True\n    pass\n", 0o755)


@case("a syntax error in a package", "site-package/broken.py",
      "line 1 is no Python 3.11: 'return' outside function")
def _(change):
    change.write("site-package/broken.py", "return 1\n")
