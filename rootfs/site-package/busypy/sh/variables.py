"""Shell variables: values, export and readonly marks, function-local scopes."""

import os

from busypy.sh.error import ShellError
from busypy.sh.wordreader import is_name

DEFAULT_IFS = " \t\n"


class Variables:
    """The shell's variables; passed holds the environment under names that no variable has."""

    def __init__(self, shell):
        self.shell = shell
        self.values = {}
        self.exported = set()
        self.readonly = set()
        self.scopes = []
        self.passed = {}
        self.counts_lines = True        # until LINENO is unset
        self._environ = None
        self.is_name = is_name

    # -- reading

    def get(self, name):
        if name == "LINENO" and self.counts_lines:
            return str(self.shell.line)
        return self.values.get(name)

    def ifs(self):
        return self.values.get("IFS", DEFAULT_IFS)

    def environ(self):
        """The environment of a command started now (not to be changed by the caller)."""
        if self._environ is None:
            env = dict(self.passed)
            env.update((name, self.values[name]) for name in self.values if name in self.exported)
            self._environ = env
        return self._environ

    # -- changing

    def import_environ(self, environ):
        """Take over the environment the shell was started with."""
        for name, value in environ.items():
            if is_name(name):
                self.values[name] = value
                self.exported.add(name)
            else:
                self.passed[name] = value

    def start(self, environ):
        """The variables of a new shell: the environment's, and those that every shell has."""
        self.import_environ(environ)
        for name, value in (("IFS", DEFAULT_IFS), ("OPTIND", "1"), ("PPID", str(os.getppid())),
                            ("PS4", "+ ")):
            self.values[name] = value
        self.values.setdefault("PATH", default_path())
        inherited = self.values.get("PWD", "")
        try:
            if inherited[:1] != "/" or not os.path.samefile(inherited, "."):
                self.values["PWD"] = os.getcwd()
        except OSError:
            try:
                self.values["PWD"] = os.getcwd()
            except OSError:
                self.values.pop("PWD", None)   # the directory was removed
        if "PWD" in self.values:
            self.exported.add("PWD")

    def check_writable(self, name):
        if name in self.readonly:
            raise ShellError("%s: is read only" % name)

    def set(self, name, value):
        self.check_writable(name)
        self.values[name] = value
        if self.shell.options.a:
            self.exported.add(name)
        self.changed(name)

    def changed(self, name):
        """What depends on a variable follows it."""
        if name in self.exported:
            self._environ = None
        if name == "PATH":
            self.shell.hash.clear()
        elif name == "OPTIND":
            self.shell.getopts_column = 0

    def unset(self, name):
        self.check_writable(name)
        if name == "LINENO":
            self.counts_lines = False
        self.values.pop(name, None)
        self.changed(name)
        self.exported.discard(name)

    def export(self, name, value=None):
        if value is not None:
            self.set(name, value)
        self.exported.add(name)
        self._environ = None

    def make_readonly(self, name, value=None):
        if value is not None:
            self.set(name, value)
        self.readonly.add(name)

    # -- scopes

    def push(self):
        self.scopes.append({})

    def pop(self):
        """Leave a scope: what was local in it is as before."""
        for name, (value, exported, readonly) in self.scopes.pop().items():
            self.restore(name, value, exported, readonly)

    def restore(self, name, value, exported, readonly):
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value
        for marks, marked in ((self.exported, exported), (self.readonly, readonly)):
            if marked:
                marks.add(name)
            else:
                marks.discard(name)
        self._environ = None
        self.changed(name)

    def make_local(self, name):
        """Remember name's present state until the scope ends."""
        scope = self.scopes[-1]
        if name not in scope:
            scope[name] = self.state(name)
        self.readonly.discard(name)

    def state(self, name):
        return self.values.get(name), name in self.exported, name in self.readonly

    def assign_for_command(self, pairs):
        """Assignments before a command: exported while it runs. Returns what undo() needs."""
        saved = []
        for name, value in pairs:
            self.check_writable(name)
            saved.append((name,) + self.state(name))
            self.values[name] = value
            self.exported.add(name)
            self._environ = None
            self.changed(name)
        return saved

    def undo(self, saved):
        for name, value, exported, readonly in reversed(saved):
            self.restore(name, value, exported, readonly)


def default_path():
    """PATH where the environment has none."""
    return os.confstr("CS_PATH") or "/bin:/sbin:/usr/bin:/usr/sbin"
