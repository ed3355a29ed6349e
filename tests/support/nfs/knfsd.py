"""The kernel's NFS server, in a virtual machine of its own: Debian's rpcbind, rpc.mountd, rpc.nfsd
and exportfs, with a directory of this machine copied to a disk of that one. Its ports are
forwarded, so that clients find it where Ganesha would be."""

import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import debs  # noqa: E402
import server  # noqa: E402
import vm  # noqa: E402

MODULES = ("virtio_blk", "nfsd")
PROGRAMS = ("rpcbind", "rpc.mountd", "rpc.nfsd", "exportfs")
ETC = {
    "etc/passwd": b"root:x:0:0::/:/bin/sh\n_rpc:x:100:65534::/run/rpcbind:/bin/false\n"
                  b"nobody:x:65534:65534::/:/bin/false\n",
    "etc/group": b"root:x:0:\nnogroup:x:65534:\n",
    "etc/netconfig": b"udp tpi_clts v inet udp - -\ntcp tpi_cots_ord v inet tcp - -\n"
                     b"local tpi_cots_ord - loopback - - -\n",
    "etc/nsswitch.conf": b"passwd: files\ngroup: files\n",
    "etc/protocols": b"tcp 6 TCP\nudp 17 UDP\n",
    "etc/services": b"nfs 2049/tcp\nsunrpc 111/tcp portmapper rpcbind\n"
                    b"sunrpc 111/udp portmapper rpcbind\nmountd 20048/tcp\n",
}
START = """\
mkdir -p {path} /run/rpcbind /var/lib/nfs/sm /var/lib/nfs/v4recovery; ln -s /run /var/run
touch /var/lib/nfs/etab /var/lib/nfs/rmtab
mount -t ext4 /dev/vda {path}
{before}
mount -t nfsd nfsd /proc/fs/nfsd
echo 1048576 >/proc/fs/nfsd/max_block_size
rpcbind -w
exportfs -ra
rpc.mountd -p 20048
rpc.nfsd --no-udp --grace-time 10 --lease-time 10 8
echo Y >/proc/fs/nfsd/v4_end_grace
"""


def disk(directory, path, size="2g"):
    """An ext4 image with a directory's contents; sparse."""
    with open(path, "wb"):
        pass
    os.truncate(path, int(size[:-1]) << 30)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-d", directory,
                    path], check=True)


def lines(path, writable):
    """What `busypy export --server knfsd` prints, in short."""
    text = f"{path} *(ro,no_root_squash,no_subtree_check,insecure)\n"
    for name in writable:
        text += f"{path}/{name} *(rw,all_squash,no_subtree_check,insecure)\n"
    return text


class Knfsd:
    """As server.Ganesha; `machine.sh` runs a command on the server."""

    address, guest = "127.0.0.1", server.GUEST

    def __init__(self, directory, writable=(), exports=None, before=":"):
        self.path = os.path.realpath(directory)
        self.scratch = tempfile.mkdtemp(prefix="busypy-knfsd.")
        self.port, self.mountport = server.free_ports(2)
        self.machine = None
        try:
            disk(self.path, f"{self.scratch}/disk")
            files = {**ETC, "etc/exports": (exports or lines(self.path, writable)).encode()}
            for name, source in debs.with_libraries(PROGRAMS).items():
                with open(source, "rb") as file:
                    files[name] = (file.read(), 0o755)
            forwarded = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}" for here, there in
                                ((self.port, 2049), (self.mountport, 20048)))
            self.machine = vm.Machine(MODULES, files, network=forwarded, hostname="server",
                                      drives=(f"{self.scratch}/disk",))
            self.machine.sh("export PATH=/bin:/usr/sbin")
            self.said = "".join(self.machine.sh(line.format(path=self.path, before=before))
                                for line in START.splitlines())
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def stop(self):
        self.machine.process.send_signal(server.signal.SIGSTOP)

    def cont(self):
        self.machine.process.send_signal(server.signal.SIGCONT)

    def close(self):
        if self.machine:
            self.machine.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def start_knfsd(directory, writable=(), exports=None, before=":"):
    """exports: the text of /etc/exports, instead of that which the other arguments make; before: a
    command for the server, before it serves."""
    return Knfsd(directory, writable, exports, before)
