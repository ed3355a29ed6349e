# SPDX-License-Identifier: MIT
# Run in the interpreter of which an image is made, when it is initialised: what was it made of, and
# did anything run that may do otherwise next time? Loads nothing. Leaves refused, paths.
import posix
import sys

refused = None
paths = []


def watch(path):
    if path and path not in paths:
        paths.append(path)


def read(path):
    fd = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        text = b""
        while chunk := posix.read(fd, 65536):
            text += chunk
        return text
    finally:
        posix.close(fd)


def look_at_pth(folder):
    global refused
    try:
        names = sorted(posix.listdir(folder))
    except OSError:
        return
    for name in names:
        if not name.endswith((".pth", ".start")):  # hidden ones: some Pythons read them
            continue
        path = folder + "/" + name
        watch(path)
        if name.endswith(".start"):  # from 3.15 on
            refused = path + " runs code at each start"
            continue
        for line in read(path).splitlines():
            if line.startswith((b"import ", b"import\t")) and line != b"import busypy_start":
                refused = path + " runs code at each start"


for folder in sys.path:
    watch(folder)
    if folder.endswith(("/site-packages", "/dist-packages", "/site-package")):
        look_at_pth(folder)
for name, module in list(sys.modules.items()):
    if name in ("sitecustomize", "usercustomize"):
        refused = name + " runs code at each start"
    watch(getattr(module, "__file__", None))
watch(sys.executable.rpartition("/")[0] + "/pyvenv.cfg")
watch(sys.prefix + "/pyvenv.cfg")
if "threading" in sys.modules:
    refused = "a module of the start uses threads"
paths = [path.encode("utf-8", "surrogateescape") for path in paths]
