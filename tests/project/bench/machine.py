"""The throw-away machine that is measured: runs inside nsrun, is told what to do by
JSON lines on its standard input, and answers each with one. Started by bench, not by hand.

It stands in for a distro with as many mounts as asked: its /usr/bin/python3 is the helper nothing
(unless the machine is for measuring Python itself), so that the start of an interpreter does not
drown what it takes to get there."""
import ctypes
import glob
import json
import os
import select
import shutil
import subprocess
import sys

USER = 1000
MS_BIND = 4096
LIBC = ctypes.CDLL(None, use_errno=True)
DEADLINE = 120


def mount(source, target, kind=None, flags=0, options=None):
    words = [word.encode() if word else None for word in (source, target, kind)]
    if LIBC.mount(*words, flags, options.encode() if options else None) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), target)


def count_mounts():
    with open("/proc/self/mountinfo") as table:
        return sum(1 for _ in table)


def add_mounts(kind, wanted):
    """Binds empty directories until there are so many mounts. What a container runtime mounts is
    pruned from the view, what stands below /mnt is not."""
    missing = wanted - count_mounts()
    if missing < 2:
        return
    if kind == "container":
        mount("bench", "/var/lib", "tmpfs", 0, "mode=0755")
        place = "/var/lib/docker/overlay2/{}/merged"
    else:
        mount("bench", "/mnt", "tmpfs", 0, "mode=0755")
        place = "/mnt/{}"
    for number in range(missing - 1):
        target = place.format(number)
        os.makedirs(target)
        mount("/sys/kernel", target, None, MS_BIND)


def bwrap_of(plan):
    """The same binds as `busypy plan` prints, as a bubblewrap command line."""
    words = ["/usr/bin/bwrap"]
    for line in plan.splitlines():
        op, *rest = line.split(" ")
        if "@/" in line or "/.busypy/host" in line:
            continue  # the directories under the host's mounts: bubblewrap has no such thing
        options = rest[-1].split(",") if len(rest) == 3 else []
        if op == "mkdir":
            words += ["--dir", rest[0]]
        elif op in ("bind", "rbind"):
            word = "--ro-bind" if "ro" in options else "--dev-bind"
            words += [word + ("-try" if "optional" in options else ""), rest[0], rest[1]]
        elif op == "symlink":
            words += ["--symlink", rest[1].removeprefix("data="), rest[0]]
    return words + ["--remount-ro", "/"]


class Machine:
    def __init__(self, spec):
        self.spec = spec
        self.views, self.gate = [], -1  # processes, and what ends them by being closed
        self.scripts = spec["scripts"]
        self.helpers = spec["helpers"]
        if not spec["python"]:
            interpreter = os.path.realpath("/usr/bin/python3")
            mount(f"{self.helpers}/nothing", interpreter, None, MS_BIND)
        mount("bench", "/media", "tmpfs", 0, "mode=0755")  # for the script on another mount
        self.write("/media/foreign", "#!/usr/bin/python3\n")
        os.mkdir("/media/place")
        add_mounts(spec["kind"], spec["mounts"])
        self.mounts = count_mounts()
        self.busypy("enable", "--quiet", spec["tree"], *filter(None, [spec["beside"]]))
        self.cases = self.python_cases() if spec["python"] else self.exec_cases()

    def busypy(self, *words):
        return subprocess.run([self.spec["busypy"], *words], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    @staticmethod
    def write(path, text):
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def add_relay(self):
        """A handler of its own whose interpreter only starts the next: what cannot be saved."""
        shutil.copy(f"{self.helpers}/relay", "/media/relay")
        with open("/proc/sys/fs/binfmt_misc/register", "w") as file:
            file.write(":bench-relay:M::#!/usr///bin/python3::/media/relay:OF")
        self.write(f"{self.scripts}/relay", "#!/usr///bin/python3\n")
        return f"{self.scripts}/relay"

    def add_runtime(self):
        """A script whose first line names the runtime itself: beside the host without a loader."""
        runtime, = glob.glob("/run/busypy/*.d/usr/bin/python3")
        self.write("/media/runtime", f"#!{runtime}\n")
        return "/media/runtime"

    def exec_cases(self):
        """name: (uid, no_new_privs, where it ends up, argv)."""
        tree = f"{self.spec['tree']}/bin/empty"
        native, foreign = f"{self.scripts}/native", f"{self.scripts}/foreign"
        bwrap = bwrap_of(self.busypy("plan", self.spec["tree"])) + ["/usr/bin/python3", tree]
        relay = self.add_relay()
        child = [f"{self.helpers}/nothing", "child"]
        # What leaves work for later behind (the end of a namespace) comes last, and the child alone
        # first, so that it is not the native script that pays for it.
        makers = {
            "child": (0, "host", child),
            "native": (0, "host", [native]),
            "relay": (0, "host", [relay]),
            "foreign": (0, "host", [foreign]),
            "elsewhere": (0, "host", ["/media/foreign"]),
            "plain": (0, "host", [f"{self.scripts}/plain"]),
            "beside": (0, "beside", [f"{self.spec['beside']}/bin/empty"]),
            "runtime": (0, "beside", [self.add_runtime()]),
            "beside_nnp": (1, "beside", [f"{self.spec['beside']}/bin/empty"]),
            "tree": (0, "view", [tree]),
            "nnp": (1, "view", [tree]),
            "unshare": (0, "host", ["/usr/bin/unshare", "-m", native]),
            "bwrap": (0, "host", bwrap),
        }
        cases = {f"{name} root": (0, *case) for name, case in makers.items()
                 if name not in ("nnp", "beside_nnp", "elsewhere")}
        if self.spec["users"]:
            makers["unshare"] = (0, "host", ["/usr/bin/unshare", "-cm", native])
            cases |= {f"{name} user": (USER, *case) for name, case in makers.items()}
        return cases

    def python_cases(self):
        tree, arch = self.spec["tree"], os.uname().machine
        script = f"{tree}/bin/imports"
        clib, usr = f"{tree}/etc/clib/{arch}", f"{tree}/etc/python/{arch}/usr"
        loader = next(f"{clib}/{name}" for name in os.listdir(clib) if name.startswith("ld-linux"))
        outside = [loader, "--library-path", clib, f"{usr}/bin/python3", script]
        cases = {"tree root": (0, 0, "view", [script]), "outside root": (0, 0, "host", outside),
                 "host root": (0, 0, "host", [os.path.realpath("/usr/bin/python3"), script])}
        if self.spec["users"]:
            cases |= {name.replace("root", "user"): (USER, *case[1:])
                      for name, case in cases.items()}
        return cases

    def check(self):
        """Each case once, with the word "where"; {case: reason} of those that went wrong."""
        wrong = {}
        for name, (uid, nnp, place, argv) in self.cases.items():
            change = ["/usr/bin/setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
            words = change + ["--no-new-privs"] * nnp if uid else []
            done = subprocess.run(words + argv + ["where"], text=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=DEADLINE)
            if done.returncode != 0 or done.stdout != place + "\n":
                wrong[name] = f"status {done.returncode}: {done.stdout.strip()}"
        return wrong

    def run(self, rounds, jobs, left_out):
        words = [f"{self.helpers}/execbench", str(rounds), str(jobs)]
        for name, (uid, nnp, _, argv) in self.cases.items():
            if name not in left_out:
                words += [name.replace(" ", "-"), str(uid), str(nnp), str(len(argv)), *argv]
        return self.times(words)

    def times(self, words):
        out = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE,
                             timeout=DEADLINE).stdout
        result = {}
        for line in out.splitlines():
            name, *values = line.split(" ")
            result[name.replace("-", " ")] = [int(value) for value in values]
        return result

    def live(self, number):
        """Ends the scripts that wait in views, and starts so many, which share one standard input
        and wait for its end."""
        if self.views:
            os.close(self.gate)
            for view in self.views:
                view.wait(DEADLINE)
        self.views = []
        if number == 0:
            return
        gate, self.gate = os.pipe()
        words, output = os.pipe()
        os.set_blocking(words, False)
        for _ in range(number):
            self.views.append(subprocess.Popen([f"{self.spec['tree']}/bin/empty", "wait"],
                                               stdin=gate, stdout=output))
        os.close(gate)
        os.close(output)
        seen = b""
        while seen.count(b"view\n") < number:
            if not select.select([words], [], [], DEADLINE)[0]:
                raise RuntimeError(f"only {len(seen) // 5} views came up")
            seen += os.read(words, 65536)
        os.close(words)

    def mount_times(self, rounds):
        return self.times([f"{self.helpers}/mounttime", str(rounds), "/media/place"])

    def close(self):
        self.live(0)
        self.busypy("disable", "--quiet")


def main():
    machine = Machine(json.loads(sys.argv[1]))
    do = {"check": machine.check, "run": machine.run, "live": machine.live,
          "mount_times": machine.mount_times}
    print(json.dumps({"mounts": machine.mounts}), flush=True)
    for line in sys.stdin:
        words = json.loads(line)
        print(json.dumps(do[words[0]](*words[1:])), flush=True)
    machine.close()


if __name__ == "__main__":
    main()
