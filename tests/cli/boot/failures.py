"""What a client says when it cannot start what it should, and what follows."""

import places
from console import Machine
from sessions import holds

RESCUE = r"^\(none\):/# (\x1b\[6n)?\Z"
OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}
STARTED = "^init: starting the rescue shell /etc/busypy/%s/rescue/busybox; 'reboot -f' ends it$"
LINKER = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}


def boot(arch, name, change, words=""):
    def both(image):
        places.small(arch, image)
        change(image)
    return Machine(f"{name}.{arch}", "-a", arch, "--append", f"quiet {words}",
                   places.changed(arch, name, both))


def without_interpreter(arch, image):
    for name in list(image.entries):
        if name.startswith(f"etc/python/{arch}/usr/bin/python3"):
            image.remove(name)


def static_inittab(arch, before=b""):
    """An inittab that needs no Python."""
    lines = f"::sysinit:{places.rescue(arch, 'echo', 'it', 'began')}\n"
    return before + (lines + f"::respawn:-{places.rescue(arch, 'sh')}\n").encode()


def usable(machine, arch):
    """Type into the rescue shell."""
    machine.expect(RESCUE)
    machine.type("ps | head -n 2; cat /proc/1/comm; echo six times $((6 + 1))")
    machine.expect(r"^ *1 .* init$")
    machine.expect(r"^init$")
    machine.expect(r"^six times 7$")
    machine.expect(RESCUE)


def missing_interpreter(arch):
    yield "without /usr/bin/python3 the console says so, and the rescue shell works"
    with boot(arch, "no-python", lambda image: without_interpreter(arch, image)) as machine:
        machine.expect(r"^init: nothing can be started: cannot start /usr/bin/python3: "
                       r"No such file or directory$")
        machine.expect(STARTED % arch)
        usable(machine, arch)
        machine.type("grep first /run/busypy/boot.log")
        machine.expect(r"^init: the first program: cannot start /usr/bin/python3: No such file")
        machine.expect(RESCUE)
        yield "reboot -f ends the rescue shell"
        machine.type("reboot -f")
        machine.ends("reboot", "reboot: Restarting system$")


def missing_elf_interpreter(arch):
    yield "without ld.so the console names it, and busypy.fail=reboot reboots"

    def change(image):
        image.keep(lambda name: not name.startswith(f"etc/clib/{arch}/"))
        image.put("etc/inittab", "::respawn:-/bin/shell\n")
    with boot(arch, "no-ld", change, "busypy.fail=reboot") as machine:
        machine.expect(rf"^init: nothing can be started: /usr/bin/python3 needs the ELF "
                       rf"interpreter {LINKER[arch]}, which is missing here$")
        machine.ends("reboot", r"^init: nothing can be started, rebooting in 10 s$",
                     r"^Requesting system reboot$", "reboot: Restarting system$")


def wrong_arch(arch):
    yield "an interpreter of another arch is named with its arch"

    def change(image):
        without_interpreter(arch, image)
        with open(f"{places.BUILD}/init-{OTHER[arch]}", "rb") as file:
            image.put(f"etc/python/{arch}/usr/bin/python3", file.read(), 0o755)
    with boot(arch, "wrong-arch", change) as machine:
        machine.expect(rf"^init: nothing can be started: /usr/bin/python3 is a program for "
                       rf"{OTHER[arch]}, and this machine is {arch}$")
        machine.expect(STARTED % arch)
        machine.expect(RESCUE)
        machine.type("poweroff -f")
        machine.ends("poweroff", "reboot: Power down$")


def missing_library(arch):
    yield "a library that is missing is named, and busypy.respawn= limits the attempts"

    def change(image):
        image.put("etc/inittab", "::respawn:-/bin/shell\n")
    with boot(arch, "no-library", change, "busypy.respawn=2/60") as machine:
        for _ in range(2):
            machine.expect(r"^/usr/bin/python3: error while loading shared libraries: "
                           r"lib[a-z]+\.so\.[0-9]: cannot open shared object file: No such file")
        machine.expect(r"^init: '-/bin/shell' was started 2 times in 60 s, waiting as long$")


def missing_stdlib(arch):
    yield "without the standard library Python names it, and busypy.respawn= limits the attempts"

    def change(image):
        usr = f"etc/python/{arch}/usr/"
        image.keep(lambda name: not name.startswith((usr + "lib/python3.", usr + "share/")))
        image.put("etc/inittab", "::respawn:-/bin/shell\n")
    with Machine(f"no-stdlib.{arch}", "-a", arch, "--append", "quiet busypy.respawn=2/60",
                 places.changed(arch, "no-stdlib", change)) as machine:
        for _ in range(2):
            machine.expect(r"^ModuleNotFoundError: No module named 'encodings'$")
        machine.expect(r"^init: '-/bin/shell' was started 2 times in 60 s, waiting as long$")


def binary_inittab(arch):
    yield "an inittab with binary bytes is reported by line and column, and its good lines run"
    bad = b"\1\xff\xfe\n::nonsense:/bin/x\n" + b"::x" * 10000 + b"\n"
    with boot(arch, "binary", lambda image: image.put(
            "etc/inittab", static_inittab(arch, bad))) as machine:
        machine.expect(r"^Bad inittab entry at line 1: /etc/inittab:1:\d+: fewer than four fields$")
        machine.expect(r"^Bad inittab entry at line 2: /etc/inittab:2:3: unknown action "
                       r"'nonsense'$")
        machine.expect(r"^Bad inittab entry at line 3: /etc/inittab:3:16384: "
                       r"the line is too long$")
        machine.expect(r"^it began$")
        machine.expect(RESCUE)


def inittab_is_a_directory(arch):
    yield "an inittab that is a directory is reported, and the defaults are used"

    def change(image):
        image.remove("etc/inittab")
        image.mkdir("etc/inittab")
        without_interpreter(arch, image)
    with boot(arch, "directory", change) as machine:
        machine.expect(r"^init: cannot read all of /etc/inittab: Is a directory$")
        machine.expect(r"^init: using the defaults instead$")
        machine.expect(r"^init: nothing can be started: cannot start /usr/bin/python3: "
                       r"No such file or directory$")
        machine.expect(RESCUE)


def foreign_runtime(arch):
    yield "busypy.arch= of a runtime that is not there is explained; the rescue is this machine's"
    with boot(arch, "arch", lambda image: None, "busypy.arch=s390x") as machine:
        machine.expect(r"^init: compose: this tree has no runtime for s390x: "
                       r"/etc/python/s390x/usr: No such file or directory \(Hint: 'busypy add' "
                       r"brings one; busypy\.arch= chooses another\)$")
        machine.expect(STARTED % arch)
        usable(machine, arch)


def unknown_words(arch):
    yield "an unknown arch and unknown options are reported by column"
    with boot(arch, "words", lambda image: None,
              "busypy.arch=pdp11 busypy.nothing busypy.grace=x") as machine:
        machine.expect(r"^init: /proc/cmdline: 1:\d+: there is no option busypy\.nothing, "
                       r"ignoring$")
        machine.expect(r"^init: /proc/cmdline: 1:\d+: busypy\.grace cannot be 'x', ignoring$")
        machine.expect(r"^init: compose: busypy\.arch: there is no arch 'pdp11'$")
        machine.expect(STARTED % arch)


def no_overlay(arch):
    yield "without overlayfs and without a node for the console it says so and goes on"

    def change(image):
        image.put("etc/inittab", static_inittab(arch))
        image.remove("dev")
    with boot(arch, "overlay", change, "busypy.overlay=1") as machine:
        machine.expect(r"^init: busypy\.overlay: cannot mount overlay on /usr: No such device "
                       r"\(Hint: this kernel has no overlayfs\)$")
        machine.expect(r"^init: /usr and /lib are read-only instead$")
        machine.expect(r"^it began$")
        machine.expect(RESCUE)
        machine.type("mount")
        holds(machine.expect(r"^rootfs on /usr type rootfs \([^\n]*$")[0], r"\(ro,nosuid,nodev")


# In turn on one arch or the other: what init says does not depend on it.
TESTS = [missing_interpreter, missing_elf_interpreter]
TESTS_ON = {
    "x86_64": [missing_stdlib, binary_inittab, foreign_runtime],
    "aarch64": [missing_library, wrong_arch, inittab_is_a_directory, unknown_words, no_overlay],
}
