"""printf: print arguments by a format."""

from busypy.lib.format import Printer, compile_format, main, output

__all__ = ["Printer", "compile_format", "main", "output"]
