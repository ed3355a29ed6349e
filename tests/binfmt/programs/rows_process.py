"""The process itself: what it has from its caller, and what others see of it."""
import os
import resource
import signal
import sys

from rows_common import out, plain, sh

ROWS = []
STARTED_IN = os.getcwd()


def row(function):
    ROWS.append(function)
    return function


def status(*keys):
    with open("/proc/self/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    return {key: lines[key].strip() for key in keys}


@row
def arguments(here):
    return [plain(sys.argv[0], here), len(sys.argv)]


@row
def command_line(here):
    with open("/proc/self/cmdline", encoding="utf-8") as file:
        return [os.path.basename(file.read().split("\0")[0]).rstrip("0123456789.")]


@row
def name(here):
    with open("/proc/self/comm", encoding="ascii") as file:
        return file.read().strip()


@row
def executable(here):
    return os.readlink("/proc/self/exe")


@row
def found_by_pidof(here):
    return str(os.getpid()) in out("pidof", "-x", "battery").split()


@row
def found_by_pgrep(here):
    return str(os.getpid()) in out("pgrep", "-x", "battery").split()


@row
def shown_by_ps(here):
    return out("ps", "-o", "comm=", "-p", str(os.getpid()))


@row
def identity(here):
    return [os.getresuid(), os.getresgid(), os.getgroups()]


@row
def capabilities(here):
    return status("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")


@row
def signals(here):
    return status("SigBlk", "SigIgn", "SigCgt")


@row
def limits(here):
    return {kind: resource.getrlimit(getattr(resource, kind)) for kind in dir(resource)
            if kind.startswith("RLIMIT_")}


@row
def umask(here):
    mask = os.umask(0)
    os.umask(mask)
    return mask


@row
def niceness(here):
    return [os.nice(0), os.sched_getscheduler(0), len(os.sched_getaffinity(0))]


@row
def working_directory(here):
    return STARTED_IN


@row
def session(here):
    with open("/proc/self/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    parent = int(fields[1])
    return [os.getsid(0) == os.getsid(parent), os.getpgid(0) == os.getpgid(parent), fields[4]]


@row
def descriptors(here):
    return sorted(int(fd) for fd in os.listdir("/proc/self/fd") if int(fd) < 10)


@row
def namespaces(here):
    return [kind for kind in sorted(os.listdir("/proc/self/ns"))
            if os.readlink(f"/proc/self/ns/{kind}") != os.environ[f"NS_{kind.upper()}"]]


@row
def root_directory(here):
    info = os.stat("/")
    return [info.st_dev, info.st_ino, os.readlink("/proc/self/root")]


@row
def root_mount(here):
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return [line.split()[0] for line in file if line.split()[4] == "/"]


@row
def personality(here):
    with open("/proc/self/personality", encoding="ascii") as file:
        return file.read().strip()


@row
def machine(here):
    return list(os.uname())


@row
def oom_score(here):
    with open("/proc/self/oom_score_adj", encoding="ascii") as file:
        return file.read().strip()


@row
def control_group(here):
    with open("/proc/self/cgroup", encoding="ascii") as file:
        return file.read()


@row
def environment(here):
    return sorted(f"{key}={plain(value, here)}" for key, value in os.environ.items()
                  if key != "PATH")


@row
def environment_of_child(here):
    return plain(sh("env | grep -v -e ^PATH= -e ^PWD= -e ^_= | sort"), here)


@row
def loader_variables_of_child(here):
    return sh("echo $LD_LIBRARY_PATH $LD_PRELOAD $PYTHONHOME $PYTHONNOUSERSITE $LD_AUDIT")


@row
def search_path(here):
    return os.environ["PATH"].split(":")[:len(os.environ["GIVEN_PATH"].split(":"))] == \
        os.environ["GIVEN_PATH"].split(":")


@row
def child_signals(here):
    return sh("grep -E 'Sig(Blk|Ign)' /proc/self/status")


@row
def terminated(here):
    pid = os.fork()
    if not pid:
        signal.pause()
        os._exit(0)
    os.kill(pid, signal.SIGTERM)
    return os.waitpid(pid, 0)[1]
