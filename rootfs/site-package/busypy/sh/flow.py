"""Built-ins that change what is run next, and the two constants true and false."""

import os

from busypy.sh import programs, usage
from busypy.sh.error import CommandError, Exit, LoopJump, Return, ShellError, SyntaxFault


def colon(_shell, _argv):
    return 0


def false(_shell, _argv):
    return 1


def operands(argv):
    """The operands of a built-in without options: a leading -- is not one."""
    return argv[2:] if argv[1:2] == ["--"] else argv[1:]


def jump(again):
    """break or continue."""
    def command(shell, argv):
        args = operands(argv)
        count = usage.number(args[0]) if args else 1
        if count < 1:
            raise CommandError("illegal number: %s" % args[0], 2)
        if shell.loop_depth == 0:
            return 0
        raise LoopJump(min(count, shell.loop_depth), again)
    return command


def status_operand(shell, argv):
    args = operands(argv)
    return usage.number(args[0]) & 255 if args else shell.status


def return_(shell, argv):
    status = status_operand(shell, argv)
    traps = shell.traps
    if not operands(argv) and traps.status_before is not None and \
            traps.depth == shell.function_depth:
        status = traps.status_before    # of the function that the trap interrupted (2.15)
    raise Return(status)


def exit_(shell, argv):
    status = status_operand(shell, argv)
    if not operands(argv) and shell.traps.status_before is not None:
        status = shell.traps.status_before
    if shell.interactive and not shell.in_subshell:
        shell.jobs.refuse_to_leave()
    raise Exit(status)


def shift(shell, argv):
    args = operands(argv)
    count = usage.number(args[0]) if args else 1
    if count > len(shell.args):
        raise CommandError("can't shift that many", 2)
    shell.args = shell.args[count:]
    return 0


def eval_(shell, argv):
    return run_nested(shell, " ".join(operands(argv)))


def run_nested(shell, text):
    """Run text as part of the current command: a syntax error is that command's error."""
    try:
        return shell.run_text(text)
    except SyntaxFault as fault:
        raise CommandError(fault.message, 2) from None


def dot(shell, argv):
    args = operands(argv)
    if not args:
        raise CommandError("file name expected", 2)
    text = programs.read_script(programs.find_script(shell, args[0]))
    saved = shell.args
    if args[1:]:
        shell.args = args[1:]
    try:
        return run_nested(shell, text)
    except Return as end:
        return end.status
    finally:
        if args[1:]:
            shell.args = saved


def exec_(shell, argv):
    args = operands(argv)
    if not args:
        return 0
    try:
        path = programs.find(shell, args[0])
    except CommandError as error:
        if shell.interactive:
            raise
        raise ShellError("exec: " + error.message, error.status) from None
    env = shell.vars.environ()
    ready = shell.prepare_program(path, args, env)
    shell.jobs.stop_control()
    shell.traps.in_subshell()
    programs.become(shell, path, args, env, ready)
    return 126


def times(shell, _argv):
    now = os.times()

    def minutes(seconds):
        return "%dm%.6fs" % (seconds // 60, seconds % 60)
    shell.write(1, "%s %s\n%s %s\n" % (minutes(now.user), minutes(now.system),
                                       minutes(now.children_user), minutes(now.children_system)))
    return 0


COMMANDS = {"break": jump(False), "continue": jump(True), ":": colon, "true": colon, "false": false,
            ".": dot, "eval": eval_, "exec": exec_, "exit": exit_, "return": return_,
            "shift": shift, "times": times}
