"""The state of one shell, its options among it, and running text in it."""

import os

from busypy.sh import descriptor, programs, signals
from busypy.sh.error import CommandError, Exit, LoopJump, Return, ShellError
from busypy.sh.execute import Executor
from busypy.sh.expand import Expander, decode
from busypy.sh.jobs import Jobs
from busypy.sh.lexer import Lexer
from busypy.sh.parser import Parser
from busypy.sh.signals import Traps
from busypy.sh.variables import Variables

LINES_AT_ONCE = 64
LETTERS = {"a": "allexport", "b": "notify", "C": "noclobber", "e": "errexit", "f": "noglob",
           "h": "hashall", "m": "monitor", "n": "noexec", "u": "nounset", "v": "verbose",
           "x": "xtrace"}
# Options without a letter: their names are attributes themselves.
NAMED = ("ignoreeof", "nolog", "vi", "emacs", "pipefail", "exec")
# Fixed when the shell starts.
FIXED = {"i": "interactive", "s": "stdin"}
BY_NAME = {name: letter for letter, name in LETTERS.items()}
BY_NAME.update((name, name) for name in NAMED)


class Lines:
    """Input that is known: one line at a time, so that -v can show each when it is read."""

    def __init__(self, text, shell=None):
        self.text = text
        self.pos = 0
        self.shell = shell

    def more(self, continued):
        wanted = LINES_AT_ONCE if continued and not (self.shell and self.shell.options.v) else 1
        end = self.pos
        for _ in range(wanted):
            end = self.text.find("\n", end) + 1
            if not end:
                end = len(self.text)
                break
        line, self.pos = self.text[self.pos:end], end
        if line and self.shell and self.shell.options.v:
            self.shell.write(2, line)
        return line


class Blocking:
    """A context in which a signal with a handler ends the blocking call at once."""

    def __init__(self, traps):
        self.traps = traps

    def __enter__(self):
        self.traps.blocking += 1
        if self.traps.pending:      # it arrived just before
            self.traps.end_blocking(self.traps.pending[0])

    def __exit__(self, *_):
        self.traps.blocking = max(0, self.traps.blocking - 1)


class Options:
    """One boolean attribute per option, named by its letter or else its long name."""
    __slots__ = tuple(LETTERS) + NAMED + tuple(FIXED)

    def __init__(self):
        for name in self.__slots__:
            setattr(self, name, False)

    def letters(self):
        """The value of $-."""
        return "".join([c for c in "aibmCefhnsuvx" if getattr(self, c)])

    def set_letter(self, letter, value):
        """False if there is no such option."""
        if letter not in LETTERS:
            return False
        setattr(self, letter, value)
        return True

    def set_name(self, name, value):
        if name not in BY_NAME:
            return False
        setattr(self, BY_NAME[name], value)
        if value and name in ("vi", "emacs"):
            setattr(self, "vi" if name == "emacs" else "emacs", False)
        return True

    def listing(self):
        """(long name, value) pairs, sorted."""
        return [(name, getattr(self, BY_NAME[name])) for name in sorted(BY_NAME)]


class Shell:
    """Everything that a subshell inherits by being forked."""

    def __init__(self, arg0, args):
        self.arg0 = arg0
        self.args = args
        self.name = os.path.basename(arg0).lstrip("-") or "shell"
        self.options = Options()
        self.hash = {}
        self.getopts_column = 0
        self.line = 0
        self.vars = Variables(self)
        self.functions = {}
        self.aliases = {}
        self.status = 0
        self.last_async = None
        self.root_pid = os.getpid()
        self.interactive = False
        self.in_subshell = False
        self.function_depth = 0
        self.loop_depth = 0
        self.errexit_off = 0
        self.history = None
        self.stop_warned = 0
        self.warm = None
        self.traps = Traps(self)
        self.jobs = Jobs(self)
        self.expander = Expander(self)
        self.executor = Executor(self)
        self._blocking = Blocking(self.traps)

    # -- messages

    def write(self, fd, text):
        """Write to a descriptor; OSError tells why it failed."""
        descriptor.write_all(fd, os.fsencode(text))

    def complain(self, message, line=None):
        """A message in the usual form on stderr; there is no line before anything was run."""
        line = line or self.line
        where = "" if self.interactive or not line else "line %d: " % line
        self.complain_plain("%s: %s%s" % (self.name, where, message))

    def report(self, error):
        """Print an error, once: where its redirections still hold."""
        if not error.reported:
            error.reported = True
            self.complain(error.message, error.line)

    def complain_plain(self, text):
        try:
            self.write(2, text + "\n")
        except OSError:
            pass    # nobody reads it

    # -- running

    def run_source(self, source, tail=False):
        """Run commands from source to its end; the status of the last.

        tail: this process ends with that status, so the last command may replace it.
        """
        lexer = Lexer(source)
        parser = Parser(lexer, self.aliases)
        status = 0
        while True:
            command = parser.complete_command()
            if command is None:
                return status
            if self.options.n:
                continue
            last = tail and not self.options.v and lexer.at_end()
            if command.items:
                status = self.executor.run(command, last)

    def run_text(self, text):
        """eval, a trap's action: text as if it stood here. The line number stays."""
        return self.run_source(Lines(text))

    def protect(self, body):
        """Run body as the outermost thing of a (sub)shell; the status to leave with."""
        try:
            return body()
        except (Exit, Return) as end:
            return end.status
        except (ShellError, CommandError) as error:
            self.report(error)
            return error.status
        except LoopJump:
            return 0
        except RecursionError:
            self.complain("nested too deeply")
            return 2

    def finish(self, status):
        """The EXIT trap at the end of a (sub)shell; the final status."""
        self.status = status
        if 0 in self.traps.actions:
            status = self.protect(self.exit_action)
        return status

    def exit_action(self):
        status = self.status
        self.traps.run_exit()
        return status

    def can_replace(self):
        """Whether nothing of this shell is needed after its last command."""
        return not self.traps.any_set() and not self.traps.pending

    def hang_up(self):
        """The terminal is lost: keep the history, tell the jobs, and go."""
        self.history.save()
        self.jobs.hang_up()
        signals.die_of(signals.SIGHUP)

    def interruptible(self):
        return self._blocking

    def enter_subshell(self):
        """In a forked child: it is a subshell from here on."""
        self.in_subshell = True
        self.traps.in_subshell()
        self.interactive = False
        self.options.m = False
        self.jobs.forget()
        self.executor.job_text = ""

    def prepare_program(self, path, argv, env):
        """What lets a child run path in this interpreter; None if it is to exec."""
        return self.warm.prepare(path, argv, env) if self.warm and not self.options.exec else None

    # -- scripts without #!

    def become_script(self, argv, env):
        """Run a file that the kernel cannot start as a new shell in this process; never returns."""
        for fd in list(descriptor.private):
            descriptor.drop_private(fd)
        shell = Shell(argv[0], argv[1:])
        shell.vars.start(env)
        shell.warm = self.warm
        shell.options.exec = bool(env.get("BUSYPY_SHELL_EXEC"))
        os._exit(shell.run_script(argv[0]))

    def run_script(self, path):
        """Run a script to its end; the status to leave with."""
        try:
            source = Lines(programs.open_script(self, path), self)
        except CommandError as error:
            self.report(error)
            return error.status
        return self.finish(self.protect(lambda: self.run_source(source, True)))

    # -- command substitution

    def substitute(self, body):
        """The output of $(body), without its trailing newlines."""
        if not body.items:
            self.expander.substitution_status = 0
            return ""
        self.executor.warm_up(body)
        reader, writer = descriptor.pipe()
        job = self.jobs.new("")
        job.group = None
        saved_text = self.executor.job_text

        def child():
            descriptor.drop_private(reader)
            descriptor.move(writer, 1)
            self.errexit_off = 0
            return self.executor.run(body, True)
        self.jobs.spawn(job, child)
        descriptor.drop_private(writer)
        try:
            with self.interruptible() if self.interactive else descriptor.nothing:
                data = read_all(reader)
        finally:
            descriptor.drop_private(reader)
        self.expander.substitution_status = self.jobs.foreground(job)
        self.executor.job_text = saved_text
        return decode(data).rstrip("\n")


def read_all(fd):
    chunks = []
    while True:
        chunk = os.read(fd, 65536)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
