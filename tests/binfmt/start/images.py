"""Makes images as `busypy enable` makes them, without enabling anything: the same maker, the same
restorer with what is baked into it."""

import os
import struct
import subprocess
import sys

ROOT = os.path.realpath(__file__ + "/../../../..")
RESTORER, MAKER = ROOT + "/build/restorer", ROOT + "/build/start-maker.so"
HIDDEN = ROOT + "/lib/start/hidden"
AGAIN = 75  # the maker's addresses were bad luck
# lib/core/start_baked.h
BAKED = struct.Struct("=16sIIII256s256s256s32s64s")
MAGIC = b"BusyPy-start-1\n\0"
# lib/core/start_judge.h: what a kind adds to the maker's words
POSIX, UNBUFFERED, NO_BYTECODE, NO_USER_SITE, ISOLATED = 1, 4, 8, 16, 32
OPTIONS = {UNBUFFERED: "-u", NO_BYTECODE: "-B", NO_USER_SITE: "-s", ISOLATED: "-I"}


def bake(folder, interpreter, program="/usr/bin/python3", serials=1, image_id="", locale=""):
    """The restorer of a folder of images; returns its path, FOLDER/python3."""
    with open(RESTORER, "rb") as file:
        bytes_ = bytearray(file.read())
    at = bytes_.find(MAGIC)
    if at < 0 or bytes_.find(MAGIC, at + 1) >= 0:
        raise SystemExit(f"{RESTORER}: not one place to bake into")
    words = [word.encode() for word in (folder, interpreter, program, locale, image_id)]
    BAKED.pack_into(bytes_, at, MAGIC, BAKED.size, 1, serials, 0, *words)
    path = f"{folder}/python3"
    with open(path, "wb") as file:
        file.write(bytes_)
    os.chmod(path, 0o755)
    return path


def make(folder, interpreter, kind=0, serial=0, hidden=False, image_id=""):
    """FOLDER/KIND.SERIAL; fails with the maker's sentence."""
    path = f"{folder}/{kind}.{serial}"
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LD_PRELOAD": MAKER, "LD_BIND_NOW": "1"}
    if not kind & POSIX:
        env["LANG"] = "C.UTF-8"
    if image_id:
        env["BUSYPY_START_ID"] = image_id
    if hidden:
        env["BUSYPY_START_HIDDEN"] = HIDDEN
    options = [word for bit, word in OPTIONS.items() if kind & bit]
    words = ["/usr/bin/python3", *options, "/busypy-start"]
    for _ in range(20):
        with open(path, "wb") as file:
            env["BUSYPY_START_OUT"] = str(file.fileno())
            done = subprocess.run(words, executable=interpreter, env=env, pass_fds=[file.fileno()],
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/",
                                  check=False)
        if done.returncode != AGAIN:
            break
    if done.returncode:
        os.unlink(path)
        raise SystemExit(f"{interpreter}: no image of kind {kind}: status {done.returncode}: "
                         f"{done.stderr.decode(errors='replace')}")
    os.chmod(path, 0o444)
    return path


def main():
    """images.py FOLDER INTERPRETER [hidden] KIND...: a folder of images, as enable leaves it."""
    folder, interpreter, *words = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    hidden = "hidden" in words
    for kind in words:
        if kind != "hidden":
            make(folder, interpreter, int(kind), hidden=hidden)
    print(bake(folder, interpreter))


if __name__ == "__main__":
    main()
