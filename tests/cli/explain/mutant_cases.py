"""Small programs with one or two wrong bytes in their headers. What execve(2) says is always told;
whether a process is killed afterwards, where its memory is not what it expects, may not be."""

import random

import elf
from case import Case, write

N, N_LONG = 60, 2000


def cases(machine):
    base = machine.folder("mutant")
    interp = write(f"{base}/ld", elf.program("x86_64", kind=3)).encode() + b"\0"
    for number in range(N_LONG if machine.long else N):
        chance = random.Random(f"mutant {number}")
        content = bytearray(elf.program("x86_64", interp if number % 2 else None))
        for _ in range(chance.randint(1, 2)):
            at = chance.randrange(120)
            content[at] = chance.choice((0, 1, 2, 3, 0xFF, chance.randrange(256)))
        if chance.random() < 0.15:
            del content[chance.randrange(len(content)):]
        yield Case(f"{number}", write(f"{base}/{number}", bytes(content)), mutant=True)
