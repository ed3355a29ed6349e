"""Roots in which programs are executed and foretold, each with an ld.so of its own."""

import os
import shutil
import subprocess

GLIBC_LD = "lib64/ld-linux-x86-64.so.2"
MUSL_LD = "lib/ld-musl-x86_64.so.1"
STAGED = (b"/lib/ld.so.cache\0", b"/lib/ld.so.preload\0")  # as staging has it, and as it was
DIRS = ("c", "dev", "etc", "lib/x86_64-linux-gnu", "lib64", "proc", "usr/lib/x86_64-linux-gnu",
        "usr/lib64", "usr/local/lib")


class Foreteller:
    """busypy, asked many times; see tests/support/foretell.c."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, kind, root, directory, user, env, words):
        texts = [kind, root, directory, str(user), *(f"{k}={v}" for k, v in env.items()), "",
                 *words, ""]
        self.process.stdin.write("".join(text + "\0" for text in texts).encode())
        self.process.stdin.flush()
        status, size = self.process.stdout.readline().split()
        return int(status), self.process.stdout.read(int(size)).decode(errors="replace")


def make_root(folder, rawexec):
    for name in DIRS:
        os.makedirs(f"{folder}/{name}")
    for name in ("dev", "proc"):
        subprocess.run(["mount", "--rbind", f"/{name}", f"{folder}/{name}"], check=True)
    shutil.copy(rawexec, folder)
    return folder


def glibc_root(folder, rawexec, tree):
    """Of a staged tree, laid out as Debian has it."""
    make_root(folder, rawexec)
    staged = f"{tree}/etc/clib/x86_64"
    for name in ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libgcc_s.so.1"):
        shutil.copy(f"{staged}/{name}", f"{folder}/lib/x86_64-linux-gnu")
    with open(f"{staged}/ld-linux-x86-64.so.2", "rb") as file:
        loader = file.read()
    for path in STAGED:
        loader = loader.replace(path, b"/etc" + path[4:])
    with open(f"{folder}/{GLIBC_LD}", "wb") as file:
        file.write(loader)
    os.chmod(f"{folder}/{GLIBC_LD}", 0o755)
    os.symlink(f"../../{GLIBC_LD}", f"{folder}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    return folder


def musl_root(folder, rawexec):
    make_root(folder, rawexec)
    shutil.copy(f"/{MUSL_LD}", f"{folder}/{MUSL_LD}")
    return folder
