"""Child processes: forking, waiting, the job table, and the terminal's foreground group."""

import os

from busypy.sh import descriptor, signals
from busypy.sh.error import CommandError, Interrupted

RUNNING, STOPPED, DONE = "Running", "Stopped", "Done"
FLUSH_LIMIT = 1024      # finished background jobs whose status is kept for wait


class Job:
    """A pipeline that was started: its processes and their raw wait statuses."""

    def __init__(self, text, group):
        self.text = " ".join(text.split("\n"))
        self.group = group
        self.number = 0
        self.pids = []
        self.statuses = {}
        self.stopped = {}
        self.told = True
        self.modes = None
        self.quiet = False

    def state(self):
        left = len(self.pids) - len(self.statuses)
        if not left:
            return DONE
        return STOPPED if len(self.stopped) == left else RUNNING

    def exit_status(self, pipefail=False):
        """The status of the pipeline, or 128+n while it is stopped by signal n."""
        if self.state() == STOPPED:
            return 128 + os.WSTOPSIG(next(iter(self.stopped.values())))
        codes = [exit_code(self.statuses.get(pid, 0)) for pid in self.pids]
        if pipefail:
            return next((code for code in reversed(codes) if code), 0)
        return codes[-1]

    def record(self, pid, raw):
        """Note a wait status of one process."""
        self.stopped.pop(pid, None)
        if os.WIFSTOPPED(raw):
            self.stopped[pid] = raw
        elif not os.WIFCONTINUED(raw):
            self.statuses[pid] = raw


def exit_code(raw):
    """$? for a raw wait status."""
    return 128 + os.WTERMSIG(raw) if os.WIFSIGNALED(raw) else os.WEXITSTATUS(raw)


class Jobs:
    """The jobs of one shell."""

    def __init__(self, shell):
        self.shell = shell
        self.table = []         # numbered: in the background or stopped; the last is current
        self.tty = None
        self.group = 0
        self.modes = None
        self.first_group = 0
        self.foreign = False    # the table is that of the shell this one was forked from

    # -- starting

    def spawn(self, job, body, background=False, program=False):
        """Fork; the child runs body() and leaves with its status. Adds the pid to job.

        program: body only becomes another program, so that a subshell's state is not needed.
        """
        # Decided before the fork: every object that the child touches is a page to copy.
        plain = program and job.group is None and not self.shell.traps.any_effect()
        held = None if plain else self.shell.traps.block_for_fork()
        try:
            pid = os.fork()
        except OSError as error:
            signals.unblock(held)
            raise CommandError("cannot fork: " + descriptor.reason(error)) from None
        if pid == 0:
            if plain:
                run_program(self.shell, body)
            run_child(self.shell, lambda: self.in_child(job, held, background), body)
        job.pids.append(pid)
        if job.group is not None:
            job.group = job.group or pid
            join_group(pid, job.group)
            if len(job.pids) == 1 and not background:
                self.give_terminal(job.group)
        if held:
            signals.unblock(held)
        return pid

    def in_child(self, job, held, background):
        """The first steps of a child: its group, its signals, its own job table."""
        shell = self.shell
        if job.group is not None:
            job.group = job.group or os.getpid()
            join_group(0, job.group)
            if not background:
                self.give_terminal(job.group)
            for number in signals.JOB_SIGNALS:
                if shell.traps.actions.get(number) != "":
                    signals.default(number)
        shell.enter_subshell()
        if background and job.group is None:
            signals.ignore(signals.SIGINT)
            signals.ignore(signals.SIGQUIT)
            descriptor.apply(shell, [(0, "<", "/dev/null")])
        signals.unblock(held)

    def new(self, text):
        """A job that can be spawned into; with a group of its own under -m."""
        return Job(text, 0 if self.shell.options.m else None)

    def add(self, job):
        """Give a number to a job that nobody waits for."""
        if self.foreign:
            self.table, self.foreign = [], False
        self.reap()
        if job not in self.table:
            job.number = 1 + max((j.number for j in self.table), default=0)
            self.table.append(job)
        job.told = False
        if len(self.table) > FLUSH_LIMIT:
            self.table = [j for j in self.table if j is job or j.state() != DONE]

    # -- waiting

    def foreground(self, job):
        """Wait until job is done or stopped; its exit status."""
        traps = self.shell.traps
        if traps.interactive_int and signals.SIGINT in traps.pending and job.group:
            os.killpg(job.group, signals.SIGINT)    # typed while the job was being started
        try:
            while job.state() == RUNNING:
                self.wait_step(job)
        finally:
            if job.group is not None:
                self.take_terminal(job)
        if job.state() == STOPPED:
            self.add(job)
            self.remember_current(job)
            self.shell.complain_plain("\n" + self.line(job))
            job.told = True
        else:
            if job in self.table:
                self.table.remove(job)
            self.report_death(job)
        return job.exit_status(self.shell.options.pipefail)

    def wait_step(self, job):
        """One waitpid for a process of job; what ends in the background meanwhile is noted."""
        pid = next(p for p in job.pids if p not in job.statuses)
        which = -job.group if job.group else pid
        if self.table and not self.foreign:
            which = -1
        try:
            got, raw = os.waitpid(which, os.WUNTRACED if job.group else 0)
        except ChildProcessError:
            job.record(pid, 127 << 8)
            return
        owner = next((j for j in (job, *self.table) if got in j.pids), None)
        if owner is job:
            job.record(got, raw)
        elif owner:
            self.note(owner, got, raw)

    def note(self, job, pid, raw):
        """A wait status of a job in the background: to be told if the job's state changes."""
        before = job.state()
        job.record(pid, raw)
        job.told = job.told and job.state() == before

    def report_death(self, job):
        """Report a signal that ended a foreground job, unless somebody else does."""
        raw = job.statuses.get(job.pids[-1], 0)
        if not os.WIFSIGNALED(raw) or job.quiet:
            return
        number = os.WTERMSIG(raw)
        if number == signals.SIGINT and self.shell.interactive:
            self.shell.complain_plain("")
            self.shell.traps.pending.append(number)
        elif number not in (signals.SIGINT, signals.NUMBERS["PIPE"]):
            self.shell.complain_plain(death_text(raw))

    def reap(self):
        """Collect what changed in the background, without waiting."""
        if self.foreign:
            return
        flags = os.WNOHANG | os.WUNTRACED | os.WCONTINUED
        for job in self.table:
            for pid in job.pids:
                while pid not in job.statuses:
                    try:
                        got, raw = os.waitpid(pid, flags)
                    except ChildProcessError:
                        job.record(pid, 127 << 8)
                        break
                    if not got:
                        break
                    self.note(job, pid, raw)

    def wait_background(self, job):
        """wait: until job is done (or stopped, under -m); Interrupted by a trapped signal."""
        shell = self.shell
        flags = os.WUNTRACED if shell.options.m else 0
        while job.state() == RUNNING:
            pid = next(p for p in job.pids if p not in job.statuses)
            try:
                with shell.interruptible():
                    got, raw = os.waitpid(pid, flags)
                job.record(got, raw)
            except ChildProcessError:
                job.record(pid, 127 << 8)
        return job.exit_status(shell.options.pipefail)

    # -- the table

    def remember_current(self, job):
        self.table.remove(job)
        self.table.append(job)

    def mark(self, job):
        """'+' for the current job, '-' for the one before it."""
        return {1: "+", 2: "-"}.get(len(self.table) - self.table.index(job), " ")

    def line(self, job, pids=False):
        state = job.state()
        text = state
        if state == DONE:
            raw = job.statuses[job.pids[-1]]
            text = death_text(raw) if os.WIFSIGNALED(raw) else (
                "Done(%d)" % os.WEXITSTATUS(raw) if os.WEXITSTATUS(raw) else DONE)
        elif state == STOPPED:
            number = os.WSTOPSIG(next(iter(job.stopped.values())))
            text = STOPPED
            if number != signals.SIGTSTP:
                text = "Stopped (SIG%s)" % signals.name_of(number)
        who = "%d " % job.pids[0] if pids else ""
        return "[%d]%s %s%-22s %s" % (job.number, self.mark(job), who, text, job.text)

    def notify(self):
        """Report what has changed since the last time; forget what is done."""
        self.reap()
        for job in list(self.table):
            if not job.told and job.state() != RUNNING:
                self.shell.complain_plain(self.line(job))
                job.told = True
            if job.state() == DONE:
                self.table.remove(job)
            else:
                job.told = True

    def find(self, spec):
        """The job that %n %+ %- %text %?text or a pid names; None if there is none."""
        if not spec.startswith("%"):
            return next((j for j in self.table if spec.isdigit() and int(spec) in j.pids), None)
        rest = spec[1:]
        if rest in ("", "+", "%"):
            return self.table[-1] if self.table else None
        if rest == "-":
            return self.table[-2] if len(self.table) > 1 else None
        if rest.isdigit():
            return next((j for j in self.table if j.number == int(rest)), None)
        if rest[0] == "?":
            found = [j for j in self.table if rest[1:] in j.text]
        else:
            found = [j for j in self.table if j.text.startswith(rest)]
        if len(found) > 1:
            raise CommandError("%s: ambiguous" % spec)
        return found[0] if found else None

    def forget(self):
        """In a subshell: the jobs are the parent's, only to be shown and signalled."""
        self.foreign = True
        self.tty = None

    def hang_up(self):
        """SIGHUP for every job; a stopped one must run to see it."""
        for job in self.table:
            if job.group and job.state() != DONE:
                try:
                    os.killpg(job.group, signals.SIGHUP)
                    os.killpg(job.group, signals.SIGCONT)
                except OSError:
                    pass    # it is gone

    def refuse_to_leave(self):
        """Leaving is refused once while jobs are stopped."""
        self.reap()
        if self.shell.stop_warned or not any(job.state() == STOPPED for job in self.table):
            return
        self.shell.stop_warned = 2
        raise CommandError("You have stopped jobs.")

    # -- the terminal

    def start_control(self):
        """Become the terminal's foreground group; false without a terminal."""
        for fd in (0, 2, 1):
            if os.isatty(fd):
                self.tty = descriptor.keep_private(fd)
                break
        else:
            return False
        import termios
        try:
            self.first_group = os.getpgrp()
            while os.tcgetpgrp(self.tty) != os.getpgrp():
                os.killpg(0, signals.SIGTTIN)
            for number in signals.JOB_SIGNALS:
                signals.ignore(number)
            if os.getpgrp() != os.getpid() and os.getsid(0) != os.getpid():
                os.setpgid(0, 0)
            self.group = os.getpgrp()
            os.tcsetpgrp(self.tty, self.group)
            self.modes = termios.tcgetattr(self.tty)
        except (OSError, termios.error):
            descriptor.drop_private(self.tty)
            self.tty = None
            return False
        return True

    def stop_control(self):
        """Give the terminal back to the group that the shell was started in."""
        if self.tty is None:
            return
        try:
            if self.first_group != self.group:
                os.tcsetpgrp(self.tty, self.first_group)
                os.setpgid(0, self.first_group)
        except OSError:
            pass    # that group has ended: nobody reads the terminal
        descriptor.drop_private(self.tty)
        self.tty = None
        for number in signals.JOB_SIGNALS:
            signals.default(number)

    def give_terminal(self, group):
        if self.tty is not None:
            try:
                os.tcsetpgrp(self.tty, group)
            except OSError:
                pass    # the group ended already, or the terminal is gone

    def take_terminal(self, job):
        """After a foreground job: the terminal is the shell's, with the modes it had."""
        if self.tty is None:
            return
        import termios
        self.give_terminal(self.group)
        try:
            if job.state() == STOPPED:
                job.modes = termios.tcgetattr(self.tty)
            if self.modes and (job.state() == STOPPED
                               or os.WIFSIGNALED(job.statuses[job.pids[-1]])):
                termios.tcsetattr(self.tty, termios.TCSADRAIN, self.modes)
            else:
                self.modes = termios.tcgetattr(self.tty)
        except termios.error:
            pass    # the terminal is gone

    def resume(self, job, foreground):
        """SIGCONT to a job."""
        if foreground:
            self.give_terminal(job.group or os.getpgrp())
            if job.modes and self.tty is not None:
                import termios
                termios.tcsetattr(self.tty, termios.TCSADRAIN, job.modes)
        job.stopped.clear()
        try:
            if job.group:
                os.killpg(job.group, signals.SIGCONT)
            else:
                for pid in job.pids:
                    os.kill(pid, signals.SIGCONT)
        except ProcessLookupError:
            pass    # it is done; the next wait says so


def join_group(pid, group):
    """Both parent and child do this: neither may go on before it is done."""
    try:
        os.setpgid(pid, group)
    except OSError:
        pass    # the other one was first and the child has run its program already


def death_text(raw):
    """The system's name for the signal that ended a process."""
    import signal
    text = signal.strsignal(os.WTERMSIG(raw)) or "Signal %d" % os.WTERMSIG(raw)
    return text + (" (core dumped)" if os.WCOREDUMP(raw) else "")


def run_program(shell, body):
    """The child of a plain simple command; never returns. Kept short: what it touches is copied."""
    status = 126
    try:
        body()
    except CommandError as error:
        shell.report(error)
        status = error.status
    finally:
        os._exit(status)


def run_child(shell, prepare, body):
    """The whole life of a forked child; never returns."""
    status = 2
    try:
        prepare()
        status = shell.finish(shell.protect(body))
    except Interrupted as end:
        signals.die_of(end.signum)
    except BaseException as error:
        shell.complain("internal error: %r" % error)
    finally:
        os._exit(status & 255)
