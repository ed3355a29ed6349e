"""A small virtual machine that the tests steer through a shell at its console: busybox and the
modules of Debian's kernel 6.1 in an initramfs, x86_64 under TCG."""

import collections
import fcntl
import glob
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../../cli/boot"))
import debs  # noqa: E402
import image  # noqa: E402

DEADLINE = 120  # seconds, for a boot or a command
NET = ("virtio_ring", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio", "virtio_pci",
       "failover", "net_failover", "virtio_net")
INIT = """\
#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /run /tmp /etc
/bin/busybox mount -t proc proc /proc
/bin/busybox --install -s /bin
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in $(cat /modules/order); do insmod /modules/$module.ko || echo "no $module"; done
ip link set lo up
ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up; ip route add default via 10.0.2.2
hostname $(cat /hostname)
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty -echo -onlcr
echo READY
exec sh /dev/ttyS0 </dev/null
"""


def kernel():
    """The folder of Debian's cloud kernel, fetched once, unpacked, shared with tests/binfmt/vm."""
    cache = f"{debs.CACHE}/kernel"
    os.makedirs(cache, exist_ok=True)
    found = re.search(r"Depends: (\S+)",
                      debs.run("apt-cache", "depends", "linux-image-cloud-amd64"))
    package = f"{cache}/{found[1]}"
    with open(f"{cache}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(package):
            debs.run("apt-get", "download", "-q=2", f"{found[1]}:amd64", cwd=cache)
            deb, = glob.glob(f"{package}_*.deb")
            debs.run("dpkg-deb", "-x", deb, f"{package}.part")
            os.rename(f"{package}.part", package)
    return package


def load_order(modules, wanted):
    """What has to be loaded, in this order, for the modules that are wanted."""
    order = collections.OrderedDict()

    def add(name):
        if name in order:
            return
        with open(modules[name], "rb") as file:
            depends = re.search(rb"\0depends=([^\0]*)\0", file.read())
        for one in depends[1].decode().split(",") if depends[1] else ():
            add(one)
        order[name] = None

    for name in wanted:
        add(name)
    return list(order)


def initramfs(path, modules, files, hostname):
    """files: {path: bytes, or (bytes, mode)}; directories above them are made."""
    found = {os.path.basename(name)[:-3].replace("-", "_"): name
             for name in glob.glob(f"{kernel()}/lib/modules/*/**/*.ko", recursive=True)}
    order = load_order(found, NET + tuple(modules))
    all_files = {"init": (INIT.encode(), 0o755), "hostname": hostname.encode(),
                 "modules/order": "\n".join(order).encode(), **files}
    with open(shutil.which("busybox"), "rb") as file:
        all_files["bin/busybox"] = (file.read(), 0o755)
    for name in order:
        with open(found[name], "rb") as file:
            all_files[f"modules/{name}.ko"] = file.read()
    made = image.Image()
    made.mkdir("dev")
    made.entries["dev/console"] = image.Entry(0o020600, device=(5, 1))
    for name, data in all_files.items():
        parts = name.split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) not in made.entries:
                made.mkdir("/".join(parts[:depth]))
        data, mode = data if isinstance(data, tuple) else (data, 0o644)
        made.put(name, data, mode)
    made.write(path)


class Machine:
    """Runs until it is closed. `network`: more words for QEMU's user network, forwarded ports."""

    def __init__(self, modules=(), files=None, memory=512, network="", drives=(), hostname="lab"):
        self.scratch = tempfile.mkdtemp(prefix="busypy-vm.")
        self.text, self.count, self.process = "", 0, None
        initrd = f"{self.scratch}/initrd"
        initramfs(initrd, modules, files or {}, hostname)
        words = ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-M", "q35", "-accel",
                 "tcg", "-m", str(memory), "-nodefaults", "-no-user-config", "-display", "none",
                 "-serial", "stdio", "-no-reboot", "-device", "virtio-rng-pci",
                 "-netdev", f"user,id=n0{network}", "-device",
                 "virtio-net-pci,netdev=n0,romfile=", "-kernel",
                 glob.glob(f"{kernel()}/boot/vmlinuz-*")[0], "-initrd", initrd, "-append",
                 "console=ttyS0 panic=-1 quiet no_timer_check"]
        for path in drives:
            words += ["-drive", f"if=virtio,format=raw,snapshot=on,file={path}"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.expect("READY\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def expect(self, pattern, seconds=DEADLINE):
        """Waits for a regular expression in what has come since the last one; what was before."""
        until = time.monotonic() + debs.patient(seconds)
        while not (found := re.search(pattern, self.text)):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError(f"no {pattern!r} within {seconds} s, but\n{self.text[-3000:]}")
            data = self.process.stdout.read()
            if data == b"":
                raise AssertionError(f"the machine has ended:\n{self.text[-3000:]}")
            self.text += data.decode(errors="replace").replace("\r", "")
        before, self.text = self.text[:found.start()], self.text[found.end():]
        return found, before

    def begin(self, script):
        """Types a script; end() is for its status and output."""
        self.count += 1
        self.process.stdin.write(f"{script}\necho \"<$?:{self.count}>\"\n".encode())
        self.process.stdin.flush()

    def end(self, seconds=DEADLINE):
        found, before = self.expect(rf"<(\d+):{self.count}>\n", seconds)
        return int(found[1]), before

    def sh(self, script, seconds=DEADLINE):
        """Runs shell commands, a few lines; what they printed. Their failure is one here."""
        self.begin(script)
        status, output = self.end(seconds)
        if status:
            raise AssertionError(f"status {status} of {script!r}:\n{output}")
        return output
