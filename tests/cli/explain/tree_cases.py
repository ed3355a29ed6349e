"""Scripts of an enabled tree: the loader's decision, the caller's tier, the view, its Python."""

import os
import shutil
import subprocess

from case import AS_USER, Case, write

HOST = os.path.realpath("/usr/bin/python3")


def cases(machine):
    base = machine.folder("tree")
    tree = f"{base}/t"
    shutil.copytree(machine.tree, tree, symlinks=True)
    write(f"{tree}/bin/pass", "#!/usr/bin/python3\n")
    subprocess.run([machine.original, "enable", "-q", tree], check=True)
    try:
        yield from owners(base, tree)
        yield from elsewhere(base, tree)
        yield from callers(base, tree)
        yield from environments(base, tree)
        yield from lines(tree)
        yield from circle(tree)
        yield from broken(tree)
    finally:
        subprocess.run([machine.original, "disable", "-q"], check=True)
    yield from versions(machine, base, tree)
    yield Case("after disabling, under the host's Python", f"{tree}/bin/pass", "status 0",
               sentence=f"lies in a tree that is not enabled here: this machine's own {HOST} "
               f"would run it (Hint: busypy enable {tree})")


def owners(base, tree):
    yield Case("a script of the tree", f"{tree}/bin/pass", "status 0")
    yield Case("a script of the tree, as a user", f"{tree}/bin/pass", "status 0", user=True)
    os.symlink(f"{tree}/bin/pass", f"{base}/link")
    yield Case("a link to it", f"{base}/link", "status 0", user=True)
    yield Case("a relative path", "bin/pass", "status 0", directory=tree)
    yield Case("a script elsewhere", write(f"{base}/mine", "#!/usr/bin/python3\n"), "status 0",
               user=True)
    write(f"{base}/outer", f"#!{tree}/bin/pass\n")
    yield Case("a script whose interpreter is of the tree", f"{base}/outer", "status 0")
    write(f"{tree}/bin/mode", "#!/usr/bin/python3\n", 0o644)
    yield Case("a script of the tree without x", f"{tree}/bin/mode", "errno EACCES")
    yield Case("no script of the tree", f"{tree}/bin/none", "errno ENOENT")


def elsewhere(base, tree):
    """A script of the tree that the handler does not take, for its place or for its first line."""
    mounted = f"{base}/mounted"
    os.mkdir(mounted)
    subprocess.run(["mount", "--bind", tree, mounted], check=True)
    try:
        yield Case("the same tree, mounted at another place", f"{mounted}/bin/pass", "status 0",
                   sentence=f"lies in a tree that is enabled at {tree}, and by another path")
    finally:
        subprocess.run(["umount", mounted], check=True)
    line = f"#!{HOST}\n"
    yield Case("a line that the handler does not match", write(f"{tree}/bin/own", line), "status 0",
               sentence=f"this machine's own {HOST} would run it, although its tree is enabled")


def versions(machine, base, tree):
    """An export: a version that was published after the enabling has no template."""
    export = f"{base}/export"
    os.makedirs(f"{export}/versions")
    subprocess.run(["cp", "-al", tree, f"{export}/versions/1"], check=True)
    os.symlink("versions/1", f"{export}/current")
    subprocess.run([machine.original, "enable", "-q", f"{export}/current"], check=True)
    try:
        subprocess.run(["cp", "-al", tree, f"{export}/versions/2"], check=True)
        for user in (False, True):
            who = "a user" if user else "root"
            yield Case(f"the version that was enabled, as {who}", f"{export}/versions/1/bin/pass",
                       "status 0", user=user)
            yield Case(f"by the export's link, as {who}", f"{export}/current/bin/pass", "status 0",
                       user=user)
            yield Case(f"a later version, as {who}", f"{export}/versions/2/bin/pass", "status 0",
                       user=user)
        with Without(f"{export}/versions/2/etc/python/{os.uname().machine}/usr/bin/python3"):
            yield Case("a later version without its Python", f"{export}/versions/2/bin/pass",
                       "status 127", sentence="/usr/bin/python3")
        os.rename(f"{export}/versions/1", f"{export}/versions/0")
        yield Case("the version that was enabled has another name now",
                   f"{export}/versions/0/bin/pass")
        subprocess.run(["cp", "-al", tree, f"{export}/versions/1"], check=True)
        yield Case("another tree at its place", f"{export}/versions/1/bin/pass")
    finally:
        subprocess.run([machine.original, "disable", "-q"], check=True)


def callers(base, tree):
    script = f"{tree}/bin/pass"
    no_new = ("setpriv", "--no-new-privs")
    for name, wrap in {
        "no_new_privs": no_new + AS_USER,
        "no_new_privs as root": no_new,
        "a reduced bounding set": ("setpriv", "--bounding-set=-sys_admin", *AS_USER[1:]),
        "a reduced bounding set as root": ("setpriv", "--bounding-set=-sys_admin"),
        "ambient capabilities": ("setpriv", "--inh-caps=+net_raw", "--ambient-caps=+net_raw",
                                 "--reuid=1000", "--regid=1000", "--clear-groups"),
        "another mount namespace": ("unshare", "-m"),
        "another mount namespace as a user": ("unshare", "-m", *AS_USER),
        "another user namespace": ("unshare", "-U", "-r"),
        "another user namespace as a user": (*AS_USER, "unshare", "-U", "-r"),
        "other user and mount namespaces": ("unshare", "-U", "-r", "-m"),
    }.items():
        yield Case(name, script, wrap=wrap)
    hidden = 'for at in /run/busypy*; do mount -t tmpfs hidden "$at" || exit; done; exec "$@"'
    untold = "whether the tree's Python or this machine's own would run"
    container = ("unshare", "-m", "sh", "-c", hidden, "sh")
    yield Case("a container that has no /run/busypy.handler", script, "status 0", wrap=container,
               sentence=untold, unknown=untold)
    yield Case("such a container, as a user", script, "status 0", wrap=(*container, *AS_USER),
               sentence=untold, unknown=untold)
    yield Case("a chroot to the same root", script, "status 0", wrap=("chroot", "/"))
    yield Case("a mount namespace of a user's own", script, "status 0",
               wrap=(*AS_USER, "unshare", "-U", "-r", "-m"))


def environments(base, tree):
    """A venv that is active where a script is started by env: the view's Python is on its PATH."""
    venv = f"{base}/venv"
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", venv], check=True)
    active = {"PATH": f"{venv}/bin:/usr/bin:/bin", "VIRTUAL_ENV": venv}
    for user in (False, True):
        who = ", as a user" if user else ""
        for line in ("env python3", "env -S python3 -B"):
            script = write(f"{tree}/bin/by-{line.replace(' ', '-')}", f"#!/usr/bin/{line}\n")
            yield Case(f"a venv on PATH and {line}{who}", script, "status 0", user=user,
                       environment=active)
        yield Case(f"a venv on PATH and no env{who}", f"{tree}/bin/pass", "status 0", user=user,
                   environment=active)
    outside = write(f"{base}/outside", "#!/usr/bin/env python3\n")
    yield Case("a venv on PATH and a script outside", outside, "status 0", environment=active)
    with Without(f"{venv}/bin/python3"):
        yield Case("a venv on PATH without its Python", outside, "status 0", environment=active)
    os.remove(f"{venv}/bin/python3")
    os.symlink("/none/python3", f"{venv}/bin/python3")
    yield Case("a venv on PATH whose Python is gone", outside, "status 0", environment=active)
    os.remove(f"{venv}/bin/python3")
    write(f"{venv}/bin/python3", "#!/usr/bin/false\n")
    yield Case("a venv on PATH whose Python fails, and a script of the tree",
               f"{tree}/bin/by-env-python3", environment=active)


def lines(tree):
    for number, (name, text) in enumerate({
        "another interpreter of the tree's Python": "#!/usr/bin/python3.11\n",
        "an argument": "#!/usr/bin/python3 -I\n",
        "env": "#!/usr/bin/env python3\n",
        "env with arguments": "#!/usr/bin/env -S python3 -u -B\n",
        "env without -S": "#!/usr/bin/env python3 -u\n",
        "env, and a quote that is open": "#!/usr/bin/env -S python3 'x\n",
        "the tree's shell": "#!/bin/shell\n",
        "an interpreter that only the host has": "#!/usr/bin/env true\n",
    }.items()):
        yield Case("in the tree: " + name, write(f"{tree}/bin/l{number}", text))


def circle(tree):
    script, shell = write(f"{tree}/bin/circle", "#!/bin/shell\n"), f"{tree}/bin/shell"
    with Without(shell):
        write(shell, "#!/bin/shell\n")
        yield Case("a shell that starts itself", script, "status 126",
                   sentence="more than 5 scripts start one another")
        os.remove(shell)


class Without:
    """A file of the tree is away for a while."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        os.rename(self.path, self.path + ".away")

    def __exit__(self, *_):
        os.rename(self.path + ".away", self.path)


def one(folder, start):
    return next(f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.startswith(start))


def broken(tree):
    script = f"{tree}/bin/pass"
    arch = os.uname().machine
    usr, lib = f"{tree}/etc/python/{arch}/usr", f"{tree}/etc/clib/{arch}"
    stdlib = one(f"{usr}/lib", "python3.")
    ldso = os.path.realpath(one(lib, "ld-linux"))
    away = {
        "python3": (f"{usr}/bin/python3", "status 127", "cannot start /usr/bin/python3"),
        "python3's target": (os.path.realpath(f"{usr}/bin/python3"), "status 127", ""),
        "its ld.so": (one(lib, "ld-linux"), "status 127", "needs the ELF interpreter"),
        "libm": (one(lib, "libm.so"), "status 127", "libm.so.6"),
        "libc": (one(lib, "libc.so"), "status 127", "libc.so.6"),
        "encodings": (f"{stdlib}/encodings", "status 1", "encodings"),
        "encodings/__init__.py": (f"{stdlib}/encodings/__init__.py", "", "encodings"),
        "encodings/aliases.py": (f"{stdlib}/encodings/aliases.py", "", ""),
        "encodings/utf_8.py": (f"{stdlib}/encodings/utf_8.py", "", ""),
        "os.py": (f"{stdlib}/os.py", "", ""),
        "site.py": (f"{stdlib}/site.py", "", ""),
        "io.py": (f"{stdlib}/io.py", "", ""),
        "abc.py": (f"{stdlib}/abc.py", "", ""),
        "codecs.py": (f"{stdlib}/codecs.py", "", ""),
        "stat.py": (f"{stdlib}/stat.py", "", ""),
        "lib-dynload": (f"{stdlib}/lib-dynload", "status 0", ""),
        "the whole stdlib": (stdlib, "status 1", ""),
        "the whole runtime": (f"{usr}/bin", "", ""),
    }
    for name, (path, wanted, sentence) in away.items():
        with Without(path):
            yield Case(f"without {name}", script, wanted, sentence=sentence)
            yield Case(f"without {name}, as a user", script, wanted, user=True)
    os.chmod(ldso, 0o644)
    yield Case("an ld.so without x", script, "status 126", sentence="mode 0644")
    os.chmod(ldso, 0o755)
    python = os.path.realpath(f"{usr}/bin/python3")
    os.chmod(python, 0o644)
    yield Case("a python3 without x", script, "status 126", user=True)
    os.chmod(python, 0o755)
    os.chmod(stdlib, 0o700)
    yield Case("a stdlib that users may not search", script, user=True)
    yield Case("a stdlib that users may not search, as root", script, "status 0")
    os.chmod(stdlib, 0o755)
    yield Case("whole again", script, "status 0", user=True)
