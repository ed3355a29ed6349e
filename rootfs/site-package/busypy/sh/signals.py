"""Signals: names, the handlers of traps, and dispositions as a new program expects them.

_signal is the core of the signal module; the module itself imports enum, which costs
more time than the rest of the shell's start.
"""

import _signal
import os
import sys

from busypy.lib.signals import LIMIT, NAMES, NUMBERS, is_number
from busypy.sh.error import Interrupted, ShellError

DEFAULT, IGNORE = _signal.SIG_DFL, _signal.SIG_IGN
# The interpreter ignores these for itself; the programs it starts must not inherit that.
PYTHON_IGNORES = tuple(NUMBERS[n] for n in ("PIPE", "XFSZ") if n in NUMBERS)
JOB_SIGNALS = tuple(NUMBERS[n] for n in ("TSTP", "TTIN", "TTOU"))
UNTRAPPABLE = (NUMBERS["KILL"], NUMBERS["STOP"])
SIGINT, SIGQUIT, SIGTERM = NUMBERS["INT"], NUMBERS["QUIT"], NUMBERS["TERM"]
SIGCHLD, SIGHUP, SIGCONT = NUMBERS["CHLD"], NUMBERS["HUP"], NUMBERS["CONT"]
SIGWINCH, SIGTSTP, SIGTTIN = NUMBERS["WINCH"], NUMBERS["TSTP"], NUMBERS["TTIN"]


def parse(text, exit_too=True):
    """The number of a signal given by name (SIG optional) or number; 0 is EXIT; None if unknown."""
    if is_number(text):
        number = int(text)
        return number if number < LIMIT and (number or exit_too) else None
    name = text.upper()
    if name == "EXIT" and exit_too:
        return 0
    return NUMBERS.get(name.removeprefix("SIG"))


def name_of(number):
    return "EXIT" if number == 0 else NAMES.get(number, str(number))


class Traps:
    """The actions of trap and the signals that wait for theirs."""

    def __init__(self, shell):
        self.shell = shell
        self.actions = {}
        self.handled = set()
        self.pending = []
        self.blocking = 0
        self.at_prompt = False
        self.interactive_int = False
        self.inherited = None
        self.status_before = None     # $? when the running action began
        self.depth = 0                # and how many functions were being run

    # -- start

    def startup(self):
        """Undo the interpreter's own dispositions."""
        for number in PYTHON_IGNORES:
            _signal.signal(number, DEFAULT)
        if _signal.getsignal(SIGINT) is not IGNORE and _signal.getsignal(SIGINT) != IGNORE:
            _signal.signal(SIGINT, DEFAULT)

    def startup_interactive(self):
        """A terminal's signals end what runs, not the shell."""
        self.interactive_int = True
        for number in (SIGQUIT, SIGTERM):
            _signal.signal(number, IGNORE)
        self.install(SIGINT)
        self.install(SIGHUP)

    # -- changing

    def set(self, number, action):
        """action is a command, '' to ignore, None for the default."""
        self.shown_own()
        if number in UNTRAPPABLE:
            return
        if (number and not self.shell.interactive and number not in self.actions
                and ignored_at_start(number)):
            return
        if action is None:
            self.actions.pop(number, None)
        else:
            self.actions[number] = action
        if number == 0:
            return
        if action:
            self.install(number)
        elif action == "":
            self.handled.discard(number)
            _signal.signal(number, IGNORE)
        else:
            self.to_default(number)

    def shown_own(self):
        """From now on trap shows this subshell's own traps."""
        self.inherited = None

    def install(self, number):
        self.handled.add(number)
        _signal.signal(number, self.arrived)

    def to_default(self, number):
        self.handled.discard(number)
        if self.shell.interactive and number in (SIGINT, SIGHUP):
            self.install(number)
        elif self.shell.interactive and number in (SIGQUIT, SIGTERM):
            _signal.signal(number, IGNORE)
        elif self.shell.options.m and number in JOB_SIGNALS:
            _signal.signal(number, IGNORE)
        else:
            _signal.signal(number, DEFAULT)

    def in_subshell(self):
        """After fork: trapped signals have their default action again; ignored stay so."""
        if self.inherited is None:
            self.inherited = dict(self.actions)
        for number in self.handled:
            _signal.signal(number, DEFAULT)
        self.handled.clear()
        self.actions = {n: a for n, a in self.actions.items() if a == "" and n}
        self.pending = []
        self.blocking = 0
        self.status_before = None
        if self.interactive_int:
            self.interactive_int = False
            for number in (SIGQUIT, SIGTERM):
                if number not in self.actions:
                    _signal.signal(number, DEFAULT)

    def any_effect(self):
        """Whether a child has anything to undo."""
        return bool(self.actions or self.handled or self.interactive_int)

    def any_set(self):
        return bool(self.actions) and any(a for a in self.actions.values())

    # -- arrival

    def arrived(self, number, _frame):
        if number == SIGHUP and self.interactive_int and not self.actions.get(number):
            self.shell.hang_up()
        self.pending.append(number)
        if self.blocking:
            self.end_blocking(number)

    def end_blocking(self, number):
        """A signal while a call blocks: run its action at a prompt, else end the call."""
        if self.at_prompt and number != SIGINT:
            if number == SIGCHLD and self.shell.options.b:
                self.shell.jobs.notify()
            self.run_pending()
            return
        if number == SIGINT and self.interactive_int and not self.actions.get(number):
            self.pending.remove(number)     # the exception is the answer
        self.blocking = 0
        raise Interrupted(number)

    def forget_interrupts(self):
        """After an interrupted command: only signals with an action still matter."""
        self.pending = [number for number in self.pending if self.actions.get(number)]

    def run_pending(self):
        """Run the actions of the signals that arrived, at a point where that is safe."""
        while self.pending:
            number = self.pending.pop(0)
            action = self.actions.get(number)
            if action:
                self.run(action)
            elif number == SIGINT and self.interactive_int:
                raise Interrupted(number)

    def run(self, action):
        """Run one action; $? is as before it, unless it exits."""
        status = self.shell.status
        outer = self.status_before, self.depth
        self.status_before, self.depth = status, self.shell.function_depth
        try:
            self.shell.run_text(action)
        finally:
            self.status_before, self.depth = outer
        self.shell.status = status

    def run_exit(self):
        """The EXIT trap, once."""
        action = self.actions.pop(0, None)
        if action:
            self.run(action)

    def listing(self):
        return sorted((self.actions if self.inherited is None else self.inherited).items())

    def block_for_fork(self):
        """Hold back signals that mean something else in a child: until it has reset their
        handlers they would be lost."""
        held = set(self.handled)
        if self.interactive_int:
            held.update((SIGINT, SIGQUIT, SIGTERM) + JOB_SIGNALS)
        if held:
            _signal.pthread_sigmask(_signal.SIG_BLOCK, held)
        return held


def unblock(held):
    if held:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, held)


def ignored_at_start(number):
    try:
        return _signal.getsignal(number) == IGNORE
    except ValueError:
        raise ShellError("trap: %d: bad signal number" % number) from None


def ignore(number):
    _signal.signal(number, IGNORE)


def default(number):
    _signal.signal(number, DEFAULT)


def python_interrupt():
    """What SIGINT is to be in a program: ignored if a new process would find it so."""
    current = _signal.getsignal(SIGINT)
    return IGNORE if current == IGNORE else _signal.default_int_handler


def for_python(interrupt):
    """Dispositions as the interpreter sets them when it starts."""
    for number in PYTHON_IGNORES:
        _signal.signal(number, IGNORE)
    if _signal.getsignal(SIGINT) != IGNORE:
        _signal.signal(SIGINT, interrupt)
    if "readline" in sys.modules:
        _signal.signal(SIGWINCH, DEFAULT)   # readline's own handler


def die_of(number):
    """End this process by a signal, as its parent will see it."""
    _signal.signal(number, DEFAULT)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
