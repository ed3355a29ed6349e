"""Cases that were thought of: where ld.so looks for a library."""

from ldso.spec import GLIBC, MUSL, P, Spec

WITH_HWCAPS = ("x86-64-v4", "x86-64-v3", "x86-64-v2", "x86-64-v1", "x86-64")
LEGACY = ("tls", "haswell", "x86_64", "xeon_phi", "avx512_1", "haswell/x86_64", "haswell/avx512_1",
          "tls/haswell", "tls/x86_64", "tls/haswell/x86_64", "tls/haswell/avx512_1/x86_64")


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
    for before in (5000 * "x", "{D}/" + 5000 * "x", 600 * "/", 5000 * "/", "./" + 2100 * "./"):
        yield Spec(f"a directory of {len(before)} bytes before, {before[0]}", P, good,
                   {"LD_LIBRARY_PATH": before + ":{D}/a"})
    for n in (480, 500, 520):
        yield Spec(f"a directory behind {n} slashes", P, good,
                   {"LD_LIBRARY_PATH": n * "/" + "c/{N}/a"})
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
         "{D}/none;{D}/a", "{D}/a/", "{D}//a", "a", "./a", "../{N}/a", ".", "", ":", ";", "b:",
         "b;", "$ORIGIN/a", "${ORIGIN}/a", "$ORIGIN", "{D}/a {D}/b", " {D}/a", "{D}/b\n{D}/a",
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
                       f"{P}{kind}:$ORIGIN/a",
                       {f"{name}/libx.so": "f" if at == name else "g" for name in "ab"},
                       {"LD_LIBRARY_PATH": "{D}/b"})
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
            yield Spec(f"{words} in {level}", P + "runpath:$ORIGIN/a",
                       {at: words, "a/libx.so": "f"})
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
    yield Spec("text in haswell", P + "runpath:$ORIGIN/a",
               {"a/haswell/libx.so": "text", "a/libx.so": "f"})
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


PARTS = (lists, tokens, inherited, environment, flags, hwcaps, legacy, cache, defaults, users)
