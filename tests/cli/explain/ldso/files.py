"""Cases that were thought of: what ld.so makes of the files that it has found."""

from ldso.spec import GLIBC, MUSL, P, Spec


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


def long():
    """More of everything than programs have."""
    for n in (64, 100):
        yield Spec(f"a chain of {n} by the program's RPATH",
                   "program calls:f now needs:lib0.so dt:rpath=$ORIGIN/a",
                   {**{f"a/lib{i}.so": f"needs:lib{i + 1}.so" for i in range(n)},
                    f"a/lib{n}.so": "f"})
    for n in (129, 600):
        needs = " ".join(f"needs:lib{i}.so" for i in range(n))
        yield Spec(f"{n} libraries", f"program calls:f now {needs} runpath:$ORIGIN/a",
                   {f"a/lib{i}.so": "f" if i == n - 1 else "g" for i in range(n)})
        yield Spec(f"{n} libraries, the last is missing",
                   f"program calls:f now {needs} runpath:$ORIGIN/a",
                   {f"a/lib{i}.so": "f" for i in range(n - 1)})
    yield Spec("17 filters", P + "runpath:$ORIGIN/a",
               {"a/libx.so": " ".join(["f", *(f"dt:auxiliary=lib{i}.so" for i in range(17))])})
    for kind in ("runpath", "rpath"):
        for n in (2000, 7000):
            dirs = ":".join(f"/none/{i}" for i in range(n))
            yield Spec(f"a {kind} of {len(dirs)} bytes", f"{P}{kind}:{dirs}:{{D}}/a",
                       {"a/libx.so": "f"})


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

# whose head lies: musl does not look at that, and runs them
NATIVE_IN_TRUTH = [f"f edit:{what}" for what in ("class", "big-endian", "ident-version", "machine",
                                                 "phentsize", "magic")]


def broken():
    """A file of the library's name that is none, before the good one or alone."""
    for words in BROKEN:
        libcs = GLIBC if words in NATIVE_IN_TRUTH else (*GLIBC, *MUSL)
        yield Spec(f"{words}, then a good one", P + "runpath:$ORIGIN/a:$ORIGIN/b",
                   {"a/libx.so": words, "b/libx.so": "f"}, libcs=libcs)
        yield Spec(f"{words} alone", P + "runpath:$ORIGIN/a", {"a/libx.so": words}, libcs=libcs)
    for words in ("text", "i386", "dir", "f edit:machine", "none"):
        libcs = GLIBC if words in NATIVE_IN_TRUTH else (*GLIBC, *MUSL)
        yield Spec(f"{words} in LD_LIBRARY_PATH", P + "runpath:$ORIGIN/b",
                   {"a/libx.so": words, "b/libx.so": "f"}, {"LD_LIBRARY_PATH": "{D}/a"},
                   libcs=libcs)
        yield Spec(f"{words} of a library's library", P + "runpath:$ORIGIN/b",
                   {"b/libx.so": "f needs:liby.so runpath:$ORIGIN/c", "b/c/liby.so": words},
                   libcs=libcs)
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


def preload():
    good = {"a/libx.so": "f", "p.so": "f", "q.so": "h"}
    lone = "program calls:f now needs:liby.so runpath:$ORIGIN/b"
    libraries = {**good, "b/liby.so": "g"}
    for value in ("{D}/p.so", "p.so", "./p.so", "{D}/none.so", "none.so", "{D}/none.so:{D}/p.so",
                  "{D}/none.so {D}/p.so", "{D}/p.so:", ":{D}/p.so", " {D}/p.so ", "", ":",
                  "libx.so", "$ORIGIN/p.so", "${ORIGIN}/p.so", "{D}/q.so:{D}/p.so",
                  "{D}/p.so;{D}/q.so",
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
    yield Spec("a library that is now, the program is not",
               "program needs:libx.so runpath:$ORIGIN/a", {"a/libx.so": "calls:h now"})
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
                 "$PLATFORM.so", "$ORIGIN", "lib$LIB.so", "{D}/a/", "{D}/a",
                 "{D}/a/libx.so/"):
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
        yield Spec(f"of a tree {bad} is text",
                   "program needs:libl.so needs:libr.so rpath:$ORIGIN/a",
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


PARTS = (needed, long, levels, broken, preload, binding, data, versions, filters, names, graphs)
