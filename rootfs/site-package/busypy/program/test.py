"""test, [: evaluate a condition."""

from busypy.lib.condition import Wrong, evaluate, main

__all__ = ["Wrong", "evaluate", "main"]
