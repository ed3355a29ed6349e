#!/usr/bin/python3
"""The shell at a real terminal: editing, job control, completion, resize.

Nothing sleeps: all waits have a deadline.
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness

DEADLINE = harness.patient(10)
PROMPT = "ready> "
PROGRAMS = {
    "front": "import os\n"
             'print("front", os.tcgetpgrp(0) == os.getpgrp(), os.getpgrp() == os.getpid())\n',
    "waits": 'import sys, time\nprint("waiting", flush=True)\nwhile True:\n    time.sleep(60)\n',
    "upper": 'import sys\nfor line in sys.stdin:\n    print(line.upper(), end="", flush=True)\n',
    "spew": 'while True:\n    print("y")\n',
    "asks": 'print("got", input("name? "))\n',
}


class Terminal:
    """A shell on a pseudo-terminal."""

    def __init__(self, place, *args, **env):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            shell = os.path.join(place, "bin", "shell")
            os.chdir(os.path.join(place, "work"))
            values = harness.environment(PATH=os.path.join(place, "bin") + ":/usr/bin:/bin",
                                         HOME=place, PS1=PROMPT, **env)
            os.execve(shell, ["shell", *args], values)
        self.resize(24, 200)
        self.expect(PROMPT)

    def send(self, text):
        os.write(self.fd, text.encode())

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_some(self, end):
        left = end - time.monotonic()
        if left <= 0 or not select.select([self.fd], [], [], left)[0]:
            raise AssertionError("deadline; seen: %r" % self.seen)
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""      # the other side was closed
        if not data:
            raise AssertionError("closed; seen: %r" % self.seen)
        self.seen += data.decode("utf-8", "replace")

    def expect(self, text):
        """Wait until text was printed; what came before it."""
        end = time.monotonic() + DEADLINE
        while text not in self.seen:
            self.read_some(end)
        before, _, self.seen = self.seen.partition(text)
        return before

    def run(self, line):
        """Type a line; its output up to the next prompt."""
        self.send(line + "\n")
        output = self.expect(PROMPT)
        return output.partition("\n")[2].replace("\r", "")

    def interrupt(self, answer=PROMPT):
        """^C while the shell sleeps: Python's readline misses a signal while it handles a key."""
        self.wait_state("S")
        self.send("\x03")
        return self.expect(answer)

    def wait_state(self, letter, pid=None):
        """Wait until a process (default: the shell) is in a state of /proc/PID/stat."""
        end = time.monotonic() + DEADLINE
        while True:
            with open("/proc/%d/stat" % (pid or self.pid)) as file:
                state = file.read().rpartition(")")[2].split()[0]
            if state in letter:
                return
            assert time.monotonic() < end, "state %s, not %s" % (state, letter)
            os.sched_yield()

    def end(self):
        """Hang up; the shell must go."""
        os.close(self.fd)
        end = time.monotonic() + DEADLINE
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError("the shell did not end when its terminal was lost")
            os.sched_yield()


def same(actual, wanted):
    assert actual == wanted, "%r is not %r" % (actual, wanted)


def has(text, part):
    assert part in text, "%r not in %r" % (part, text)


def test_prompt_and_command(t):
    same(t.run("echo a b"), "a b\n")
    same(t.run(""), "")


def test_editing_keys(t):
    same(t.run("echo abX\x7fc"), "abc\n")
    same(t.run("cho start\x01e\x05 end"), "start end\n")
    same(t.run("echo one two\x17three"), "one three\n")
    same(t.run("echo gone\x15echo kept"), "kept\n")
    same(t.run("echo ac\x1b[Db"), "abc\n")


def test_history_keys(t):
    t.run("echo first")
    t.run("echo second")
    same(t.run("\x1b[A\x1b[A"), "first\n")
    same(t.run("\x10"), "first\n")
    same(t.run("\x12sec\x05"), "second\n")


def test_fc(t):
    t.run("echo alpha")
    t.run("echo beta")
    has(t.run("fc -l"), "echo alpha")
    same(t.run('fc -s alpha=gamma "echo a"'), "echo gamma\ngamma\n")
    same(t.run("fc -ln -1 -1"), "\tfc -ln -1 -1\n")


def test_multi_line_and_ps2(t):
    t.send("for i in 1 2\n")
    t.expect("> ")
    t.send("do echo n$i\n")
    t.expect("> ")
    same(t.run("done"), "n1\nn2\n")
    t.send("echo 'a\n")
    t.expect("> ")
    same(t.run("b'"), "a\nb\n")


def test_syntax_error_is_survived(t):
    has(t.run("echo )"), "syntax error")
    same(t.run("echo $?"), "2\n")
    has(t.run("echo ${x?gone}; echo no"), "gone")
    same(t.run("echo alive"), "alive\n")


def test_interrupt_at_the_prompt(t):
    t.send("echo never")
    t.expect("never")
    t.interrupt()
    t.send("echo status $?\n")
    t.expect("status 130\r\n")


def test_interrupt_in_a_continued_command(t):
    t.send("if true\n")
    t.expect("> ")
    t.interrupt()
    t.send("echo fresh\n")
    t.expect("\r\nfresh\r\n")


def test_interrupt_of_a_program(t):
    for command in ("cat", "sleep 100") * 3:
        t.send("echo run; " + command + "\n")
        t.expect("run\r\n")
        t.send("\x03")
        t.expect(PROMPT)
        same(t.run("echo $?"), "130\n")


def test_interrupt_of_a_tree_program(t):
    t.send("waits\n")
    t.expect("waiting\r\n")
    t.send("\x03")
    has(t.expect(PROMPT), "KeyboardInterrupt")
    same(t.run("echo $?"), "130\n")


def test_interrupt_of_a_loop(t):
    t.send("while :; do :; done\n")
    t.expect("\n")
    t.send("echo typed ahead\n")
    t.send("\x03")
    t.expect(PROMPT)
    t.run("")
    same(t.run("echo out"), "out\n")


def test_interrupt_ends_the_list(t):
    t.send("for i in 1 2 3; do echo it$i; cat; done; echo after\n")
    t.expect("it1\r\n")
    t.send("\x03")
    out = t.expect(PROMPT)
    assert "it2" not in out and "after" not in out, out


def test_trap_int(t):
    t.run('trap "echo trapped" INT')
    t.interrupt(answer="trapped")
    t.expect(PROMPT)
    t.send("kill -INT $$; echo x\n")
    t.expect("x\r\n")
    t.expect("trapped")
    t.expect(PROMPT)
    t.run("trap - INT")


def test_stop_and_fg(t):
    t.send("echo go; cat\n")
    t.expect("go\r\n")
    t.send("abc\n")
    t.expect("abc\r\nabc\r\n")
    t.send("\x1a")
    has(t.expect(PROMPT), "[1]+ Stopped")
    same(t.run("echo $?"), "148\n")
    has(t.run("jobs"), "[1]+ Stopped                cat\n")
    t.send("fg\n")
    t.expect("cat\r\n")
    t.send("more\n")
    t.expect("more\r\nmore\r\n")
    t.send("\x04")
    t.expect(PROMPT)
    same(t.run("echo $?; jobs"), "0\n")


def test_stop_a_tree_program(t):
    t.send("waits\n")
    t.expect("waiting\r\n")
    t.send("\x1a")
    has(t.expect(PROMPT), "[1]+ Stopped                waits")
    t.send("fg\n")
    t.expect("waits\r\n")
    t.send("\x03")
    t.expect(PROMPT)
    same(t.run("echo $?"), "130\n")


def test_bg(t):
    t.send("waits 1\n")
    t.expect("waiting\r\n")
    t.send("\x1a")
    t.expect("Stopped")
    t.expect(PROMPT)
    same(t.run("bg"), "[1] waits 1\n")
    has(t.run("jobs"), "[1]+ Running                waits 1")
    has(t.run("kill %1; wait %1; echo $?"), "143")
    same(t.run("jobs"), "")


def test_async_and_notification(t):
    has(t.run("sleep 100 &"), "[1] ")
    pid = int(t.run("echo $!"))
    t.run("cat &")          # reads the terminal: stopped by SIGTTIN
    t.run("kill $!; kill -CONT $!; wait $!")
    os.kill(pid, signal.SIGTERM)
    t.wait_state("Z", pid)
    has(t.run(""), "Terminated")


def test_notify_at_once(t):
    t.run("set -b; mkfifo pipe; cat pipe &")
    with open("/proc/%d/cwd/pipe" % t.pid, "w") as file:
        file.write("through\n")
    t.expect("Done")
    t.run("rm pipe")


def test_background_reader_is_stopped(t):
    t.run("cat &")
    pid = int(t.run("echo $!").split()[0])
    t.wait_state("T", pid)
    has(t.run("jobs"), "Stopped (SIGTTIN)")
    t.send("fg\n")
    t.expect("cat\r\n")
    t.send("\x04")
    t.expect(PROMPT)


def test_job_names(t):
    t.run("sleep 101 & sleep 102 &")
    has(t.run("jobs %1"), "sleep 101")
    has(t.run("jobs | cat"), "sleep 102")
    has(t.run('echo "$(jobs)"'), "sleep 102")
    has(t.run("jobs %?102"), "sleep 102")
    has(t.run("jobs -l"), "[1]- ")
    same(len(t.run("jobs -p").split()), 2)
    t.run("kill %1 %2; wait")


def test_pipeline_stopped_half_way(t):
    t.send("cat | upper\n")
    t.expect("upper\r\n")
    t.send("one\n")
    t.expect("ONE\r\n")
    t.send("\x1a")
    has(t.expect(PROMPT), "Stopped                cat | upper")
    t.send("fg\n")
    t.expect("upper\r\n")
    t.send("two\n")
    t.expect("TWO\r\n")
    t.send("\x04")
    t.expect(PROMPT)
    same(t.run("echo $?"), "0\n")


def test_part_of_a_pipeline_stops(t):
    t.send("spew | sh -c 'echo up $$: >&2; kill -STOP $$; head -n 1'\n")
    t.expect("\r\nup ")
    t.wait_state("T", int(t.expect(":")))
    t.send("\x1a")
    has(t.expect(PROMPT), "Stopped")
    t.send("fg\n")
    t.expect("y\r\n")
    t.expect(PROMPT)


def test_foreground_group(t):
    same(t.run("front"), "front True True\n")
    same(t.run("(front; :)"), "front True False\n")
    same(t.run("front | cat"), "front True True\n")
    same(t.run("x=$(front); echo $x"), "front True False\n")


def test_stop_signals_in_programs(t):
    has(t.run('sh -c "trap" ; grep SigIgn /proc/self/status'), "SigIgn:\t0000000000000000")


def test_terminal_modes_are_restored(t):
    t.send("sh -c 'stty -echo -icanon; kill -STOP $$; stty sane'\n")
    t.expect("Stopped")
    t.expect(PROMPT)
    has(t.run('stty -a | tr ";" "\\n"'), " echo ")
    t.run("fg")


def test_reading_program(t):
    t.send("asks\n")
    t.expect("name? ")
    t.send("me\n")
    has(t.expect(PROMPT), "got me")


def test_read_builtin(t):
    t.send("read x\n")
    t.expect("\n")
    t.run("value")
    same(t.run("echo $x"), "value\n")
    t.send("read x\n")
    t.expect("\n")
    t.send("\x03")
    t.expect(PROMPT)
    same(t.run("echo $?"), "130\n")


def test_wait_is_interrupted(t):
    t.run("sleep 100 &")
    t.send("wait\n")
    t.expect("wait\r\n")
    t.send("\x03")
    t.expect(PROMPT)
    t.run("kill %1; wait")


def test_completion_of_files(t):
    t.run('mkdir -p some_directory; : > "some file with blanks"; : > some_directory/inner')
    same(t.run("echo some\\ f\t"), "some file with blanks\n")
    same(t.run("echo some_d\tin\t"), "some_directory/inner\n")
    same(t.run('echo "some f\t'), "some file with blanks\n")
    t.run("rm -r some*")


def test_completion_of_commands_and_variables(t):
    t.run("a_long_function_name() { echo called; }; A_LONG_VARIABLE=v")
    same(t.run("a_long_f\t"), "called\n")
    same(t.run("true; a_long_f\t"), "called\n")
    same(t.run("echo $A_LONG_V\t"), "v\n")
    same(t.run("fron\t"), "front True True\n")


def test_resize(t):
    t.resize(33, 77)
    t.send("stty size\n")
    t.expect("33 77\r\n")
    t.expect(PROMPT)
    t.send("echo some")
    t.expect("some")
    t.resize(40, 120)
    t.send(" text\n")
    t.expect("\r\nsome text\r\n")
    t.expect(PROMPT)
    t.send("stty size\n")
    t.expect("40 120\r\n")
    t.expect(PROMPT)
    t.run('trap "echo resized" WINCH')
    t.send("waits\n")
    t.expect("waiting\r\n")
    t.resize(41, 121)
    t.send("\x03")
    t.expect(PROMPT)
    t.run("trap - WINCH")


def test_closed_pipe_is_silent(t):
    same(t.run("while :; do echo y; done | head -n 1"), "y\n")
    same(t.run("yes | head -n 1"), "y\n")


def test_alias_and_options(t):
    t.run('alias hi="echo hello"')
    same(t.run("hi there"), "hello there\n")
    has(t.run("echo $-"), "i")
    has(t.run("echo $-"), "m")
    t.run("set -o vi")
    same(t.run("echo abd\x1brc"), "abc\n")
    t.run("set -o emacs")


def test_prompt_expansion(t):
    t.run("N=5")
    t.send("PS1='n=$N> '\n")
    t.expect("n=5> ")
    t.send('mkdir -p "a\\$N"; HOME=$PWD; cd a*; PS1=\'\\w:\\W\\\\!!> \'\n')
    t.expect("~/a$N:a$N\\!> ")
    t.send("cd ..; rmdir a*; N=5\n")
    t.expect("~:~\\!> ")
    t.send("PS1='%s'\n" % PROMPT)
    t.expect("'\r\n")
    t.expect(PROMPT)


def test_no_job_control(t):
    t.run("set +m")
    same(t.run("front"), "front True False\n")
    has(t.run("fg"), "no job control")
    t.run("set -m")
    same(t.run("front"), "front True True\n")


def test_big_paste(t):
    for i in range(30):
        t.send("echo pasted%d\n" % i)
    t.expect("\r\npasted29\r\n")
    t.expect(PROMPT)


def test_exit_with_stopped_jobs(t):
    t.send("waits\n")
    t.expect("waiting\r\n")
    t.send("\x1a")
    t.expect(PROMPT)
    has(t.run("exit"), "stopped jobs")
    t.run("kill -9 %1; wait")


def finished(place):
    """Things that end a shell, each in one of its own."""
    def end_of_input():
        t = Terminal(place)
        t.run("(exit 4)")
        t.send("\x04")
        same(os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1]), 4)
        os.close(t.fd)

    def exit_command():
        t = Terminal(place)
        t.send('trap "echo bye" EXIT\n')
        t.expect(PROMPT)
        t.send("exit 7\n")
        t.expect("bye")
        same(os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1]), 7)
        os.close(t.fd)

    def history_file():
        for name in ("one", "two"):
            t = Terminal(place, HISTFILE=os.path.join(place, "history"))
            if name == "two":
                same(t.run("\x10\x10"), "kept line\n")
            t.run("echo kept line")
            t.send("exit\n")
            os.waitpid(t.pid, 0)
            os.close(t.fd)

    def history_of_a_lost_terminal():
        t = Terminal(place, HISTFILE=os.path.join(place, "history2"))
        t.run("echo kept too")
        t.run("sleep 100 &")
        pid = int(t.run("echo $!").split()[0])
        t.end()
        with open(os.path.join(place, "history2"), encoding="utf-8") as file:
            has(file.read(), "echo kept too\n")
        assert not os.path.exists("/proc/%d" % pid) or t.wait_state("Z", pid) is None

    def env_file():
        with open(os.path.join(place, "envfile"), "w", encoding="utf-8") as file:
            file.write('alias fromenv="echo env alias"\n')
        t = Terminal(place, ENV="$HOME/envfile")
        same(t.run("fromenv"), "env alias\n")
        t.end()

    def lost_terminal():
        t = Terminal(place)
        t.send("cat\n")
        t.expect("cat\r\n")
        t.end()

    def ignoreeof():
        t = Terminal(place)
        t.run("set -o ignoreeof")
        t.send("\x04")
        t.expect("exit")
        t.expect(PROMPT)
        t.end()
    return (end_of_input, exit_command, history_file, history_of_a_lost_terminal, env_file,
            lost_terminal, ignoreeof)


def main():
    tap = harness.Tap()
    place = tempfile.mkdtemp(prefix="shell-terminal.")
    try:
        os.mkdir(os.path.join(place, "bin"))
        os.mkdir(os.path.join(place, "work"))
        shutil.copy(harness.SHELL, os.path.join(place, "bin", "shell"))
        os.symlink("shell", os.path.join(place, "bin", "sh"))
        for name, text in PROGRAMS.items():
            path = os.path.join(place, "bin", name)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/usr/bin/python3\n" + text)
            os.chmod(path, 0o755)
        wanted = sys.argv[1:]
        for name, test in sorted(globals().items()):
            if name.startswith("test_") and (not wanted or any(w in name for w in wanted)):
                tap.check("terminal: " + name[5:].replace("_", " "),
                          lambda: with_terminal(place, test))
        for test in finished(place):
            if not wanted or any(w in test.__name__ for w in wanted):
                tap.check("terminal: " + test.__name__.replace("_", " "), test)
    finally:
        shutil.rmtree(place)
    return tap.finish()


def with_terminal(place, test):
    terminal = Terminal(place)
    try:
        test(terminal)
    except BaseException:
        os.kill(terminal.pid, signal.SIGHUP)
        os.kill(terminal.pid, signal.SIGKILL)
        os.waitpid(terminal.pid, 0)
        os.close(terminal.fd)
        raise
    terminal.end()


if __name__ == "__main__":
    sys.exit(main())
