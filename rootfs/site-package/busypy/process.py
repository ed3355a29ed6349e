"""Start other programs: what env, xargs, find and others need of fork, exec and wait."""

import os

from busypy import cli


def environment():
    """The environment as it was given to this process, with what the program has changed."""
    env = dict(os.environ)
    if env.get("LC_CTYPE") == "C.UTF-8":
        from busypy.lib.coercion import undo_coercion
        undo_coercion(env)
    return env


def execute(argv, env=None):
    """Become argv[0]; if that fails, says why and returns the status (126, 127)."""
    try:
        os.execvpe(argv[0], argv, environment() if env is None else env)
    except (FileNotFoundError, NotADirectoryError) as error:
        cli.warn("%s: %s" % (argv[0], cli.why(error)))
        return 127
    except (OSError, ValueError) as error:
        reason = cli.why(error) if isinstance(error, OSError) else str(error)
        cli.warn("%s: %s" % (cli.quote(argv[0]), reason))
        return 126


def start(argv, stdin=None):
    """Fork and exec; the child's pid. `stdin` replaces descriptor 0."""
    cli.out().flush()
    pid = os.fork()
    if pid:
        return pid
    try:
        if stdin is not None:
            os.dup2(stdin, 0)
        os._exit(execute(argv))
    finally:
        os._exit(126)


def wait(pid):
    """The exit status, or minus the signal that ended the process."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
