"""The table of built-in commands; each is loaded when it is first used."""

import sys


class Builtin:
    """Where a built-in is defined, and whether it is a special one (2.15)."""
    __slots__ = ("module", "name", "special", "_function")

    def __init__(self, module, name, special):
        self.module = module
        self.name = name
        self.special = special
        self._function = None

    def function(self):
        """The function (shell, argv) -> status."""
        if self._function is None:
            module = "busypy.sh." + self.module
            __import__(module)
            self._function = sys.modules[module].COMMANDS[self.name]
        return self._function


SPECIAL = {
    "flow": "break : continue . eval exec exit return shift times",
    "declare": "export readonly set unset",
    "trapping": "trap",
}
REGULAR = {
    "flow": "true false",
    "declare": "local alias unalias",
    "output": "echo",
    "formatting": "printf",
    "condition": "test [",
    "reading": "read getopts",
    "place": "cd pwd umask ulimit",
    "lookup": "command type hash",
    "control": "jobs fg bg wait kill",
    "history": "fc",
}
TABLE = {name: Builtin(module, name, special)
         for table, special in ((SPECIAL, True), (REGULAR, False))
         for module, names in table.items() for name in names.split()}
