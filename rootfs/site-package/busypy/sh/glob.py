"""Pathname expansion (2.13.3): from a pattern to the names that exist."""

import os

from busypy.sh import pattern as patterns


def expand(pattern):
    """Sorted names that match pattern; empty if none does."""
    parts = pattern.split("/")
    if not any(map(patterns.has_magic, parts)):
        return []
    found = [""]
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        tail = "" if last else "/"
        if part == "":
            found = [base + tail for base in found]
        elif not patterns.has_magic(part):
            name = patterns.unquote(part)
            found = [base + name + tail for base in found]
        else:
            found = [base + name + tail for base in found
                     for name in names_in(base, part, not last)]
        if not found:
            return []
    if not patterns.has_magic(parts[-1]):
        found = [name for name in found if os.path.lexists(name)]
    return sorted(found, key=os.fsencode)


def names_in(directory, part, want_directory):
    """Entries of directory that match one component of a pattern."""
    items = patterns.compile_pattern(part)
    hidden = items[0] == "."
    try:
        names = os.listdir(directory or ".")
    except OSError:
        return []
    if hidden:
        names += [".", ".."]
    return [name for name in names
            if (hidden or name[0] != ".") and patterns.match_items(items, name)
            and (not want_directory or os.path.isdir(directory + name))]
