"""ldd: show which libraries a program would be started with, without running anything."""

import os

from busypy import cli, elf

USAGE = """
usage: ldd file ...

Looks where the dynamic linker looks: RPATH, LD_LIBRARY_PATH, RUNPATH, then /lib and /usr/lib with
their directories for this machine. Nothing is executed.
"""


def folders(image):
    """The default directories, for the class and machine of the program."""
    bases = ["/lib64", "/usr/lib64"] if image.bits == 64 else []
    bases = ["/lib", "/usr/lib"] + bases
    found = []
    for base in bases[:2]:
        try:
            found += sorted(os.path.join(base, name) for name in os.listdir(base)
                            if "-linux-" in name or name.endswith("-linux"))
        except OSError:
            continue
    return found + bases


class Search:
    """The walk over everything that is needed, in the order of loading."""

    def __init__(self, image, path):
        self.kind = (image.bits, image.order, image.machine)
        self.default = folders(image)
        given = os.environ.get("LD_LIBRARY_PATH", "")
        self.environment = [p or "." for p in given.replace(";", ":").split(":")] if given else []
        self.found = {}
        self.linker = os.fsdecode(image.interpreter() or b"")
        self.queue = [(image, path)]

    def expand(self, paths, origin):
        listed = [p for text in paths for p in os.fsdecode(text).split(":") if p]
        return [p.replace("${ORIGIN}", origin).replace("$ORIGIN", origin) for p in listed]

    def open(self, path):
        """The image if it fits the program, with its needs read; else None."""
        try:
            with open(path, "rb") as file:
                image = elf.Elf(file)
                if (image.bits, image.order, image.machine) != self.kind:
                    return None
                return Needs(image)
        except (OSError, elf.Bad):
            return None

    def places(self, needs, origin):
        rpath = self.expand(needs.rpath, origin) if not needs.runpath else []
        runpath = self.expand(needs.runpath, origin)
        return rpath + self.environment + runpath + self.default

    def run(self, needs, path):
        queue = [(needs, path)]
        while queue:
            needs, path = queue.pop(0)
            origin = os.path.dirname(os.path.realpath(path))
            for name in map(os.fsdecode, needs.needed):
                if name in self.found:
                    continue
                tries = [name] if "/" in name else [
                    os.path.join(p, name) for p in self.places(needs, origin)]
                if self.linker and name == os.path.basename(self.linker):
                    tries.insert(0, self.linker)
                self.found[name] = None
                for candidate in tries:
                    below = self.open(candidate)
                    if below is not None:
                        self.found[name] = candidate
                        queue.append((below, candidate))
                        break
        return self.found


class Needs:
    """What the dynamic section asks for; read while the file is open."""

    def __init__(self, image):
        self.needed = image.names(elf.DT_NEEDED)
        self.rpath = image.names(elf.DT_RPATH)
        self.runpath = image.names(elf.DT_RUNPATH)


def resolve(path):
    """(interpreter or '', {library: path or None}); raises OSError or elf.Bad."""
    with open(path, "rb") as file:
        image = elf.Elf(file)
        search = Search(image, path)
        needs = Needs(image)
        dynamic = image.first(elf.PT_DYNAMIC) is not None
    if not dynamic:
        return None, {}
    return search.linker, search.run(needs, path)


def lines(path):
    linker, found = resolve(path)
    if linker is None:
        return ["\tnot a dynamic executable"]
    text = []
    for name, place in found.items():
        if place == linker or name == place:
            continue
        text.append("\t%s => %s" % (name, place or "not found"))
    return text + (["\t" + linker] if linker else []) or ["\tstatically linked"]


def main(argv):
    _, args = cli.parse(argv, USAGE)
    cli.operands(args, 1)
    status = 0
    for name in args:
        try:
            text = lines(name)
        except (OSError, elf.Bad) as error:
            reason = cli.why(error) if isinstance(error, OSError) else str(error)
            status = cli.warn("%s: %s" % (name, reason))
            continue
        if text == ["\tnot a dynamic executable"]:
            status = 1
        title = name + ":\n" if len(args) > 1 else ""
        cli.out().write(cli.enc(title + "\n".join(text) + "\n"))
    return status
