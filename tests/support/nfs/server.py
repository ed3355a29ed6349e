"""File servers for tests, on loopback, several at a time: NFS-Ganesha as a process of ours, and the
kernel's own in a virtual machine (knfsd.py). Nothing is installed and nothing else is told: there
is no rpcbind here and no port below 1024.

    with server.start_ganesha(EXPORT, writable=("leases",)) as nfs:
        mount -t nfs -o vers=4.2,port={nfs.port} ...         nfs.guest is its address in QEMU
        nfs.stop(); nfs.cont()                               it hangs; it goes on
        nfs.kill(); nfs.start()                              it is gone; it is back on its ports
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import debs  # noqa: E402

DEADLINE = 60  # seconds to be ready; it takes a tenth of one
GUEST = "10.0.2.2"  # this machine's loopback as QEMU's user network shows it
# Ganesha registers its ports with rpcbind, and ends where there is none.
SHIM = "int rpcb_set(void) { return 1; }\nint rpcb_unset(void) { return 1; }\n"
CORE = """\
NFS_CORE_PARAM {{
    Bind_addr = 127.0.0.1;
    NFS_Port = {port};
    MNT_Port = {mountport};
    Protocols = {protocols};
    Enable_UDP = false;
    Enable_NLM = false;
    Enable_RQUOTA = false;
    mount_path_pseudo = true;
    Plugins_Dir = "{plugins}";
}}
NFSV4 {{
    Graceless = true;
    RecoveryBackend = fs;
    RecoveryRoot = "{state}";
    Minor_Versions = 0,1,2;
    Allow_Numeric_Owners = true;
    Only_Numeric_Owners = true;
    UseGetpwnam = true;
}}
NFS_KRB5 {{ Active_krb5 = false; CCacheDir = "{state}"; }}
MDCACHE {{ Dir_Chunk = 0; }}
LOG {{ Default_Log_Level = EVENT; }}
"""
EXPORT = """\
EXPORT {{
    Export_Id = {number};
    Path = "{path}";
    Pseudo = "{path}";
    Access_Type = {access};
    Squash = {squash};
    Anonymous_Uid = 65534;
    Anonymous_Gid = 65534;
    SecType = sys;
    Protocols = {protocols};
    Transports = TCP;
    Attr_Expiration_Time = 0;
    FSAL {{ Name = VFS; }}
}}
"""


def free_ports(count):
    """Ports that nobody has now; all are held while the others are looked for."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def wait_for(condition, what, seconds=DEADLINE):
    until = time.monotonic() + debs.patient(seconds)
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"gave up waiting for {what}")
        time.sleep(0.02)


def shim():
    """Built beside the programs; the name appears when it is whole."""
    path = f"{debs.unpacked()}/norpcb.so"
    if not os.path.exists(path):
        made = f"{path}.{os.getpid()}.{threading.get_ident()}"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", made, "-x", "c", "-"], input=SHIM,
                       text=True, check=True)
        os.rename(made, path)
    return path


def blocks(directory, protocols, writable):
    """What `busypy export --server ganesha` prints, in short: the tree read-only, and below it what
    clients may write to, as nobody."""
    words = ",".join(str(one) for one in protocols)
    text = EXPORT.format(number=1, path=directory, access="RO", squash="No_Root_Squash",
                         protocols=words)
    for number, name in enumerate(writable, 2):
        text += EXPORT.format(number=number, path=f"{directory}/{name}", access="RW",
                              squash="All_Squash", protocols=words)
    return text


class Ganesha:
    """A running server. `path` is what clients mount, over v3 and v4: the directory's own path."""

    address, guest = "127.0.0.1", GUEST

    def __init__(self, directory, protocols=(3, 4), writable=(), exports=None):
        self.path = os.path.realpath(directory)
        self.scratch = tempfile.mkdtemp(prefix="busypy-ganesha.")
        self.port, self.mountport = free_ports(2)
        self.log, self.process = f"{self.scratch}/log", None
        os.mkdir(f"{self.scratch}/state")
        with open(f"{self.scratch}/conf", "w") as file:
            file.write(CORE.format(
                port=self.port, mountport=self.mountport, state=f"{self.scratch}/state",
                protocols=",".join(str(one) for one in protocols),
                plugins=f"{debs.unpacked()}/usr/lib/x86_64-linux-gnu/ganesha"))
            file.write(exports or blocks(self.path, protocols, writable))
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def text(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, errors="replace") as file:
            return file.read()

    def start(self):
        """Until it serves."""
        before = self.text().count("NFS SERVER INITIALIZED")
        environment = dict(os.environ, LD_LIBRARY_PATH=debs.library_path(), LD_PRELOAD=shim())
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", f"{debs.unpacked()}/usr/bin/ganesha.nfsd", "-F",
             "-L", self.log, "-f", f"{self.scratch}/conf", "-p", f"{self.scratch}/pid", "-N",
             "NIV_EVENT"],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_for(lambda: self.process.poll() is not None or
                 self.text().count("NFS SERVER INITIALIZED") > before, f"Ganesha, see {self.log}")
        if self.process.poll() is not None:
            raise AssertionError(f"Ganesha ended: {self.process.returncode}\n{self.text()[-3000:]}")

    def stop(self):
        """It answers nothing any more, and no connection breaks: a machine that hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def cont(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """It is gone; connections are refused."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def complaints(self):
        """Warnings and worse, without those about services that this machine does not run."""
        harmless = re.compile(r"dbus|DBUS|krb5|Kerberos|Cannot register|machine credential|GSS")
        return [line for line in self.text().splitlines()
                if re.search(r":(WARN|MAJ|CRIT|FATAL) ?:", line) and not harmless.search(line)]


def start_ganesha(directory, protocols=(3, 4), writable=(), exports=None):
    """exports: EXPORT blocks as text, instead of those that the other arguments make."""
    return Ganesha(directory, protocols, writable, exports)
