"""Ways out of a sandbox. Each is tried from inside, and refused."""

import ast
import os
import platform
import subprocess
import threading

from place import (BUSYPY, DEBIAN, PRELUDE, ROOT, TREE, WHO, check, command, folder, python, run,
                   same, test)


def listing(path):
    """Everything below: names, sizes, times."""
    found = []
    for top, folders, files in os.walk(path):
        for name in sorted(folders + files):
            full = os.path.join(top, name)
            st = os.lstat(full)
            found.append((full, st.st_size, st.st_mtime_ns, st.st_ino))
    return found


@test("the tree cannot be written to")
def _(who):
    before = listing(TREE + "/etc") + listing(TREE + "/bin")
    out = python(who, """
for place in ("/", "/bin", "/etc", "/home", "/lib", "/sbin", "/site-package", "/usr", "/var",
              "/usr/bin"):
    print(place, trying(os.mkdir, place + "/new"), trying(open, place + "/file", "w"))
print(trying(open, "/etc/passwd", "r+"), trying(os.remove, "/bin/ls"),
      trying(os.chmod, "/etc", 0o777),
      trying(os.rename, "/etc/passwd", "/etc/other"), trying(os.chown, "/etc/passwd", 0, 0))
""", "--cwd", "none")
    lines = out.splitlines()
    same([line.split()[1:] for line in lines[:-1]], [["EROFS", "EROFS"]] * 10)
    check("done" not in lines[-1], lines[-1])
    same(listing(TREE + "/etc") + listing(TREE + "/bin"), before)


@test("--write writes to memory, not to the tree")
def _(who):
    before = listing(TREE)
    out = python(who, """
for place in "/bin", "/etc", "/usr", "/site-package", "/new":
    os.path.isdir(place) or os.mkdir(place)
    with open(place + "/file", "w") as f: f.write("x")
    print(os.stat(place + "/file").st_size)
""", "--write", "--cwd", "none")
    same(out.split(), ["1"] * 5)
    same(listing(TREE), before)
    out = python(who, "print(os.path.exists('/etc/file'))", "--write", "--cwd", "none")
    same(out, "False")


@test("the host's files: what is not asked for is not there, what is asked for keeps its mode")
def _(who):
    with folder() as here:
        for name in "ro", "rw", "cwd":
            os.mkdir(f"{here}/{name}")
            os.chmod(f"{here}/{name}", 0o777)
        out = python(who, f"""
here = {here!r}
print(sorted(os.listdir(here)))
for name in "ro", "rw", "cwd": print(trying(open, here + "/" + name + "/new", "w"))
print(os.path.exists("/root/.bashrc") or os.path.exists("/etc/shadow") or os.path.exists("/boot"))
print(trying(os.mkdir, here + "/other"))
""", "--bind", f"{here}/rw", "--bind-ro", f"{here}/ro", cwd=f"{here}/cwd")
        same(out.splitlines(), ["['cwd', 'ro', 'rw']", "EROFS", "done", "EROFS", "False", "done"])
        same(sorted(os.listdir(here)), ["cwd", "ro", "rw"])
        same([os.listdir(f"{here}/{name}") for name in ("ro", "rw", "cwd")], [[], ["new"], []])


@test("--view host: the host's files cannot be written to, its sockets are not there")
def _(who):
    with folder() as here:
        os.mkdir(f"{here}/open")
        os.chmod(f"{here}/open", 0o777)
        name = f"/var/tmp/busypy-new-{os.getpid()}"
        out = python(who, """
print(trying(open, sys.argv[1] + "/new", "w"), os.listdir("/run"), os.listdir("/tmp"))
print(trying(open, sys.argv[2], "w"), trying(open, "/etc/hostname", "r+") != "done",
      trying(open, "/usr/local/share/busypy-new", "w"),
      trying(open, "/usr/local/bin/busypy-new", "w"))
""", "--view", "host", "--bind-ro", f"{here}/open", "--cwd", "none",
                     arguments=[f"{here}/open", name])
        same(out.splitlines()[0].split()[:2], ["EROFS", "[]"])
        same(out.splitlines()[1], "EROFS True EROFS EROFS")
        check(not os.path.exists(name))


@test("host processes are neither seen nor reached")
def _(who):
    for view in "client", "host":
        out = python(who, """
pids = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
print(pids, [open(f"/proc/{pid}/comm").read().strip() for pid in pids])
print({trying(os.kill, pid, 0) for pid in range(3, 70000)})
print(failure(101, 16, int(sys.argv[1]), 0, 0))
""", "--view", view, "--cwd", "none", arguments=[str(os.getpid())])
        lines = out.splitlines()
        same(lines[0], "[1, 2] ['init', 'python3']")
        same(lines[1], "{'ESRCH'}")
        check(lines[2] in ("EPERM", "ESRCH"), lines[2])


PROC = """
found = []
for top, folders, files in os.walk("/proc"):
    if top == "/proc":
        folders[:] = [f for f in folders if not f.isdigit() and f not in ("self", "thread-self")]
    for name in files:
        try:
            os.close(os.open(os.path.join(top, name), os.O_WRONLY | os.O_NONBLOCK))
            found.append(os.path.join(top, name))
        except OSError:
            pass
print(found)
print(trying(open, "/proc/kcore", "rb"))
print(trying(open, "/proc/1/root/etc/shadow"), os.listdir("/sys"))
"""


@test("nothing of the kernel can be written to through /proc")
def _(who):
    for options in [], ["--view", "host"], ["--net", "none"]:
        lines = python(who, PROC, *options, "--cwd", "none").splitlines()
        # Open to every user outside, too: the next process number of one's own namespace, which
        # takes a capability besides, and notes of how busy the machine is.
        open_to_all = {"/proc/sys/kernel/ns_last_pid", *(
            f"/proc/pressure/{name}" for name in ("cpu", "io", "irq", "memory"))}
        found = set(ast.literal_eval(lines[0])) - (open_to_all if who == "user" else set())
        same(found, set())
        # some kernels have none
        check(lines[1] in ("EPERM", "EACCES") or not os.path.exists("/proc/kcore"), lines[1])
        check(lines[2].startswith("EACCES"), lines[2])


@test("/sys cannot be written to")
def _(who):
    out = python(who, """
found = []
for top, folders, files in os.walk("/sys"):
    for name in files:
        try:
            os.close(os.open(os.path.join(top, name), os.O_WRONLY | os.O_NONBLOCK))
            found.append(os.path.join(top, name))
        except OSError:
            pass
print(found)
""", "--net", "none", "--cwd", "none")
    same(out, "[]")


@test("handlers: the host's are hidden, the sandbox's own cannot be reached")
def _(who):
    for options, tree in ([], TREE), (["--arch", "aarch64"], DEBIAN):
        out = python(who, """
place = "/proc/sys/fs/binfmt_misc"
print(os.listdir(place) if os.path.isdir(place) else [],
      trying(open, place + "/register", "w"), trying(open, place + "/status", "w"))
libc.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
print(libc.mount(b"none", b"/tmp", b"binfmt_misc", 0, None), errno.errorcode[ctypes.get_errno()])
""", *options, "--cwd", "none", tree=tree)
        lines = out.splitlines()
        check(lines[0].startswith("[] ") and "done" not in lines[0], lines[0])
        same(lines[1], "-1 EPERM")


# x86_64's numbers; the other archs of the tests run under qemu-user, on this same kernel.
CALLS = {
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "mount_setattr": 442, "setns": 308, "ptrace": 101, "process_vm_readv": 310,
    "process_vm_writev": 311, "kcmp": 312, "pidfd_getfd": 438, "open_by_handle_at": 304,
    "name_to_handle_at": 303, "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321,
    "perf_event_open": 298, "userfaultfd": 323, "init_module": 175, "finit_module": 313,
    "kexec_load": 246, "reboot": 169, "syslog": 103, "acct": 163, "settimeofday": 164,
    "clock_settime": 227, "adjtimex": 159, "iopl": 172, "ioperm": 173, "sethostname": 170,
    "setdomainname": 171, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "swapon": 167, "swapoff": 168, "quotactl": 179, "fanotify_init": 300, "vhangup": 153,
}
assert platform.machine() == "x86_64", "the numbers above are this arch's"


@test("system calls that lead out are refused")
def _(who):
    out = python(who, f"""
for name, number in {CALLS!r}.items():
    print(name, failure(number, *[ctypes.c_long(0)] * 6))
print("clone3", failure(435, None, 0))
""", "--cwd", "none")
    same(out.splitlines(), [f"{name} EPERM" for name in CALLS] + ["clone3 ENOSYS"])


@test("no namespaces in a sandbox, by no call")
def _(who):
    flags = {"NEWNS": 0x20000, "NEWCGROUP": 0x2000000, "NEWUTS": 0x4000000, "NEWIPC": 0x8000000,
             "NEWUSER": 0x10000000, "NEWPID": 0x20000000, "NEWNET": 0x40000000}
    out = python(who, f"""
for name, flag in {flags!r}.items():
    print(name, failure(272, ctypes.c_long(flag)), failure(56, ctypes.c_long(flag | 17), None),
          failure(272, ctypes.c_long(flag | 1 << 40)))
print("NEWTIME", failure(272, ctypes.c_long(0x80)))
print(failure(272, ctypes.c_long(0x200)))
""", "--cwd", "none")
    same(out.splitlines(),
         [f"{name} EPERM EPERM EPERM" for name in flags] + ["NEWTIME EPERM", "done"])


@test("a foreign program is refused the same, through qemu-user")
def _(who):
    out = python(who, """
print(libc.unshare(0x10000000), errno.errorcode[ctypes.get_errno()])
print(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None), errno.errorcode[ctypes.get_errno()])
print(os.uname().machine)
""", "--arch", "aarch64", "--cwd", "none", tree=DEBIAN)
    lines = out.splitlines()
    check(lines[0] in ("-1 EPERM", "-1 EINVAL"), lines[0])
    same(lines[1:], ["-1 EPERM", "aarch64"])


@test("no capabilities, and none to gain")
def _(who):
    out = python(who, """
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status"))
print(*[status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
                                          "NoNewPrivs", "Seccomp")])
status = dict(line.split(":\\t", 1) for line in open("/proc/1/status"))
print(*[status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
                                          "NoNewPrivs", "Seccomp")])
""", "--cwd", "none")
    same(out.splitlines(), [" ".join(["0" * 16] * 5 + ["1", "2"])] * 2)


@test("descriptors of the caller do not get in")
def _(who):
    with open("/etc/hostname", encoding="utf-8") as one, \
            open("/etc/passwd", encoding="utf-8") as two:
        out = python(who, """
print([fd for fd in range(1000) if trying(os.fstat, fd) == "done"])
try: print(sorted(int(n) for n in os.listdir("/proc/1/fd")))
except PermissionError: print("not seen")
""", "--cwd", "none", pass_fds=(one.fileno(), two.fileno()))
    same(out.splitlines(), ["[0, 1, 2]", "[0, 1, 2]" if who == "root" else "not seen"])


@test("PID 1's memory is not reached, from the first instruction on")
def _(who):
    peek = os.path.join(ROOT, "build/helpers/peek")
    seen = {run(who, "--cwd", "none", "--bind-ro", f"{peek}:/tmp/peek", "--", "/tmp/peek").stdout
            for _ in range(40)}
    same(seen, {"Permission denied\n"})
    out = python(who, """
for name in "mem", "exe", "root", "cwd", "maps", "environ", "task/1/mem":
    print(trying(os.open, "/proc/1/" + name, os.O_RDWR if "mem" in name else os.O_RDONLY))
""", "--cwd", "none")
    check(set(out.split()) <= {"EACCES", "EPERM", "ENOENT", "EROFS"}, out)


@test("programs of the host that run inside: their files keep their mode", who=("root",))
def _(who):
    for options, tree in ([], TREE), (["--arch", "aarch64"], DEBIAN):
        out = python(who, """
for pid in "1", "self": print(trying(os.chmod, f"/proc/{pid}/exe", 0o755))
""", *options, "--cwd", "none", tree=tree)
        same(out.split(), ["EACCES", "EROFS"])


@test("a link that is swapped in on the way to a --bind leads nowhere")
def _(who):
    with folder() as here:
        for name in "good", "bad":
            os.makedirs(f"{here}/{name}/data")
            with open(f"{here}/{name}/data/file", "w", encoding="utf-8") as file:
                file.write(name)
        os.rename(f"{here}/good", f"{here}/way")
        os.symlink("bad", f"{here}/link")
        done = threading.Event()

        def swap():
            while not done.is_set():
                os.rename(f"{here}/way", f"{here}/good")
                os.rename(f"{here}/link", f"{here}/way")
                os.rename(f"{here}/way", f"{here}/link")
                os.rename(f"{here}/good", f"{here}/way")

        thread = threading.Thread(target=swap)
        thread.start()
        results = []
        try:
            for _ in range(40):
                # as typed by somebody who has looked: there is no link
                results.append(run(who, "--bind", f"{here}/way/data:/mnt", "--cwd", "none", "--",
                                   "cat", "/mnt/file"))
        finally:
            done.set()
            thread.join()
        for result in results:
            if result.returncode == 0:
                # "bad" only if realpath(3) itself, which comes first, went through the link
                check(result.stdout in ("good", "bad"), result.stdout)
            else:
                check(result.returncode == 125 and
                      ("cannot bind " in result.stderr or "cannot rbind " in result.stderr or
                       "cannot find" in result.stderr), result.stderr)


@test("a source that has become a link is refused")
def _(who):
    with folder() as here:
        os.mkdir(f"{here}/real")
        os.symlink("real", f"{here}/link")
        # a link that is there from the start is followed
        result = run(who, "--bind", f"{here}/link:/mnt", "--cwd", "none", "--plan")
        check(f"rbind {here}/real /mnt nosuid,nodev,private,nolinks\n" in result.stdout,
              result.stdout)


SET_ID = """
here = sys.argv[1]
def path(name): return here + "/" + name
os.close(os.open(path("file"), os.O_CREAT | os.O_RDWR, 0o644))
fd, at = os.open(path("file"), os.O_RDWR), os.open(here, os.O_RDONLY)
for bit in 0o4000, 0o2000:
    print(trying(os.chmod, path("file"), 0o755 | bit), trying(os.fchmod, fd, 0o755 | bit),
          trying(lambda: os.chmod("file", 0o755 | bit, dir_fd=at)),
          trying(os.open, path("new"), os.O_CREAT | os.O_WRONLY, 0o755 | bit),
          trying(os.open, here, os.O_TMPFILE | os.O_WRONLY, 0o755 | bit),
          trying(os.mkdir, path("new"), 0o755 | bit),
          trying(os.mknod, path("new"), 0o100755 | bit))
print(trying(os.chmod, path("file"), 0o1755), trying(os.open, path("file"), os.O_RDWR, 0o4755),
      trying(os.open, path("other"), os.O_CREAT | os.O_WRONLY, 0o755),
      trying(os.setxattr, path("file"), "security.capability", b"\\1\\0\\0\\2" + b"\\377" * 16))
# fchmodat2, openat2, setxattrat, open_tree_attr, statmount, listmount, and what comes next
print({failure(number, 0, 0, 0, 0, 0, 0) for number in (452, 437, 463, 467, 457, 458, 471, 999)})
"""


@test("no set-id bit and no file capability can be made")
def _(who):
    with folder() as here:
        lines = python(who, SET_ID, "--bind", here, "--cwd", "none", arguments=[here]).splitlines()
        same(lines[:2], [" ".join(["EPERM"] * 7)] * 2)
        same(lines[2:], ["done done done EPERM", "{'ENOSYS'}"])
        for name in os.listdir(here):
            check(os.stat(f"{here}/{name}").st_mode & 0o6000 == 0, name)
            same(os.listxattr(f"{here}/{name}"), [])


@test("output that nobody reads ends it")
def _(who):
    with subprocess.Popen(command("--cwd", "none", "--", "yes"), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, **WHO[who]) as process:
        same(process.stdout.read(4), b"y\ny\n")
        process.stdout.close()
        status = process.wait(60)
    check(status != 0, str(status))


@test("limits: memory, files, processor time, processes")
def _(who):
    out = """
try:
    bytearray(200 << 20)
    print("done")
except MemoryError:
    print("MemoryError")
def fill(path):
    with open(path, "wb", buffering=0) as f:
        for i in range(100): f.write(bytes(1 << 20))
print(trying(fill, "/tmp/file"))
print(trying(fill, "/dev/shm/file"))
"""
    result = run(who, "--memory", "64M", "--cwd", "none", "--", "python3", "-c", PRELUDE + out)
    same(result.stdout.splitlines(), ["MemoryError", "ENOSPC", "ENOSPC"])
    same(result.stderr, "busypy: run: warning: no cgroup is delegated: --memory limits each "
                        "process by itself\n")
    out = python(who, """
print(trying(lambda: [os.dup(0) for i in range(100)]))
""", "--files", "50", "--cwd", "none")
    same(out, "EMFILE")
    result = run(who, "--cpu-time", "1", "--cwd", "none", "--", "python3", "-c", "while True: pass")
    check(result.returncode in (128 + 24, 128 + 9), str(result))


@test("limits: processes", who=("user",))
def _(who):
    out = python(who, """
children = 0
try:
    while children < 200:
        if os.fork() == 0:
            import signal; signal.pause()
        children += 1
except OSError as e:
    print(errno.errorcode[e.errno], children)
""", "--pids", "20", "--cwd", "none")
    same(out, "EAGAIN 19")


@test("limits: the machine's root has none on processes but a cgroup's", who=("root",))
def _(who):
    result = run(who, "--pids", "20", "--", "true")
    same((result.returncode, result.stderr), (
        125, "busypy: run: cannot limit processes: the machine's root has no such limit, and no "
             "cgroup is delegated (Hint: run it as another user)\n"))


assert os.path.exists(BUSYPY), "make test-programs"
