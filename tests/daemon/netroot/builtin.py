"""A kernel with an NFS root of its own, as far as Debian's kernels let it be shown: a shell in an
initramfs does what that kernel does, mounts the root, nothing else, and starts init there."""

import glob
import os
import sys

import common
from common import PROMPT, has, same

sys.path.append(os.path.join(common.ROOT, "tests/daemon/init"))
import image  # noqa: E402
import machine as kernels  # noqa: E402

LONG = "BUSYPY_TEST_LONG" in os.environ
INIT = """\
#!/bin/busybox sh
b=/bin/busybox
while read -r module; do $b insmod $module 2>/dev/null; done </etc/busypy/modules
$b mount -t sysfs none /sys
until [ -e /sys/class/net/eth0 ]; do :; done
$b umount /sys
$b ip link set eth0 up
$b ip addr add 10.0.2.15/24 dev eth0
$b hostname builtin
until $b mount -t nfs -o ro,{options} 10.0.2.2:{path} /tmp; do :; done
exec $b switch_root /tmp {init}
"""


def make_image(name, nfs, path, init):
    """The client's image with another /init; (kernel, image)."""
    kernel = kernels.kernel()
    modules = glob.glob(os.path.join(os.path.dirname(kernel), "../lib/modules/*"))[0]
    made = common.scratch(f"{name}.cpio")
    same(common.places.busypy("pack", "--nfs-client", "-a", "x86_64", "--kernel-modules", modules,
                              "-o", made), (0, "", ""))
    contents = image.Image.read(made)
    contents.mkdir("bin")
    with open(kernels.BUSYBOX, "rb") as file:
        contents.put("bin/busybox", file.read(), 0o755)
    contents.remove("init")
    contents.put("init", INIT.format(
        path=path, init=init,
        options=f"nolock,proto=tcp,mountproto=tcp,addr=10.0.2.2{common.options(nfs, '3')}"),
        0o755)
    contents.write(made)
    return kernel, made


def start(name, nfs, path, init):
    kernel, made = make_image(name, nfs, path, init)
    return common.Machine(name, "-a", "x86_64", "--memory", "256", "--net", "user", "-k", kernel,
                          "--append", f"quiet root=/dev/nfs nfsroot=10.0.2.2:{path} ip=dhcp", made)


def use(machine, export, version):
    machine.expect(r"busypy: arch x86_64, Python 3\.")
    machine.expect(PROMPT)
    mounts = machine.command("mount", PROMPT)
    has(mounts, f"10.0.2.2:{export}/versions/{version} on / type nfs (ro,")
    has(mounts, f"10.0.2.2:{export}/versions/{version}/etc/python/x86_64/usr on /usr ")
    has(machine.command("uname -n", PROMPT), "builtin")
    same(machine.command("ls / | grep -c versions", PROMPT).strip(), "0")
    machine.type("poweroff")
    machine.ends("poweroff")


def built_in():
    yield "an export as the kernel's own NFS root: init makes its current version the root"
    export = common.make_export("built-in", v1=("x86_64",))
    with common.server.start_ganesha(export) as nfs:
        with start("built-in-export", nfs, export, "/current/sbin/x86_64-init") as machine:
            use(machine, export, "v1")
        if LONG:
            yield "a version as the kernel's own NFS root"
            with start("built-in-version", nfs, f"{export}/versions/v1",
                       "/sbin/x86_64-init") as machine:
                use(machine, export, "v1")


TESTS = [built_in]
