"""Cases of ld.so that nobody thought of: drawn by lot, the same ones each time."""

import random

from ldso.spec import GLIBC, MUSL, Spec

DIRS = ("a", "b", "c")
WHERE = ("$ORIGIN/{0}", "{{D}}/{0}", "${{ORIGIN}}/{0}", "{0}", "./{0}", "$ORIGIN/none/../{0}",
         "$ORIGIN/../{{N}}/{0}/", "$ORIGIN/$LIB/../../{0}")
NOWHERE = ("", "$ORIGIN/none", "$NONE/a", "/none", ".", "$LIB")
LIBRARIES = ("f", "f", "f", "g", "f h", "g h", "f@@V1", "f@V1", "data:v f", "text", "i386", "dir",
             "link:nowhere", "cut:63", "f edit:machine", "f edit:class", "f soname:libx.so",
             "f soname:liby.so")
NEEDY = ("f", "g", "h", "f calls:h", "f calls:h now", "f uses:v", "g weak:h now", "f nodeflib",
         "f calls:h@V1")
USES = ("calls:f", "calls:f now", "got:f", "weak:f", "uses:v", "calls:f calls:h", "copy:v",
        "calls:f@V1", "calls:f@V1 now", "calls:f now")
LEVELS = ("x86-64-v2", "x86-64-v3", "x86-64-v4")


def path(dice, separators=":"):
    entries = [dice.choice(WHERE).format(dice.choice(DIRS)) if dice.random() < 0.75
               else dice.choice(NOWHERE) for _ in range(dice.randint(1, 4))]
    text = entries[0]
    for entry in entries[1:]:
        text += dice.choice(separators) + entry
    return text


def rules(dice):
    return dice.choice(("", "", "runpath:", "rpath:", "dt:runpath=", "dt:rpath="))


def searched(dice):
    kind = rules(dice)
    return kind and kind + path(dice)


def library(dice, others):
    """Words of a file; a sound one may need others."""
    if not others or dice.random() < 0.5:
        return dice.choice(LIBRARIES)
    needs = " ".join(f"needs:{name}" for name in
                     dice.sample(others, dice.randint(1, len(others))))
    return f"{dice.choice(NEEDY)} {needs} {searched(dice)}".strip()


def environment(dice):
    env = {}
    if dice.random() < 0.4:
        env["LD_LIBRARY_PATH"] = path(dice, ":;")
    if dice.random() < 0.2:
        env["LD_BIND_NOW"] = dice.choice(("", "1", "0"))
    if dice.random() < 0.2:
        env["LD_PRELOAD"] = dice.choice(("{D}/a/libx.so", "libz.so", "{D}/b/liby.so", "c/libz.so",
                                         "{D}/none.so {D}/c/libz.so", "$ORIGIN/a/libz.so"))
    return env


def case(number):
    dice = random.Random(number)
    names = ["libx.so", "liby.so", "libz.so"][:dice.randint(1, 3)]
    files = {}
    for i, name in enumerate(names):
        for folder in dice.sample(DIRS, dice.randint(1, 3)):
            files[f"{folder}/{name}"] = library(dice, names[i + 1:])
            if dice.random() < 0.15:
                at = dice.choice(LEVELS)
                files[f"{folder}/glibc-hwcaps/{at}/{name}"] = dice.choice(LIBRARIES)
    needs = " ".join(f"needs:{name}" for name in names[:dice.randint(1, len(names))])
    program = f"program {dice.choice(USES)} {needs} {searched(dice)} {searched(dice)}".strip()
    return Spec(f"drawn: {number}", program, files, environment(dice),
                directory=dice.choice(("{D}", "{D}", "/c")),
                libcs=GLIBC if any("edit:" in words for words in files.values())
                else (*GLIBC, *MUSL))  # musl does not look at what is edited


def cases(count):
    return map(case, range(count))
