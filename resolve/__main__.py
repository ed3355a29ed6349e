"""Resolves Python requirements once for all archs of a tree, and fetches the wheels.

Started by lib/resolve as `/usr/bin/python3 -I -B FOLDER OPTION...`. Standard output has warnings
and what archs lack, a line each; the line of standard error that begins with "E: " is the reason of
a failure (status 1). The wheels and requirements.lock are put where --to says.
"""
import sys

try:
    import packaging.requirements  # noqa: F401
    import resolvelib  # noqa: F401
except ImportError as missing:
    print(f"E: /usr/bin/python3 here has no module {missing.name.partition('.')[0]} (Hint: install "
          "python3-packaging and python3-resolvelib)", file=sys.stderr)
    sys.exit(1)

from resolver.run import main

sys.exit(main(sys.argv[1:]))
