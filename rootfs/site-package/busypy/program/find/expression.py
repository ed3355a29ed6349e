"""The expression of find: read into one function from an entry to true or false."""

import fnmatch
import os
import re
import stat
import time

from busypy import cli, process, tree
from busypy.lib import mode

TYPES = {"b": stat.S_IFBLK, "c": stat.S_IFCHR, "d": stat.S_IFDIR, "f": stat.S_IFREG,
         "l": stat.S_IFLNK, "p": stat.S_IFIFO, "s": stat.S_IFSOCK}
SIZES = {"b": 512, "c": 1, "w": 2, "k": 1 << 10, "M": 1 << 20, "G": 1 << 30}
DAY = 86400


class Quit(Exception):
    """-quit: enough."""


class Rules:
    """What the words mean: the test and the options of the walk."""

    def __init__(self):
        self.depth = self.one_device = False
        self.most, self.least = 1 << 30, 0
        self.batches = []
        self.status = 0
        self.test = None


class Batch:
    """-exec ... {} +: collects paths and runs the program when there are enough."""

    LIMIT = 96 << 10

    def __init__(self, words, rules):
        self.words, self.rules = words, rules
        self.paths, self.size = [], 0

    def add(self, path):
        self.paths.append(path)
        self.size += len(cli.enc(path)) + 9
        if self.size > self.LIMIT:
            self.flush()

    def flush(self):
        if not self.paths:
            return
        paths, self.paths, self.size = self.paths, [], 0
        if process.wait(process.start(self.words + paths)):
            self.rules.status = 1


class Parser:
    """Recursive descent over the words; each rule returns a function."""

    def __init__(self, words, follow):
        self.words, self.follow = words, follow
        self.at = 0
        self.rules = Rules()
        self.acts = False
        self.now = time.time()

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else None

    def next(self, what):
        if self.at >= len(self.words):
            raise cli.Fail("missing argument to `%s'" % what)
        self.at += 1
        return self.words[self.at - 1]

    def run(self):
        test = self.comma() if self.words else lambda entry: True
        if self.peek() is not None:
            if self.peek() == ")":
                raise cli.Fail("you have too many ')'")
            raise cli.Fail("paths must precede expression: %s" % cli.quote(self.peek()))
        if self.acts:
            self.rules.test = test
        else:
            show = printer(b"\n")
            self.rules.test = lambda entry: test(entry) and show(entry)
        return self.rules

    def comma(self):
        left = self.either()
        while self.peek() == ",":
            self.at += 1
            left = (lambda a, b: lambda entry: (a(entry), b(entry))[1])(left, self.either())
        return left

    def either(self):
        left = self.both()
        while self.peek() in ("-o", "-or"):
            self.at += 1
            left = (lambda a, b: lambda entry: a(entry) or b(entry))(left, self.both())
        return left

    def both(self):
        left = self.term()
        while self.peek() not in (None, "-o", "-or", ")", ","):
            if self.peek() in ("-a", "-and"):
                self.at += 1
            left = (lambda a, b: lambda entry: a(entry) and b(entry))(left, self.term())
        return left

    def term(self):
        word = self.peek()
        if word in ("!", "-not"):
            self.at += 1
            inner = self.term()
            return lambda entry: not inner(entry)
        if word == "(":
            self.at += 1
            if self.peek() == ")":
                raise cli.Fail("invalid expression; empty parentheses are not allowed.")
            inner = self.comma()
            if self.next("(") != ")":
                raise cli.Fail("invalid expression; I was expecting to find a ')' somewhere")
            return inner
        if word is None:
            last = self.words[self.at - 1]
            raise cli.Fail("expected an expression after %s" % cli.quote(last))
        self.at += 1
        build = getattr(self, "do_" + word[1:].replace("-", "_"), None)
        if word[:1] != "-" or build is None:
            if word[:1] != "-":
                raise cli.Fail("paths must precede expression: %s" % cli.quote(word))
            raise cli.Fail("unknown predicate `%s'" % word)
        return build(word)

    # Options: true, and remembered for the walk.

    def do_depth(self, word):
        self.rules.depth = True
        return yes

    do_d = do_depth

    def do_xdev(self, word):
        self.rules.one_device = True
        return yes

    do_mount = do_xdev

    def do_maxdepth(self, word):
        self.rules.most = self.level(word)
        return yes

    def do_mindepth(self, word):
        self.rules.least = self.level(word)
        return yes

    def level(self, word):
        text = self.next(word)
        if not text.isdigit():
            raise cli.Fail("Expected a positive decimal integer argument to %s, but got %s"
                           % (word, cli.quote(text)))
        return int(text)

    def do_noleaf(self, word):
        return yes

    do_true = do_noleaf

    def do_false(self, word):
        return lambda entry: False

    # Tests of the name.

    def glob(self, word, fold, part):
        pattern = re.compile(fnmatch.translate(posix_glob(self.next(word))),
                             re.IGNORECASE if fold else 0).match
        return lambda entry: pattern(getattr(entry, part)) is not None

    def do_name(self, word):
        return self.glob(word, False, "name")

    def do_iname(self, word):
        return self.glob(word, True, "name")

    def do_path(self, word):
        return self.glob(word, False, "path")

    do_wholename = do_path

    def do_ipath(self, word):
        return self.glob(word, True, "path")

    def do_lname(self, word):
        pattern = re.compile(fnmatch.translate(posix_glob(self.next(word)))).match
        return lambda entry: stat.S_ISLNK(entry.info.st_mode) and bool(
            pattern(os.readlink(entry.path)))

    def do_regex(self, word):
        from busypy import regex
        try:
            pattern = regex.Any([cli.enc(self.next(word))], "G", word == "-iregex", False,
                                False, True)
        except regex.Bad as error:
            raise cli.Fail("%s: %s" % (word, error)) from None
        return lambda entry: pattern.search(cli.enc(entry.path)) is not None

    do_iregex = do_regex

    # Tests of the data.

    def do_type(self, word):
        kinds = []
        for letter in self.next(word).split(","):
            if letter not in TYPES:
                raise cli.Fail("Unknown argument to -type: %s" % letter)
            kinds.append(TYPES[letter])
        return lambda entry: stat.S_IFMT(entry.info.st_mode) in kinds

    def do_perm(self, word):
        text = self.next(word)
        kind, body = (text[0], text[1:]) if text[:1] in "-/" else ("", text)
        try:
            wanted = mode.change(body, 0, mask=0)
        except mode.Bad:
            raise cli.Fail("invalid mode %s" % cli.quote(text)) from None
        if kind == "-":
            return lambda entry: entry.info.st_mode & wanted == wanted
        if kind == "/":
            return lambda entry: not wanted or bool(entry.info.st_mode & wanted)
        return lambda entry: stat.S_IMODE(entry.info.st_mode) == wanted

    def owner(self, word, find, field):
        text = self.next(word)
        wanted = find(text)
        if wanted is None:
            kind = "user" if field == "st_uid" else "group"
            raise cli.Fail("%s is not the name of a known %s" % (cli.quote(text), kind))
        return lambda entry: getattr(entry.info, field) == wanted

    def do_user(self, word):
        from busypy.program import chown
        return self.owner(word, chown.user_id, "st_uid")

    def do_group(self, word):
        from busypy.program import chown
        return self.owner(word, chown.group_id, "st_gid")

    def do_nouser(self, word):
        from busypy.program import id as ids
        return lambda entry: ids.user_name(entry.info.st_uid) is None

    def do_nogroup(self, word):
        from busypy.program import id as ids
        return lambda entry: ids.group_name(entry.info.st_gid) is None

    def compare(self, word, value):
        """n, +n or -n against a whole number of the entry."""
        text = self.next(word)
        sign, body = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
        if not body.isdigit():
            raise cli.Fail("invalid argument `%s' to `%s'" % (text, word))
        number = int(body)
        if sign == "+":
            return lambda entry: value(entry) > number
        if sign == "-":
            return lambda entry: value(entry) < number
        return lambda entry: value(entry) == number

    def do_uid(self, word):
        return self.compare(word, lambda entry: entry.info.st_uid)

    def do_gid(self, word):
        return self.compare(word, lambda entry: entry.info.st_gid)

    def do_links(self, word):
        return self.compare(word, lambda entry: entry.info.st_nlink)

    def do_inum(self, word):
        return self.compare(word, lambda entry: entry.info.st_ino)

    def do_size(self, word):
        text = self.peek() or ""
        unit = SIZES.get(text[-1:], 0)
        if unit and not text[-1:].isdigit():
            self.words = list(self.words)
            self.words[self.at] = text[:-1]
        unit = unit or 512
        return self.compare(word, lambda entry: -(-entry.info.st_size // unit))

    def do_empty(self, word):
        def empty(entry):
            kind = stat.S_IFMT(entry.info.st_mode)
            if kind == stat.S_IFDIR:
                return not os.listdir(entry.path)
            return kind == stat.S_IFREG and entry.info.st_size == 0
        return empty

    def age(self, word, field, unit):
        now = self.now
        return self.compare(word, lambda entry: int((now - getattr(entry.info, field)) // unit))

    def do_mtime(self, word):
        return self.age(word, "st_mtime", DAY)

    def do_atime(self, word):
        return self.age(word, "st_atime", DAY)

    def do_ctime(self, word):
        return self.age(word, "st_ctime", DAY)

    def minutes(self, word, field):
        """-mmin rounds up, unlike -mtime: a file of 30 seconds is one minute old."""
        now = self.now
        return self.compare(word, lambda entry: -int(-(now - getattr(entry.info, field)) // 60))

    def do_mmin(self, word):
        return self.minutes(word, "st_mtime")

    def do_amin(self, word):
        return self.minutes(word, "st_atime")

    def do_cmin(self, word):
        return self.minutes(word, "st_ctime")

    def newer(self, word, field):
        name = self.next(word)
        try:
            limit = os.stat(name).st_mtime_ns
        except OSError as error:
            raise cli.Fail("%s: %s" % (cli.quote(name), cli.why(error))) from None
        return lambda entry: getattr(entry.info, field) > limit

    def do_newer(self, word):
        return self.newer(word, "st_mtime_ns")

    def do_anewer(self, word):
        return self.newer(word, "st_atime_ns")

    def do_cnewer(self, word):
        return self.newer(word, "st_ctime_ns")

    def do_samefile(self, word):
        wanted = os.stat(self.next(word))
        return lambda entry: os.path.samestat(entry.info, wanted)

    def do_readable(self, word):
        return lambda entry: os.access(entry.path, os.R_OK)

    def do_writable(self, word):
        return lambda entry: os.access(entry.path, os.W_OK)

    def do_executable(self, word):
        return lambda entry: os.access(entry.path, os.X_OK)

    # Actions.

    def do_print(self, word):
        self.acts = True
        return printer(b"\n")

    def do_print0(self, word):
        self.acts = True
        return printer(b"\0")

    def do_printf(self, word):
        self.acts = True
        form, values = self.next(word), []
        from busypy.lib import escape
        from busypy.program import stat as stats

        def show(entry):
            info = entry.info
            values[:] = [stats.file_values(entry.path, info)]
            known = values[0]
            table = {"p": lambda: entry.path, "f": lambda: entry.name, "s": known["s"],
                     "m": known["a"], "M": known["A"], "u": known["U"], "g": known["G"],
                     "U": known["u"], "G": known["g"], "n": known["h"], "i": known["i"],
                     "d": lambda: entry.depth, "H": lambda: entry.top, "k": lambda:
                     (info.st_blocks + 1) // 2, "b": known["b"], "D": known["d"],
                     "h": lambda: os.path.dirname(entry.path) or ".",
                     "P": lambda: entry.path[len(entry.top):].lstrip("/"),
                     "l": lambda: os.readlink(entry.path) if stat.S_ISLNK(info.st_mode) else "",
                     "y": lambda: stat.filemode(info.st_mode)[0].replace("-", "f"),
                     "t": known["y"]}
            try:
                cli.out().write(stats.expand(form, table, True))
            except escape.Stop:
                pass
            return True
        return show

    def do_ls(self, word):
        self.acts = True
        from busypy import text
        owners, now = text.Owners(), self.now

        def show(entry):
            info = entry.info
            target = " -> " + os.readlink(entry.path) if stat.S_ISLNK(info.st_mode) else ""
            size = text.device(info) if text.is_device(info.st_mode) else str(info.st_size)
            line = "%9d %6d %s %3d %-8s %-8s %8s %s %s%s\n" % (
                info.st_ino, info.st_blocks // 2, stat.filemode(info.st_mode), info.st_nlink,
                owners.user(info.st_uid), owners.group(info.st_gid), size,
                text.list_time(info.st_mtime, now), entry.path, target)
            cli.out().write(cli.enc(line))
            return True
        return show

    def do_prune(self, word):
        def prune(entry):
            entry.prune = True
            return True
        return prune

    def do_quit(self, word):
        self.acts = True

        def stop(entry):
            raise Quit
        return stop

    def do_delete(self, word):
        self.acts = self.rules.depth = True
        rules = self.rules

        def delete(entry):
            if entry.path == ".":
                return True
            try:
                if stat.S_ISDIR(os.lstat(entry.path).st_mode):
                    os.rmdir(entry.path)
                else:
                    os.unlink(entry.path)
                return True
            except OSError as error:
                rules.status = cli.warn("cannot delete %s: %s"
                                        % (cli.quote(entry.path), cli.why(error)))
                return False
        return delete

    def do_exec(self, word):
        self.acts = True
        words = []
        while True:
            part = self.next(word)
            if part == ";" or (part == "+" and words[-1:] == ["{}"]):
                break
            words.append(part)
        if not words:
            raise cli.Fail("missing argument to `%s'" % word)
        if part == "+":
            batch = Batch(words[:-1], self.rules)
            self.rules.batches.append(batch)
            return lambda entry: batch.add(entry.path) or True
        return runner(words, word in ("-ok", "-okdir"), word.endswith("dir"))

    do_ok = do_execdir = do_okdir = do_exec


def yes(entry):
    return True


def printer(end):
    out, enc = cli.out(), cli.enc

    def show(entry):
        out.write(enc(entry.path) + end)
        return True
    return show


def runner(words, ask, in_folder):
    """-exec ... ;: true if the program ends with 0."""
    def run(entry):
        path = "./" + entry.name if in_folder else entry.path
        command = [word.replace("{}", path) for word in words]
        if ask and not tree.ask("< %s ... %s > ? " % (command[0], entry.path)):
            return False
        if not in_folder:
            return process.wait(process.start(command)) == 0
        here = os.open(".", os.O_RDONLY)
        try:
            os.chdir(os.path.dirname(entry.path) or ".")
            return process.wait(process.start(command)) == 0
        finally:
            os.fchdir(here)
            os.close(here)
    return run


def posix_glob(pattern):
    """What fnmatch writes differently: a backslash quotes, and classes have names."""
    from busypy import regex
    out, at = [], 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\" and at + 1 < len(pattern):
            at += 1
            out.append("[%s]" % pattern[at] if pattern[at] in "*?[" else pattern[at])
        elif letter == "[":
            end = pattern.find("]", at + 2 + (pattern[at + 1:at + 2] in "!^"))
            while end > 0 and pattern[end - 1] == ":" and "[:" in pattern[at + 1:end]:
                end = pattern.find("]", end + 1)
            body = pattern[at + 1:end] if end > 0 else ""
            if body.startswith("^"):
                body = "!" + body[1:]
            for name, members in regex.CLASSES.items():
                body = body.replace("[:%s:]" % name.decode(), members.decode("latin-1"))
            out.append("[" + body + "]" if body else "[[]")
            at = end if end > 0 else at
        else:
            out.append(letter)
        at += 1
    return "".join(out)


def parse(words, follow):
    """The Rules of an expression."""
    return Parser(words, follow).run()
