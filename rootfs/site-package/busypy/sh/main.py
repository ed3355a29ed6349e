"""Starting a shell: its command line, its environment, and what it reads."""

import os
import sys

from busypy.lib.coercion import undo_coercion
from busypy.sh import programs
from busypy.sh.error import CommandError, ShellError
from busypy.sh.shell import Lines, Shell

HELP = """usage: shell [-abCefhilmnuvx] [-o option]... [file | -s | -c command [name]] [argument...]
  -c  run the command; name is its $0
  -i  interactive: prompts, job control, line editing
  -l  login shell: read /etc/profile and ~/.profile first
  -s  read commands from standard input
  -o  set an option by name; the others are those of the set built-in
Programs of the tree run in the shell's own interpreter. BUSYPY_SHELL_EXEC=1 in the
environment, or set -o exec, starts a new interpreter for each instead.
"""
RECURSION_LIMIT = 30000
OWN_LETTERS = "cils"


class Request:
    """What the command line asks for."""

    def __init__(self, argv):
        self.letters = {}
        self.names = []
        self.own = set()
        self.operands = []
        self.login = os.path.basename(argv[0]).startswith("-")
        self.parse(argv)
        self.login = self.login or "l" in self.own

    def parse(self, argv):
        i = 1
        while i < len(argv):
            arg = argv[i]
            if arg in ("--help", "--login"):
                self.own.add("l" if arg == "--login" else "help")
                i += 1
                continue
            if len(arg) < 2 or arg[0] not in "-+" or arg == "--":
                i += arg in ("-", "--")
                break
            i += 1
            for letter in arg[1:]:
                if letter == "o":
                    if i >= len(argv):
                        raise ShellError("-o requires an argument")
                    self.names.append((argv[i], arg[0] == "-"))
                    i += 1
                elif letter in OWN_LETTERS:
                    self.own.add(letter) if arg[0] == "-" else self.own.discard(letter)
                else:
                    self.letters[letter] = arg[0] == "-"
        self.operands = argv[i:]

    def apply(self, options):
        """Set the options that were given; ShellError if one is unknown."""
        for letter, value in self.letters.items():
            if not options.set_letter(letter, value):
                raise ShellError("illegal option -%s" % letter)
        for name, value in self.names:
            if not options.set_name(name, value):
                raise ShellError("illegal option -o %s" % name)


def main(script):
    """The whole program; never returns."""
    os._exit(run(script, sys.argv) & 255)


def run(script, argv):
    env = dict(os.environ)
    coerced = undo_coercion(env)
    shell = Shell(argv[0], [])
    try:
        request = Request(argv)
        request.apply(shell.options)
    except ShellError as error:
        shell.complain(error.message)
        return error.status
    if "help" in request.own:
        shell.write(1, HELP)
        return 0
    sys.setrecursionlimit(RECURSION_LIMIT)
    shell.vars.start(env)
    shell.traps.startup()
    shell.options.exec = shell.options.exec or bool(env.get("BUSYPY_SHELL_EXEC"))
    if own_interpreter():
        from busypy.sh.warm import Warm, startup_settings
        shell.warm = Warm(script, startup_settings(env), coerced)
    return start(shell, request)


def own_interpreter():
    """Whether a tree's program would be started by the very interpreter that runs this."""
    flags = sys.flags
    if flags.isolated or flags.no_site or flags.optimize or len(sys.orig_argv) != len(sys.argv) + 1:
        return False
    try:
        return os.path.samefile(sys.executable, "/usr/bin/python3")
    except OSError:
        return False


def start(shell, request):
    """Set up what kind of shell this is, then run what it is to run."""
    operands = request.operands
    reads_stdin = "c" not in request.own and ("s" in request.own or not operands)
    shell.options.s = reads_stdin
    shell.interactive = "i" in request.own or (reads_stdin and os.isatty(0) and os.isatty(2))
    shell.options.i = shell.interactive
    tail = False
    if "c" in request.own:
        if not operands:
            shell.complain("-c requires an argument")
            return 2
        set_parameters(shell, operands[1:])
        source, tail = Lines(operands[0], shell), True
    elif reads_stdin:
        shell.args = operands
        from busypy.sh.reading import Stdin
        source = Stdin(shell)
    else:
        shell.args = operands[1:]
        try:
            source, tail = Lines(programs.open_script(shell, operands[0]), shell), True
        except CommandError as error:
            shell.report(error)
            return error.status
    return shell.finish(shell.protect(lambda: session(shell, request, source, tail)))


def session(shell, request, source, tail):
    """Profiles, then the commands; as a session at a terminal if interactive."""
    if shell.interactive:
        from busypy.sh import interactive
        interactive.prepare(shell, request.letters.get("m", True))
    elif shell.options.m and not shell.jobs.start_control():
        shell.jobs.group = os.getpgrp()     # without a terminal jobs still get their own groups
    if request.login:
        programs.read_profile(shell, "/etc/profile")
        programs.read_profile(shell, (shell.vars.get("HOME") or "") + "/.profile")
    if shell.interactive:
        interactive.read_env_file(shell)
        if shell.options.s:
            return interactive.run(shell)
    return shell.run_source(source, tail and not shell.interactive and not request.login)


def set_parameters(shell, words):
    """$0 and the positional parameters of -c."""
    if words:
        shell.arg0, shell.args = words[0], words[1:]
        shell.name = os.path.basename(words[0]) or "shell"
