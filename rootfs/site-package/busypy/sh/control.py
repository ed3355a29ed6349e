"""Built-ins on jobs and processes: jobs, fg, bg, wait, kill."""

import os

from busypy.lib.signals import NAMES, NoName, of_status, option
from busypy.sh import descriptor, signals, usage
from busypy.sh.error import CommandError, Interrupted
from busypy.sh.jobs import DONE, STOPPED


def jobs(shell, argv):
    found, specs = usage.options(argv, "lp")
    table = shell.jobs
    table.reap()
    chosen = [required(shell, spec) for spec in specs] or list(table.table)
    lines = []
    for job in chosen:
        lines.append("%d\n" % job.pids[0] if "p" in found else table.line(job, "l" in found) + "\n")
        job.told = True
    shell.write(1, "".join(lines))
    for job in chosen:
        if job.state() == DONE and job in table.table:
            table.table.remove(job)
    return 0


def required(shell, spec):
    job = shell.jobs.find(spec if spec[:1] == "%" or spec.isdigit() else "%" + spec)
    if job is None:
        raise CommandError("no such job: %s" % spec, 2)
    return job


def current(shell, args):
    """The jobs that the operands name, or the current one."""
    if not shell.options.m:
        raise CommandError("no job control", 2)
    shell.jobs.reap()
    return [required(shell, spec) for spec in args or ["%+"]]


def fg(shell, argv):
    _, args = usage.options(argv, "")
    job = current(shell, args)[-1]
    shell.write(1, job.text + "\n")
    shell.jobs.remember_current(job)
    shell.jobs.resume(job, True)
    return shell.jobs.foreground(job)


def bg(shell, argv):
    _, args = usage.options(argv, "")
    for job in current(shell, args):
        if job.state() == STOPPED:
            shell.jobs.resume(job, False)
        shell.write(1, "[%d] %s\n" % (job.number, job.text))
        shell.last_async = job.pids[-1]
    return 0


def wait(shell, argv):
    _, args = usage.options(argv, "")
    table = shell.jobs
    try:
        if not args:
            for job in [] if table.foreign else list(table.table):
                table.wait_background(job)
            table.table = [job for job in table.table if job.state() != DONE]
            return 0
        status = 0
        for spec in args:
            if not (spec.isdigit() or spec.startswith("%")):
                raise CommandError("illegal number: %s" % spec, 2)
            job = table.find(spec)
            status = 127
            if job:
                status = table.wait_background(job)
                job.told = True
        return status
    except Interrupted as signal:
        if signal.signum == signals.SIGINT and shell.traps.interactive_int:
            raise
        return 128 + signal.signum


def kill(shell, argv):
    args = argv[1:]
    if args[:1] == ["-l"]:
        return list_signals(shell, args[1:])
    try:
        told, args = option(args)
    except NoName as error:
        raise CommandError("no argument for %s option" % error.args[0], 2) from None
    number = signals.SIGTERM if told is None else signals.parse(told)
    if number is None:
        raise CommandError("%s: bad signal" % told, 2)
    if not args:
        raise CommandError("usage: kill [-s signal | -signal] pid...", 2)
    shell.jobs.reap()   # what has ended is there no more
    return max(send(shell, number, target) for target in args)


def send(shell, number, target):
    """One target of kill; 0 or 1."""
    try:
        if target.startswith("%"):
            job = required(shell, target)
            if job.group:
                os.killpg(job.group, number)
            else:
                for pid in job.pids:
                    if pid not in job.statuses:
                        os.kill(pid, number)
            if job.state() == STOPPED and number in (signals.SIGTERM, signals.SIGHUP):
                shell.jobs.resume(job, False)
            return 0
        os.kill(int(target), number)
    except ValueError:
        raise CommandError("illegal pid: %s" % target, 2) from None
    except (OSError, OverflowError) as error:
        text = descriptor.reason(error) if isinstance(error, OSError) else "no such process"
        shell.complain("kill: %s: %s" % (target, text))
        return 1
    return 0


def list_signals(shell, args):
    """Names of all signals, or the name of each number (or exit status) given."""
    if not args:
        shell.write(1, "".join(name + "\n" for _, name in sorted(NAMES.items())))
        return 0
    for text in args:
        number = signals.parse(text, exit_too=False) if not text.isdigit() else int(text)
        if text.isdigit():
            number = of_status(number)
        if number is None or (text.isdigit() and number not in NAMES and number != 0):
            raise CommandError("%s: bad signal" % text, 2)
        shell.write(1, (signals.name_of(number) if text.isdigit() else str(number)) + "\n")
    return 0


COMMANDS = {"jobs": jobs, "fg": fg, "bg": bg, "wait": wait, "kill": kill}
