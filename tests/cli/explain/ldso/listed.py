"""All cases that were thought of."""

from ldso import files, places


def cases():
    for part in (*files.PARTS, *places.PARTS):
        for spec in part():
            spec.name = f"{part.__name__}: {spec.name}"
            yield spec
