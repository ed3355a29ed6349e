"""What needs a level of x86-64, on processors that QEMU emulates: explain is asked there, too."""

import subprocess

from case import Case
from elf_cases import compile_c

EMULATOR = "qemu-x86_64-static"
MODELS = {"qemu64": 1, "Nehalem": 2, "Haswell": 3}
MORE = {"Conroe": 1, "Opteron_G3": 1, "SandyBridge": 2, "EPYC-Rome": 3, "max": 3}
SAYS = "CPU ISA level is lower than required"


class Emulated(Case):
    def __init__(self, name, path, model, has, needs):
        older = needs > has
        super().__init__(name, path, "status 127" if older else "status 0", sentence=(
            f"needs x86-64-v{needs}, and this processor has x86-64-v{has}" if older else ""))
        self.emulator = [EMULATOR, "-cpu", model]
        self.older = older

    def asked(self, machine):
        # the front would start busypy-full on the machine's own processor
        return [*self.emulator, machine.base + "/busypy-full", "explain", "--json", self.path]

    def executed(self, machine):
        return [machine.rawexec, self.emulator_path(), *self.emulator[1:], self.path]

    def emulator_path(self):
        return f"/usr/bin/{self.emulator[0]}"

    def agrees(self, said, sentence):
        return (SAYS in said) == self.older


def programs(base):
    """(name, path, level)"""
    main = "int one(void); int main(void){return 0;}"
    for level in range(1, 5):
        option = () if level == 1 else (f"-Wl,-z,x86-64-v{level}",)
        compile_c(f"{base}/v{level}", "int main(void){return 0;}", *option)
        yield f"a program of v{level}", f"{base}/v{level}", level
    compile_c(f"{base}/libv3.so", "int one(void){return 0;}", "-shared", "-fPIC",
              "-Wl,-z,x86-64-v3")
    compile_c(f"{base}/library", main, f"-L{base}", "-Wl,--no-as-needed", "-lv3",
              f"-Wl,-rpath,{base}")
    yield "a library of v3", f"{base}/library", 3


def cases(machine):
    base = machine.folder("level")
    for name, path, level in programs(base):
        for model, has in (MODELS | MORE if machine.long else MODELS).items():
            yield Emulated(f"{name} on {model}", path, model, has, level)
    compile_c(f"{base}/static", "int main(void){return 0;}", "-static", "-Wl,-z,x86-64-v4")
    yield Case("a static program of v4", f"{base}/static", "status 0")
    yield Case("a program for a processor to come", newest(f"{base}/v2", f"{base}/v5"),
               "status 127", sentence="needs more than x86-64-v4, and this processor has x86-64-v")
    compile_c(f"{base}/musl", "int main(void){return 0;}", "-Wl,-z,x86-64-v2", compiler="musl-gcc")
    yield Case("musl does not look", newest(f"{base}/musl", f"{base}/musl5"), "status 0")


def newest(path, to):
    """The same with a level that no processor has."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    data[data.index(bytes.fromhex("028000c0 04000000")) + 8] |= 1 << 6
    with open(to, "wb") as file:
        file.write(data)
    subprocess.run(["chmod", "755", to], check=True)
    return to
