# SPDX-License-Identifier: MIT
"""A traceback through functions, and the status of a script that dies of it."""
import atexit


def inner(depth):
    if depth == 0:
        raise ValueError("as it was", {"a": [1, 2.5]})
    inner(depth - 1)


atexit.register(print, "at exit")
try:
    inner(2)
except ValueError as error:
    raise RuntimeError("another") from error
