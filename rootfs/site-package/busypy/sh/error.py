"""The ways in which the normal flow of a script is left."""


class ShellError(Exception):
    """An error that ends a non-interactive shell (2.8.1 of the standard)."""

    def __init__(self, message, status=2):
        super().__init__(message)
        self.message = message
        self.status = status
        self.line = None
        self.reported = False


class SyntaxFault(ShellError):
    """Input that is not the shell language; line is where it was noticed."""

    def __init__(self, message, line):
        super().__init__(message)
        self.line = line


class CommandError(Exception):
    """An error that only fails the command at hand."""

    def __init__(self, message, status=1):
        super().__init__(message)
        self.message = message
        self.status = status
        self.line = None
        self.reported = False


class Exit(Exception):
    """The shell (or this subshell) ends with status."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class Return(Exception):
    """A function or a dot script ends with status."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class LoopJump(Exception):
    """break (again is false) or continue, out of count loops."""

    def __init__(self, count, again):
        super().__init__(count)
        self.count = count
        self.again = again


class Interrupted(Exception):
    """A signal that has to be seen at once arrived while a call blocked."""

    def __init__(self, signum):
        super().__init__(signum)
        self.signum = signum
