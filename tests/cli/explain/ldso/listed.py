"""Cases of ld.so that were thought of. {D} is the case's directory, {N} its number.

One that must tell the right library from a wrong one has a program that needs f now: g alone, and
it ends with 127.
"""

P = "program calls:f now needs:libx.so "
WITH_HWCAPS = ("x86-64-v4", "x86-64-v3", "x86-64-v2", "x86-64-v1", "x86-64")
LEGACY = ("tls", "haswell", "x86_64", "xeon_phi", "avx512_1", "haswell/x86_64", "haswell/avx512_1",
          "tls/haswell", "tls/x86_64", "tls/haswell/x86_64", "tls/haswell/avx512_1/x86_64")
GLIBC = ("debian", "trixie")
MUSL = ("musl",)


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


def cases():
    for part in (needed, levels, broken, lists, tokens, inherited, environment, preload, binding, data,
                 versions, flags, filters, names, graphs, hwcaps, legacy, cache, defaults, users):
        for spec in part():
            spec.name = f"{part.__name__}: {spec.name}"
            yield spec


def needed():
    yield Spec("nothing", "program")
    yield Spec("one library", P + "runpath:$ORIGIN/a", {"a/libx.so": "f"})
    yield Spec("one that is missing", P + "runpath:$ORIGIN/a")
    yield Spec("one without the symbol", P + "runpath:$ORIGIN/a", {"a/libx.so": "g"})
    yield Spec("one of another soname", P + "runpath:$ORIGIN/a", {"a/libx.so": "f soname:liby.so"})
    yield Spec("one of its soname", P + "runpath:$ORIGIN/a", {"a/libx.so": "f soname:libx.so"})
    yield Spec("two names of one file", P + "needs:liby.so runpath:$ORIGIN/a",
               {"a/libx.so": "f", "a/liby.so": "link:libx.so"})
    yield Spec("by another's soname", P + "needs:liby.so runpath:$ORIGIN/a",
               {"a/libx.so": "f soname:liby.so"})
    yield Spec("by another's soname, the other way round",
               "program calls:f now needs:liby.so needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "f soname:liby.so"})
    yield Spec("a chain", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "needs:liby.so runpath:$ORIGIN", "a/liby.so": "f"})
    yield Spec("a chain whose end is missing", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f needs:liby.so runpath:$ORIGIN"})
    yield Spec("a chain that RUNPATH does not reach", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "needs:liby.so", "a/liby.so": "f"})
    yield Spec("one that needs itself", P + "runpath:$ORIGIN/a", {"a/libx.so": "f needs:libx.so"})
    yield Spec("two that need one another", P + "runpath:$ORIGIN/a", {
        "a/libx.so": "f needs:liby.so runpath:$ORIGIN", "a/liby.so": "needs:libx.so"})
    yield Spec("three in a circle", P + "runpath:$ORIGIN/a", {
        "a/libx.so": "needs:liby.so runpath:$ORIGIN", "a/liby.so": "needs:libz.so runpath:$ORIGIN",
        "a/libz.so": "f needs:libx.so"})
    yield Spec("the same twice", P + "dt:needed=libx.so runpath:$ORIGIN/a", {"a/libx.so": "f"})
    yield Spec("the program itself by name", "program needs:p calls:f now runpath:$ORIGIN")
    yield Spec("libc", "program needs:libc.so.6 now", libcs=GLIBC)
    yield Spec("libc and the loader", "program needs:libc.so.6 needs:ld-linux-x86-64.so.2 now",
               libcs=GLIBC)
    yield Spec("libc and a function of it", "program needs:libc.so.6 calls:puts now", libcs=GLIBC)
    yield Spec("musl's libc and a function", "program needs:libc.so calls:puts now", libcs=MUSL)
    yield Spec("libm of musl's libc", "program needs:libm.so.6 calls:cos now", libcs=MUSL)
    yield Spec("a library of glibc's under musl", "program needs:libc.so.6 needs:libdl.so.2",
               libcs=MUSL)
    for name in ("libc.so.6", "libpthread.so.0", "librt.so.1", "libdl.so.2", "libutil.so.1",
                 "libxnet.so", "libm.so.6", "libcrypt.so.1", "libresolv.so.2", "libnsl.so.1",
                 "libanl.so.1", "libc", "libmx.so", "libm.", "ld-musl-x86_64.so.1"):
        yield Spec(f"musl and {name}", f"program needs:{name}", libcs=MUSL)
    for name in ("libm.so.6", "libdl.so.2", "libpthread.so.0",
                 "libgcc_s.so.1", "libnone.so.1", "libc.so", "libc.musl-x86_64.so.1"):
        yield Spec(f"glibc and {name}", f"program needs:{name}", libcs=GLIBC)


def levels():
    """x86-64 levels: below this processor's, and above all."""
    for level in ("x86-64-baseline", "x86-64-v2"):
        yield Spec(f"a program of {level}", f"program level:{level}")
    for words in ("level:x86-64-v2 edit:newest", "level:x86-64-v4 edit:newest"):
        yield Spec(f"a program, {words}", f"program {words}")
        yield Spec(f"a library, {words}", P + "runpath:$ORIGIN/a", {"a/libx.so": f"f {words}"})
        yield Spec(f"a library's library, {words}", P + "runpath:$ORIGIN/a",
                   {"a/libx.so": "f needs:liby.so runpath:$ORIGIN", "a/liby.so": f"h {words}"})
        yield Spec(f"what is preloaded, {words}", P + "runpath:$ORIGIN/a",
                   {"a/libx.so": "f", "p.so": f"f {words}"}, {"LD_PRELOAD": "{D}/p.so"})
        yield Spec(f"a library that lacks a symbol, too, {words}", P + "runpath:$ORIGIN/a",
                   {"a/libx.so": f"g {words}"})
        yield Spec(f"a library that lacks a version, too, {words}",
                   "program calls:f@V1 needs:libx.so runpath:$ORIGIN/a",
                   {"a/libx.so": f"f@@V2 {words}"})
        yield Spec(f"in glibc-hwcaps, {words}", P + "runpath:$ORIGIN/a",
                   {"a/glibc-hwcaps/x86-64-v2/libx.so": f"f {words}", "a/libx.so": "f"})


BROKEN = ("text", "short", "empty", "dir", "i386", "aarch64", "cut:20", "cut:63", "cut:64",
          "cut:120", "link:nowhere", "link:libx.so", "link:.", "none", "f edit:class",
          "f edit:big-endian", "f edit:ident-version", "f edit:osabi-gnu", "f edit:osabi-freebsd",
          "f edit:abiversion", "f edit:padding", "f edit:object", "f edit:exec", "f edit:core",
          "f edit:machine", "f edit:version", "f edit:phentsize", "f edit:no-sections",
          "f edit:magic", "f future", "program f")


def broken():
    """A file of the library's name that is none, before the good one or alone."""
    for words in BROKEN:
        yield Spec(f"{words}, then a good one", P + "runpath:$ORIGIN/a:$ORIGIN/b",
                   {"a/libx.so": words, "b/libx.so": "f"})
        yield Spec(f"{words} alone", P + "runpath:$ORIGIN/a", {"a/libx.so": words})
    for words in ("text", "i386", "dir", "f edit:machine", "none"):
        yield Spec(f"{words} in LD_LIBRARY_PATH", P + "runpath:$ORIGIN/b",
                   {"a/libx.so": words, "b/libx.so": "f"}, {"LD_LIBRARY_PATH": "{D}/a"})
        yield Spec(f"{words} of a library's library", P + "runpath:$ORIGIN/b",
                   {"b/libx.so": "f needs:liby.so runpath:$ORIGIN/c", "b/c/liby.so": words})
    yield Spec("a directory of the path is a file", P + "runpath:$ORIGIN/a:$ORIGIN/b",
               {"a": "text", "b/libx.so": "f"})
    yield Spec("a relative directory of the path is a file", P + "runpath:a:$ORIGIN/b",
               {"a": "text", "b/libx.so": "f"})
    yield Spec("a relative directory of the path is a link to itself", P + "runpath:a:$ORIGIN/b",
               {"a": "link:a", "b/libx.so": "f"})
    yield Spec("a relative directory of the path is missing", P + "runpath:a:$ORIGIN/b",
               {"b/libx.so": "f"})
    yield Spec("a directory of the path is too long", f"{P}runpath:/{300 * 'x'}:$ORIGIN/b",
               {"b/libx.so": "f"})
    yield Spec("a directory of the path is a link", P + "runpath:$ORIGIN/a",
               {"a": "link:b", "b/libx.so": "f"})
    yield Spec("a directory of the path is a link to itself", P + "runpath:$ORIGIN/a:$ORIGIN/b",
               {"a": "link:a", "b/libx.so": "f"})


DIRS = ("$ORIGIN/none:$ORIGIN/a", "$ORIGIN/a:$ORIGIN/none", ":$ORIGIN/a", "$ORIGIN/a:", ":",
        "::$ORIGIN/a", "$ORIGIN/b::$ORIGIN/a", "a", "./a", "b:a", "../{N}/a", "{D}/a", "{D}//a/",
        "{D}/a/", "/c/./{N}/../{N}/a", "$ORIGIN/a/", "$ORIGIN//a", "$ORIGIN/../{N}/a", ".", "..",
        "/", "{D}/a;{D}/b", "{D}/b;{D}/a", "{D}/b,{D}/a", "{D}/a ", "~/a", "$HOME/a", "$$ORIGIN/a",
        "$ORIGINa/a", "${ORIGIN/a", "$(ORIGIN)/a", "$origin/a", "/$ORIGIN/a", "x$ORIGIN/a",
        "$ORIGIN$ORIGIN/a", "$ORIGIN", "%ORIGIN/a", "{D}/$ORIGIN/a", "$ORIGIN/a$ORIGIN",
        "/c/$ORIGIN/../{N}/a", "/" + 30 * "x/" + ":$ORIGIN/a", 300 * "x" + ":$ORIGIN/a")


def lists():
    good = {"a/libx.so": "f", "b/libx.so": "g"}
    for dirs in DIRS:
        short = dirs if len(dirs) < 60 else f"{len(dirs)} bytes"
        for kind in ("runpath", "rpath"):
            yield Spec(f"{kind} {short}", f"{P}{kind}:{dirs.replace(' ', chr(9))}", good)
    for dirs in (":", "::", "b:", ":b", ".:b", "{D}/a::b"):
        yield Spec(f"the library here, runpath {dirs}", f"{P}runpath:{dirs}",
                   {"libx.so": "f", "b/libx.so": "g"})
        yield Spec(f"the library elsewhere, runpath {dirs}", f"{P}runpath:{dirs}",
                   {"libx.so": "f", "b/libx.so": "g"}, directory="{D}/b")
    yield Spec("an empty runpath", P + "dt:runpath=", {"libx.so": "f"})
    yield Spec("an empty rpath", P + "dt:rpath=", {"libx.so": "f"})
    yield Spec("rpath and runpath", P + "dt:rpath=$ORIGIN/a runpath:$ORIGIN/b", good)
    yield Spec("rpath and runpath, the other is good",
               P + "dt:rpath=$ORIGIN/b runpath:$ORIGIN/a", good)
    yield Spec("rpath and an empty runpath", P + "dt:rpath=$ORIGIN/a dt:runpath=", good)
    yield Spec("two runpaths", P + "dt:runpath=$ORIGIN/a runpath:$ORIGIN/b", good)
    yield Spec("two rpaths", P + "dt:rpath=$ORIGIN/b rpath:$ORIGIN/a", good)


TOKENS = ("$LIB", "${LIB}", "$PLATFORM", "${PLATFORM}", "$ORIGIN/$LIB", "$ORIGIN/x$LIB",
          "$ORIGIN/$LIB/y", "$ORIGIN/$LIBx", "$ORIGIN/${LIB}x", "$ORIGIN/$PLATFORM",
          "$ORIGIN/$PLATFORM/$LIB", "$ORIGIN/x${PLATFORM}y", "$ORIGIN/$PLATFORMx", "{D}/$LIB",
          "{D}/$PLATFORM", "{D}/$NONE", "{D}/${NONE}", "$ORIGIN/$", "$ORIGIN/$/a", "$ORIGIN/${}",
          "$ORIGIN/${LIB", "$ORIGIN/$LIB}", "$ORIGIN/$lib", "$ORIGIN/$LIB$LIB", "$ORIGIN/$LIB_x",
          "$ORIGIN/$LIB-x", "$ORIGIN/$LIB.x")
EXPANDED = ("lib/x86_64-linux-gnu", "lib64", "lib", "x86_64", "haswell", "xeon_phi")


def token_dirs(dirs):
    """Every directory that it may mean, but in none is anything else."""
    for lib in EXPANDED[:3]:
        for platform in EXPANDED[3:]:
            at = dirs
            for name, value in (("ORIGIN", "{D}"), ("LIB", lib), ("PLATFORM", platform)):
                at = at.replace("${" + name + "}", value).replace("$" + name, value)
            yield at
    yield dirs.replace("$ORIGIN", "{D}")


def tokens():
    for dirs in TOKENS:
        files = {at.removeprefix("{D}/") + "/libx.so": "f" for at in token_dirs(dirs)
                 if at.startswith("{D}/")}
        yield Spec(f"runpath {dirs}", f"{P}runpath:{dirs}", files)
        yield Spec(f"LD_LIBRARY_PATH {dirs}", P, files, {"LD_LIBRARY_PATH": dirs})
    for platform in EXPANDED[3:]:
        yield Spec(f"platform {platform} alone", P + "runpath:$ORIGIN/$PLATFORM",
                   {f"{platform}/libx.so": "f"})
    for lib in EXPANDED[:3]:
        yield Spec(f"lib {lib} alone", P + "runpath:$ORIGIN/$LIB", {f"{lib}/libx.so": "f"})
    yield Spec("$ORIGIN by a link to the program", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f", "b/p": "link:../p", "b/a/libx.so": "g"}, run="{D}/b/p")
    yield Spec("$ORIGIN by a link to its directory", P + "runpath:$ORIGIN/a",
               {"b": "link:.", "a/libx.so": "f"}, run="{D}/b/p")
    yield Spec("$ORIGIN of a library by a link", P + "runpath:$ORIGIN/a", {
        "a/libx.so": "link:../b/libx.so", "b/libx.so": "f needs:liby.so runpath:$ORIGIN",
        "a/liby.so": "i386", "b/liby.so": "h"})
    yield Spec("$ORIGIN of a library by a link, the other way", P + "runpath:$ORIGIN/a", {
        "a/libx.so": "link:../b/libx.so", "b/libx.so": "f needs:liby.so runpath:$ORIGIN",
        "a/liby.so": "h"})
    for run in ("p", "./p", "../{N}/p", "/c/../c/{N}/p"):
        yield Spec(f"$ORIGIN of {run}", P + "runpath:$ORIGIN/a", {"a/libx.so": "f"}, run=run)


def inherited():
    """Whose RPATH holds for what a library needs."""
    for outer in ("rpath", "runpath"):
        for inner in ("", "rpath:$ORIGIN/none", "runpath:$ORIGIN/none", "rpath:$ORIGIN/c",
                      "runpath:$ORIGIN/c"):
            yield Spec(f"{outer}, then {inner or 'nothing'}",
                       f"program needs:libx.so now {outer}:{{D}}/a:{{D}}/b",
                       {"a/libx.so": f"f needs:liby.so {inner}", "b/liby.so": "h"})
            yield Spec(f"{outer}, then {inner or 'nothing'}, and it is there",
                       f"program needs:libx.so now {outer}:{{D}}/a:{{D}}/b",
                       {"a/libx.so": f"f calls:h now needs:liby.so {inner}", "b/liby.so": "g",
                        "a/c/liby.so": "h"})
    for middle in ("", "rpath:{D}/none", "runpath:{D}/none"):
        yield Spec(f"two steps, {middle or 'nothing'} between",
                   "program needs:libx.so now rpath:{D}/a:{D}/b:{D}/c",
                   {"a/libx.so": f"needs:liby.so {middle}", "b/liby.so": "needs:libz.so",
                    "c/libz.so": "h"})
        yield Spec(f"two steps, {middle or 'nothing'} between, found by its own",
                   "program needs:libx.so now rpath:{D}/a:{D}/c",
                   {"a/libx.so": f"needs:liby.so {middle}",
                    "b/liby.so": "needs:libz.so", "a/liby.so": "needs:libz.so rpath:{D}/none",
                    "c/libz.so": "h"})
    yield Spec("who needs it first, tells where",
               "program needs:libx.so needs:liby.so now runpath:{D}/a",
               {"a/libx.so": "needs:libz.so runpath:{D}/b", "a/liby.so": "needs:libz.so calls:h now"
                " runpath:{D}/c", "b/libz.so": "g", "c/libz.so": "h"})
    yield Spec("who needs it first, does not find it",
               "program needs:libx.so needs:liby.so now runpath:{D}/a",
               {"a/libx.so": "needs:libz.so", "a/liby.so": "needs:libz.so runpath:{D}/c",
                "c/libz.so": "h"})
    yield Spec("an rpath does not go to brothers",
               "program needs:libx.so needs:liby.so now runpath:{D}/a",
               {"a/libx.so": "rpath:{D}/c", "a/liby.so": "needs:libz.so", "c/libz.so": "h"})


PATHS = ("{D}/a", "{D}/a:", ":{D}/a", "{D}/a;{D}/b", "{D}/b;{D}/a", "{D}/none:{D}/a",
         "{D}/none;{D}/a", "{D}/a/", "{D}//a", "a", "./a", "../{N}/a", ".", "", ":", ";", "b:", "b;",
         "$ORIGIN/a", "${ORIGIN}/a", "$ORIGIN", "{D}/a {D}/b", " {D}/a", "{D}/b\n{D}/a",
         "{D}/b\t{D}/a", "~/a", "{D}/a,{D}/b", "{D}/a/libx.so", "{D}/p", 3 * ":" + "{D}/a",
         "{D}/a\\:{D}/b", "/:{D}/a")


def environment():
    files = {"a/libx.so": "f", "b/libx.so": "g"}
    for path in PATHS:
        yield Spec(f"LD_LIBRARY_PATH={path!r}", P, files, {"LD_LIBRARY_PATH": path})
        yield Spec(f"LD_LIBRARY_PATH={path!r}, the library here", P, {"libx.so": "f",
                   "b/libx.so": "g"}, {"LD_LIBRARY_PATH": path})
    for kind, wins in (("rpath", "a"), ("runpath", "b")):
        for at in "ab":
            yield Spec(f"LD_LIBRARY_PATH and {kind} of the program, {at} is good",
                       f"{P}{kind}:$ORIGIN/a", {"a/libx.so": "f" if at == "a" else "g",
                       "b/libx.so": "f" if at == "b" else "g"}, {"LD_LIBRARY_PATH": "{D}/b"})
        yield Spec(f"LD_LIBRARY_PATH for what a library needs, {kind} {wins}",
                   f"program needs:libx.so now {kind}:{{D}}/a",
                   {"a/libx.so": "needs:liby.so calls:h now", "a/liby.so": "g", "b/liby.so": "h"},
                   {"LD_LIBRARY_PATH": "{D}/b"})
    yield Spec("LD_LIBRARY_PATH from another directory", P, files, {"LD_LIBRARY_PATH": "a"},
               directory="/c")
    yield Spec("an empty entry from another directory", P, {"q/libx.so": "f"},
               {"LD_LIBRARY_PATH": ":"}, directory="{D}/q")
    for name in ("LD_ORIGIN_PATH", "LD_RUN_PATH", "LIBRARY_PATH", "LD_LIBRARY_PATH_64",
                 "ld_library_path"):
        yield Spec(f"{name} is none of its names", P, files, {name: "{D}/a"})


def preload():
    good = {"a/libx.so": "f", "p.so": "f", "q.so": "h"}
    lone = "program calls:f now needs:liby.so runpath:$ORIGIN/b"
    libraries = {**good, "b/liby.so": "g"}
    for value in ("{D}/p.so", "p.so", "./p.so", "{D}/none.so", "none.so", "{D}/none.so:{D}/p.so",
                  "{D}/none.so {D}/p.so", "{D}/p.so:", ":{D}/p.so", " {D}/p.so ", "", ":", "libx.so",
                  "$ORIGIN/p.so", "${ORIGIN}/p.so", "{D}/q.so:{D}/p.so", "{D}/p.so;{D}/q.so",
                  "{D}/a", "{D}/p", "liby.so", "{D}/p.so\t{D}/q.so", "{D}/p.so,{D}/q.so"):
        yield Spec(f"LD_PRELOAD={value!r}", lone, libraries, {"LD_PRELOAD": value})
    yield Spec("by name, from LD_LIBRARY_PATH", lone, libraries,
               {"LD_PRELOAD": "libx.so", "LD_LIBRARY_PATH": "{D}/a"})
    yield Spec("by name, from the program's runpath", lone + ":$ORIGIN/a", libraries,
               {"LD_PRELOAD": "libx.so"})
    yield Spec("by name, from the program's rpath",
               "program calls:f now needs:liby.so rpath:$ORIGIN/b:$ORIGIN/a", libraries,
               {"LD_PRELOAD": "libx.so"})
    for words in BROKEN[:10] + ("f edit:osabi-freebsd", "f edit:exec", "f future", "program f"):
        yield Spec(f"{words} is preloaded", P + "runpath:$ORIGIN/a",
                   {"a/libx.so": "f", "p.so": words}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it needs what is missing", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f", "p.so": "needs:libnone.so"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it needs what is missing, and gives a symbol", lone,
               {"b/liby.so": "g", "p.so": "f needs:libnone.so"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it needs what is there", lone,
               {"b/liby.so": "g", "p.so": "needs:libz.so runpath:$ORIGIN/c", "c/libz.so": "f"},
               {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it is the needed library by its soname", P,
               {"p.so": "f soname:libx.so"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it is the needed library by its name", P, {"a/libx.so": "f"},
               {"LD_PRELOAD": "{D}/a/libx.so"})
    yield Spec("it is of the needed library's soname, and worse", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f", "p.so": "g soname:libx.so"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it lacks a symbol itself", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f", "p.so": "calls:h now"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it lacks data itself", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f", "p.so": "uses:v"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("it lacks a symbol that the program has", "program h",
               {"p.so": "calls:h now"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("its symbol without a version is taken for one with",
               "program calls:f@V1 now needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "version:V1", "p.so": "f"}, {"LD_PRELOAD": "{D}/p.so"})
    yield Spec("/etc/ld.so.preload is not there for all", "program")


def binding():
    symbols = {"a/libx.so": "g"}
    lazy = "program calls:f needs:libx.so runpath:$ORIGIN/a "
    for value in ("1", "0", "", "no", " "):
        yield Spec(f"LD_BIND_NOW={value!r}", lazy, symbols, {"LD_BIND_NOW": value})
    yield Spec("never", lazy, symbols)
    yield Spec("LD_BIND_NOT", lazy, symbols, {"LD_BIND_NOT": "1"})
    yield Spec("-z now", lazy + "now", symbols)
    yield Spec("a library that is now, the program is not", "program needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "calls:h now"})
    yield Spec("a library that is lazy, the program is now",
               "program needs:libx.so now runpath:$ORIGIN/a", {"a/libx.so": "calls:h"})
    yield Spec("a library that is lazy, LD_BIND_NOW", "program needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "calls:h"}, {"LD_BIND_NOW": "1"})
    for value in ("1", ""):
        yield Spec(f"all there, LD_BIND_NOW={value!r}", lazy, {"a/libx.so": "f"},
                   {"LD_BIND_NOW": value})
    for kind in ("weak", "got"):
        for now in ("", "now"):
            yield Spec(f"{kind} of what is gone, {now or 'lazy'}",
                       f"program {kind}:f {now} needs:libx.so runpath:$ORIGIN/a", symbols)
            yield Spec(f"{kind} of what is gone in a library, {now or 'lazy'}",
                       "program needs:libx.so runpath:$ORIGIN/a", {"a/libx.so": f"{kind}:h {now}"})
    yield Spec("a library uses what the program has", "program h needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "calls:h now"})
    yield Spec("a library uses what another has that it does not need",
               "program needs:libx.so needs:liby.so runpath:$ORIGIN/a",
               {"a/libx.so": "calls:h now", "a/liby.so": "h"})
    yield Spec("LD_WARN and LD_BIND_NOW", lazy, symbols, {"LD_BIND_NOW": "1", "LD_WARN": "1"})


def data():
    for kind in ("uses", "copy", "gottls"):
        define = "tls:v" if kind == "gottls" else "data:v"
        others = () if kind == "gottls" else ("f", "v", "tls:v")
        for words in (define, "g", f"{define} hash:sysv", f"{define} hash:gnu", *others):
            yield Spec(f"{kind} where the library has {words}",
                       f"program {kind}:v needs:libx.so runpath:$ORIGIN/a", {"a/libx.so": words})
    for words in ("data:v", "g"):
        for kind in ("uses", "weakdata"):
            yield Spec(f"a library {kind}, another has {words}",
                       "program needs:libx.so needs:liby.so runpath:$ORIGIN/a",
                       {"a/libx.so": f"{kind}:v", "a/liby.so": words})
    yield Spec("a library uses what the program copies",
               "program copy:v needs:libx.so needs:liby.so runpath:$ORIGIN/a",
               {"a/libx.so": "data:v", "a/liby.so": "uses:v"})
    yield Spec("the program uses its own", "program uses:v data:v")
    yield Spec("a library uses its own", "program needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "uses:v data:v"})
    yield Spec("a weak one of the program", "program weakdata:v needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "g"})
    yield Spec("data in what is preloaded", "program uses:v needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "g", "p.so": "data:v"}, {"LD_PRELOAD": "{D}/p.so"})


def versions():
    want = "program calls:f@V1 needs:libx.so runpath:$ORIGIN/a "
    for words in ("f@@V1", "f@V1", "f", "f@@V2", "f@V2", "version:V1", "f version:V1",
                  "f@@V2 version:V1", "f@V1 f@@V2", "g@@V1", "g", "f@@V1 hash:sysv",
                  "f@@V1 hash:gnu", "f@V1 f@@V2 hash:sysv", "f@@V1 soname:libx.so",
                  "f@@V1 soname:liby.so", "version:V2", "f version:V2"):
        for now in ("", "now"):
            yield Spec(f"f@V1 of {words}, {now or 'lazy'}", want + now, {"a/libx.so": words})
        yield Spec(f"f without a version of {words}", P + "runpath:$ORIGIN/a", {"a/libx.so": words})
        yield Spec(f"data of {words}", "program uses:f@V1 needs:libx.so runpath:$ORIGIN/a",
                   {"a/libx.so": words})
    yield Spec("the version in another library", "program calls:f@V1/libx.so now needs:libx.so "
               "needs:liby.so runpath:$ORIGIN/a", {"a/libx.so": "version:V1", "a/liby.so": "f@@V1"})
    yield Spec("the version in another library, not in its own",
               "program calls:f@V1/libx.so now needs:libx.so needs:liby.so runpath:$ORIGIN/a",
               {"a/libx.so": "version:V0", "a/liby.so": "f@@V1"})
    yield Spec("a hidden one before the default", "program calls:f now needs:libx.so needs:liby.so "
               "runpath:$ORIGIN/a", {"a/libx.so": "f@V1", "a/liby.so": "f"})
    yield Spec("two hidden ones, and no version is asked for", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f@V1 f@V2"})
    yield Spec("a library's version is missing", "program needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "calls:h@V7 needs:liby.so runpath:$ORIGIN", "a/liby.so": "h@@V6"})
    yield Spec("the library of a version is missing", want)
    yield Spec("its library is there by another's soname",
               want + "needs:liby.so", {"a/liby.so": "f@@V1 soname:libx.so", "a/libx.so": "f@@V1"})
    for what in ("GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.36", "GLIBC_2.38", "GLIBC_2.41",
                 "GLIBC_2.99", "GLIBC_ABI_DT_RELR", "GLIBC_PRIVATE"):
        yield Spec(f"libc's {what}", f"program calls:puts@{what} needs:libc.so.6")


def flags():
    for at in ("/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64",
               "/usr/lib64", "/usr/local/lib"):
        for flag in ("", "nodeflib"):
            yield Spec(f"in {at}, {flag or 'plain'}", f"program calls:f needs:libx{{N}}.so {flag}",
                       {f"{at}/libx{{N}}.so": "f"})
    yield Spec("nodeflib of a library", "program needs:libx.so runpath:$ORIGIN/a",
               {"a/libx.so": "nodeflib needs:liby{N}.so", "/lib/liby{N}.so": "h"})
    yield Spec("nodeflib of the program, not of its library",
               "program needs:libx.so nodeflib runpath:$ORIGIN/a",
               {"a/libx.so": "needs:liby{N}.so", "/lib/liby{N}.so": "h"})
    yield Spec("nodeflib, and LD_LIBRARY_PATH says /lib", "program needs:libx{N}.so nodeflib",
               {"/lib/libx{N}.so": "h"}, {"LD_LIBRARY_PATH": "/lib"})
    yield Spec("nodeflib, and runpath says /lib", "program needs:libx{N}.so nodeflib runpath:/lib",
               {"/lib/libx{N}.so": "h"})
    yield Spec("nodeflib, in the cache", "program needs:libx{N}.so nodeflib",
               {"k/libx{N}.so": "h soname:libx{N}.so"}, cached=("k",), libcs=GLIBC)
    yield Spec("nodeflib, in the cache from /lib", "program needs:libx{N}.so nodeflib",
               {"/lib/libx{N}.so": "h soname:libx{N}.so"}, cached=("k",), libcs=GLIBC)
    for option in ("-Bsymbolic", "-Bsymbolic-functions"):
        yield Spec(f"{option}, and it lacks f", P + "runpath:$ORIGIN/a",
                   {"a/libx.so": f"calls:h now {option} f"})


def filters():
    for tag in ("filter", "auxiliary"):
        base = "program calls:h now needs:libx.so runpath:$ORIGIN/a"
        yield Spec(f"{tag}, there", base, {"a/libx.so": f"h dt:{tag}=liby.so runpath:$ORIGIN",
                                           "a/liby.so": "h"})
        yield Spec(f"{tag}, missing", base, {"a/libx.so": f"h dt:{tag}=liby.so runpath:$ORIGIN"})
        yield Spec(f"{tag} alone has the symbol", base,
                   {"a/libx.so": f"g dt:{tag}=liby.so runpath:$ORIGIN", "a/liby.so": "h"})
        yield Spec(f"{tag} by path", base, {"a/libx.so": f"g dt:{tag}={{D}}/b/liby.so",
                                            "b/liby.so": "h"})
        yield Spec(f"{tag} by $ORIGIN", base, {"a/libx.so": f"g dt:{tag}=$ORIGIN/liby.so",
                                               "a/liby.so": "h"})
        yield Spec(f"{tag} that is text", base, {"a/libx.so": f"h dt:{tag}=$ORIGIN/liby.so",
                                                 "a/liby.so": "text"})
        yield Spec(f"{tag} that is of another class", base,
                   {"a/libx.so": f"h dt:{tag}=liby.so runpath:$ORIGIN", "a/liby.so": "i386"})
        yield Spec(f"{tag} that needs what is missing", base,
                   {"a/libx.so": f"h dt:{tag}=liby.so runpath:$ORIGIN",
                    "a/liby.so": "h needs:libnone.so"})
        yield Spec(f"{tag} in the program",
                   f"program dt:{tag}=liby.so calls:h now needs:libx.so runpath:$ORIGIN/a",
                   {"a/libx.so": "g", "a/liby.so": "h"})
        yield Spec(f"{tag} in the program, missing",
                   f"program dt:{tag}=liby.so calls:h now needs:libx.so runpath:$ORIGIN/a",
                   {"a/libx.so": "h"})
        yield Spec(f"{tag} with an unknown token", base,
                   {"a/libx.so": f"h dt:{tag}=$NONE/liby.so runpath:$ORIGIN", "a/liby.so": "h"})


def names():
    """DT_NEEDED with a slash, tokens, or nothing at all."""
    for name in ("{D}/a/libx.so", "./a/libx.so", "a/libx.so", "../{N}/a/libx.so", "a//libx.so",
                 "$ORIGIN/a/libx.so", "${ORIGIN}/a/libx.so", "$LIB/libx.so", "$ORIGIN/$LIB/libx.so",
                 "{D}/none/libx.so", "none/libx.so", "$NONE/libx.so", "/libx.so", "a/",
                 "$PLATFORM.so", "$ORIGIN", "lib$LIB.so", "{D}/a/", "{D}/a"):
        files = {"a/libx.so": "f", "lib/x86_64-linux-gnu/libx.so": "f", "x86_64.so": "f",
                 "haswell.so": "f", "lib/libx.so": "f"}
        yield Spec(f"needs {name}", f"program needs:{name} runpath:$ORIGIN", files)
        yield Spec(f"needs {name}, from elsewhere", f"program needs:{name} runpath:$ORIGIN", files,
                   directory="/")
    yield Spec("an empty name", "program dt:needed= runpath:$ORIGIN/a")
    yield Spec("a very long name", f"program needs:{300 * 'x'} runpath:$ORIGIN/a")
    yield Spec("a path and its name", "program needs:{D}/a/libx.so dt:needed=libx.so",
               {"a/libx.so": "f"})
    yield Spec("a path and its soname", "program needs:{D}/a/libx.so dt:needed=libx.so",
               {"a/libx.so": "f soname:libx.so"})
    yield Spec("a name and its path", "program needs:libx.so dt:needed={D}/a/libx.so runpath:{D}/a",
               {"a/libx.so": "f"})


def graphs():
    yield Spec("a diamond", "program needs:libl.so needs:libr.so calls:h now rpath:$ORIGIN/a",
               {"a/libl.so": "needs:libb.so", "a/libr.so": "needs:libb.so", "a/libb.so": "h"})
    yield Spec("a diamond without its end", "program needs:libl.so needs:libr.so rpath:$ORIGIN/a",
               {"a/libl.so": "needs:libb.so", "a/libr.so": "needs:libb.so"})
    yield Spec("a diamond of two ends", "program needs:libl.so needs:libr.so now runpath:$ORIGIN/a",
               {"a/libl.so": "needs:libb.so runpath:$ORIGIN/l calls:h now",
                "a/libr.so": "needs:libb.so runpath:$ORIGIN/r calls:h now",
                "a/l/libb.so": "h", "a/r/libb.so": "g"})
    yield Spec("a diamond of two ends, the first is worse",
               "program needs:libl.so needs:libr.so now runpath:$ORIGIN/a",
               {"a/libl.so": "needs:libb.so runpath:$ORIGIN/l calls:h now",
                "a/libr.so": "needs:libb.so runpath:$ORIGIN/r calls:h now",
                "a/l/libb.so": "g", "a/r/libb.so": "h"})
    yield Spec("breadth before depth",
               "program needs:libl.so needs:libr.so calls:h now runpath:$ORIGIN/a",
               {"a/libl.so": "needs:libb.so runpath:$ORIGIN/b", "a/libr.so": "needs:libb.so "
                "runpath:$ORIGIN/c", "a/b/libb.so": "h", "a/c/libb.so": "g"})
    for bad in ("libl.so", "libr.so", "libb.so", "libc1.so"):
        files = {"a/libl.so": "needs:libb.so", "a/libr.so": "needs:libc1.so", "a/libb.so": "h",
                 "a/libc1.so": "g"}
        yield Spec(f"of a tree {bad} is text", "program needs:libl.so needs:libr.so rpath:$ORIGIN/a",
                   {**files, f"a/{bad}": "text"})
        yield Spec(f"of a tree {bad} lacks a symbol",
                   "program needs:libl.so needs:libr.so now rpath:$ORIGIN/a",
                   {**files, f"a/{bad}": files[f"a/{bad}"] + " calls:gone now"})
    yield Spec("the first definition counts",
               "program needs:libl.so needs:libr.so uses:v now runpath:$ORIGIN/a",
               {"a/libl.so": "v", "a/libr.so": "data:v"})
    for n in (20, 60, 120):
        words = " ".join(f"needs:lib{i}.so" for i in range(n))
        yield Spec(f"{n} libraries", f"program {words} runpath:$ORIGIN/a",
                   {f"a/lib{i}.so": "g" for i in range(n)})
        yield Spec(f"{n} libraries, the last is missing", f"program {words} runpath:$ORIGIN/a",
                   {f"a/lib{i}.so": "g" for i in range(n - 1)})
    yield Spec("a chain of 40", "program needs:lib0.so rpath:$ORIGIN/a",
               {f"a/lib{i}.so": f"needs:lib{i + 1}.so" if i < 39 else "g" for i in range(40)})


def hwcaps():
    for level in WITH_HWCAPS:
        at = f"a/glibc-hwcaps/{level}/libx.so"
        yield Spec(f"only {level}", P + "runpath:$ORIGIN/a", {at: "f"})
        yield Spec(f"good in {level}", P + "runpath:$ORIGIN/a", {at: "f", "a/libx.so": "g"})
        yield Spec(f"bad in {level}", P + "runpath:$ORIGIN/a", {at: "g", "a/libx.so": "f"})
        yield Spec(f"good in {level}, by LD_LIBRARY_PATH", P, {at: "f", "a/libx.so": "g"},
                   {"LD_LIBRARY_PATH": "{D}/a"})
        yield Spec(f"good in {level} of a later directory", P + "runpath:$ORIGIN/b:$ORIGIN/a",
                   {at: "f", "b/libx.so": "g"})
        for words in ("text", "i386", "dir", "cut:64", "link:none", "f edit:osabi-freebsd"):
            yield Spec(f"{words} in {level}", P + "runpath:$ORIGIN/a", {at: words,
                                                                       "a/libx.so": "f"})
        yield Spec(f"{level} is a file", P + "runpath:$ORIGIN/a",
                   {f"a/glibc-hwcaps/{level}": "text", "a/libx.so": "f"})
        yield Spec(f"$ORIGIN of one in {level}", P + "runpath:$ORIGIN/a",
                   {at: "needs:liby.so runpath:$ORIGIN", "a/liby.so": "f"})
        yield Spec(f"in /lib, {level}", "program calls:f now needs:libx{N}.so",
                   {f"/lib/glibc-hwcaps/{level}/libx{{N}}.so": "f", "/lib/libx{N}.so": "g"})
        yield Spec(f"in the cache, {level}", "program calls:f now needs:libx{N}.so",
                   {f"k/glibc-hwcaps/{level}/libx{{N}}.so": "f soname:libx{N}.so",
                    "k/libx{N}.so": "g soname:libx{N}.so"}, cached=("k",), libcs=GLIBC)
        yield Spec(f"bad in the cache, {level}", "program calls:f now needs:libx{N}.so",
                   {f"k/glibc-hwcaps/{level}/libx{{N}}.so": "g soname:libx{N}.so",
                    "k/libx{N}.so": "f soname:libx{N}.so"}, cached=("k",), libcs=GLIBC)
        yield Spec(f"gone from the cache, {level}", "program calls:f now needs:libx{N}.so",
                   {f"k/glibc-hwcaps/{level}/libx{{N}}.so": "f soname:libx{N}.so",
                    "k/libx{N}.so": "g soname:libx{N}.so"}, cached=("k",), libcs=GLIBC,
                   gone=(f"k/glibc-hwcaps/{level}/libx{{N}}.so",))
    yield Spec("v2 before v3", P + "runpath:$ORIGIN/a",
               {"a/glibc-hwcaps/x86-64-v2/libx.so": "g", "a/glibc-hwcaps/x86-64-v3/libx.so": "f"})
    yield Spec("another library in hwcaps", P + "runpath:$ORIGIN/a",
               {"a/glibc-hwcaps/x86-64-v2/liby.so": "g", "a/libx.so": "f"})
    yield Spec("hwcaps is a file", P + "runpath:$ORIGIN/a",
               {"a/glibc-hwcaps": "text", "a/libx.so": "f"})


def legacy():
    for at in LEGACY:
        yield Spec(f"only {at}", P + "runpath:$ORIGIN/a", {f"a/{at}/libx.so": "f"})
        yield Spec(f"bad in {at}", P + "runpath:$ORIGIN/a", {f"a/{at}/libx.so": "g",
                                                             "a/libx.so": "f"})
    yield Spec("text in haswell", P + "runpath:$ORIGIN/a", {"a/haswell/libx.so": "text",
                                                           "a/libx.so": "f"})
    yield Spec("haswell before hwcaps", P + "runpath:$ORIGIN/a",
               {"a/haswell/libx.so": "g", "a/glibc-hwcaps/x86-64-v2/libx.so": "f"})


def cache():
    only = "program calls:f now needs:libx{N}.so "
    library = "f soname:libx{N}.so"
    key = {"libcs": GLIBC, "cached": ("k",)}
    yield Spec("there", only, {"k/libx{N}.so": library}, **key)
    yield Spec("gone since", only, {"k/libx{N}.so": library}, gone=("k/libx{N}.so",), **key)
    yield Spec("gone since, but in /lib", only, {"k/libx{N}.so": library, "/lib/libx{N}.so": "f"},
               gone=("k/libx{N}.so",), **key)
    yield Spec("before /lib", only, {"k/libx{N}.so": library, "/lib/libx{N}.so": "g"}, **key)
    yield Spec("by its soname only", only, {"k/libother{N}.so": library}, **key)
    yield Spec("behind runpath", only + "runpath:$ORIGIN/a",
               {"k/libx{N}.so": "g soname:libx{N}.so", "a/libx{N}.so": "f"}, **key)
    yield Spec("behind LD_LIBRARY_PATH", only, {"k/libx{N}.so": "g soname:libx{N}.so",
               "a/libx{N}.so": "f"}, {"LD_LIBRARY_PATH": "{D}/a"}, **key)
    yield Spec("of two directories", only, {"k/libx{N}.so": library,
               "l/libx{N}.so": "g soname:libx{N}.so"}, libcs=GLIBC, cached=("k", "l"))
    yield Spec("of two directories, the other way", only, {"k/libx{N}.so": "g soname:libx{N}.so",
               "l/libx{N}.so": library}, libcs=GLIBC, cached=("k", "l"))
    yield Spec("of two directories, the first gone", only, {"k/libx{N}.so": library,
               "l/libx{N}.so": library}, libcs=GLIBC, cached=("k", "l"), gone=("k/libx{N}.so",))
    yield Spec("of two numbers", "program calls:f now needs:libx{N}.so.10",
               {"k/libx{N}.so.9": "g soname:libx{N}.so.9",
                "k/libx{N}.so.10": "f soname:libx{N}.so.10"}, **key)
    yield Spec("what a library needs", P + "runpath:$ORIGIN/a",
               {"a/libx.so": "f needs:liby{N}.so", "k/liby{N}.so": "h soname:liby{N}.so"}, **key)
    yield Spec("musl knows no cache", only, {"k/libx{N}.so": library}, libcs=MUSL)


def defaults():
    only = "program calls:f now needs:libx{N}.so "
    order = ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib",
             "/usr/local/lib", "/lib64")
    for i, good in enumerate(order):
        for bad in order[i + 1:]:
            yield Spec(f"{good} and {bad}", only, {f"{good}/libx{{N}}.so": "f",
                                                   f"{bad}/libx{{N}}.so": "g"})
    for words in ("text", "i386", "dir"):
        yield Spec(f"{words} in /lib, then a good one", only,
                   {"/lib/libx{N}.so": words, "/usr/lib/libx{N}.so": "f"})
    yield Spec("in /lib, behind runpath", only + "runpath:$ORIGIN/a",
               {"/lib/libx{N}.so": "g", "a/libx{N}.so": "f"})


def users():
    """As an ordinary user: what may not be read or searched."""
    for mode in ("mode:000", "mode:111", "mode:200", "mode:444"):
        for user in (0, 1000):
            yield Spec(f"a library of {mode}, user {user}", P + "runpath:$ORIGIN/a:$ORIGIN/b",
                       {"a/libx.so": f"f {mode}", "b/libx.so": "g"}, user=user)
    for mode in ("mode:000", "mode:444", "mode:711"):
        for user in (0, 1000):
            yield Spec(f"a directory of {mode}, user {user}", P + "runpath:$ORIGIN/a:$ORIGIN/b",
                       {"a": f"dir {mode}", "a/libx.so": "f", "b/libx.so": "g"}, user=user)
    for program in ("mode:111", "mode:4755", "mode:2755"):
        for user in (0, 1000):
            for path in ("{D}/a", "$ORIGIN/a"):
                yield Spec(f"a program of {program}, user {user}, LD_LIBRARY_PATH={path}",
                           f"{P}{program}", {"a/libx.so": "f"}, {"LD_LIBRARY_PATH": path},
                           user=user, unknown="cannot be read" if user else "")
    for user in (0, 1000):
        yield Spec(f"a program of mode:4755, user {user}, runpath $ORIGIN",
                   P + "runpath:$ORIGIN/a mode:4755", {"a/libx.so": "f"}, user=user)
        yield Spec(f"a program of mode:4755, user {user}, LD_PRELOAD",
                   P + "mode:4755", {"a/libx.so": "f"}, {"LD_PRELOAD": "{D}/a/libx.so"}, user=user)
        yield Spec(f"a program of mode:4755, user {user}, LD_BIND_NOW",
                   "program calls:f needs:libx.so runpath:{D}/a mode:4755", {"a/libx.so": "g"},
                   {"LD_BIND_NOW": "1"}, user=user)
