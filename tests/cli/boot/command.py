"""busypy boot as a command: wrong words, what reaches QEMU, how the end is told."""

import json
import os
import re
import time

import places
from console import Machine
import sessions
from sessions import same

NAMES = "x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel"
FAKE = """\
#!/bin/sh
printf '%s\\n' "$@" >"$0.words"
"""


def refused(words, sentence, **more):
    status, out, err = places.busypy("boot", *words, timeout=places.patient(30), **more)
    same((status, out, err), (125, "", sentence))


def sentence(text):
    return f"busypy: boot: {text}\n"


def wrong_options():
    yield "wrong options and arguments are refused with one sentence"
    needs = sentence("needs one TREE or IMAGE, or --nfs (Hint: see 'busypy boot --help')")
    see = sentence("see 'busypy boot --help'")
    for words in ((), ("a", "b"), ("--memory", "64")):
        refused(words, needs)
    refused(("--nfs", "/x", "a"), needs)
    pair = sentence("--kernel-modules goes with --nfs and --kernel, which needs it")
    for words in (("--kernel-modules", "x", "y"), ("--nfs", "/x", "--kernel", "y"),
                  ("--nfs", "/x", "--kernel-modules", "y")):
        refused(words, pair)
    for share, reason in (("x", "'x' is not [SERVER:]/PATH[,OPTIONS]"),
                          ("host:/x", "'host' is no IPv4 address")):
        refused(("--nfs", share, "--kernel", "/bin/sh", "--kernel-modules", "/"),
                sentence(f"--nfs: {reason}"))
    refused(("--nonsense", "x"), "boot: unrecognized option '--nonsense'\n" + see)
    refused(("x", "--log"), "boot: option '--log' requires an argument\n" + see)
    for option in ("--memory", "--timeout"):
        for value in ("0", "-1", "x", "", "1.5"):
            refused((option, value, "x"),
                    sentence(f"{option} must be a number above 0, not '{value}'"))
    refused(("--drive", "x") * 9 + ("x",), sentence("more than 8 drives"))
    refused(("--arch", "vax", "x"), sentence(f"unknown arch 'vax' (Hint: one of {NAMES})"))
    refused(("--arch", "s390x", "x"),
            sentence("no default kernel for s390x (Hint: --kernel FILE)"))


def missing_files():
    yield "a kernel, an image, a tree, a runtime or a place for the log that is not there is named"
    image, none = places.packed("x86_64"), "No such file or directory"
    refused(("--kernel", "/nothing", image), sentence(f"cannot read the kernel /nothing: {none}"))
    refused(("-a", "x86_64", "/nothing"), sentence(f"cannot find /nothing: {none}"))
    empty = places.scratch("empty")
    os.mkdir(empty)
    refused(("-a", "x86_64", empty), sentence(
        f"{empty} is no BusyPy tree: it has no bin (Hint: 'busypy stage {empty}' makes one)"))
    tree = places.tree()
    refused(("-a", "s390x", "--kernel", "/bin/sh", tree), sentence(
        f"{tree} has no runtime for s390x; it has: x86_64 aarch64 (Hint: 'busypy stage --from "
        f"debian --arch s390x {tree}' adds it)"))
    refused(("-a", "x86_64", "--log", "/nothing/log", image),
            sentence(f"cannot create /nothing/log: {none}"))
    refused(("-a", "s390x", "--kernel", "/bin/sh", image), sentence(
        "no virtual machine is known for s390x (only for x86_64 and aarch64)"))


def what_qemu_says():
    yield "what QEMU refuses is passed on as a sentence"
    image, ended = places.packed("x86_64"), "QEMU ended by itself: qemu-system-x86_64: "
    for words, reason in (
            (("--cpu", "nonsense"), "unable to find CPU model 'nonsense'"),
            (("--accel", "nonsense"), "-accel nonsense: invalid accelerator nonsense"),
            (("--drive", "/nothing"), "-drive if=virtio,format=raw,file=/nothing: Could not open "
             "'/nothing': No such file or directory")):
        refused(("-a", "x86_64", *words, image), sentence(ended + reason))
    kernel = cached_kernel("x86_64")
    refused(("-a", "x86_64", "--kernel", kernel, image),
            sentence("qemu-system-x86_64 is not installed (Hint: install qemu-system-x86 or "
                     "qemu-system-arm)"), env={"PATH": "/nothing"})


def cached_kernel(arch):
    """The kernel that a machine was started with last, found by asking a QEMU of ours."""
    return words_for("-a", arch, places.packed(arch))["-kernel"][0]


def words_for(*words):
    """What QEMU is told: {option: values}."""
    directory = places.scratch("fake")
    os.makedirs(directory, exist_ok=True)
    for name in ("qemu-system-x86_64", "qemu-system-aarch64"):
        with open(f"{directory}/{name}", "w") as file:
            file.write(FAKE)
        os.chmod(f"{directory}/{name}", 0o755)
    refused(words, sentence("QEMU ended by itself: no reason given"),
            env=dict(os.environ, PATH=f"{directory}:{os.environ['PATH']}",
                     TMPDIR=places.SCRATCH))
    found = {}
    for name in os.listdir(directory):
        if not name.endswith(".words"):
            continue
        with open(f"{directory}/{name}") as file:
            told = file.read().splitlines()
        os.unlink(f"{directory}/{name}")
        found["program"] = [name.removesuffix(".words")]
    for option, value in zip(told, told[1:]):
        if option.startswith("-"):
            found.setdefault(option, []).append(value)
    return found


def what_qemu_is_told():
    yield "the options reach QEMU, and the machine is the one that the manual names"
    image = places.packed("aarch64")
    told = words_for("-a", "aarch64", "--memory", "300", "--cpu", "max", "--accel", "tcg,x=y",
                     "--drive", "/a", "--drive", "/b", "--net", "user", "--append", "one two",
                     image)
    wanted = {"program": ["qemu-system-aarch64"], "-M": ["virt"], "-accel": ["tcg,x=y"],
              "-cpu": ["max"], "-m": ["300"], "-initrd": [image], "-netdev": ["user,id=n0"],
              "-drive": ["if=virtio,format=raw,file=/a", "if=virtio,format=raw,file=/b"],
              "-device": ["virtio-rng-pci",
                          "virtio-net-pci,netdev=n0,romfile=,mac=52:54:00:12:34:56"],
              "-append": ["console=ttyAMA0 panic=-1 one two"]}
    same({option: told.get(option) for option in wanted}, wanted)
    told = words_for("-a", "x86_64", "--record", places.scratch("told"), places.packed("x86_64"))
    wanted = {"program": ["qemu-system-x86_64"], "-M": ["q35"], "-accel": ["tcg"],
              "-m": ["512"], "-device": ["virtio-rng-pci"], "-netdev": None, "-drive": None,
              "-append": ["console=ttyS0 panic=-1 no_timer_check quiet busypy.run=/bin/smoke "]}
    same({option: told.get(option) for option in wanted}, wanted)
    yield "a tree is packed into a temporary folder that does not stay"
    told = words_for("-a", "aarch64", places.tree())
    if not told["-initrd"][0].startswith(places.SCRATCH + "/busypy-"):
        raise AssertionError(told["-initrd"])
    same(os.path.exists(os.path.dirname(told["-initrd"][0])), False)


def small_image(arch, name):
    return places.changed(arch, name, lambda image: places.small(arch, image))


def run_to_the_end():
    yield "--json tells verdict, arch and time; --log keeps what the console has shown"
    log = places.scratch("log")
    start = time.monotonic()
    status, out, err = places.busypy(
        "boot", "-a", "aarch64", "--json", "--timeout", places.LIMIT, "--log", log, "--append",
        "quiet busypy.run=" + places.rescue("aarch64", "uname"), small_image("aarch64", "run"))
    took = time.monotonic() - start
    found = re.fullmatch(r'\{"verdict": "poweroff", "arch": "aarch64", "microseconds": (\d+)\}\n',
                         out)
    if status or not found or not 0.2 < int(found[1]) / 1e6 < took:
        raise AssertionError(f"status {status}, {out!r} after {took}\n{err}")
    with open(log, newline="") as file:
        same(file.read(), err)
    if not re.search(r"(^|\n)Linux\r+\n", err):
        raise AssertionError(err)
    yield "--record of a tree whose self-test does not end says so"
    directory = places.scratch("no-record")
    status, out, err = places.busypy("boot", "-a", "aarch64", "--json", "--timeout", places.LIMIT,
                                     "--record", directory, small_image("aarch64", "run"))
    same((status, out), (125, ""))
    same(err.splitlines()[-1] + "\n", sentence(
        f"the self-test did not run to its end (see {directory})"))


def timeout():
    yield "--timeout ends the machine with that verdict"
    image = small_image("aarch64", "run")
    start = time.monotonic()
    status, out, _ = places.busypy("boot", "-a", "aarch64", "-J", "--timeout", "1", image)
    same((status, json.loads(out)["verdict"]), (1, "timeout"))
    if not 1 <= time.monotonic() - start < places.patient(20):
        raise AssertionError(f"it took {time.monotonic() - start} s")


def other_ends():
    yield "a kernel without an init panics, and that is the verdict"
    path = places.changed("aarch64", "no-init", lambda image: image.keep(
        lambda name: name.startswith(("dev", "proc"))))
    with Machine("panic", "-a", "aarch64", path) as machine:
        machine.expect("Kernel panic - not syncing: ")
        same(machine.end(), ("panic", 1))
    yield "Ctrl-] ends the machine, and the terminal is as before"
    with Machine("quit", "-a", "aarch64", "--append", "busypy.shell",
                 small_image("aarch64", "run")) as machine:
        machine.expect("Linux version ")
        machine.type("\x1d", end="")
        same(machine.end(), ("quit", 1))


def tree_of_level(level):
    """The tree, with a libc that needs this level of x86-64."""
    path, libc = places.scratch(f"level{level}"), "etc/clib/x86_64/libc.so.6"
    os.mkdir(path)
    places.copy([f"{places.tree()}/{name}" for name in os.listdir(places.tree())], path)
    with open(f"{path}/{libc}", "rb") as file:
        bytes_ = bytearray(file.read())
    at = bytes_.index(bytes.fromhex("028000c0 04000000")) + 8
    bytes_[at] = 1 | 1 << level - 1
    os.unlink(f"{path}/{libc}")
    with open(f"{path}/{libc}", "wb") as file:
        file.write(bytes_)
    return path


def older_processor():
    tree = tree_of_level(2)
    warning = (r"^busypy: boot: warning: /lib/(x86_64-linux-gnu/)?libc\.so\.6 needs x86-64-v2; "
               r"--cpu qemu64 has x86-64-v1 \(Hint: --cpu Nehalem\)$")
    yield "a processor that is older than the tree needs is told, and ld.so says so then"
    with Machine("older", "-a", "x86_64", tree) as machine:
        machine.expect(warning)
        machine.expect("CPU ISA level is lower than required")
    yield "on the one that the hint names it starts"
    with Machine("hinted", "-a", "x86_64", "--cpu", "Nehalem", tree) as machine:
        sessions.prompt(machine)
        if re.search(warning, machine.text, re.M):
            raise AssertionError("it warns all the same")
        machine.type("poweroff")
        same(machine.end(), ("poweroff", 0))


TESTS = [wrong_options, missing_files, what_qemu_says, what_qemu_is_told, run_to_the_end, timeout,
         other_ends, older_processor]
