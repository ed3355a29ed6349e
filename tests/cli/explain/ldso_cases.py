"""Programs of every kind and what three ld.so make of them: glibc 2.36 and 2.41, musl's."""

import concurrent.futures
import os
import re
import subprocess

from case import Case
from ldso import build, drawn, jail, listed
from ldso.spec import GLIBC

DRAWN = 400
DRAWN_LONG = 5000
SAID = (  # what ld.so names
    r"error while loading shared libraries: ([^:]+): cannot open shared object file",
    r"undefined symbol: ([^\s,]+)",
    r"version `([^']+)' not found",
    r"Error loading shared library ([^:]+):",
    r"Error relocating [^:]+: ([^:]+): symbol not found",
)


class Jailed(Case):
    """Executed and foretold in a root of its own."""

    def __init__(self, spec, number, libc, root, foreteller):
        def there(text):
            return text.replace("{D}", f"/c/{number}").replace("{N}", str(number))
        super().__init__(f"{libc}: {spec.name}", there(spec.run), unknown=spec.unknown)
        self.place = (root, there(spec.directory), spec.user,
                      {name: there(value) for name, value in spec.env.items()})
        self.foreteller = foreteller
        self.described = [f"{path}: {words}" for path, words in spec.files.items()]
        self.described += [f"{name}={value!r}" for name, value in spec.env.items()]
        if spec.directory != "{D}":
            self.described.append(f"in {spec.directory}")

    def ask(self, machine):
        status, text = self.foreteller.ask("explain", *self.place, [
            "busypy-full", "explain", "--json", self.path])
        before, brace, rest = text.partition("{\n")
        answer, end, after = rest.partition("\n}\n")  # stderr is there, too
        return status, brace + answer + end, before + after

    def execute(self, machine):
        _, text = self.foreteller.ask("exec", *self.place, ["/rawexec", self.path])
        lines = text.strip().splitlines()
        return lines[-1] if lines else "", "\n".join(lines[:-1])

    def agrees(self, said, sentence):
        """What ld.so names must be named."""
        names = {name for pattern in SAID for name in re.findall(pattern, said)}
        return not names or any(os.path.basename(name) in sentence for name in names)


class Yard:
    """All cases in all roots."""

    def __init__(self, machine):
        self.base = machine.folder("ldso")
        self.workshop = build.Workshop(machine.folder("ldso/made"))
        trees = os.path.dirname(machine.tree)
        self.roots = {
            "debian": jail.glibc_root(f"{self.base}/debian", machine.rawexec, f"{trees}/debian"),
            "trixie": jail.glibc_root(f"{self.base}/trixie", machine.rawexec, f"{trees}/trixie"),
            "musl": jail.musl_root(f"{self.base}/musl", machine.rawexec)}
        self.whole = self.workshop.file(("f",)).result()

    def lay(self, spec, number):
        """A case's files in its roots."""
        modes = []
        for path, words in spec.files.items():
            words, path = ([part.replace("{D}", f"/c/{number}").replace("{N}", str(number))
                            for part in text] for text in (words.split(), [path]))
            path = path[0] if path[0].startswith("/") else f"/c/{number}/{path[0]}"
            mode = int(words.pop()[5:], 8) if words[-1].startswith("mode:") else None
            for libc in spec.libcs:
                at = self.roots[libc] + path
                os.makedirs(os.path.dirname(at), exist_ok=True)
                if not build.other(at, words, self.whole):
                    made = self.workshop.file(self.for_libc(words, libc)).result()
                    build.install(made, at, mode)
                elif mode is not None:
                    modes.append((at, mode))
        return modes

    @staticmethod
    def for_libc(words, libc):
        return [*words, "interp:/" + jail.MUSL_LD] if words[0] == "program" and libc == "musl" \
            else words

    def cache(self, specs):
        """What ldconfig finds, and then what has gone since."""
        for libc in GLIBC:
            dirs = [f"/c/{number}/{name}" for number, spec in specs if libc in spec.libcs
                    for name in spec.cached]
            with open(f"{self.roots[libc]}/etc/ld.so.conf", "w", encoding="ascii") as file:
                file.write("\n".join(dirs) + "\n")
            subprocess.run(["/sbin/ldconfig", "-X", "-r", self.roots[libc]], check=True,
                           stderr=subprocess.DEVNULL)
            for number, spec in specs:
                for name in spec.gone:
                    os.remove(f"{self.roots[libc]}/c/{number}/{name.replace('{N}', str(number))}")


def cases(machine):
    yard = Yard(machine)
    foreteller = jail.Foreteller(f"{machine.root}/build/foretell")
    count = DRAWN_LONG if machine.long else DRAWN
    specs = list(enumerate([*listed.cases(), *drawn.cases(count)]))
    with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        modes = list(pool.map(lambda each: yard.lay(each[1], each[0]), specs))
    yard.cache(specs)
    for at, mode in (pair for pairs in modes for pair in pairs):
        os.chmod(at, mode)
    for number, spec in specs:
        for libc in spec.libcs:
            yield Jailed(spec, number, libc, yard.roots[libc], foreteller)
