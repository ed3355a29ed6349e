"""One case: an image, and what of it is executed."""

import dataclasses
import os
import sys

import cpio

sys.path.append(os.path.abspath(__file__ + "/../.."))
import elf  # noqa: E402

ROOT = os.path.abspath(__file__ + "/../../../../..")
SAY = "/say"


@dataclasses.dataclass
class Case:
    """The kernel starts init (rdinit=, if it is not /init), and that what paths name."""
    name: str
    image: bytes
    paths: tuple = ()
    init: str = "/init"


def program():
    """bootsay: the interpreter of all scripts here, and a program of its own."""
    with open(f"{ROOT}/build/helpers/bootsay", "rb") as source:
        return source.read()


PROGRAM = program()


def script(name, word, **more):
    """A file that says the word when it runs."""
    return cpio.file(name, f"#!{SAY} ={word}\n", **more)


def say(name=SAY[1:], **more):
    return cpio.file(name, PROGRAM, **more)


def base(*more, word="one", **options):
    """An archive with an /init that says the word."""
    return cpio.archive(say(), script("init", word), *more, **options)


def fixed(*more):
    """An archive of the same bytes wherever it is made, for what is damaged at a place in it: its
    /init is a program that only ends."""
    return cpio.archive(cpio.file("init", elf.program("x86_64")), cpio.file("noise", noise(6000)),
                        *more)


def noise(size):
    """Bytes that do not compress, the same each time."""
    value, made = 12345, bytearray()
    while len(made) < size:
        value = (value * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        made += (value >> 16).to_bytes(6, "big")
    return bytes(made[:size])


def second():
    """What comes behind base() in another archive: a file of its own, and /init anew."""
    return cpio.archive(script("init", "two"), cpio.directory("bin"), script("bin/a", "three"))
