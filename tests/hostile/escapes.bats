#!/usr/bin/env bats
# Ways out of a sandbox, of root's and of a user's, by each set of system calls that the kernel has.
# What is not about system calls: sandbox.bats, sockets.bats. Older ones: tests/cli/run/escapes.py.

load ../support/helpers

setup_file() {
    host_state >"$BATS_FILE_TMPDIR/before"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
}
teardown_file() { host_state | diff "$BATS_FILE_TMPDIR/before" -; }
setup() { mkdir -m 777 "$BATS_TEST_TMPDIR/here"; chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}"; here=$BATS_TEST_TMPDIR/here; }

# as WHO OPTION... : runs the job on standard input in the sandbox of root or a user; $here is bound.
as() {
    local who=() job; job=$(cat "$ROOT/tests/hostile/job.py" <(echo import sys) -)
    [ "$1" = root ] || who=(setpriv --reuid 1000 --regid 1000 --clear-groups)
    patiently 60 "${who[@]}" "$BUSYPY" run --tree "$TREES/host" --cwd none --bind "$here" "${@:2}" -- \
        /usr/bin/python3 -c "$job" "$here" </dev/null
}

# both WANTED OPTION... : root and a user get exactly that.
both() {
    local job; job=$(cat)
    for who in root user; do
        run as $who "${@:2}" <<<"$job"
        same "$who: $output" "$who: $1"
        same "$status" 0
    done
}

@test "set-id bits, by each call and each arch's numbers" {
    both "chmod EPERM
fchmod EPERM
fchmodat EPERM
creat EPERM
open EPERM
openat EPERM
tmpfile EPERM
mkdir EPERM
mkdirat EPERM
mknod EPERM
mknodat EPERM
fchmodat2 ENOSYS
openat2 ENOSYS
file_setattr ENOSYS" <<'EOJ'
here = sys.argv[1].encode()
name = here + b"/file-" + str(os.getuid()).encode()
fd = os.open(name, os.O_CREAT | os.O_RDWR, 0o755)
AT = -100
found = {}
def note(what, result):
    found.setdefault(what, set()).update(result.split())
for bits in 0o4755, 0o2755, 0o6755, 0o104755:
    note("chmod", each("chmod", name, bits))
    note("fchmod", each("fchmod", fd, bits))
    note("fchmodat", each("fchmodat", AT, name, bits))
    note("creat", each("creat", here + b"/new", bits))
    for flags in 0o101, 0o102, 0o1101, 0o101 | os.O_EXCL:
        note("open", each("open", here + b"/new", flags, bits))
        note("openat", each("openat", AT, here + b"/new", flags, bits))
    note("tmpfile", each("open", here, os.O_TMPFILE | 1, bits))
    note("tmpfile", each("openat", AT, here, os.O_TMPFILE | 1, bits))
    note("mkdir", each("mkdir", here + b"/folder", bits & 0o7777))
    note("mkdirat", each("mkdirat", AT, here + b"/folder", bits & 0o7777))
    for kind in 0o100000, 0o010000, 0o140000:
        note("mknod", each("mknod", here + b"/node", kind | bits & 0o7777, 0))
        note("mknodat", each("mknodat", AT, here + b"/node", kind | bits & 0o7777, 0))
    note("fchmodat2", each("fchmodat2", AT, name, bits, 0))
    note("openat2", each("openat2", AT, here + b"/new", struct.pack("QQQ", 0o101, bits, 0), 24))
    note("file_setattr", each("file_setattr", AT, name, b"", 0, 0))
for what, results in found.items():
    print(what, *sorted(results - ({"ENOSYS"} if len(results) > 1 else set())))
assert all(os.stat(os.path.join(sys.argv[1], n)).st_mode & 0o6000 == 0 for n in os.listdir(sys.argv[1]))
EOJ
    same "$(find "$here" -perm /6000)" ""
}

@test "file capabilities, by each call and each arch's numbers" {
    both "EPERM
EPERM
EPERM
ENOSYS
done" <<'EOJ'
name = (sys.argv[1] + "/file-" + str(os.getuid())).encode()
fd = os.open(name, os.O_CREAT | os.O_RDWR, 0o755)
key, value = b"security.capability", struct.pack("<IIIII", 0x02000001, 0xffffffff, 0, 0xffffffff, 0)
rooted = struct.pack("<IIIIII", 0x03000001, 0xffffffff, 0, 0xffffffff, 0, 0)
def all_of(name, *first):
    got = set()
    for what in value, rooted:
        got |= set(each(name, *first, key, what, len(what), 0).split())
    print(*(got - {"ENOSYS"}))
all_of("setxattr", name), all_of("lsetxattr", name), all_of("fsetxattr", fd)
print(each("setxattrat", -100, name, 0, key, b"", 16))
print(trying(os.setxattr, name, "user.plain", b"x"))
assert os.listxattr(name) == ["user.plain"]
EOJ
}

@test "an archive that has set-id files and devices is unpacked without them" {
    python3 - "$here/archive.tar" <<'EOP'
import io, sys, tarfile
with tarfile.open(sys.argv[1], "w") as tar:
    for name, mode in ("plain", 0o755), ("setuid", 0o4755), ("setgid", 0o2755):
        member = tarfile.TarInfo(name)
        member.mode, member.size = mode, 4
        tar.addfile(member, io.BytesIO(b"text"))
EOP
    chmod 644 "$here/archive.tar"
    for who in root user; do
        as $who <<'EOJ'
import tarfile
into = sys.argv[1] + "/of-" + str(os.getuid())
os.mkdir(into)
with tarfile.open(sys.argv[1] + "/archive.tar") as tar:
    for member in tar:
        try: tar.extract(member, into)
        except (OSError, tarfile.TarError): pass
assert open(into + "/plain").read() == "text"
EOJ
    done
    same "$(find "$here" -perm /6000)" ""
}

@test "what a folder's own set-group-ID bit hands on gives no program a group" {
    mkdir -m 2777 "$here/shared"
    chgrp 4 "$here/shared"
    for who in root user; do
        as $who <<'EOJ'
there = sys.argv[1] + "/shared/" + str(os.getuid())
os.mkdir(there)
fd = os.open(there + "/program", os.O_CREAT | os.O_WRONLY, 0o755)
print(call("fchmod", fd, 0o2755))
EOJ
    done
    same "$(find "$here" -type f -perm /6000)" ""
}

@test "devices: none can be made, and those that are bound cannot be opened" {
    mknod -m 666 "$here/mem" c 1 1
    mknod -m 666 "$here/null" c 1 3
    mknod -m 666 "$here/disk" b 7 0
    mkdir -m 777 "$here/below"
    both "EACCES EACCES EACCES
EPERM
EPERM
EPERM" <<'EOJ'
there = sys.argv[1]
print(*(trying(open, f"{there}/{name}", "rb") for name in ("mem", "null", "disk")))
for place in there, "/tmp", "/dev/shm":
    node = (place + "/node").encode()
    got = each("mknod", node, 0o020666, 0x101).split() + each("mknodat", -100, node, 0o060666, 0x700).split()
    print(*(set(got) - {"ENOSYS"}))
EOJ
    for options in "--view host" "--net none" "--write"; do
        # shellcheck disable=SC2086
        both EACCES $options <<<'print(trying(open, sys.argv[1] + "/null", "rb"))'
    done
}

@test "mounts, roots and namespaces, by each arch's numbers" {
    both "EPERM
ENOSYS" <<'EOJ'
got = set()
for name, *arguments in (("mount", b"none", b"/tmp", b"tmpfs", 0, 0), ("mount", b"/", b"/tmp", b"", 4096, 0),
                         ("mount", b"", b"/", b"", 32, 0), ("umount2", b"/tmp", 2), ("umount2", b"/proc", 2),
                         ("pivot_root", b"/tmp", b"/tmp"), ("chroot", b"/"), ("setns", 0, 0),
                         ("open_tree", -100, b"/", 1), ("move_mount", -100, b"/tmp", -100, b"/home", 0),
                         ("fsopen", b"tmpfs", 0), ("fspick", -100, b"/", 0), ("fsmount", 0, 0, 0),
                         ("fsconfig", 0, 6, 0, 0, 0), ("mount_setattr", -100, b"/", 0, b"", 0)):
    got |= set(each(name, *arguments).split())
for flag in 0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000:
    got |= set(each("unshare", flag).split())
print(*sorted(got - {"ENOSYS"}))
print(*sorted({each("open_tree_attr"), each("statmount"), each("listmount"), each("listns"), each("clone3")}))
EOJ
}

@test "other processes: memory, descriptors, tracing; PID 1 and one's own child" {
    both "EPERM
EPERM
True" <<'EOJ'
got, child = set(), os.fork()
if child == 0:
    import signal; signal.pause()
for pid in 1, child, os.getpid():
    for request in 0, 1, 4, 16, 0x4206:
        got |= set(each("ptrace", request, pid, 0, 0).split())
    for name in "process_vm_readv", "process_vm_writev":
        got |= set(each(name, pid, b"", 0, b"", 0).split())
    got |= set(each("kcmp", pid, os.getpid(), 0, 0, 0).split())
pidfd = os.pidfd_open(1)
for fd in range(4):
    got |= set(each("pidfd_getfd", pidfd, fd, 0).split())
got |= set(each("process_madvise", pidfd, b"", 0, 4, 0).split())
print(*sorted(got - {"ENOSYS"}))
os.kill(child, 9)
print(*{"EPERM" if trying(open, "/proc/1/" + name, mode) in ("EPERM", "EACCES", "EROFS") else name
        for name, mode in (("mem", "r+b"), ("environ", "rb"), ("maps", "rb"), ("fd/0", "rb"), ("exe", "rb"))})
print(trying(os.listdir, "/proc/1/root/") != "done" and trying(os.listdir, "/proc/1/cwd/") != "done")
EOJ
}

@test "what all of the kernel has in common: keys, programs, traces, modules, clocks, names" {
    both EPERM <<'EOJ'
got = set()
for name, *arguments in (("add_key", b"user", b"x", b"y", 1, -2), ("request_key", b"user", b"x", b"", -2),
                         ("keyctl", 0, -3, 1), ("keyctl", 1, b"x"), ("bpf", 0, b"", 0), ("perf_event_open", b"", 0, -1, -1, 0),
                         ("userfaultfd", 1), ("name_to_handle_at", -100, b"/", b"", b"", 0), ("open_by_handle_at", -100, b"", 0),
                         ("fanotify_init", 0, 0), ("init_module", b"", 0, b""), ("finit_module", 0, b"", 0),
                         ("delete_module", b"x", 0), ("kexec_load", 0, 0, b"", 0), ("reboot", 0xfee1dead, 672274793, 0, b""),
                         ("syslog", 3, b"", 0), ("acct", b""), ("swapon", b"/x", 0), ("swapoff", b"/x"), ("quotactl", 0, b"", 0, b""),
                         ("quotactl_fd", 0, 0, 0, b""), ("settimeofday", b"", 0), ("clock_settime", 0, b""), ("adjtimex", b""),
                         ("clock_adjtime", 0, b""), ("sethostname", b"x", 1), ("setdomainname", b"x", 1), ("vhangup",),
                         ("iopl", 3), ("ioperm", 0, 1, 1), ("modify_ldt", 0, b"", 0), ("io_uring_setup", 1, b""),
                         ("io_uring_enter", 0, 0, 0, 0), ("io_uring_register", 0, 0, 0, 0)):
    got |= set(each(name, *arguments).split())
print(*sorted(got - {"ENOSYS", "none"}))
EOJ
}

@test "typing for a terminal's user, with all that a request's 64 bits can hide" {
    both EPERM <<'EOJ'
import pty
master, slave = pty.openpty()
got = set()
for request in 0x5412, 0x541c:  # TIOCSTI, TIOCLINUX
    for high in 0, 1 << 32, 0xffffffff << 32, 1 << 63:
        value = request | high
        got.add(call("ioctl", slave, value - (1 << 64) if value >> 63 else value, b"x"))
    got |= set(each("ioctl", slave, request, b"x").split())
print(*sorted(got - {"ENOSYS"}))
EOJ
}

@test "system calls that are newer than the filter, and numbers that are none" {
    both ENOSYS <<'EOJ'
got = set()
for number in (*range(471, 520), 600, 1000, 5000, 0x3fffffff, 0x7fffffff):
    got.add(call("", number=number))
    if X86:
        got.add(call("", number=0x40000000 | number)), got.add(i386(number))
print(*sorted(got))
EOJ
}

@test "the kernel's files: writing is refused, also where root's mode would let it" {
    both "refused
[]" <<'EOJ'
refused = {"EROFS", "EACCES", "EPERM", "ENOENT"}
names = ("sysrq-trigger", "sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/kernel/hotplug", "sys/vm/drop_caches",
         "sys/kernel/randomize_va_space", "sys/net/ipv4/ip_forward", "sys/fs/binfmt_misc/register", "irq/default_smp_affinity",
         "acpi/wakeup", "mtrr", "scsi/scsi", "fs/nfsd/threads", "1/oom_score_adj", "1/uid_map", "1/setgroups", "1/attr/current",
         "1/coredump_filter", "1/timerslack_ns", "1/clear_refs", "bus/pci/00/00.0", "latency_stats", "kcore", "kmem", "timer_stats")
def write(name):
    fd = os.open("/proc/" + name, os.O_WRONLY)
    os.write(fd, b"0")
print(*[n for n in names if trying(write, n) not in refused] or ["refused"])
print([line.split()[1] for line in open("/proc/self/mounts") if line.split()[2] in (
    "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf", "configfs", "pstore", "efivarfs", "mqueue", "binfmt_misc")])
EOJ
}

@test "a core dump lands nowhere on the host, and no limit can be raised" {
    mkdir -m 777 "$here/cores"
    both "EPERM True" --workdir "$here/cores" <<'EOJ'
import resource, signal
def raised(which, value):
    try: resource.setrlimit(which, (value, value))
    except (ValueError, OSError): return "EPERM"
    return "done"
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
got = raised(resource.RLIMIT_NOFILE, hard + 1)
child = os.fork()
if child == 0:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.kill(os.getpid(), signal.SIGSEGV)
print(got, os.WIFSIGNALED(os.waitpid(child, 0)[1]))
EOJ
    same "$(ls -A "$here/cores")" ""
}

@test "descriptors of other namespaces, from what is at hand" {
    both True <<'EOJ'
import fcntl
def asked(path, request):
    try: return fcntl.ioctl(os.open(path, os.O_RDONLY), request)
    except OSError as e: return errno.errorcode[e.errno]
got = set()
for kind in "user", "mnt", "pid", "net", "uts", "ipc", "cgroup", "time":
    for pid in "self", "1":
        path = f"/proc/{pid}/ns/{kind}"
        if not os.path.exists(path) or trying(os.open, path, os.O_RDONLY) != "done":
            continue
        for request in 0xb701, 0xb702:  # owner, parent
            fd = asked(path, request)
            if isinstance(fd, int):  # what it shows is of its own, and cannot be entered
                got.add(call("setns", fd, 0))
        got.add(call("setns", os.open(path, os.O_RDONLY), 0))
pidfd = os.pidfd_open(os.getppid() or 1)
got.add(call("setns", pidfd, 0x20000))
print(got == {"EPERM"})
EOJ
}

@test "it dies with its supervisor, whatever it does" {
    for who in root user; do
        marker=hostile-$BATS_TEST_NUMBER-$$-$who
        # shellcheck disable=SC2016
        cat >"$BATS_TEST_TMPDIR/job" <<'EOJ'
import ctypes, os, signal, subprocess, sys, threading, time
libc = ctypes.CDLL(None)
marker = sys.argv[2]
for s in signal.valid_signals():
    try: signal.signal(s, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
libc.prctl(1, 0)   # PR_SET_PDEATHSIG
libc.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
def hold():
    while True: time.sleep(60)
def detached():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            libc.prctl(1, 0)
            for fd in range(3): os.dup2(os.open("/dev/null", os.O_RDWR), fd)
            os.execvp("sh", ["sh", "-c", "trap '' 1 2 3 13 15; while :; do read x </dev/zero; done # " + marker])
        os._exit(0)
for i in range(3): detached()
for s in signal.SIGSTOP, signal.SIGKILL, signal.SIGTSTP:
    try: os.kill(1, s)
    except OSError: pass
subprocess.Popen([sys.executable, "-c", "import os, time\nwhile True:\n    p = os.fork()\n    if p: os.waitpid(p, 0)\n    else: time.sleep(0.01); os._exit(0)", marker])
threading.Thread(target=hold, daemon=True).start()
print("ready", flush=True)
hold()
EOJ
        as=()
        [ $who = root ] || as=(setpriv --reuid 1000 --regid 1000 --clear-groups)
        for options in "" "--view host --net none"; do
            # shellcheck disable=SC2086
            coproc { exec "${as[@]}" "$BUSYPY" run --tree "$TREES/host" --cwd none $options -- \
                /usr/bin/python3 -c "$(cat "$BATS_TEST_TMPDIR/job")" "$here" "$marker" 3>&-; }
            supervisor=$COPROC_PID
            read -r line <&"${COPROC[0]}"
            [ "$line" = ready ]
            running() { pgrep -f "$marker" >/dev/null; }
            running
            kill -KILL "$supervisor"
            wait "$supervisor" || :
            # shellcheck disable=SC2016
            wait_until 10 bash -c '! pgrep -f "$1" | grep -vx $$' _ "$marker"
        done
    done
}

@test "a guard that cannot be put in place ends the run" {
    # the first call of each that is made for this alone
    for guard in prctl:PR_SET_SECCOMP,EINVAL prctl:PR_SET_SECUREBITS,EPERM prctl:PR_CAPBSET_DROP,EPERM \
        prctl:PR_SET_NO_NEW_PRIVS,EPERM prctl:PR_SET_PDEATHSIG,EINVAL capset:,EPERM mount_setattr:,EINVAL close_range:,ENOSYS \
        landlock_restrict_self:,EPERM pivot_root:,EPERM move_mount:,EPERM open_tree:,EPERM fsmount:,EPERM; do
        call=${guard%%:*} error=${guard##*,} which=${guard#*:} which=${which%,*}
        # how many of that call come before the one that is meant
        strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace="$call" \
            "$BUSYPY" run --tree "$TREES/host" --cwd none -- true
        n=$(grep -E "$call\\(" "$BATS_TEST_TMPDIR/trace" | grep -n "$which" | head -n 1 | cut -d: -f1)
        [ -n "$n" ]
        # a process of strace's counts for itself: those before the clone are another's
        own=$(awk -v call="$call(" -v which="$which" 'index($0, call) { n[$1]++; if (index($0, which)) { print n[$1]; exit } }' \
            "$BATS_TEST_TMPDIR/trace")
        run strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:error=$error:when=$own" \
            "$BUSYPY" run --tree "$TREES/host" --cwd none -- echo ran
        [[ $output != *ran* && $status = 125 ]] || { echo "$guard: $status $output"; return 1; }
    done
}
