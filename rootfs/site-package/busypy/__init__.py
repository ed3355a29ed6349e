"""BusyPy's programs and its shell, in nothing but Python's standard library.

lib is pure and serves both user lands: the programs, and the shell with its built-ins. The
packages below hold only modules, so they are made here: no start has to look for their __init__.
"""

import sys


def _package(name):
    package = sys.modules[name] = type(sys)(name)
    package.__path__ = [__path__[0] + "/" + name.rpartition(".")[2]]
    return package


lib, program, sh = [_package(__name__ + "." + _name) for _name in ("lib", "program", "sh")]
