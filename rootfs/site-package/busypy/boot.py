"""The steps of /etc/init.d/rcS: say what this machine is, then do and report one step at a time.

A step is a function that returns a word or two for its line, or raises. The next step runs
whatever became of the one before it: a client without network still gets its shell.
"""

import os
import sys

from busypy import machine

FRESH = (("/proc", "proc", "proc"), ("/sys", "sysfs", "sysfs"), ("/dev", "devtmpfs", "devtmpfs"),
         ("/run", "tmpfs", "tmpfs"), ("/tmp", "tmpfs", "tmpfs"))


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def report():
    """What is running here: enough for a first look at a console log."""
    info = os.uname()
    name, count = machine.cpu()
    say("busypy: tree %s" % machine.tree_id())
    say("busypy: arch %s, Python %s" % (info.machine, sys.version.split()[0]))
    say("busypy: kernel %s %s" % (info.sysname, info.release))
    say("busypy: cpu %d x %s" % (count, name))
    say("busypy: memory %d MiB" % (machine.memory().get("MemTotal", 0) >> 20))


def run(steps):
    """Run the steps in order; one line of result for each."""
    for step in steps:
        name = step.__name__.replace("_", " ")
        try:
            say("busypy: %s: %s" % (name, step() or "ok"))
        except Exception as error:  # a broken step must not keep the shell away
            say("busypy: %s: failed: %s" % (name, error))


def call(*argv):
    """Run a program of the tree; if it fails, so does the step."""
    status = os.spawnvp(os.P_WAIT, argv[0], argv)
    if status:
        raise RuntimeError("%s: status %d" % (" ".join(argv), status))


def file_systems():
    """Mount what PID 1 has not mounted yet, then /etc/fstab."""
    here = {target for _, target, _, _ in machine.mounts()}
    done = []
    for target, source, kind in FRESH:
        if target not in here and os.path.isdir(target):
            call("mount", "-t", kind, source, target)
            done.append(target)
    if os.path.exists("/etc/fstab"):
        call("mount", "-a")
        done.append("fstab")
    return " ".join(done)


def host_name():
    """From /etc/hostname, unless the kernel (ip=) has set one."""
    import socket
    wanted = machine.first_line("/etc/hostname").strip()
    if socket.gethostname() in ("", "(none)", "localhost") and wanted:
        socket.sethostname(wanted)
    return socket.gethostname()


def loopback():
    call("ip", "link", "set", "lo", "up")


def kernel_resolver():
    """The name servers that the kernel's own DHCP (ip=dhcp) was given, as resolv.conf."""
    keep = [line for line in machine.lines("/proc/net/pnp")
            if line.split(" ")[0] in ("nameserver", "domain", "search")]
    if any(line.startswith("nameserver") and "0.0.0.0" not in line for line in keep):
        from busypy import resolver
        resolver.write("\n".join(keep) + "\n")
        return True
    return False


def network():
    """DHCP on every wired interface, unless the root depends on one, or has needed one."""
    routes = [line.split() for line in machine.lines("/proc/net/route")[1:]]
    if any(target == "/" and kind.startswith("nfs") for _, target, kind, _ in machine.mounts()) \
            or any(fields[1:2] == ["00000000"] for fields in routes):
        return "set up by the kernel" + (", resolver too" if kernel_resolver() else "")
    wired = [name for name in sorted(os.listdir("/sys/class/net"))
             if os.path.exists("/sys/class/net/%s/device" % name)
             and machine.first_line("/sys/class/net/%s/type" % name) == "1"]
    for name in wired:
        call("ip", "link", "set", name, "up")
        call("dhcpcd", "-b", "-t", "10", name)
    return " ".join(wired) or "no interface"


def start_scripts():
    """/etc/init.d/S* in order, each with `start`."""
    folder = "/etc/init.d"
    names = [n for n in sorted(os.listdir(folder)) if n.startswith("S")
             and os.access(os.path.join(folder, n), os.X_OK)]
    for name in names:
        call(os.path.join(folder, name), "start")
    return " ".join(names)
