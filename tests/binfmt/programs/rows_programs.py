"""Programs of the host: found, started, and the same as ever."""
import os
import pty
import re
import subprocess
import tempfile
import time

from rows_common import GIT, out, plain, sh, whose

ROWS = []


def row(function):
    ROWS.append(function)
    return function


def repository():
    """A folder `r` with one commit."""
    if not os.path.isdir("r"):
        sh("git init -q r && echo x >r/f && git -C r add f && git -C r commit -qm m", env=GIT)


@row
def git_status(here):
    repository()
    with open("r/new", "w", encoding="ascii") as file:
        file.write("y")
    answer = out("git", "-C", "r", "status", "--porcelain", "-b", env=GIT)
    os.unlink("r/new")
    return answer


@row
def git_clone_and_hook(here):
    repository()
    with open("r/.git/hooks/post-checkout", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\necho hook of $(readlink -f /proc/$$/exe)\n")
    os.chmod("r/.git/hooks/post-checkout", 0o755)
    answer = [out("/usr/bin/git", "clone", "-q", "r", "c", env=GIT), sorted(os.listdir("c")),
              out("git", "-C", "r", "checkout", "-q", "-b", "x", env=GIT)]
    os.unlink("r/.git/hooks/post-checkout")
    sh("rm -rf c; git -C r checkout -q - && git -C r branch -q -D x", env=GIT)
    return answer


@row
def git_hook_in_python(here):
    repository()
    hook = "r/.git/hooks/pre-commit"
    with open(hook, "w", encoding="ascii") as file:
        file.write("#!/usr/bin/python3\nimport platform, sys\nprint(platform.python_version())\n")
    os.chmod(hook, 0o755)
    answer = out("git", "-C", "r", "commit", "--allow-empty", "-qm", "n", env=GIT)
    os.unlink(hook)
    return answer


@row
def rsync(here):
    repository()
    return [out("rsync", "-a", "r/", "copy/"), sorted(os.listdir("copy"))]


@row
def rsync_through_a_shell(here):
    repository()
    with open("shell", "w", encoding="ascii") as file:
        file.write('#!/bin/sh\nshift\nexec "$@"\n')
    os.chmod("shell", 0o755)
    return [out("rsync", "-a", "-e", "./shell", "host:" + os.getcwd() + "/r/f", "over/"),
            os.listdir("over")]


@row
def tar(here):
    repository()
    return sh("tar czf r.tgz r && tar tzf r.tgz | grep -c hooks; tar cJf r.txz r && echo xz")


@row
def ssh_version(here):
    return out("ssh", "-V")


@row
def ssh_key(here):
    return [out("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key", "-C", "c"),
            out("ssh-keygen", "-lf", "key.pub").split()[-2:]]


@row
def systemctl_version(here):
    return out("systemctl", "--version")


@row
def systemctl_running(here):
    return out("systemctl", "is-system-running")


def sudo(*command):
    """Without LD_PRELOAD, of which ld.so complains for such programs."""
    env = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    return out("sudo", "-n", *command, env=env)


@row
def sudo_true(here):
    return sudo("true")


@row
def sudo_identity(here):
    return sudo("id")


@row
def sudo_nested(here):
    return whose(sudo(here + "/nested", "by sudo"))


@row
def program_of_apt(here):
    """A Python program of the host whose modules only the host's Python has."""
    return out("/usr/bin/apt-listchanges", "--help")[:60]


@row
def python_script_of_host(here):
    return out("/srv/host/by-path")


@row
def python_script_of_host_by_env(here):
    return out("/srv/host/by-env")


@row
def python_by_name(here):
    return out("python3", "-c", "import sys; print(sys.executable, sys.version.split()[0])")


@row
def python_by_path(here):
    return out("/usr/bin/python3", "-c", "import sys; print(sys.executable, sys.prefix)")


@row
def addresses(here):
    return out("ip", "-br", "addr", "show", "lo")  # others come and go


@row
def openssl(here):
    return out("openssl", "dgst", "-sha256", "/etc/passwd")


@row
def make(here):
    with open("Makefile", "w", encoding="ascii") as file:
        file.write("all:\n\t@echo made by $(MAKE_COMMAND)\n")
    return out("make", "-s")


@row
def find_and_xargs(here):
    return sh("find /etc -maxdepth 1 -name 'host*' | sort | xargs ls -ld")


@row
def absolute_paths(here):
    return [out("/usr/bin/env", "echo", "a"), out("/bin/echo", "b"), out("/usr/sbin/ip", "-V"),
            os.path.exists("/usr/bin/git"), out("ls", "-l", "/usr/bin/git")]


@row
def pipeline(here):
    repository()
    return sh("git -C r log --oneline | wc -l | tr -d ' '", env=GIT)


@row
def pipeline_that_breaks(here):
    return sh("yes | head -n 2; echo $?")


@row
def exit_statuses(here):
    return [subprocess.run(["sh", "-c", script], check=False).returncode
            for script in ("exit 7", "kill -TERM $$", "exit 127")]


@row
def missing_program(here):
    return out("no-such-program")


@row
def not_executable(here):
    with open("text", "w", encoding="ascii") as file:
        file.write("echo from a shell\n")
    return out("./text")


@row
def large_environment(here):
    big = {f"B{i}": "x" * 100000 for i in range(9)}
    return len(out("sh", "-c", "env | grep ^B", env=dict(os.environ, **big)))


@row
def large_output(here):
    return len(sh("head -c 3000000 /dev/zero | tr '\\0' a"))


@row
def system_and_popen(here):
    with os.popen("git --version") as pipe:
        return [os.system("exit 3"), pipe.read()]


@row
def executed_in_place(here):
    pid, end = pty.fork()
    if not pid:
        os.execvp("git", ["git", "--version"])
    return [read_until(end, "\n"), os.waitpid(pid, 0)[1]]


@row
def spawned(here):
    pid = os.posix_spawnp("git", ["git", "--version"], os.environ,
                          file_actions=[(os.POSIX_SPAWN_OPEN, 1, "said", os.O_CREAT | os.O_WRONLY,
                                         0o600)])
    status = os.waitpid(pid, 0)[1]
    with open("said", encoding="ascii") as file:
        return [status, file.read()]


@row
def locale_of_host(here):
    return sh("LC_ALL=C.UTF-8 locale charmap; locale -a | sort; LC_ALL=C.UTF-8 sort -f /etc/group")


@row
def time_zone(here):
    return sh("TZ=Europe/Berlin date -d @0")


@row
def users_by_getent(here):
    return sh("getent passwd root u; id; id u")


@row
def disk_free(here):
    return [out("df", "--output=source,target,size", "/"), os.statvfs("/").f_blocks]


@row
def os_release(here):
    return sh("cat /etc/os-release")


@row
def shell(here):
    return out("readlink", "-f", "/bin/sh", "/lib", "/usr", "/lib64")


@row
def rename_between_top_directories(here):
    with tempfile.TemporaryDirectory(dir="/tmp") as old, \
            tempfile.TemporaryDirectory(dir="/var/tmp") as new:
        with open(old + "/file", "w", encoding="ascii"):
            pass
        os.rename(old + "/file", new + "/file")
    return "renamed"


@row
def user_namespace(here):
    return out("unshare", "-Ur", "id", "-u")


@row
def mount_reaches_the_host(here):
    os.makedirs("m", exist_ok=True)
    answer = out("mount", "-t", "tmpfs", "fromscript", "m")
    seen = sh(f"grep -c fromscript /proc/{os.getppid()}/mountinfo")
    out("umount", "m")
    return [plain(answer, os.getcwd()), seen]


@row
def nohup_timeout_setsid_nice(here):
    return whose(sh(f"nohup timeout 60 setsid -w nice {here}/nested through four 2>/dev/null"))


@row
def nested_by_path(here):
    return whose(out(here + "/nested", "a", "b c"))


@row
def nested_by_name(here):
    return whose(out("nested", "a"))


@row
def nested_by_relative_path(here):
    return whose(out("./nested", "a", cwd=here))


@row
def nested_by_link(here):
    os.symlink(here + "/nested", "link")
    return whose(out("./link", "a"))


@row
def nested_through_host_programs(here):
    return whose(sh(f"echo x | xargs env -u FOO {here}/nested | cat; "
                    f"find {here} -name nested -exec '{{}}' found ';'"))


@row
def nested_in_another_directory(here):
    return whose(out(here + "/nested", cwd="/usr/share"))


def read_until(end, wanted, seconds=60):
    """What a terminal shows until it has that; all of it if it ends."""
    text, deadline = "", time.monotonic() + seconds
    while not re.search(wanted, text):
        if time.monotonic() > deadline:
            return "gave up: " + text
        try:
            data = os.read(end, 1000)
        except OSError:
            break
        if not data:
            break
        text += data.decode()
    return text


@row
def interrupted_at_a_terminal(here):
    pid, end = pty.fork()
    if not pid:
        os.execv(here + "/held", [here + "/held"])
    shown = read_until(end, "ready\r\n")
    os.write(end, b"\x03")
    shown += read_until(end, "interrupted\r\n")
    shown = shown.replace("^C", "")  # the signal may discard its echo
    return [shown, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]


def panes(socket, wanted, seconds=60):
    """Waits until the pane shows that; after fg, until its terminal is no longer the shell's, too:
    ^C would be the shell's own."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        shown = out("tmux", "-S", socket, "capture-pane", "-p")
        whose_terminal = out("tmux", "-S", socket, "display-message", "-p",
                             "#{pane_current_command}")
        if re.search(wanted, shown) and ("fg" not in wanted or whose_terminal != "bash"):
            return True
    return shown


@row
def job_control_in_tmux(here):
    socket, answer = os.path.abspath("tmux"), []
    out("tmux", "-S", socket, "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "50",
        "env PS1='> ' bash --norc --noprofile -i")
    try:
        for keys, wanted in (
                (here + "/held", "ready"), ("C-z", "Stopped"), ("jobs -l", "Stopped"),
                ("fg", r"> fg\n\S*/held"), ("C-c", "interrupted"), ("echo is $?", "is 130")):
            words = [keys] if keys.startswith("C-") else [keys, "Enter"]
            out("tmux", "-S", socket, "send-keys", *words)
            answer.append(panes(socket, wanted))
    finally:
        out("tmux", "-S", socket, "kill-server")
    return answer
