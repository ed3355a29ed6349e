"""Clients of one export: what they boot from it, at the same time, on two archs."""

import glob
import os
import subprocess

import image
import share
import vm
from places import ARCHS
from sessions import READY, holds, prompt, same

SCRIPT = "bin/uname"


def boot_and_use(machine, path):
    """To the prompt; the same bytes run there as lie on the server."""
    prompt(machine)
    said = machine.command(f"sha256sum /{SCRIPT}", READY)
    same(said.split()[:1], [share.sum_of(f"{path}/versions/v1/{SCRIPT}")])
    same(machine.command("uname -m", READY).strip(), machine.name.rpartition(".")[2])


def writes_nowhere(machine):
    """What a client tries to write to its root does not get there."""
    said = machine.command("touch /bin/x /etc/x /root/x; echo end", READY)
    same(len([line for line in said.splitlines() if "Read-only file system" in line]), 3)


def power_off(machine):
    machine.type("poweroff")
    machine.ends("poweroff")


def two_archs(nfs, path, versions):
    """Both at once; each over its own version of the protocol."""
    machines = [share.client(f"v{version}", arch, share.words(nfs, version))
                for arch, version in zip(ARCHS, versions)]
    with machines[0], machines[1]:
        for machine, version in zip(machines, versions):
            boot_and_use(machine, path)
            mounts = machine.command("cat /proc/mounts", READY)
            kind = "nfs" if version == "3" else "nfs4"
            holds(mounts, rf"^{nfs.guest}:{path}/versions/v1 / {kind} ro,.*noatime.*vers={version}")
            holds(mounts,
                  rf"^{nfs.guest}:\S+ / nfs.*,nocto,.*|^{nfs.guest}:\S+ / nfs.*acregmin=3600")
            said = machine.command("cat /sys/class/bdi/0:*/read_ahead_kb", READY)
            holds(said, r"^1024$")
            writes_nowhere(machine)
        for machine in machines:
            power_off(machine)


def ganesha_two_archs():
    yield "x86_64 over NFS 3 and aarch64 over 4.2 boot at once from what busypy export prints"
    path = share.make()
    before = share.contents(path)
    with share.ganesha(path) as nfs:
        two_archs(nfs, path, ("3", "4.2"))
        yield "Ganesha has no complaint about its configuration"
        same([line for line in nfs.complaints() if "CONFIG" in line and "RADOS" not in line], [])
    yield "what they have written went nowhere near the server"
    same(share.contents(path), before)


def images():
    yield "an image on the server is a client's root"
    path = share.make()
    with share.ganesha(path) as nfs:
        with share.client("image", "aarch64", share.words(nfs, "3"),
                          append=f"busypy.image={share.image(path, 'aarch64')}") as machine:
            boot_and_use(machine, path)
            mounts = machine.command("cat /proc/mounts", READY)
            holds(mounts, r"^/dev/loop0 / erofs ro,nosuid,nodev,noatime")
            said = machine.command("cat /sys/block/loop0/loop/dio "
                                   "/sys/block/loop0/queue/read_ahead_kb", READY)
            same(said.split(), ["1", "1024"])
            same([line for line in mounts.splitlines() if " nfs" in line], [])
            writes_nowhere(machine)
            power_off(machine)
        yield "an image that is missing, damaged or of another arch is named while it waits"
        with open(f"{path}/images/damaged", "wb") as file:
            file.write(bytes(1 << 20))
        os.mkdir(share.places.scratch("small"))
        subprocess.run(["mkfs.erofs", "--quiet", f"{path}/images/small.erofs",
                        share.places.scratch("small")], check=True)
        for name, sentence in (
                ("missing", r"cannot open the image /busypy-share/images/missing: No such file"),
                ("damaged", r"/busypy-share/images/damaged is no erofs image, or a damaged one"),
                ("small.erofs", r"/busypy-share/images/small.erofs has no runtime for aarch64")):
            with share.client(name, "aarch64", share.words(nfs, "3"),
                              append=f"busypy.image=images/{name}") as machine:
                machine.expect(rf"^init: waiting for the root: {sentence}[^\n]*;"
                               " trying again until")
        for name in ("damaged", "small.erofs"):
            os.unlink(f"{path}/images/{name}")


def with_image(client, path, target):
    """An initramfs: the client's, and behind it one with the image. The kernel unpacks both."""
    more = image.Image()
    with open(f"{path}/{share.image(path, 'x86_64')}", "rb") as file:
        more.put("tree.erofs", file.read())
    more.write(target)
    with open(client, "rb") as file:
        first = file.read()
    with open(target, "r+b") as file:
        second = file.read()
        file.seek(0)
        file.write(first + bytes(-len(first) % 512) + second)


def image_inside():
    yield "an image in the initramfs is the root of a machine without network"
    path, kernel, files = share.make(), vm.kernel(), share.places.scratch("inside")
    os.mkdir(files)
    share.run("pack", "--nfs-client", "-a", "x86_64", "-k", glob.glob(f"{kernel}/lib/modules/*")[0],
              "-o", f"{files}/client")
    with_image(f"{files}/client", path, f"{files}/initrd")
    with share.Client("export.inside.x86_64", "-a", "x86_64", "--memory", "256", "--kernel",
                      glob.glob(f"{kernel}/boot/vmlinuz-*")[0], "--append",
                      "quiet no_timer_check busypy.image=/tree.erofs",
                      f"{files}/initrd") as machine:
        boot_and_use(machine, path)
        holds(machine.command("cat /proc/mounts", READY), r"^/dev/loop0 / erofs ro,")
        backing = "/sys/block/loop0/loop/backing_file"
        same(machine.command(f"ls -d /tree.erofs /busypy-share; cat {backing}",
                             READY).count("No such file"), 2)
        power_off(machine)


def publish():
    yield "a version that is published while a client runs changes nothing for it"
    path = share.make("published")
    new = share.places.scratch("new")
    with share.ganesha(path) as nfs:
        with share.client("old", "aarch64", share.words(nfs, "3")) as machine:
            prompt(machine)
            share.copy(f"{path}/versions/v1", new)
            os.unlink(f"{new}/bin/uname")
            with open(f"{new}/bin/uname", "w") as file:
                file.write("#!/usr/bin/python3\nprint('this is v2')\n")
            os.chmod(f"{new}/bin/uname", 0o755)
            share.run("publish", "--quiet", "--id", "v2", new, path)
            # nothing of it is in the client's memory any more
            machine.command("sync; echo 3 >/proc/sys/vm/drop_caches", READY)
            same(machine.command("uname -m", READY).strip(), "aarch64")
            said = machine.command("for f in /bin/*; do sha256sum $f; done | tail -n 1; echo $?",
                                   READY)
            same(said.split()[-1], "0")
            if "Stale" in machine.text:
                raise AssertionError(machine.text)
            power_off(machine)
        yield "one that boots again has the new one"
        with share.client("new", "aarch64", share.words(nfs, "3")) as machine:
            prompt(machine)
            same(machine.command("uname -m", READY).strip(), "this is v2")
            power_off(machine)


TESTS = [ganesha_two_archs, images, publish]
