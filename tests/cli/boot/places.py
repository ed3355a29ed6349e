"""Where things are, and the images that the tests share: packed once, in a scratch directory."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import threading

import image
sys.path.append(os.path.abspath(__file__ + "/../../../support"))
from patience import patient  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(HERE + "/../../..")
BUILD = os.environ.get("BUSYPY_BUILD", f"{ROOT}/build")
BUSYPY = os.environ.get("BUSYPY", f"{BUILD}/busypy")
TREES = os.environ.get("BUSYPY_TEST_TREES", f"{ROOT}/build/test-trees")
TREE = f"{TREES}/debian"
HELPERS = f"{ROOT}/build/helpers"
LOGS = f"{ROOT}/build/boot-logs"
ARCHS = ("x86_64", "aarch64")
LIMIT = str(patient(100))  # seconds for a boot that has to end by itself
os.makedirs(BUILD, exist_ok=True)
SCRATCH = tempfile.mkdtemp(prefix="boot-tests.", dir=BUILD)  # hard links: where the trees are
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
os.chmod(SCRATCH, 0o755)

_lock = threading.Lock()


def scratch(name):
    return os.path.join(SCRATCH, name)


def busypy(*words, timeout=patient(120), **more):
    """Run busypy to its end; (status, stdout, stderr) as text."""
    done = subprocess.run([BUSYPY, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=timeout, **more)
    return (done.returncode, done.stdout.decode("utf-8", "backslashreplace"),
            done.stderr.decode("utf-8", "backslashreplace"))


def tree():
    """A copy of the Debian tree for both archs, made of hard links, with init as it was built last
    and a known identity."""
    path = scratch("tree")
    with _lock:
        if os.path.isdir(path):
            return path
        subprocess.run([f"{ROOT}/tests/support/trees", *ARCHS], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.mkdir(path)
        folders = [name for name in os.listdir(TREE) if name != "etc"]
        copy([f"{TREE}/{name}" for name in folders], path)
        os.mkdir(f"{path}/etc")
        for name in os.listdir(f"{TREE}/etc"):
            if name not in ("python", "clib", "busypy"):
                copy([f"{TREE}/etc/{name}"], f"{path}/etc")
                continue
            os.mkdir(f"{path}/etc/{name}")
            copy([entry.path for entry in os.scandir(f"{TREE}/etc/{name}")
                  if entry.name in ARCHS or not is_arch(entry.name)], f"{path}/etc/{name}")
        for arch in ARCHS:
            os.unlink(f"{path}/sbin/{arch}-init")
            shutil.copyfile(f"{BUILD}/init-{arch}", f"{path}/sbin/{arch}-init")
            os.chmod(f"{path}/sbin/{arch}-init", 0o755)
        return path


def copy(sources, target):
    subprocess.run(["cp", "-al", *sources, target], check=True)


def is_arch(name):
    return os.path.isdir(f"{TREE}/etc/python/{name}")


def packed(arch, compression="none"):
    """The initramfs of the tree, as `busypy pack` writes it."""
    path, source = scratch(f"{arch}.{compression}.cpio"), tree()
    with _lock:
        if not os.path.exists(path):
            status, out, err = busypy("pack", "-a", arch, "-z", compression, "-o", path, source)
            if (status, out, err) != (0, "", ""):
                raise AssertionError(f"busypy pack: {status} {out} {err}")
    return path


def changed(arch, name, change):
    """The same after change(image), which gets an image.Image; its path. Put there as a whole:
    tests that run at the same time may ask for the same one."""
    path = scratch(f"{arch}.{name}.cpio")
    written = f"{path}.{threading.get_ident()}"
    contents = image.Image.read(packed(arch))
    change(contents)
    contents.write(written)
    os.rename(written, path)
    return path


def small(arch, contents):
    """For machines on which no Python starts: without what is large. The kernel unpacks it fast."""
    usr = f"etc/python/{arch}/usr/"
    large = tuple(usr + name for name in ("lib/", "share/"))
    contents.keep(lambda name: not name.startswith(large) and
                  not (name.startswith(f"etc/clib/{arch}/") and "/ld-" not in name) and
                  not name.startswith("site-package/"))


def rescue(arch, *words):
    """A program of the rescue shell's, as an inittab names it."""
    return f"/etc/busypy/{arch}/rescue/" + " ".join(words)
