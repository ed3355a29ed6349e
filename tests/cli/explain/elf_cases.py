"""ELF files that the kernel takes, leaves or kills; and what their ld.so says of libraries."""

import os
import shutil
import subprocess

import elf
from case import Case, write


def cases(machine):
    base = machine.folder("elf")
    os.makedirs(f"{base}/dir")
    yield from heads(base)
    yield from cuts(base, open(shutil.which("true"), "rb").read())
    yield from interpreters(base)
    yield from libraries(base)
    yield from searches(base)
    yield from bindings(base)
    yield from musl(base)


def heads(base):
    native = {
        "a program": ({}, "status 0", ""),
        "a class that is none": ({"ident": 9}, "status 0", ""),
        "the other class": ({"wide": 1}, "errno ENOEXEC", "another machine"),
        "big endian": ({"order": ">"}, "errno ENOEXEC", "another machine"),
        "a machine that does not exist": ({"machine": 0x7FFF}, "errno ENOEXEC", "another machine"),
        "an object file": ({"kind": 1}, "errno ENOEXEC", "is an object file"),
        "a core dump": ({"kind": 4}, "errno ENOEXEC", "is a core dump"),
        "no headers": ({"phnum": 0}, "errno ENOEXEC", "nor a sound ELF"),
        "73 headers that are not there": ({"phnum": 73}, "errno ENOEXEC", ""),
        "headers of another size": ({"phentsize": 55}, "errno ENOEXEC", ""),
        "a library": ({"kind": 3, "entry": 0}, "signal", "is a library"),
    }
    for number, (name, (change, wanted, sentence)) in enumerate(native.items()):
        path = write(f"{base}/h{number}", elf.program("x86_64", **change))
        yield Case(name, path, wanted, sentence=sentence)
    yield Case("a program for i386", write(f"{base}/i386", elf.program("i386")))
    yield Case("one for i386 without ld.so",
               write(f"{base}/i386d", elf.program("i386", interp=b"/lib/no-ld.so\0")),
               sentence="/lib/no-ld.so")
    for arch in ("aarch64", "armhf", "s390x"):
        yield Case(f"a program for {arch}, and no handler",
                   write(f"{base}/{arch}", elf.program(arch)), "errno ENOEXEC",
                   sentence=f"is a program for {arch}, and this kernel has no handler")


def cuts(base, program):
    for size in (1, 3, 4, 16, 19, 40, 63, 64, 100, 300, 700, 900, len(program) // 2):
        yield Case(f"/bin/true cut to {size} bytes", write(f"{base}/cut{size}", program[:size]))


def interpreters(base):
    def make(name, interp, wanted="", sentence="", user=False):
        path = write(f"{base}/i-{len(os.listdir(base))}", elf.program("x86_64", interp))
        return Case(name, path, wanted, sentence=sentence, user=user)

    def file(name, content, mode=0o755):
        return write(f"{base}/{name}", content, mode).encode() + b"\0"

    yield make("an ld.so that is missing", b"/lib/ld-none.so\0", "errno ENOENT",
               "needs the ELF interpreter /lib/ld-none.so, which is missing here")
    yield make("the linker of another system", b"/system/bin/linker64\0", "errno ENOENT",
               "/system/bin/linker64")
    yield make("a directory as ld.so", base.encode() + b"/dir\0", "errno EACCES")
    yield make("an ld.so without x", file("ld-mode", elf.program("x86_64"), 0o644), "errno EACCES")
    yield make("an ld.so that is text", file("ld-text", "x" * 100), "errno ELIBBAD", "not one")
    yield make("a short text as ld.so", file("ld-short", "text"), "errno EIO")
    yield make("an empty ld.so", file("ld-empty", ""), "errno EIO")
    yield make("an ld.so for aarch64", file("ld-arm", elf.program("aarch64")), "errno ELIBBAD")
    yield make("an ld.so for i386", file("ld-386", elf.program("i386") + bytes(64)),
               "errno ELIBBAD")
    yield make("an ld.so without headers", file("ld-ph", elf.program("x86_64", phnum=0)),
               "errno ELIBBAD")
    yield make("an ld.so that is cut behind its header",
               file("ld-cut", elf.program("x86_64")[:64]), "errno ELIBBAD")
    yield make("a name without end", b"/lib/ld-none.so", "errno ENOEXEC")
    yield make("an empty name", b"\0\0", "errno EACCES")
    yield make("a name of one byte", b"\0", "errno ENOEXEC")
    yield make("a name that is too long", b"/" * 4200 + b"\0", "errno ENOEXEC")
    yield make("a static program as ld.so", file("ld-static", elf.program("x86_64", kind=3)))
    relative = write(f"{base}/relative", elf.program("x86_64", b"./ld-relative\0"))
    write(f"{base}/ld-relative", elf.program("x86_64", kind=3))
    yield Case("a relative ld.so", relative, "status 0", directory=base)
    yield Case("a relative ld.so, from elsewhere", relative, "errno ENOENT", directory="/")
    write(f"{base}/by-script", f"#!{relative}\n")
    yield Case("a script whose interpreter has no ld.so", f"{base}/by-script", "errno ENOENT",
               directory="/", sentence="needs the ELF interpreter ./ld-relative")


def compile_c(output, source, *options, compiler="cc"):
    subprocess.run([compiler, "-O1", "-o", output, "-x", "c", "-", *options], check=True, text=True,
                   input=source)


def libraries(base):
    base += "/libs"
    os.makedirs(f"{base}/lib")
    os.makedirs(f"{base}/other")
    write(f"{base}/two.map", "V1 { global: one; local: *; };\nV2 { global: two; } V1;\n", 0o644)
    write(f"{base}/one.map", "V1 { global: one; local: *; };\n", 0o644)
    both, one = "int one(void){return 0;} int two(void){return 0;}", "int one(void){return 0;}"
    library = f"{base}/lib/libx.so"
    compile_c(library, both, "-shared", "-fPIC", f"-Wl,--version-script={base}/two.map")
    caller = "int two(void); int main(void){return two();}"
    run = f"{base}/run"
    compile_c(run, caller, f"-L{base}/lib", "-lx", f"-Wl,-rpath,{base}/lib")
    yield Case("a library by RUNPATH", run, "status 0")
    compile_c(f"{base}/old", caller, f"-L{base}/lib", "-lx", "-Wl,--disable-new-dtags",
              f"-Wl,-rpath,{base}/lib")
    yield Case("a library by RPATH", f"{base}/old", "status 0")
    compile_c(f"{base}/origin", caller, f"-L{base}/lib", "-lx", "-Wl,-rpath,$ORIGIN/lib")
    yield Case("a library by $ORIGIN", f"{base}/origin", "status 0")
    compile_c(f"{base}/bare", caller, f"-L{base}/lib", "-lx")
    yield Case("a library that is missing", f"{base}/bare", "status 127", sentence="libx.so")
    by_path = {"LD_LIBRARY_PATH": f"/none:{base}/lib"}
    yield Case("a library by LD_LIBRARY_PATH", f"{base}/bare", "status 0", environment=by_path)
    os.symlink("origin", f"{base}/link")
    yield Case("a program by a link, a library by $ORIGIN", f"{base}/link", "status 0")
    yield from wrong_libraries(base, library, one)


def searches(base):
    """Where ld.so looks: ../ldso has all that there is of these."""
    base += "/search"
    for name in ("lib", "broken", "other"):
        os.makedirs(f"{base}/{name}")
    compile_c(f"{base}/lib/libs1.so", "int one(void){return 0;}", "-shared", "-fPIC")
    caller = "int one(void); int main(void){return one();}"

    def link(name, *options):
        compile_c(f"{base}/{name}", caller, f"-L{base}/lib", "-ls1", *options)
        return f"{base}/{name}"

    bare = link("bare")
    for number, (path, wanted) in enumerate({
            "/none:$ORIGIN/lib": "0", f"{base}/${{LIB}}/../../lib": "127", "lib": "0",
            f"/none;{base}/lib": "127", "$ORIGINAL/lib": "127"}.items()):
        yield Case(f"RUNPATH {path}", link(f"run{number}", f"-Wl,-rpath,{path}"),
                   f"status {wanted}", directory=base)
    for path, wanted in {f"/none;{base}/lib": "0", "lib": "0", ".": "127", "/none:": "127",
                         "$ORIGIN/lib": "0"}.items():
        yield Case(f"LD_LIBRARY_PATH {path}", bare, f"status {wanted}", directory=base,
                   environment={"LD_LIBRARY_PATH": path})
    yield Case("LD_LIBRARY_PATH that ends with the working directory", bare, "status 0",
               directory=f"{base}/lib", environment={"LD_LIBRARY_PATH": "/none:"})
    hidden = link("hidden", "-Wl,-z,nodefaultlib", f"-Wl,-rpath,{base}/lib")
    yield Case("a program that wants none of ld.so's directories", hidden, "status 127",
               sentence="libc.so.6")
    write(f"{base}/broken/libs1.so", "text" * 20)
    yield Case("a text where a library is looked for first", bare, "status 127",
               sentence="it is no ELF file",
               environment={"LD_LIBRARY_PATH": f"{base}/broken:{base}/lib"})
    write(f"{base}/other/libs1.so", elf.program("i386", kind=3))
    yield Case("a library of another class where it is looked for first", bare, "status 0",
               environment={"LD_LIBRARY_PATH": f"{base}/other:{base}/lib"})


def bindings(base):
    """What must be there before a program starts, also when functions wait for their call."""
    base += "/binding"
    os.makedirs(f"{base}/lib")
    library = f"{base}/lib/libv1.so"
    compile_c(library, "int v; int f(void){return 0;}", "-shared", "-fPIC")
    sources = {"address": "extern int v; int *at = &v; int main(void){return 0;}",
               "copy": "extern int v; int main(int n, char **a){return n > 5 ? v : 0;}",
               "call": "int f(void); int main(int n, char **a){return n > 5 ? f() : 0;}",
               "weak": "extern int v __attribute__((weak)); int *at = &v; int main(){return 0;}"}
    for name, source in sources.items():
        compile_c(f"{base}/{name}", source, f"-L{base}/lib", "-Wl,--no-as-needed", "-lv1",
                  "-no-pie", "-fno-pie", f"-Wl,-rpath,{base}/lib")
        yield Case(f"{name} of what is there", f"{base}/{name}", "status 0")
    os.rename(library, f"{base}/whole.so")
    compile_c(library, "int other;", "-shared", "-fPIC")
    for name, wanted in {"address": 127, "copy": 127, "call": 0, "weak": 0}.items():
        yield Case(f"{name} of what is gone", f"{base}/{name}", f"status {wanted}",
                   sentence="no library has v" if wanted else "")
    yield Case("a call of what is gone, LD_BIND_NOW", f"{base}/call", "status 127",
               environment={"LD_BIND_NOW": "1"})
    yield Case("a call of what is gone, LD_BIND_NOW empty", f"{base}/call", "status 0",
               environment={"LD_BIND_NOW": ""})
    write(f"{base}/map", "V1 { global: f; };", 0o644)
    for name in ("w1", "w2"):
        compile_c(f"{base}/lib/lib{name}.so", "int f(void){return 0;}", "-shared", "-fPIC",
                  f"-Wl,--version-script={base}/map")
    compile_c(f"{base}/twice", "int f(void); int main(void){return f();}", f"-L{base}/lib",
              "-Wl,--no-as-needed", "-lw1", "-lw2", f"-Wl,-rpath,{base}/lib", "-Wl,-z,now")
    for name in ("w1", "w2"):
        os.remove(f"{base}/lib/lib{name}.so")
    compile_c(f"{base}/lib/libw1.so", "int f(void){return 0;}", "-shared", "-fPIC")
    os.link(f"{base}/lib/libw1.so", f"{base}/lib/libw2.so")
    yield Case("two names of one library without versions", f"{base}/twice")
    yield Case("what is gone, in a library that is preloaded", f"{base}/address", "status 0",
               environment={"LD_PRELOAD": f"{base}/whole.so"})


def wrong_libraries(base, library, one):
    good = f"{base}/good.so"
    os.rename(library, good)
    yield Case("a library that has gone", f"{base}/run", "status 127", sentence="libx.so")
    compile_c(library, one, "-shared", "-fPIC", f"-Wl,--version-script={base}/one.map")
    yield Case("a library without the version", f"{base}/run", "status 1", sentence="V2")
    os.remove(library)
    compile_c(library, "int two(void){return 0;}", "-shared", "-fPIC")
    for option in ("now", "lazy"):
        compile_c(f"{base}/{option}", "int two(void); int main(int n, char **v)"
                  "{return n > 5 ? two() : 0;}", f"-L{base}/lib", "-lx", f"-Wl,-z,{option}",
                  f"-Wl,-rpath,{base}/lib")
    os.remove(library)
    compile_c(library, one, "-shared", "-fPIC")
    yield Case("a library without the symbol, which is bound now", f"{base}/now", "status 127",
               sentence="no library has two")
    yield Case("a library without the symbol, which is never used", f"{base}/lazy", "status 0")
    os.remove(library)
    write(library, elf.program("i386", kind=3))
    yield Case("a library of another class", f"{base}/run", "status 127", sentence="libx.so")
    write(library, elf.program("aarch64", kind=3))
    yield Case("a library of another machine", f"{base}/run", "status 127", sentence="libx.so")
    write(library, "text")
    yield Case("a library that is text", f"{base}/run", "status 127", sentence="libx.so")
    os.remove(library)
    shutil.copy(good, library)
    os.chmod(library, 0)
    yield Case("a library without any right, as root", f"{base}/run", "status 0")
    yield Case("a library that may not be read", f"{base}/run", "status 127", user=True,
               sentence="libx.so")


def musl(base):
    """musl's ld.so has libc inside, and looks for every symbol at the start."""
    base += "/musl"
    os.makedirs(base)
    library, run = f"{base}/libm1.so", f"{base}/run"
    both = "int one(void){return 0;} int two(void){return 0;}"
    build = {"compiler": "musl-gcc"}
    compile_c(library, both, "-shared", "-fPIC", **build)
    compile_c(run, "#include <math.h>\nint one(void), two(void); int main(int n, char **v)"
              "{return n > 5 ? two() + cos(n) : one();}", f"-L{base}", "-lm1", "-lm",
              f"-Wl,-rpath,{base}", **build)
    yield Case("a program of musl", run, "status 0")
    os.rename(library, library + ".away")
    yield Case("a program of musl without its library", run, "status 127", sentence="libm1.so")
    compile_c(library, "int one(void){return 0;}", "-shared", "-fPIC", **build)
    yield Case("a program of musl without a symbol", run, "status 127",
               sentence="no library has two")
    os.remove(library)
    os.rename(library + ".away", f"{base}/libm1.so.1")
    os.symlink("libm1.so.1", library)
    yield Case("a program of musl whose library is a link", run, "status 0")
