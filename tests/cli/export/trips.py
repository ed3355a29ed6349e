"""Requests that a command costs the server, counted by the client's own /proc/self/mountstats: cold
(nothing cached) and warm (once more), for each way to mount a version and for its image.

Counted in a machine whose every program is in its initramfs, so that nothing but the command itself
asks the server; mounted with the options of `busypy export` and read ahead as init does it."""

import os
import re

import share  # first: finds the folders of the others
import debs
import vm
from sessions import same

with open(f"{share.places.ROOT}/lib/sys/readahead.h") as header:
    READ_AHEAD = int(re.search(r"READAHEAD_NFS = (\d+)", header.read())[1])
EIGHT = "import json, argparse, subprocess, shutil, re, os, tempfile, logging"
MODULES = ("nfsv3", "nfsv4", "loop", "erofs")
COMMANDS = {"python3 -c pass": "/usr/bin/python3 -c pass", "ls": "/bin/ls /",
            "eight imports": f"/usr/bin/python3 -c '{EIGHT}'"}
VIEW = """\
mount -o bind /mnt/etc/python/x86_64/usr /mnt/usr
mount -o bind /mnt/etc/clib/x86_64 /mnt/lib
mount -t proc proc /mnt/proc
mount -t devtmpfs dev /mnt/dev
"""
# At most so many requests: (cold, warm). What was measured and what is promised, README.
BOUNDS = {
    "3, as busypy export says": {"python3 -c pass": (140, 0), "ls": (190, 0),
                                 "eight imports": (330, 0)},
    "4.2, as busypy export says": {"python3 -c pass": (145, 35), "ls": (200, 60),
                                   "eight imports": (335, 140)},
    "erofs image over 3": {"python3 -c pass": (65, 0), "ls": (80, 0), "eight imports": (160, 0)},
}


def recipes(nfs, recommended):
    """{name: (options, KiB read ahead)}; the kernel's own way first."""
    ports = f"addr={nfs.guest},port={nfs.port},proto=tcp,clientaddr=10.0.2.15"
    v3 = ports.replace(",clientaddr=10.0.2.15", "") + (
        f",mountport={nfs.mountport},mountproto=tcp,mountaddr={nfs.guest},mountvers=3,nolock")
    return {"3, defaults": (f"vers=3,ro,{v3}", 128),
            "3, as busypy export says": (f"{recommended['3']},{v3}", READ_AHEAD),
            "4.2, defaults": (f"vers=4.2,ro,{ports}", 128),
            "4.2, noatime": (f"vers=4.2,ro,noatime,{ports}", 128),
            "4.2, as busypy export says": (f"{recommended['4.2']},{ports}", READ_AHEAD)}


def losetup():
    """This machine's own, for an initramfs: busybox's knows no direct I/O, which init uses."""
    files = {"sbin/losetup": "/sbin/losetup", **debs.libraries("/sbin/losetup")}
    found = {}
    for name, path in files.items():
        with open(path, "rb") as file:
            found[name] = (file.read(), 0o755)
    return found


class Lab:
    """A machine with /nfs mounted from the server, and the view of a client on /mnt."""

    def __init__(self, machine, nfs):
        self.machine, self.nfs = machine, nfs
        machine.sh("mkdir -p /nfs /mnt /leases")

    def unmount(self):
        self.machine.sh("cd /; umount -l /mnt/usr /mnt/lib /mnt/dev /mnt/proc 2>/dev/null\n"
                        "umount -l /mnt 2>/dev/null; umount -l /nfs 2>/dev/null; :")

    def mount(self, options, below, read_ahead):
        self.unmount()
        self.machine.sh(f"mount -t nfs -o {options} {self.nfs.guest}:{self.nfs.path}{below} /nfs")
        self.read_ahead("^0:", read_ahead)

    def read_ahead(self, device, kib):
        self.machine.sh(f"for d in $(ls /sys/class/bdi | grep {device}); do "
                        f"echo {kib} >/sys/class/bdi/$d/read_ahead_kb; done")

    def tree(self):
        self.machine.sh("mount -o bind /nfs /mnt\n" + VIEW)

    def image(self, name):
        self.machine.sh("losetup -d /dev/loop0 2>/dev/null; "
                        f"/sbin/losetup --direct-io=on -r /dev/loop0 /nfs/{name}")
        self.read_ahead("^7:0$", READ_AHEAD)
        self.machine.sh("mount -t erofs -o ro,noatime /dev/loop0 /mnt\n" + VIEW)

    def requests(self):
        """{operation: how often} of the mount on /nfs, and the bytes that were read."""
        text = self.machine.sh("cat /proc/self/mountstats")
        section = re.search(r"^device \S+ mounted on /nfs with.*?(?=^device |\Z)", text,
                            re.MULTILINE | re.DOTALL)[0]
        found = {name: int(count) for name, count in
                 re.findall(r"^\s+([A-Z_0-9]+): (\d+) ", section, re.MULTILINE)}
        return found, int(re.search(r"^\s+bytes:\s+(.*)$", section, re.MULTILINE)[1].split()[4])

    def run(self, command):
        """What a command costs: (requests, bytes, {operation: count})."""
        before, bytes_before = self.requests()
        self.machine.sh(f"chroot /mnt env -i PATH=/bin:/usr/bin {command} >/dev/null")
        after, bytes_after = self.requests()
        each = {name: after[name] - before.get(name, 0) for name in after
                if after[name] != before.get(name, 0)}
        return sum(each.values()), bytes_after - bytes_before, each

    def cold_and_warm(self, command):
        self.machine.sh("sync; echo 3 >/proc/sys/vm/drop_caches")
        cold = self.run(command)
        return cold, self.run(command)


def measure(lab, recommended, names=None, images=True):
    """{way: {command: (cold, warm)}}."""
    results = {}
    for way, (options, read_ahead) in recipes(lab.nfs, recommended).items():
        if names and way not in names:
            continue
        lab.mount(options, "/versions/v1", read_ahead)
        lab.tree()
        results[way] = {name: lab.cold_and_warm(line) for name, line in COMMANDS.items()}
    if not images:
        return results
    options, read_ahead = recipes(lab.nfs, recommended)["3, as busypy export says"]
    lab.mount(options, "/images", read_ahead)
    lab.image("x86_64.erofs")
    results["erofs image over 3"] = {name: lab.cold_and_warm(line)
                                     for name, line in COMMANDS.items()}
    lab.unmount()
    return results


def table(results):
    """As it stands in README."""
    lines = [f"{'requests, cold / warm (MB cold)':32}"
             + "".join(f"{name:>24}" for name in COMMANDS)]
    for way, row in results.items():
        cells = [f"{cold[0]} / {warm[0]} ({cold[1] / 1e6:.1f})" for cold, warm in row.values()]
        lines.append(f"{way:32}" + "".join(f"{cell:>24}" for cell in cells))
    return "\n".join(lines)


def check(results):
    for way, row in BOUNDS.items():
        for name, (cold_max, warm_max) in row.items():
            cold, warm = results[way][name]
            if cold[0] > cold_max or warm[0] > warm_max or cold[0] == 0:
                raise AssertionError(f"{way}, {name}: {cold} cold and {warm} warm, more than "
                                     f"{cold_max} and {warm_max}")


def shares(lab, recommended):
    """Leases can be written, by nobody; the tree cannot, whatever a client tries."""
    nfs, run = lab.nfs, lab.machine.sh
    for version, (options, _) in (("3", recipes(nfs, recommended)["3, defaults"]),
                                  ("4.2", recipes(nfs, recommended)["4.2, defaults"])):
        writable = options.replace(",ro,", ",")
        run(f"mount -t nfs -o {writable} {nfs.guest}:{nfs.path}/leases /leases")
        run(f"echo host >/leases/v{version}; umount /leases")
        run(f"mount -t nfs -o {writable} {nfs.guest}:{nfs.path} /nfs")
        said = run("touch /nfs/x 2>&1; rm /nfs/current 2>&1; echo x 2>&1 >/nfs/versions/v1/bin/ls; "
                   "umount /nfs")
        # the last one is refused by what the client knows of rights, or by the server
        reasons = [line.rpartition(": ")[2] for line in said.splitlines()]
        same((reasons[:2], reasons[2:] in (["Read-only file system"], ["Permission denied"])),
             (["Read-only file system"] * 2, True))


def round_trips():
    yield "requests per command: warm none over NFS 3 and from an image, cold within the bounds"
    path = share.make()
    recommended = share.recommended(path)
    long = "BUSYPY_TEST_LONG" in os.environ
    with share.ganesha(path) as nfs, vm.Machine(MODULES, losetup()) as machine:
        lab = Lab(machine, nfs)
        share.image(path, "x86_64")
        results = measure(lab, recommended, None if long else list(BOUNDS))
        print("\n".join(f"# {line}" for line in table(results).splitlines()), flush=True)
        check(results)
        yield "leases can be written, by nobody; the tree cannot"
        shares(lab, recommended)
        for version in ("3", "4.2"):
            lease = f"{path}/leases/v{version}"
            with open(lease) as file:
                same((os.stat(lease).st_uid, file.read()), (65534, "host\n"))
            os.unlink(lease)


TESTS = [round_trips]
