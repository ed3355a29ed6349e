"""Makes first lines of scripts, from a seed: every kind of them that the kernel can meet.

A case is what execve(2) gets: a path, arguments, variables. make(group, random, place) writes the
scripts of one case below place.directory and returns it. Not here: what should become of it.
"""

import os

READ = 256  # bytes of a file that the kernel looks at
BLANKS = (b" ", b"\t")
GOOD = b"/run/f/i/d"
FAILING = (
    b"/run/f/i/missing", b"/run/f/i/mode", b"/run/f/i/dir", b"/run/f/i/fifo", b"/run/f/i/loop",
    b"/run/f/i/noise", b"/run/f/i/empty", b"/run/f/i/cut", b"/run/f/i/foreign",
    b"/run/f/i/noloader", b"/run/f/i/d/below", b"/run/f/i/busy", b"/run/noexec", b"/dev/null",
    b"/run/f/i/dangling", b"/run/f/i/" + b"n" * 240, b"/", b".", b"/run/f/i/d/",
)


class Case:
    def __init__(self, path, argv, env, ignored=0, in_tree=False, scripts=()):
        self.path, self.argv, self.env = path, argv, env
        self.ignored, self.in_tree, self.scripts = ignored, in_tree, scripts


class Place:
    """Where the scripts of one case stand, and how they are named."""

    def __init__(self, directory, tree, number):
        self.directory, self.tree, self.number = directory, tree, number

    def write(self, content, suffix=b"", in_tree=False):
        base = self.tree if in_tree else self.directory
        path = b"%s/%d%s" % (base, self.number, suffix)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, 0o755)
        return path


def blanks(random, least=1, most=5):
    return b"".join(random.choice(BLANKS) for _ in range(random.randint(least, most)))


def word(random, least=1, most=12):
    letters = b"abcXYZ019-_=.,:/%$'\"\\\x01\x7f\xc3\xa4\xff"
    return bytes(random.choice(letters) for _ in range(random.randint(least, most)))


def words(random, most=4):
    return b" ".join(word(random) for _ in range(random.randint(1, most)))


def padded(random, length):
    """A longer name of the good interpreter, of about this many bytes."""
    name = b"/run/f/i"
    while len(name) + 2 < length - 1:
        name += random.choice((b"/.", b"//"))
    name += b"/" * max(0, length - 2 - len(name))
    return name + b"/d"


def ending(random):
    return random.choice((b"\n", b"\n", b"\n# more\n", b"\nimport os\n", b""))


def plain(random):
    return b"#!" + GOOD + b"\n"


def with_argument(random):
    return b"#!" + GOOD + blanks(random, 1, 1) + word(random) + ending(random)


def inner_blanks(random):
    return (b"#!" + GOOD + blanks(random) + words(random) + blanks(random) + word(random) +
            blanks(random, 0) + ending(random))


def leading_blanks(random):
    behind = random.choice((b"", blanks(random), b" " + word(random)))
    return b"#!" + blanks(random) + GOOD + behind + ending(random)


def carriage_return(random):
    at = random.randrange(4)
    return (b"#!" + b"\r" * (at == 0) + GOOD + b"\r" * (at == 1) +
            random.choice((b"", b" " + word(random) + b"\r" * (at == 2), b" \r")) +
            b"\r" * (at == 3) + random.choice((b"\n", b"")))


def with_nul(random):
    line = bytearray(random.choice((plain, with_argument, inner_blanks, leading_blanks))(random))
    for _ in range(random.randint(1, 3)):
        line.insert(random.randint(2, len(line)), 0)
    return bytes(line)


def no_newline(random):
    line = b"#!" + random.choice((b"", blanks(random))) + GOOD
    return line + random.choice((b"", blanks(random), b" " + words(random),
                                 b" " + words(random) + blanks(random)))


def empty_name(random):
    return random.choice((
        b"#!\n", b"#!", b"#! \n", b"#!\t", b"#!\0", b"#!\0\n", b"#!" + blanks(random) + b"\n",
        b"#!" + blanks(random, 1, 300), b"#!" + b" " * random.randint(250, 260) + GOOD + b"\n",
        b"#!\n" + GOOD + b"\n", b"#!" + blanks(random) + b"\0" + GOOD + b"\n",
        b"#" + blanks(random) + b"!" + GOOD + b"\n", b"# !" + GOOD, b"#", b"!#" + GOOD + b"\n",
    ))


def long_name(random):
    line = b"#!" + blanks(random, 0, 4) + padded(random, random.randint(READ - 12, READ + 8))
    return line + random.choice((b"\n", b"", b" \n", b" x\n", b"\t" * 3 + b"y\n", b"\0", b"\r\n"))


def long_argument(random):
    line = b"#!" + GOOD + blanks(random)
    length = random.randint(READ - 10, READ + 60)
    while len(line) < length:
        line += random.choice((word(random), word(random), blanks(random)))
    return line[:length] + random.choice((b"\n", b"", b" \n", blanks(random) + b"\n"))


def failing(random):
    return (b"#!" + blanks(random, 0, 2) + random.choice(FAILING) +
            random.choice((b"", b" " + word(random))) + random.choice((b"\n", b"")))


def relative(random):
    name = random.choice((b"../i/d", b"./../i/d", b"d", b"./d", b"i/d", b"..", b"../i/../i/d",
                          b"\xff\xfe", b"$HOME/d", b"~/d", b"d d"))
    return b"#!" + name + random.choice((b"", b" " + word(random))) + b"\n"


def soup(random):
    """Anything, of pieces that mean something to the parser."""
    pieces = (b" ", b"\t", b"\n", b"\0", b"\r", b"#!", b"/", GOOD, GOOD, GOOD + b" ", b"-", b"x",
              b"\xe2\x82\xac", b" " * 120, b"y" * 100, bytes([random.randrange(256)]))
    return b"#!" + b"".join(random.choice(pieces) for _ in range(random.randint(0, 9)))


def chain(random, place, kinds, last):
    """Scripts that start one another; kinds tells for each, from the first, if it is in the tree.
    The first one's content is returned, for the caller to write."""
    behind = last
    for i in range(len(kinds) - 1, 0, -1):
        content = b"#!" + behind + random.choice((b"", b" -a%d" % i)) + b"\n"
        behind = place.write(content, b"-%d" % i, kinds[i])
    return b"#!" + behind + random.choice((b"", b" -first", b" a b ")) + b"\n"


def arguments(random, path):
    """Argument vectors, even those that no shell would make."""
    return random.choice((
        [path], [path, b"1"], [path] + [word(random, 0) for _ in range(random.randint(0, 9))],
        [], [b""], [b"other", b"", b""], [path, b"-x" * 500], [path] + [b"many"] * 900,
        [path, b"new\nline", b"tab\t", b"\xff"],
    ))


def variables(random):
    return random.choice((
        [], [b"A=1"], [b"A=1", b"A=2", b"NO_EQUALS", b"=empty"], [b"LONG=" + b"v" * 3000],
        [b"PYTHONHOME=/nowhere", b"PYTHONPATH=/nowhere", b"PYTHONNOUSERSITE=0"],
        [b"LD_LIBRARY_PATH=/nowhere", b"LD_AUDIT=/nowhere", b"LD_BIND_NOW=1"],
        [b"PATH=/run/f/i", b"IFS=x", b"TZ=" + word(random), b""],
    ))


def one_line(make):
    def case(random, place):
        content = make(random)
        path = place.write(content)
        return Case(path, [path, b"one", b"two words"], [b"A=1"], scripts=(content,))
    return case


def foreign_chain(random, place):
    depth = random.randint(1, 6)
    content = chain(random, place, [False] * depth, GOOD)
    path = place.write(content)
    return Case(path, [path, b"x"], [b"A=1"], scripts=(b"depth %d" % depth, content))


def broken_chain(random, place):
    depth = random.randint(1, 6)
    content = chain(random, place, [False] * depth, random.choice(FAILING + (b"", b"\0")))
    path = place.write(content)
    return Case(path, [path, b"x"], [b"A=1"], scripts=(b"depth %d" % depth, content))


def tree_chain(random, place, last=None):
    kinds = [random.random() < 0.5 for _ in range(random.randint(1, 6))]
    content = chain(random, place, kinds, last or GOOD)
    path = place.write(content, in_tree=kinds[0])
    return Case(path, [path, b"x"], [b"A=1"], in_tree=any(kinds),
                scripts=(repr(kinds).encode(), content))


def broken_tree_chain(random, place):
    return tree_chain(random, place, random.choice(FAILING))


def any_call(random, place):
    content = random.choice((plain, with_argument, inner_blanks, no_newline))(random)
    path = place.write(content)
    called = random.choice((path, b"./%d" % place.number, b"../s/%d" % place.number,
                            b"//run/f/s//%d" % place.number))
    return Case(called, arguments(random, called), variables(random), scripts=(content,))


def any_tree_call(random, place):
    content = random.choice((plain, with_argument, inner_blanks, no_newline))(random)
    path = place.write(content, in_tree=True)
    called = random.choice((path, b"../tree/bin/s/%d" % place.number, b"/run/f/../f//tree" +
                            path.removeprefix(b"/run/f/tree")))
    return Case(called, arguments(random, called), variables(random), in_tree=True,
                scripts=(content,))


def any_signals(random, place):
    case = random.choice((one_line(with_argument), tree_chain))(random, place)
    never = 1 << 8 | 1 << 18  # KILL and STOP cannot be ignored
    case.ignored = random.getrandbits(31) & ~never
    return case


def env_text(random):
    """What env is asked for: python3, which PATH has, most of the time. Always a program: without
    one env would start the script again, for ever."""
    name = random.choice((b"python3",) * 8 + (b"python3.11", b"none", b"d", b"/run/f/i/d"))
    behind = random.choice((
        b"", b"", b" ", b" -u", b" -u -B", b"\t'a b'\tc", b" ${V} x", b" \"${V}\"", b" 'x",
        b" \\_ \\x", b" a#b #c", b" " + words(random), b"\r", b" \r"))
    option = random.choice((b"",) * 4 + (b"-S ",) * 8 + (
        b"-S", b"-vS ", b"-i ", b"-S -i ", b"-S -u X ", b"-S A=1 ", b"-S -C/run/f ", b"-S  ",
        b"--split-string=", b"-S\t", b"-x "))
    return option + name + behind.replace(b"=", b"-")


def by_env(random, place, in_tree=False):
    """Lines that name env; in the tree those by which it starts the tree's Python."""
    if in_tree:
        text = random.choice((b"python3", b"-S python3" + blanks(random, 1, 1) + random.choice((
            b"", b"-u", b"-u -B", b"'a b' c", b"${V} x", b"\"${V}\"", b"a#b #c", b"x" * 180,
            b"a b c d e f g h i j k l", b"''", b"-u \r", b"\\_x"))))
    else:
        text = env_text(random)
    content = b"#!" + random.choice((b"", b" ")) + b"/usr/bin/env " + text + b"\n"
    path = place.write(content, in_tree=in_tree)
    value = random.choice((b"v", b"v w", b"", b"$x'"))
    return Case(path, arguments(random, path), [b"PATH=/run/f/env", b"V=" + value, b"X=1"],
                in_tree=in_tree, scripts=(content,))


def by_env_in_tree(random, place):
    return by_env(random, place, in_tree=True)


GROUPS = (
    ("a plain line", one_line(plain)),
    ("an argument", one_line(with_argument)),
    ("blanks in and behind the argument", one_line(inner_blanks)),
    ("blanks before the name", one_line(leading_blanks)),
    ("carriage returns", one_line(carriage_return)),
    ("NUL bytes", one_line(with_nul)),
    ("no newline", one_line(no_newline)),
    ("no name", one_line(empty_name)),
    ("names up to and past 256 bytes", one_line(long_name)),
    ("arguments up to and past 256 bytes", one_line(long_argument)),
    ("interpreters that cannot run", one_line(failing)),
    ("relative names", one_line(relative)),
    ("a soup of bytes", one_line(soup)),
    ("chains of 1 to 6 scripts", foreign_chain),
    ("chains with a broken end", broken_chain),
    ("chains through scripts of the tree", tree_chain),
    ("broken chains through scripts of the tree", broken_tree_chain),
    ("paths, arguments and environments", any_call),
    ("ignored signals", any_signals),
    ("paths, arguments and environments, in the tree", any_tree_call),
    ("programs that env starts", by_env),
    ("Python that env starts, in the tree", by_env_in_tree),
)


def make(group, random, place):
    return GROUPS[group][1](random, place)
