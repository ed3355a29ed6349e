"""Runs in a view of aarch64, by QEMU, which is the first argument: each script plain and restored.
Usage: both.py QEMU WORK VERSION"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../../start")
import images  # noqa: E402

ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LANG": "C.UTF-8"}
SCRIPTS = {
    "words and modules": "import sys\nprint(sys.argv, sys.orig_argv, list(sys.modules), sys.path)",
    "an exit status": "import sys\nprint('out'); print('err', file=sys.stderr); sys.exit(3)",
    "a thread": "import threading\nt = threading.Thread(target=print, args=('in it',))\n"
                "t.start(); t.join()",
    "a child": "import os\npid = os.fork()\nif not pid: os._exit(7)\nprint(os.waitpid(pid, 0)[1])",
    "a finaliser": "class A:\n  def __del__(self): print('over')\na = A()",
    "a traceback": "import json\njson.loads('{')",
    "a library": "import ctypes, struct, zlib\nprint(zlib.crc32(b'x'), struct.calcsize('P'))",
}
WITNESS = "import os\nos.write(1, os.readlink('/proc/self/exe').encode())"


def run(qemu, program, interpreter, script, folder):
    path = folder + "/script.py"
    with open(path, "w", encoding="ascii") as file:
        file.write(script + "\n")
    done = subprocess.run([qemu, "-0", interpreter, program, path, "a", "b"], env=ENV, check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def make(qemu, interpreter, folder):
    """By the way in which a foreign interpreter is started; its stack must not be where another's
    is, which QEMU places beside what it maps."""
    with open(folder + "/0.0", "wb") as file:
        given = {"LD_PRELOAD": images.ROOT + "/build/start-maker-aarch64.so", "LD_BIND_NOW": "1",
                 "BUSYPY_START_OUT": str(file.fileno())}
        words = [word for name, value in given.items() for word in ("-E", f"{name}={value}")]
        subprocess.run([qemu, "-s", str(64 << 20), *words, "-0", interpreter, interpreter,
                        "/busypy-start"], env=ENV | {"HOME": "/nonexistent"}, check=True,
                       pass_fds=[file.fileno()], stdin=subprocess.DEVNULL)


def main():
    qemu, work, version = sys.argv[1:]
    interpreter, folder = f"/usr/bin/python{version}", work + "/images"
    os.mkdir(folder)
    images.RESTORER = images.ROOT + "/build/restorer-aarch64"
    make(qemu, interpreter, folder)
    restorer = images.bake(folder, interpreter, interpreter)
    results = {"it starts from the image": (restorer, run(qemu, restorer, interpreter, WITNESS,
                                                          work)[1].decode())}
    for name, script in SCRIPTS.items():
        results[name] = [run(qemu, program, interpreter, script, work)
                         for program in (interpreter, restorer)]
    for name, (wanted, got) in results.items():
        print(f"{'' if got == wanted else 'not '}ok - {version}: {name}")
        if got != wanted:
            print(f"wanted: {wanted}\ngot:    {got}")


if __name__ == "__main__":
    main()
