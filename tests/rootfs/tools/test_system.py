"""Programs that change or show the whole system, in throw-away namespaces and terminals."""

import os
import pty
import re
import signal
import struct
import subprocess

from tap import HERE, ROOTFS, Tests, check, command, environment, path, run, same, sandbox, until

test = Tests()
IMPORTS = "import os, signal, subprocess\nfrom tap import *\n"


def in_sandbox(script):
    done = sandbox(IMPORTS + script)
    same(done.status, 0, done.err.decode("utf-8", "replace"))


@test
def mount_and_umount():
    in_sandbox(r"""
os.mkdir('m'); os.mkdir('b')
def ok(*words):
    done = run(*words); same((done.status, done.err), (0, b''), words); return done.out.decode()
ok('mount', '-t', 'tmpfs', '-o', 'size=1m,nosuid', 'name', 'm')
here = os.path.realpath('m')
check('name on %s type tmpfs (rw,nosuid,relatime,size=1024k' % here in ok('mount'), ok('mount'))
open('m/x', 'w').close()
ok('mount', '--bind', '-o', 'ro', 'm', 'b')
check(os.path.exists('b/x'))
same(run('touch', 'b/y').err, b"touch: cannot touch 'b/y': Read-only file system\n")
ok('mount', '-o', 'remount,ro', 'm')
same(run('touch', 'm/y').status, 1)
ok('mount', '--make-shared', 'm')
check(any(' ' + here + ' ' in l and 'shared:' in l for l in open('/proc/self/mountinfo')))
ok('umount', 'b'); ok('umount', '-l', here)
same(run('umount', 'm').err, b"umount: can't unmount m: Invalid argument\n")
same(run('mount', '-t', 'nosuch', 'a', 'm').err, b"mount: mounting a on m failed: No such device\n")
same(run('mount', '-t', 'nosuch', 'a', 'm').status, 32)
same(run('mount', '/nowhere').err, b"mount: can't find /nowhere in /etc/fstab\n")
subprocess.run(['mount', '-t', 'tmpfs', 'none', '/mnt'], check=True)
open('/mnt/fstab', 'w').write('# comment\none\\040two %s tmpfs size=64k 0 0\n'
                              'x /nope tmpfs noauto\n' % here)
open('/mnt/passwd', 'w').write('root:x:0:0::/:/bin/sh\n')
subprocess.run(['mount', '--bind', '/mnt', '/etc'], check=True)
ok('mount', '-a'); check('one two on ' + here in ok('mount')); ok('mount', '-a')
same(ok('mount').count(here), 1)
run('umount', '-a', '-t', 'tmpfs'); check(here not in ok('mount'))
""")


@test
def halt_poweroff_and_reboot_signal_pid_1():
    in_sandbox(r"""
got = []
for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM):
    signal.signal(number, lambda n, frame: got.append(n))
same(os.getpid(), 1)
for name, number in (('halt', signal.SIGUSR1), ('poweroff', signal.SIGUSR2),
                     ('reboot', signal.SIGTERM)):
    done = run(name, '-n'); same((done.status, done.err), (0, b''))
    same(got.pop(), number, name)
same(run('halt', '-w').status, 0); same(got, [])
""")


@test
def reboot_f_ends_a_pid_namespace():
    done = sandbox(IMPORTS + "run('reboot', '-fn')\nimport time\nwhile True: signal.pause()\n")
    check(done.status not in (0, 1), done)


@test
def hostname_and_dmesg():
    done = sandbox(IMPORTS + r"""
same(run('hostname', 'first.example').status, 0)
same(run('hostname').out, b'first.example\n')
same(run('hostname', '-s').out, b'first\n')
open('h', 'w').write('# no\nother\n'); run('hostname', '-F', 'h')
same(run('uname', '-n').out, b'other\n')
""", flags=("-Urnmpfu", "--mount-proc"))
    same(done.status, 0, done.err.decode())
    found = run("dmesg")
    check(found.status == 0 and re.match(rb"\[ *\d+\.\d{6}\] ", found.out), found)


@test
def ps_shows_threads_of_this_test_and_odd_names():
    process = subprocess.Popen(["sleep", "77"])
    try:
        found = run("ps", "-o", "pid,ppid,args", "-p", str(process.pid))
        same(found.out.split(b"\n")[1].split(), [b"%d" % process.pid, b"%d" % os.getpid(),
                                                 b"sleep", b"77"])
        check(b"%d" % process.pid in run("ps", "-e").out)
        check(b"sleep 77" in run("ps", "aux").out)
        same(run("ps", "-p", "99999999").status, 1)
    finally:
        process.kill()
        process.wait()
    same(run("ps", "-o", "bogus").err,
         b'ps: unknown user-defined format specifier "bogus"\n')


@test
def kill_reaches_process_groups():
    process = subprocess.Popen(["sh", "-c", "sleep 60 & wait"], start_new_session=True)
    same(run("kill", "-9", "--", "-%d" % process.pid).status, 0)
    same(process.wait(10), -9)
    same(run("kill", "-s", "nosig", "1").err, b"kill: 'nosig': invalid signal\n")


@test
def smoke_is_stable_and_says_what_is_broken():
    first, second = run("smoke").out, run("smoke").out
    same(first, second)
    head = first.split(b"# this machine")[0]
    check(b"Requesting program interpreter" in head and os.uname().release.encode() not in head)
    check(first.endswith(b"# passed\n"), first[-200:])
    full = run("smoke", "--modules", timeout=60)
    check(b"json: ok\n" in full.out and b"\nuname: " in full.out, full)


@test
def etc_is_complete_and_understood():
    etc = os.path.join(ROOTFS, "etc")
    with open(etc + "/inittab") as file:
        for line in file:
            if not line.startswith("#"):
                fields = line.rstrip("\n").split(":", 3)
                check(len(fields) == 4 and fields[2] in ("sysinit", "respawn", "ctrlaltdel",
                                                         "shutdown"), line)
                name = fields[3].split(" ")[0].lstrip("-")
                check(name in ("/bin/shell",) or os.access(ROOTFS + name, os.X_OK), name)
    with open(etc + "/passwd") as file:
        check(all(len(line.split(":")) == 7 for line in file))
    with open(etc + "/group") as file:
        check(all(len(line.split(":")) == 4 for line in file))
    done = subprocess.run(["sh", "-euc", ". %s/profile; echo $PATH $HOME" % etc], env=dict(
        environment(), HOME="/h"), stdout=subprocess.PIPE)
    check(done.stdout.endswith(b"/sbin:/bin:/usr/sbin:/usr/bin /h\n"), done)


@test
def rcs_reports_every_step():
    in_sandbox(r"""
import tap
env = environment(PATH='%s/bin:%s/sbin:/usr/bin:/bin' % (tap.ROOTFS, tap.ROOTFS))
subprocess.run(['mount', '-t', 'tmpfs', 'none', '/mnt'], check=True)
os.mkdir('/mnt/init.d')
open('/mnt/init.d/S10good', 'w').write('#!/bin/sh\necho good $1\n')
open('/mnt/init.d/S20bad', 'w').write('#!/bin/sh\nexit 3\n')
for name in os.listdir('/mnt/init.d'):
    os.chmod('/mnt/init.d/' + name, 0o755)
subprocess.run(['mount', '--bind', '/mnt', '/etc'], check=True)
done = subprocess.run([tap.PYTHON, tap.ROOTFS + '/etc/init.d/rcS'], env=env,
                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
same(done.returncode, 0, done)
for line in ('busypy: arch ' + os.uname().machine, 'busypy: kernel Linux', 'busypy: cpu ',
             'busypy: memory ', 'busypy: loopback: ok', 'good start',
             'busypy: start scripts: failed: /etc/init.d/S20bad start: status 3'):
    check(line in done.stdout, (line, done.stdout))
""")


class Terminal:
    """A program on a pseudo-terminal of 10 lines by 40 columns."""

    def __init__(self, words, rows=10, columns=40, env=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(words[0], words, environment(TERM="vt100", **(env or {})))
            finally:
                os._exit(127)
        self.resize(rows, columns)
        self.seen = b""

    def resize(self, rows, columns):
        import fcntl
        import termios
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        import select
        if select.select([self.fd], [], [], 0.05)[0]:
            try:
                self.seen += os.read(self.fd, 65536)
            except OSError:
                pass

    def expect(self, text, seconds=10):
        def there():
            self.read()
            return text in self.seen
        check(until(there, seconds), (text, self.seen[-600:]))
        self.seen = self.seen[self.seen.index(text) + len(text):]

    def type(self, text):
        os.write(self.fd, text)

    def wait(self):
        status = until(lambda: self.read() or os.waitpid(self.pid, os.WNOHANG)[0] and [True])
        os.close(self.fd)
        return status

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


@test
def less_scrolls_searches_resizes_and_quits():
    with open("text", "w") as file:
        file.writelines("line %d\n" % n for n in range(1, 101))
    terminal = Terminal(command("less", "text"))
    terminal.expect(b"line 1\r")
    terminal.expect(b":")
    terminal.type(b" ")
    terminal.expect(b"line 10\r")
    terminal.type(b"j")
    terminal.expect(b"line 19\r")
    terminal.type(b"/^line 50$\r")
    terminal.expect(b"line 50")
    terminal.type(b"G")
    terminal.expect(b"line 100")
    terminal.expect(b"(END)")
    terminal.type(b"g")
    terminal.expect(b"line 1\r")
    terminal.resize(20, 40)
    terminal.expect(b"line 19\r")
    terminal.type(b"/nowhere\r")
    terminal.expect(b"Pattern not found")
    terminal.type(b"q")
    check(terminal.wait())


@test
def less_ends_when_the_terminal_is_lost():
    with open("text", "w") as file:
        file.write("x\n" * 100)
    terminal = Terminal(command("less", "text"))
    terminal.expect(b":")
    os.close(terminal.fd)
    check(until(lambda: os.waitpid(terminal.pid, os.WNOHANG)[0]))


LOGIN = r"""
subprocess.run(['mount', '--make-rprivate', '/'], check=True)
subprocess.run(['mount', '-t', 'tmpfs', 'none', '/mnt'], check=True)
open('/mnt/passwd', 'w').write('root:x:0:0:root:/:/bin/sh\nopen::0:0:o:/nope:/bin/sh\n')
open('/mnt/group', 'w').write('root:x:0:\n')
open('/mnt/shadow', 'w').write('root:%s:1::::::\n')
subprocess.run(['mount', '--bind', '/mnt', '/etc'], check=True)
os.execv(PYTHON, command('login', *sys.argv[1:]))
"""
HASH = "$6$saltsalt$"


def login_terminal(*args):
    import ctypes
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    secret = library.crypt(b"secret", HASH.encode()).decode()
    source = "import sys; sys.path.insert(0, %r); sys.dont_write_bytecode = True\n" % HERE
    source += IMPORTS + LOGIN % secret
    # Root of a namespace made without help may not set groups, which a login has to.
    flags = ["-m"] if os.geteuid() == 0 else ["-Um", "--map-root-user", "--map-auto"]
    return Terminal(["/usr/bin/unshare", *flags, "/usr/bin/python3", "-c", source, *args])


@test
def login_checks_the_password_and_starts_a_login_shell():
    terminal = login_terminal()
    try:
        terminal.expect(b" login: ")
        terminal.type(b"root\n")
        terminal.expect(b"Password: ")
        terminal.type(b"secret\n")
        terminal.expect(b"# ")
        terminal.type(b"echo $0:$HOME:$USER:$PATH\n")
        terminal.expect(b"-sh:/:root:/sbin:/bin:/usr/sbin:/usr/bin")
        check(b"secret" not in terminal.seen)
    finally:
        terminal.end()


@test
def login_refuses_and_asks_again():
    terminal = login_terminal("root")
    try:
        terminal.expect(b"Password: ")
        terminal.type(b"wrong\n")
        terminal.expect(b"Login incorrect")
        terminal.expect(b" login: ")
        terminal.type(b"nobody-here\n")
        terminal.expect(b"Password: ")
    finally:
        terminal.end()


@test
def login_without_password_and_home():
    terminal = login_terminal("open")
    try:
        terminal.expect(b"No directory /nope, logging in with HOME=/")
        terminal.expect(b"# ")
    finally:
        terminal.end()


@test
def interrupt_ends_a_program_by_the_signal():
    process = subprocess.Popen(command("tee"), env=environment(), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"x")
    process.stdin.flush()
    same(process.stdout.read(1), b"x")  # it is past Python's own start
    process.send_signal(signal.SIGINT)
    same((process.wait(10), process.stderr.read()), (-2, b""))
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()


@test
def every_program_has_help_and_refuses_a_wrong_option():
    names = sorted(name for folder in ("bin", "sbin") for name in os.listdir(
        os.path.join(ROOTFS, folder)) if name not in ("shell", "sh"))
    for name in names:
        if name.endswith("-init"):
            continue
        check(os.access(path(name), os.X_OK), name)
        if name in ("true", "false", "echo", "test", "["):
            continue
        done = run(name, "--help")
        same((done.status, done.err), (0, b""), name)
        check(done.out.startswith(b"usage: "), (name, done.out))
        if name in ("yes", "printf", "find", "kill", "chmod", "seq"):
            continue
        done = run(name, "--nonsense")
        check(done.status in (1, 2, 125), (name, done))
        check(done.err.startswith(name.encode() + b": "), (name, done))


@test
def manual_page_has_every_program_and_option():
    with open(os.path.join(os.path.dirname(ROOTFS), "man", "userland.7")) as file:
        page = file.read()
    for folder in ("bin", "sbin"):
        for name in os.listdir(os.path.join(ROOTFS, folder)):
            if name in ("shell", "sh", "true", "false", "echo", "test", "[") or \
                    name.endswith("-init"):
                continue
            title = r"^\.Ss (?:[^\n]*, )?%s(?:, [^\n]*)?\n" % re.escape(name)
            part = re.search(title + r"(.*?)(?=^\.S[sh] )", page, re.M | re.S)
            check(part, name)
            for option in re.findall(r"^  (-\S+)", run(name, "--help").out.decode(), re.M):
                option = re.sub(r"[,=\[].*", "", option)
                wanted = "Fl Fl " + option[2:] if option[1] == "-" else "Fl " + option[1:]
                check(re.search(re.escape(wanted) + r"(\s|$)", part[1], re.M), (name, option))


if __name__ == "__main__":
    test.main()
