"""The export that these tests serve: a version of the Debian tree for two archs, made of hard
links, images of it, and leases. Servers get the configuration that `busypy export` prints."""

import hashlib
import os
import re
import stat
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("cli/boot", "support/nfs"):
    sys.path.insert(0, os.path.join(HERE, "../..", folder))
import console  # noqa: E402
import places  # noqa: E402
import server  # noqa: E402

console.LIMIT = str(places.patient(900))  # seconds: many machines at once are slow
PLACES = {}
LOCK = threading.RLock()


def run(*words):
    """busypy, which has to succeed; what it prints."""
    status, out, err = places.busypy(*words)
    if status:
        raise AssertionError(f"busypy {' '.join(words)}: {status}\n{err}")
    return out


def copy(source, target):
    subprocess.run(["cp", "-al", source, target], check=True)


def make(name="export"):
    """An export with the version v1; made once for each name."""
    path = places.scratch(name)
    with LOCK:
        if name not in PLACES:
            run("publish", "--quiet", "--id", "v1", places.tree(), path)
            os.makedirs(f"{path}/images")
            os.makedirs(f"{path}/leases", exist_ok=True)
            os.chmod(f"{path}/leases", 0o1777)
            PLACES[name] = path
    return path


def image(path, arch):
    """Packs images/ARCH.erofs of the export's version, once."""
    name = f"{path}/images/{arch}.erofs"
    with LOCK:
        if not os.path.exists(name):
            run("pack", "-f", "erofs", "-a", arch, "-o", name, f"{path}/versions/v1")
    return os.path.relpath(name, path)


def configuration(path, kind, network="*"):
    return run("export", "--server", kind, "--network", network, path)


def ganesha(path):
    """Serves it as `busypy export` says."""
    return server.start_ganesha(path, exports=configuration(path, "ganesha", "127.0.0.0/8"))


def contents(path):
    """All of it that a client could change, but the leases and what other tests put there: {path:
    what it is}."""
    found = {}
    for folder, folders, files in os.walk(path):
        if folder == path:
            folders.remove("leases")
            folders.remove("images")
        for name in folders + files:
            one = os.path.join(folder, name)
            st = os.lstat(one)
            what = [st.st_mode, st.st_uid, st.st_gid, st.st_mtime_ns]
            if stat.S_ISREG(st.st_mode):
                what += [st.st_size]
            if stat.S_ISLNK(st.st_mode):
                what += [os.readlink(one)]
            found[os.path.relpath(one, path)] = what
    return found


def words(nfs, version, below=""):
    """The share for `busypy boot --nfs`, as `busypy export` recommends to mount it."""
    recipe = {"3": f"vers=3,proto=tcp,nolock,nocto,actimeo=3600,mountport={nfs.mountport}",
              "4.2": "vers=4.2,proto=tcp,nocto,actimeo=3600"}[version]
    return f"{nfs.guest}:{nfs.path}{below},{recipe},port={nfs.port}"


class Client(console.Machine):
    """Waits longer: other machines may have the processors, or the cache of kernels."""

    def expect(self, pattern, seconds=240):
        return super().expect(pattern, seconds)


def client(name, arch, share, *more, append=""):
    """A Client: busypy boot --nfs. Where the host is slow, a kernel for x86 panics because
    its timer seems not to tick."""
    return Client(f"export.{name}.{arch}", "-a", arch, "--memory", "256", "--nfs", share,
                  "--append", f"quiet no_timer_check {append}".strip(), *more)


def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def recommended(path):
    """{version: options} of `busypy export`'s comments."""
    text = configuration(path, "knfsd")
    return {version: line for line, version in
            re.findall(r"^#   (vers=([0-9.]+),\S+)$", text, re.MULTILINE)}
