"""Read sed's language into commands. Pure: nothing is opened or run here."""

from busypy import regex, text as texts

NO_ARGUMENT = b"=dDgGhHnNpPxFz"
LABELS = b":btT"
TEXT = b"aic"


class Bad(ValueError):
    """A script that cannot be understood; `at` is the character, counted from 1."""

    def __init__(self, text, at):
        super().__init__(text)
        self.at = at


class Address:
    """What selects a line: kind is number, last, regex, step, relative, multiple or zero."""

    def __init__(self, kind, value=None, other=None):
        self.kind, self.value, self.other = kind, value, other


class Command:
    """One command with its addresses; `active`, `done` and `until` are the state of a range."""

    def __init__(self, first, second, negated):
        self.first, self.second, self.negated = first, second, negated
        self.name = b""
        self.argument = None
        self.end = None       # of {: the index after its }
        self.reset()

    def reset(self):
        """Forget the range, as for a new file with -s and -i."""
        self.active = self.done = False
        self.until = None


class Substitution:
    """s: the pattern (None for the last one used), the parts of the replacement, the flags."""

    def __init__(self, pattern, parts):
        self.pattern, self.parts = pattern, parts
        self.every = self.show = self.run = False
        self.nth = 1
        self.file = None


class Script:
    def __init__(self):
        self.commands = []
        self.labels = {}
        self.files = []
        self.quiet = False


class Parser:
    """One pass over the text."""

    def __init__(self, text, extended):
        self.text, self.extended = text, extended
        self.at = 0
        self.script = Script()

    def fail(self, message):
        raise Bad(message, self.at)

    def peek(self):
        return self.text[self.at:self.at + 1]

    def skip(self, which=b" \t"):
        while self.at < len(self.text) and self.text[self.at] in which:
            self.at += 1

    def run(self):
        if self.text.startswith(b"#n\n") or self.text == b"#n":
            self.script.quiet = True
        blocks, jumps = [], []
        while True:
            self.skip(b" \t\n;")
            if self.at >= len(self.text):
                break
            command = self.command()
            if command is None:
                continue
            if command.name == b"}":
                if not blocks:
                    self.fail("unexpected `}'")
                self.script.commands[blocks.pop()].end = len(self.script.commands)
                continue
            if command.name == b":":
                self.script.labels[command.argument] = len(self.script.commands)
                continue
            if command.name == b"{":
                blocks.append(len(self.script.commands))
            if command.name in (b"b", b"t", b"T"):
                jumps.append(command)
            self.script.commands.append(command)
        if blocks:
            self.at = 0
            self.fail("unmatched `{'")
        for command in jumps:
            if command.argument and command.argument not in self.script.labels:
                label = command.argument.decode("utf-8", "backslashreplace")
                self.fail("can't find label for jump to `%s'" % label)
        return self.script

    def command(self):
        """One command, or None for a comment."""
        if self.peek() == b"#":
            self.line()
            return None
        first = self.address(True)
        second = None
        self.skip()
        if first is not None and self.peek() == b",":
            self.at += 1
            self.skip()
            second = self.address(False)
            if second is None:
                self.fail("unexpected `,'")
        if first is not None and first.kind == "zero" and (
                second is None or second.kind != "regex"):
            self.fail("invalid usage of line address 0")
        self.skip()
        negated = False
        while self.peek() == b"!":
            negated = True
            self.at += 1
            self.skip()
        command = Command(first, second, negated)
        self.name(command)
        return command

    def number(self):
        start = self.at
        while self.peek().isdigit():
            self.at += 1
        return int(self.text[start:self.at])

    def address(self, is_first):
        letter = self.peek()
        if letter.isdigit():
            value = self.number()
            if self.peek() == b"~" and is_first:
                self.at += 1
                return Address("step", value, self.number() if self.peek().isdigit() else 0)
            return Address("zero" if value == 0 and is_first else "number", value)
        if letter == b"$":
            self.at += 1
            return Address("last")
        if letter in (b"+", b"~") and not is_first and letter:
            self.at += 1
            if not self.peek().isdigit():
                self.fail("expected a number")
            return Address("relative" if letter == b"+" else "multiple", self.number())
        if letter == b"/" or letter == b"\\":
            self.at += 1
            if letter == b"\\":
                letter = self.peek()
                self.at += 1
            pattern = self.delimited(letter, True)
            if pattern is None:
                self.fail("unterminated address regex")
            return Address("regex", self.compile(pattern, self.flags_of_address()))
        return None

    def flags_of_address(self):
        icase = False
        while self.peek() in (b"I", b"M") and self.peek():
            icase |= self.peek() == b"I"
            self.at += 1
        return icase

    def compile(self, pattern, icase):
        """None stands for the empty pattern: the last one used."""
        if not pattern:
            return None
        try:
            return regex.Regex(pattern, self.extended, icase)
        except regex.Bad as error:
            self.fail(str(error))

    def delimited(self, mark, pattern):
        """The text up to `mark`, which \\mark does not end; None if it never comes."""
        if not mark or mark in (b"\n", b"\\"):
            return None
        out, inside, start = bytearray(), False, 0
        while self.at < len(self.text):
            letter = self.peek()
            self.at += 1
            if inside:
                out += letter
                inside, start = self.bracket_goes_on(letter, start, len(out), out)
                continue
            if letter == b"\\":
                follower = self.peek()
                self.at += 1
                if follower == mark:
                    # \% means a plain %, unless the character is special without the backslash.
                    out += b"\\" + mark if mark in b".*[]^$" and pattern else mark
                elif follower == b"n" and pattern:
                    out += b"\\n"
                else:
                    out += b"\\" + follower
                continue
            if letter == mark:
                return bytes(out)
            if letter == b"[" and pattern:
                inside, start = True, len(out) + 1
            out += letter
        return None

    @staticmethod
    def bracket_goes_on(letter, start, end, out):
        """Whether a bracket expression that began at `start` is still open after `letter`."""
        body = bytes(out[start:end])
        if letter != b"]":
            return True, start
        if body in (b"]", b"^]"):
            return True, start
        for kind in (b":", b".", b"="):
            if body.rfind(b"[" + kind) > body.rfind(kind + b"]"):
                return True, start
        if body[-2:-1] in (b":", b".", b"=") and body[-2:] not in (b"", b"]"):
            opened = body.rfind(b"[" + body[-2:-1])
            if opened >= 0 and body.find(body[-2:-1] + b"]", opened + 2) == len(body) - 2:
                return True, start
        return False, start

    def line(self):
        """The rest of the line."""
        end = self.text.find(b"\n", self.at)
        end = len(self.text) if end < 0 else end
        text, self.at = self.text[self.at:end], end
        return text

    def finish(self):
        """After a command only ; } # or the end of the line may come."""
        self.skip()
        if self.at < len(self.text) and self.peek() not in (b";", b"\n", b"}", b"#"):
            self.at += 1
            self.fail("extra characters after command")

    def name(self, command):
        command.name = name = self.peek()
        if not name:
            self.fail("missing command")
        self.at += 1
        if name in (b"{", b"}"):
            if name == b"}" and command.first is not None:
                self.fail("} doesn't want any addresses")
            if name == b"}":
                self.finish()
        elif name in NO_ARGUMENT:
            self.finish()
        elif name in LABELS:
            self.label(command)
        elif name in TEXT:
            command.argument = self.literal()
        elif name in b"qQlL":
            self.skip()
            command.argument = self.number() if self.peek().isdigit() else None
            self.finish()
        elif name in b"rRwW":
            self.file(command)
        elif name == b"s":
            self.substitute(command)
        elif name == b"y":
            self.transliterate(command)
        else:
            self.fail("unknown command: `%s'" % name.decode("utf-8", "backslashreplace"))

    def label(self, command):
        self.skip()
        if command.name == b":":
            if command.first is not None:
                self.fail(": doesn't want any addresses")
            # POSIX lets a label hold semicolons; scripts in the wild end it there.
            command.argument = self.until(b"\n;")
            if not command.argument:
                self.fail("\":\" lacks a label")
            return
        command.argument = self.until(b"\n;}")

    def until(self, ends):
        """The text up to one of these characters, without blanks around it."""
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.at += 1
        return self.text[start:self.at].strip()

    def literal(self):
        """The text of a, i and c: after backslash and newline, or in one line."""
        self.skip()
        if self.peek() == b"\\":
            self.at += 1
            rest = self.at
            self.skip()
            if self.peek() == b"\n":
                self.at += 1
                if self.at >= len(self.text):
                    return b""
            elif self.at >= len(self.text):
                return b""
            else:
                self.at = rest
        elif not self.peek() or self.peek() == b"\n":
            self.fail("expected \\ after `a', `c' or `i'")
        out = bytearray()
        while self.at < len(self.text):
            letter = self.peek()
            self.at += 1
            if letter == b"\\":
                out += self.peek()
                self.at += 1
            elif letter == b"\n":
                break
            else:
                out += letter
        return bytes(out) + b"\n"

    def file(self, command):
        self.skip()
        name = self.line()
        if not name:
            self.fail("missing filename in r/R/w/W commands")
        command.argument = name
        if command.name in b"wW":
            self.script.files.append(name)

    def substitute(self, command):
        mark = self.peek()
        self.at += 1
        pattern = self.delimited(mark, True)
        replacement = self.delimited(mark, False) if pattern is not None else None
        if replacement is None:
            self.fail("unterminated `s' command")
        change = Substitution(None, replacement_parts(replacement))
        icase = self.flags(change)
        change.pattern = self.compile(pattern, icase)
        if change.pattern is not None:
            most = max((p for p in change.parts if isinstance(p, int)), default=0)
            if most > change.pattern.groups:
                self.fail("invalid reference \\%d on `s' command's RHS" % most)
        command.argument = change

    def flags(self, change):
        icase = False
        while True:
            letter = self.peek()
            if letter == b"g":
                change.every = True
            elif letter == b"p":
                change.show = True
            elif letter in (b"I", b"i"):
                icase = True
            elif letter in (b"e", b"m", b"M") and letter:
                self.at += 1
                self.fail("unknown option to `s'")
            elif letter.isdigit():
                change.nth = self.number()
                if change.nth == 0:
                    self.fail("number option to `s' command may not be zero")
                continue
            elif letter == b"w":
                self.at += 1
                self.skip()
                change.file = self.line()
                if not change.file:
                    self.fail("missing filename in r/R/w/W commands")
                self.script.files.append(change.file)
                return icase
            else:
                break
            self.at += 1
        self.skip()
        if self.at < len(self.text) and self.peek() not in (b";", b"\n", b"}", b"#"):
            self.at += 1
            self.fail("unknown option to `s'")
        return icase

    def transliterate(self, command):
        mark = self.peek()
        self.at += 1
        source = self.delimited(mark, False)
        target = self.delimited(mark, False) if source is not None else None
        if target is None:
            self.fail("unterminated `y' command")
        source, target = plain_characters(source), plain_characters(target)
        if len(source) != len(target):
            self.fail("strings for `y' command are different lengths")
        command.argument = dict(zip(reversed(source), reversed(target)))
        self.finish()


def plain_characters(text):
    """The characters of y: \\n, \\\\ and whole UTF-8 sequences."""
    out, at = [], 0
    decoded = text.decode("utf-8", "surrogateescape") if texts.utf8() else text.decode("latin-1")
    while at < len(decoded):
        letter = decoded[at]
        if letter == "\\" and at + 1 < len(decoded):
            at += 1
            letter = {"n": "\n", "t": "\t", "r": "\r"}.get(decoded[at], decoded[at])
        out.append(letter)
        at += 1
    return out


def replacement_parts(text):
    """bytes, group numbers (0 is the whole match), and case changes as one-letter str."""
    parts, plain, at = [], bytearray(), 0

    def flush():
        if plain:
            parts.append(bytes(plain))
            plain.clear()
    while at < len(text):
        letter = text[at:at + 1]
        at += 1
        if letter == b"&":
            flush()
            parts.append(0)
        elif letter == b"\\" and at < len(text):
            follower = text[at:at + 1]
            at += 1
            if follower.isdigit():
                flush()
                parts.append(int(follower))
            elif follower in b"ULEul":
                flush()
                parts.append(follower.decode())
            else:
                plain.extend({b"n": b"\n", b"t": b"\t", b"r": b"\r", b"f": b"\f",
                              b"v": b"\v", b"a": b"\a"}.get(follower, follower))
        else:
            plain.extend(letter)
    flush()
    return parts


def parse(text, extended):
    """The Script of a text; raises Bad."""
    return Parser(text, extended).run()
