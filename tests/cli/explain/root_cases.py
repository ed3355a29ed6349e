"""The first program of a machine that boots with a directory: here executed in a chroot."""

import os
import shutil

import elf
from case import Case, write


def cases(machine):
    base = machine.folder("root")
    program = open(machine.nothing, "rb").read()
    number = 0

    def root(**files):
        """A directory with these files: bytes, (bytes, mode), or a link's target."""
        nonlocal number
        number += 1
        folder = f"{base}/{number}"
        for name in ("bin", "sbin", "lib", "system"):
            os.makedirs(f"{folder}/{name}")
        for name, content in files.items():
            path = f"{folder}/{name.replace('__', '/')}"
            if isinstance(content, str):
                os.symlink(content, path)
            elif isinstance(content, tuple):
                write(path, *content)
            else:
                write(path, content)
        return folder

    script = b"#!/bin/sh\n"
    for name, files, wanted, sentence in (
            ("a static init", {"init": program}, "status 0", ""),
            ("no init", {}, "errno ENOENT", "/init"),
            ("an init without x", {"init": (program, 0o644)}, "errno EACCES", "mode 0644"),
            ("an init that only its group may execute", {"init": (program, 0o010)}, "status 0", ""),
            ("an init without any mode", {"init": (program, 0)}, "errno EACCES", ""),
            ("an init that is a directory", {"init": "bin"}, "errno EACCES", "it is a directory"),
            ("an absolute link", {"init": "/sbin/init", "sbin__init": program}, "status 0", ""),
            ("a link that climbs out", {"init": "../../../../sbin/init", "sbin__init": program},
             "status 0", ""),
            ("a link to what only this machine has", {"init": "/usr/bin/true"}, "errno ENOENT",
             "/usr does not exist"),
            ("an Android's linker",
             {"init": elf.program("x86_64", b"/system/bin/linker64\0")}, "errno ENOENT",
             "needs the ELF interpreter /system/bin/linker64, which is missing here"),
            ("a dynamic busybox without its ld.so", {"init": "bin/busybox", "bin__busybox":
             open(shutil.which("true"), "rb").read()}, "errno ENOENT", "ld-linux"),
            ("a script without a shell", {"init": script}, "errno ENOENT",
             "/bin/sh: No such file or directory"),
            ("a script with a shell", {"init": script, "bin__sh": program}, "status 0", ""),
            ("a script with a foreign shell", {"init": script, "bin__sh": elf.program("aarch64")},
             "errno ENOEXEC", "aarch64"),
            ("a foreign init", {"init": elf.program("s390x")}, "errno ENOEXEC",
             "s390x, and this machine is x86_64"),
            ("a script of DOS lines", {"init": b"#!/bin/sh\r\n", "bin__sh": program},
             "errno ENOENT", "carriage return"),
            ("an empty init", {"init": b""}, "errno ENOEXEC", "neither a script nor"),
    ):
        yield Case(name, "/init", wanted, root=root(**files), sentence=sentence)
