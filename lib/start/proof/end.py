# SPDX-License-Identifier: MIT
"""A finaliser at an end that is asked for, in a script that loads nothing."""
import sys


class Last:
    def __del__(self):
        print("finalised", sys.meta_path is None)


last = Last()
print("to the end")
sys.exit(7)
