"""One case of ld.so. {D} is its directory, {N} its number."""

GLIBC = ("debian", "trixie")
MUSL = ("musl",)
# tells the right library from a wrong one: with one that has g alone it ends with 127
P = "program calls:f now needs:libx.so "


class Spec:
    """files: words of build.py for each path below {D}, or an absolute one. cached: directories
    that /etc/ld.so.conf has; gone: what is removed after ldconfig has run. unknown: with which
    words explain may say that it cannot tell."""

    def __init__(self, name, program, files=None, env=None, *, directory="{D}", user=0,
                 libcs=(*GLIBC, *MUSL), run="{D}/p", cached=(), gone=(), unknown=""):
        self.name = name
        self.files = {"p": program, **(files or {})}
        self.env = env or {}
        self.directory, self.user, self.libcs, self.run = directory, user, libcs, run
        self.cached, self.gone, self.unknown = cached, gone, unknown
