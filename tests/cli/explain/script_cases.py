"""First lines, as fs/binfmt_script.c reads them, and chains of them."""

import os

from case import Case, write


def cases(machine):
    base = machine.folder("script")
    program = write(f"{base}/prog", open(machine.nothing, "rb").read())
    lines = {
        "a plain one": (f"#!{program}\n", "status 0", ""),
        "an argument": (f"#!{program} -x  y\n", "status 0", ""),
        "blanks before": (f"#! \t {program}\n", "status 0", ""),
        "blanks behind": (f"#!{program} \t \n", "status 0", ""),
        "no newline": (f"#!{program}", "status 0", ""),
        "a missing interpreter": ("#!/no/such\n", "errno ENOENT", "/no does not exist"),
        "CRLF": (f"#!{program}\r\n", "errno ENOENT", "ends in a carriage return"),
        "CRLF behind an argument": (f"#!{program} -x\r\n", "status 0", ""),
        "nothing behind #!": ("#!\n", "errno ENOEXEC", "names no interpreter"),
        "blanks behind #!": ("#!  \t \n", "errno ENOEXEC", "names no interpreter"),
        "only #!": ("#!", "errno EACCES", ""),  # the empty name is the working directory
        "only #": ("#", "errno ENOEXEC", "neither a script nor"),
        "an empty file": ("", "errno ENOEXEC", "neither a script nor"),
        "text": ("echo hello\n", "errno ENOEXEC", "neither a script nor"),
        "a newline first": (f"\n#!{program}\n", "errno ENOEXEC", ""),
        "a byte order mark": (f"\ufeff#!{program}\n", "errno ENOEXEC", ""),
        "a directory as interpreter": (f"#!{base}\n", "errno EACCES", "it is a directory"),
        "a NUL in the line": (f"#!{program}\0x\n", "", ""),
        "a NUL behind #!": ("#!\0\n", "", ""),
        "a relative interpreter": ("#!./prog\n", "status 0", ""),
        "env": ("#!/usr/bin/env true\n", "status 0", ""),
    }
    for number, (name, (text, wanted, sentence)) in enumerate(lines.items()):
        path = write(f"{base}/s{number}", text)
        yield Case(name, path, wanted, sentence=sentence, directory=base)
    yield Case("a relative interpreter, from elsewhere",
               f"{base}/s{list(lines).index('a relative interpreter')}", "errno ENOENT",
               directory="/")
    yield from lengths(base)
    yield from interpreters(base, program)
    yield from chains(base, program)


def lengths(base):
    """The kernel reads 256 bytes; a name must end within them."""
    program = open(f"{base}/prog", "rb").read()
    for length in (252, 253, 254, 255, 256, 300):
        os.makedirs(f"{base}/{'d' * 100}", exist_ok=True)
        name = f"{base}/{'d' * 100}/"
        name += "i" * (length - len(name) - 2)  # "#!" counts
        write(name, program)
        yield Case(f"a first line of {length} bytes", write(f"{base}/l{length}", f"#!{name}\n"),
                   sentence="256 bytes" if length > 255 else "")
        yield Case(f"{length} bytes without a newline", write(f"{base}/n{length}", f"#!{name}"))
        yield Case(f"{length} bytes and an argument",
                   write(f"{base}/a{length}", f"#!{name} argument\n"))
    yield Case("an argument that is cut", write(f"{base}/cut", f"#!{base}/prog {'x' * 300}\n"),
               "status 0")


def interpreters(base, program):
    bytes_of = open(program, "rb").read()
    write(f"{base}/plain", bytes_of, 0o644)
    yield Case("an interpreter without x", write(f"{base}/m1", f"#!{base}/plain\n"), "errno EACCES",
               sentence="mode 0644")
    os.mkdir(f"{base}/shut", 0o700)
    write(f"{base}/shut/prog", bytes_of)
    yield Case("an interpreter out of reach", write(f"{base}/m2", f"#!{base}/shut/prog\n"),
               "errno EACCES", user=True, sentence=f"{base}/shut")
    write(f"{base}/text", "no program\n")
    yield Case("an interpreter that is text", write(f"{base}/m3", f"#!{base}/text\n"),
               "errno ENOEXEC", sentence=f"{base}/text is neither")
    write(f"{base}/empty", "")
    yield Case("an empty interpreter", write(f"{base}/m4", f"#!{base}/empty\n"), "errno ENOEXEC")
    os.symlink("none", f"{base}/dangling")
    yield Case("a dangling interpreter", write(f"{base}/m5", f"#!{base}/dangling\n"),
               "errno ENOENT", sentence=f"{base}/none does not exist")


def chains(base, program):
    """At each depth: it runs, or its last interpreter is missing."""
    for end, first in (("c", program), ("d", f"{base}/gone")):
        target = first
        for depth in range(1, 8):
            target = write(f"{base}/{end}{depth}", f"#!{target}\n")
            wanted = "errno ELOOP" if depth > 5 and end == "c" else "status 0" if end == "c" else ""
            yield Case(f"{depth} scripts, then {'a program' if end == 'c' else 'nothing'}", target,
                       wanted)
    write(f"{base}/self", f"#!{base}/self\n")
    yield Case("a script that is its own interpreter", f"{base}/self", "errno ELOOP",
               sentence="more than 5 scripts start one another")
