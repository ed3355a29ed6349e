"""Running the tree's own Python programs in this interpreter instead of a new one.

A program qualifies if it lies in the directory of the shell (or the bin or sbin beside
it), begins with the line #!/usr/bin/python3, and a new interpreter would start with the
settings that this one has. The forked child then becomes the program: everything that a
program can see is as after an exec. Not for other programs: those are exec'd.
"""

import atexit
import builtins
import gc
import io
import os
import stat
import sys
from _frozen_importlib_external import SourceFileLoader

from busypy.sh import descriptor, signals

SHEBANG = b"#!/usr/bin/python3"
INTERPRETER = "/usr/bin/python3"
# What a start of the interpreter depends on: where that differs, a new one is needed.
STARTUP_PREFIXES = ("PYTHON", "LC_", "LD_")
# Importing these does something to the process, so only the program itself may.
NOT_AHEAD = frozenset(("readline", "rlcompleter", "antigravity", "this", "__main__"))
REPORT_LIMIT = 4096


def startup_settings(env):
    return {name: value for name, value in env.items()
            if name.startswith(STARTUP_PREFIXES) or name == "LANG"}


class Program:
    """A compiled program and the shared memory in which its first run reports what it imported."""
    __slots__ = ("key", "code", "directory", "comm", "report")

    def __init__(self, key, code, path):
        self.key = key
        self.code = code
        self.directory = os.path.dirname(os.path.realpath(path))
        self.comm = os.fsencode(os.path.basename(path))[:15]
        self.report = None


class Ready:
    """All that a child needs to become a program, so that it computes (and so copies) little."""
    __slots__ = ("program", "argv", "orig_argv", "module", "env", "interrupt")


class Warm:
    """The programs that this interpreter can run itself."""

    def __init__(self, script, settings, coerced):
        self.settings = settings
        self.coerced = coerced
        self.homes = set()
        self.cache = {}
        self.checked_env = self.synced_env = None
        self.unbuffered = bool(settings.get("PYTHONUNBUFFERED"))
        self.streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
        self.identities = [stream_identity(fd) for fd in range(3)]
        here = os.path.dirname(os.path.realpath(script))
        for home in (here, os.path.join(os.path.dirname(here), "bin"),
                     os.path.join(os.path.dirname(here), "sbin")):
            try:
                status = os.stat(home)
            except OSError:
                continue
            self.homes.add((status.st_dev, status.st_ino))

    # -- in the parent

    def prepare(self, path, argv, env):
        """What a child needs to run path in this interpreter, or None if it has to exec."""
        if env is not self.checked_env:
            if startup_settings(env) != self.settings:
                return None
            self.checked_env = env
        program = self.lookup(path)
        if program is None or (path[:1] != "/" and program.code.co_filename != absolute(path)):
            return None
        self.learn(program)
        if env is not self.synced_env:
            set_environ(env, self.coerced)
            self.synced_env = env
        ready = Ready()
        ready.program = program
        ready.argv = [path] + argv[1:]
        ready.orig_argv = [INTERPRETER] + ready.argv
        ready.module = new_main(program.code.co_filename)
        ready.interrupt = signals.python_interrupt()
        return ready

    def warm_up(self, path):
        """Before a fork that will run path: compile it, and import what it needed before."""
        program = self.lookup(path)
        if program:
            self.learn(program)

    def learn(self, program):
        """Import ahead what the first run of a program reported; nothing while that still runs."""
        if program.report is None:
            import mmap
            program.report = mmap.mmap(-1, REPORT_LIMIT)
        if not program.report:
            return
        names = program.report[:].rstrip(b"\0")
        if not names:
            return
        program.report = b""
        for name in names.decode().split():
            try:
                __import__(name)
            except Exception:
                return      # the program itself will say what is wrong

    def lookup(self, path):
        """The Program at path, or None if it has to be exec'd."""
        try:
            status = os.stat(path)
            key = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size, status.st_mode)
            known = self.cache.get(path)
            if known and known.key == key:
                return known
            ours = self.at_home(path) and os.access(path, os.X_OK)
            return self.compile(path, key) if ours else None
        except OSError:
            return None

    def at_home(self, path):
        if os.path.islink(path):
            path = os.path.realpath(path)
        status = os.stat(os.path.dirname(path) or ".")
        return (status.st_dev, status.st_ino) in self.homes

    def compile(self, path, key):
        with open(path, "rb") as file:
            source = file.read()
        first = source.partition(b"\n")[0]
        if not first.startswith(SHEBANG) or first[len(SHEBANG):].strip():
            return None
        try:
            code = compile(source, absolute(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return None     # a new interpreter says what is wrong
        self.cache[path] = Program(key, code, path)
        return self.cache[path]

    # -- in the child

    def become(self, ready):
        """Be the program; returns only if its standard streams cannot be made."""
        try:
            streams = [self.stream(fd) for fd in range(3)]
        except OSError:
            return      # a directory as stdin: the interpreter's own complaint
        gc.freeze()     # the collector would touch, and so copy, every page of the parent
        program = ready.program
        signals.for_python(ready.interrupt)
        for fd in descriptor.private:
            os.close(fd)
        descriptor.private.clear()
        try:
            fd = os.open("/proc/self/comm", os.O_WRONLY)
            os.write(fd, program.comm)
            os.close(fd)
        except OSError:
            pass    # no /proc here
        sys.argv = ready.argv
        sys.orig_argv = ready.orig_argv
        if not sys.flags.safe_path:
            sys.path[0] = program.directory
        sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = streams
        depth, frame = 1000, sys._getframe()
        while frame:
            depth, frame = depth + 1, frame.f_back
        sys.setrecursionlimit(depth)
        if "busypy.sh.edit" in sys.modules:
            sys.modules["busypy.sh.edit"].forget()
        sys.modules["__main__"] = ready.module
        if program.report:
            report_imports(program.report)
        finish(run_main(program.code, ready.module.__dict__))

    def stream(self, fd):
        """The standard stream for fd: the interpreter's own object where nothing has changed."""
        known = self.identities[fd]
        if known:
            try:
                status = os.fstat(fd)
            except OSError:
                return None
            if (status.st_dev, status.st_ino, status.st_rdev, status.st_mode) == known:
                return self.streams[fd]
        model = self.streams[0] or self.streams[1]
        encoding, errors = (model.encoding, model.errors) if model else ("utf-8", "surrogateescape")
        return new_stream(fd, encoding, "backslashreplace" if fd == 2 else errors, self.unbuffered)


def stream_identity(fd):
    """What fd is, if a stream object on it has no position of its own, else None."""
    try:
        status = os.fstat(fd)
    except OSError:
        return None
    if stat.S_ISREG(status.st_mode) or stat.S_ISBLK(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return None
    return status.st_dev, status.st_ino, status.st_rdev, status.st_mode


def absolute(path):
    """As the interpreter does it for __file__: joined, not normalised."""
    return path if path[:1] == "/" else os.getcwd() + "/" + path


def report_imports(memory):
    """Tell the parent, at the end, which modules were imported for this run."""
    before = set(sys.modules)
    leave = os._exit

    def leave_and_tell(status):
        names = [name for name in list(sys.modules)
                 if name not in before and can_import_ahead(name)]
        data = " ".join(names).encode()[:REPORT_LIMIT] or b" "
        memory[:len(data)] = data
        leave(status)
    os._exit = leave_and_tell


def can_import_ahead(name):
    top = name.partition(".")[0]
    return name not in NOT_AHEAD and (top == "busypy" or top in sys.stdlib_module_names)


def set_environ(env, coerced):
    """Make os.environ and the C library's environment exactly env."""
    if coerced:
        env = dict(env, LC_CTYPE="C.UTF-8")
    environ = os.environ
    for name in [n for n in environ if n not in env]:
        del environ[name]
    # Readline sets these two, and os.environ does not see it.
    for name in ("LINES", "COLUMNS"):
        if name not in env:
            os.unsetenv(name)
    for name, value in env.items():
        if environ.get(name) != value:
            environ[name] = value
    if list(environ) != list(env):
        ordered = {os.fsencode(name): os.fsencode(value) for name, value in env.items()}
        environ._data.clear()
        environ._data.update(ordered)
    if "time" in sys.modules:
        sys.modules["time"].tzset()


def new_stream(fd, encoding, errors, unbuffered):
    """What the interpreter's create_stdio() makes of one descriptor; None if it is closed."""
    try:
        os.fstat(fd)
    except OSError:
        return None
    writing = fd > 0
    buffer = io.open(fd, "wb" if writing else "rb", 0 if unbuffered and writing else -1,
                     closefd=False)
    raw = getattr(buffer, "raw", buffer)
    raw.name = ("<stdin>", "<stdout>", "<stderr>")[fd]
    line_buffering = not unbuffered and (fd == 2 or raw.isatty())
    text = io.TextIOWrapper(buffer, encoding, errors, "\n", line_buffering, unbuffered)
    text.mode = "w" if writing else "r"
    return text


def new_main(file):
    """A fresh __main__ module."""
    module = type(sys)("__main__")
    module.__dict__.update(__file__=file, __cached__=None, __annotations__={},
                           __builtins__=builtins, __loader__=SourceFileLoader("__main__", file))
    return module


def run_main(code, namespace):
    """Run the program; the exit status, or minus a signal to die of."""
    try:
        exec(code, namespace)
        return 0
    except SystemExit as error:
        return system_exit_status(error.code)
    except BaseException as error:
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code is not code:
            trace = trace.tb_next
        uncaught = error.with_traceback(trace or error.__traceback__.tb_next)
    flush(sys.stdout)
    return report_uncaught(uncaught)


def report_uncaught(error):
    """Print an exception as the interpreter does; the status."""
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except SystemExit as end:
        return system_exit_status(end.code)
    except BaseException as second:
        print("Error in sys.excepthook:", file=sys.stderr)
        second = second.with_traceback(second.__traceback__.tb_next)
        sys.__excepthook__(type(second), second, second.__traceback__)
        print("\nOriginal exception was:", file=sys.stderr)
        sys.__excepthook__(type(error), error, error.__traceback__)
    return -signals.SIGINT if type(error) is KeyboardInterrupt else 1


def system_exit_status(code):
    """The status that SystemExit's argument means; anything but a number is printed."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 255
    flush(sys.stdout)
    if sys.stderr is not None:
        print(code, file=sys.stderr, flush=True)
    return 1


def flush(file):
    try:
        file.flush()
    except Exception:
        pass    # the end of the program reports it


def finish(status):
    """Leave as the interpreter does: threads, exit handlers, buffers, then the status."""
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
        atexit._run_exitfuncs()
    except BaseException:
        pass    # already reported by the handler's owner
    flushed = flush_standard()
    drop_main()
    flushed = flush_standard() and flushed
    if status < 0:
        signals.die_of(-status)
    os._exit(status if flushed else 120)


def flush_standard():
    """Flush stdout and stderr; report what cannot be written as the interpreter does."""
    good = True
    for file in (sys.stdout, sys.stderr):
        if file is None or getattr(file, "closed", False):
            continue
        try:
            file.flush()
        except BaseException as error:
            good = False
            if file is sys.stdout and sys.stderr is not None:
                where = "in: %r" % file
                if sys.version_info >= (3, 13):
                    where = "on flushing sys.stdout:"
                text = "Exception ignored %s\n%s: %s" % (where, type(error).__name__, error)
                print(text, file=sys.stderr, flush=True)
            # The buffer keeps what it could not write: it must not fail once more.
            setattr(sys, "stdout" if file is sys.stdout else "stderr", None)
    return good


def drop_main():
    """Files that the program left open are flushed when nothing refers to them."""
    sys.modules["__main__"].__dict__.clear()
    gc.collect()
