"""A session at a terminal: prompts, the loop that survives errors, and its end."""

import os

from busypy.sh import programs, signals
from busypy.sh.error import (
    CommandError, Exit, Interrupted, LoopJump, Return, ShellError, SyntaxFault)
from busypy.sh.history import History
from busypy.sh.lexer import Lexer
from busypy.sh.parser import Parser
from busypy.sh.prompt import expand, show


class Terminal:
    """Lines typed at a prompt; text collects those of the present command."""

    def __init__(self, shell):
        self.shell = shell
        self.text = ""
        self.editor = None
        if os.isatty(0) and os.isatty(1):
            try:
                from busypy.sh.edit import Editor
                self.editor = Editor(shell)
            except ImportError:
                pass    # an interpreter without readline: plain lines

    def more(self, continued):
        shell = self.shell
        prompt = show(shell, shell.vars.get("PS2" if continued else "PS1") or "")
        shell.traps.at_prompt = True
        if shell.options.b:
            shell.traps.install(signals.SIGCHLD)
        try:
            with shell.interruptible():
                line = self.read(prompt)
        finally:
            shell.traps.at_prompt = False
        self.text += line
        if line and shell.options.v:
            shell.write(2, line)
        return line

    def read(self, prompt):
        """One line with its newline; '' at the end of input."""
        if self.editor and os.isatty(0) and os.isatty(1):
            return self.editor.read(prompt)
        from busypy.sh.reading import Stdin
        self.shell.write(2, prompt.replace("\x01", "").replace("\x02", ""))
        return Stdin(self.shell).more(False)


def prepare(shell, want_jobs):
    """Signals, job control, prompts and history of an interactive shell."""
    values = shell.vars.values
    values.setdefault("PS1", "# " if os.geteuid() == 0 else "$ ")
    values.setdefault("PS2", "> ")
    shell.traps.startup_interactive()
    shell.history = History(shell)
    if want_jobs:
        shell.options.m = shell.jobs.start_control()
        if not shell.options.m:
            shell.complain("can't access tty; job control turned off")
    else:
        shell.options.m = False


def read_env_file(shell):
    """The file that ENV names."""
    value = shell.vars.get("ENV")
    if value and os.getuid() == os.geteuid() and os.getgid() == os.getegid():
        guarded(shell, lambda: programs.read_profile(shell, expand(shell, value)))


def run(shell):
    """Read and run commands until the end of input; the status of the last."""
    terminal = Terminal(shell)
    lexer = Lexer(terminal)
    parser = Parser(lexer, shell.aliases)
    try:
        while one_command(shell, terminal, lexer, parser):
            pass
    finally:
        shell.history.save()
        shell.jobs.stop_control()
    return shell.status


def one_command(shell, terminal, lexer, parser):
    """Read and run one; false at the end of input."""
    terminal.text = ""
    lexer.started = False
    if not lexer.text[lexer.pos:]:
        guarded(shell, shell.traps.run_pending)
        shell.jobs.notify()
    try:
        command = parser.complete_command()
    except SyntaxFault as fault:
        shell.complain(fault.message)
        shell.status = 2
        restart(shell, terminal, lexer, parser)
        return True
    except Interrupted:
        shell.complain_plain("")
        shell.status = 130
        restart(shell, terminal, lexer, parser)
        return True
    shell.history.add(terminal.text)
    if command is None:
        return stays_at_end(shell, lexer, parser)
    shell.stop_warned = max(0, shell.stop_warned - 1)
    if command.items and not guarded(shell, lambda: shell.executor.run(command)):
        restart(shell, terminal, lexer, parser)
    return True


def restart(shell, terminal, lexer, parser):
    """After an error: what was typed with the faulty command is not run."""
    shell.history.add(terminal.text)
    lexer.drop_line()
    lexer.ended = False
    parser.token = None


def stays_at_end(shell, lexer, parser):
    """End of input: go on if ignoreeof is set or jobs are stopped."""
    parser.token = None
    lexer.ended = False
    if shell.options.ignoreeof and os.isatty(0):
        shell.complain_plain('Use "exit" to leave the shell.')
        return True
    try:
        shell.jobs.refuse_to_leave()
    except CommandError as error:
        shell.complain_plain(error.message)
        return os.isatty(0)
    shell.complain_plain("")
    return False


def guarded(shell, body):
    """Run body; an error ends only this command. False if there was one."""
    try:
        body()
        return True
    except Exit:
        raise
    except (ShellError, CommandError) as error:
        shell.report(error)
        shell.status = error.status
    except Interrupted as signal:
        shell.complain_plain("")
        shell.status = 128 + signal.signum
    except (Return, LoopJump):
        return True
    except RecursionError:
        shell.complain("nested too deeply")
        shell.status = 2
    shell.traps.forget_interrupts()
    shell.loop_depth = shell.function_depth = shell.errexit_off = 0
    return False
