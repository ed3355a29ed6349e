"""POSIX basic and extended regular expressions, as patterns of Python's re on bytes.

What differs from POSIX: where several ways to match the same text exist, the parts that ( )
remember are those of a backtracking matcher; and a pattern that ends in \\> or \\b takes the first
alternative instead of the longest. In a UTF-8 locale a character is a whole sequence of bytes;
-i is for ASCII letters only.
"""

import re

from busypy.text import utf8

CLASSES = {
    b"alpha": b"a-zA-Z", b"digit": b"0-9", b"alnum": b"a-zA-Z0-9", b"upper": b"A-Z",
    b"lower": b"a-z", b"space": b" \t-\r", b"blank": b" \t",
    b"punct": b"!-/:-@[-`{-~", b"print": b" -~", b"graph": b"!-~", b"cntrl": b"\x00-\x1f\x7f",
    b"xdigit": b"0-9A-Fa-f",
}
MULTIBYTE = (b"[\\xc2-\\xdf][\\x80-\\xbf]|[\\xe0-\\xef][\\x80-\\xbf]{2}"
             b"|[\\xf0-\\xf4][\\x80-\\xbf]{3}")
END = b"(?:\\Z)"  # $ of a single line; no other part of a translation looks like it
LINE_END = b"(?=\\n|\\Z)"
DUP_MAX = 32767


class Bad(ValueError):
    """Not a regular expression; the text says why."""


def expand_ranges(text):
    """b'a-c' -> {97, 98, 99}; the first of two characters may be any byte."""
    members, at = set(), 0
    while at < len(text):
        if text[at + 1:at + 2] == b"-" and at + 2 < len(text):
            members.update(range(text[at], text[at + 2] + 1))
            at += 3
        else:
            members.add(text[at])
            at += 1
    return members


def byte_class(members):
    """A class of re that matches one of these bytes."""
    if not members:
        return b"(?!)"
    if len(members) == 256:
        return b"[\\x00-\\xff]"
    ordered, parts = sorted(members), []
    start = last = ordered[0]
    for byte in ordered[1:] + [999]:
        if byte != last + 1:
            parts.append(b"\\x%02x" % start + (b"-\\x%02x" % last if last > start else b""))
            start = byte
        last = byte
    return b"[" + b"".join(parts) + b"]"


class Translator:
    """One pattern on its way from POSIX to Python. `lines`: the text searched holds many lines."""

    def __init__(self, pattern, extended, lines=False, icase=False, before=0, wide=None):
        self.text, self.extended, self.lines = pattern, extended, lines
        self.before = before  # groups of other patterns that stand before this one
        self.wide = utf8() if wide is None else wide
        self.icase = icase
        self.at = 0
        self.out = [[]]  # per open group: its parts, each a complete atom
        self.groups = 0
        self.closed = set()
        self.open = []
        self.longest = False  # whether the first match may not be the longest
        self.context = False  # whether it looks at what follows the match
        self.literal = bytearray()  # the text matched, while it is only one

    def fail(self, text):
        raise Bad(text)

    def start(self):
        """Whether nothing stands before this in the group or alternative."""
        return not self.out[-1] or self.out[-1][-1] in (b"|", b"^")

    def fresh(self):
        return not self.out[-1] or self.out[-1][-1] == b"|"

    def put(self, part):
        self.literal = None
        self.out[-1].append(part)

    def char(self, data):
        """A character that stands for itself."""
        if self.literal is not None:
            self.literal += data
        escaped = re.escape(data)
        self.out[-1].append(escaped if len(data) == 1 else b"(?:" + escaped + b")")

    def take(self):
        """The next character: a byte, or a whole sequence in a UTF-8 locale."""
        size = 1
        lead = self.text[self.at]
        if self.wide and lead >= 0xc2:
            size = 2 if lead < 0xe0 else 3 if lead < 0xf0 else 4
            tail = self.text[self.at + 1:self.at + size]
            if len(tail) != size - 1 or any(b & 0xc0 != 0x80 for b in tail):
                size = 1
        self.at += size
        return self.text[self.at - size:self.at]

    def run(self):
        """The whole translation."""
        while self.at < len(self.text):
            data = self.take()
            if data == b"\\":
                self.backslash()
            elif data == b"[":
                self.put(self.bracket())
            elif data == b".":
                self.put(self.any())
            elif data == b"*" and (self.extended or not self.start()):
                self.repeat(0, None)
            elif data == b"^" and (self.extended or self.fresh()):
                self.put(b"^")
            elif data == b"$" and (self.extended or self.ends()):
                self.put(LINE_END if self.lines else END)
            elif self.extended and data in b"()|+?{":
                self.operator(data)
            else:
                self.char(data)
        if self.open:
            self.fail("Unmatched ( or \\(")
        return b"".join(self.out[0])

    def ends(self):
        """Whether a BRE's $ is an anchor here."""
        rest = self.text[self.at:]
        return not rest or rest.startswith((b"\\)", b"\\|"))

    def any(self):
        if not self.wide:
            return b"[^\\n]" if self.lines else b"[\\x00-\\xff]"
        single = b"[\\x00-\\x09\\x0b-\\x7f]" if self.lines else b"[\\x00-\\x7f]"
        if self.text[self.at:self.at + 1] == b"*":
            # Any number of characters is any number of bytes, and much faster.
            return b"[^\\n]" if self.lines else b"[\\x00-\\xff]"
        return b"(?:" + single + b"|" + MULTIBYTE + b")"

    def operator(self, data):
        """The operators that an ERE writes without a backslash."""
        if data == b"(":
            self.begin()
        elif data == b")":
            self.end() if self.open else self.char(data)
        elif data == b"|":
            self.longest = True
            self.put(b"|")
        elif data == b"{":
            self.interval()
        else:
            self.repeat(*((1, None) if data == b"+" else (0, 1)))

    def begin(self):
        self.literal = None
        self.groups += 1
        self.open.append(self.groups)
        self.out.append([])

    def end(self):
        self.closed.add(self.open.pop())
        inner = b"".join(self.out.pop())
        self.put(b"(" + inner + b")")

    def backslash(self):
        if self.at >= len(self.text):
            self.fail("Trailing backslash")
        data = self.take()
        if not self.extended and data in b"(){|+?":
            self.basic_operator(data)
        elif data in b"123456789":
            number = int(data)
            if number not in self.closed:
                self.fail("Invalid back reference")
            self.longest = True
            self.put(b"(?:\\%d)" % (number + self.before))
        elif data in b"wWsS<>bB`'":
            self.gnu(data)
        elif data == b"n":
            self.char(b"\n")
        elif data == b"t":
            self.char(b"\t")
        else:
            self.char(data)

    def basic_operator(self, data):
        if data == b"(":
            self.begin()
        elif data == b")":
            if not self.open:
                self.fail("Unmatched ) or \\)")
            self.end()
        elif data == b"|":
            self.longest = True
            self.put(b"|")
        elif data == b"{":
            self.interval()
        elif self.start():
            self.char(data)
        elif data != b"}":
            self.repeat(*((1, None) if data == b"+" else (0, 1)))

    def gnu(self, data):
        """What GNU's and BusyBox's library add to POSIX."""
        word = expand_ranges(b"a-zA-Z0-9_") | (set(range(128, 256)) if self.wide else set())
        space = expand_ranges(CLASSES[b"space"])
        inside = byte_class(word)
        whole = set(range(256)) - ({10} if self.lines else set())
        simple = {
            b"w": inside, b"W": byte_class(whole - word), b"s": byte_class(space & whole),
            b"S": byte_class(whole - space), b"`": b"\\A", b"'": b"\\Z",
            b"<": b"(?<!" + inside + b")(?=" + inside + b")",
            b">": b"(?<=" + inside + b")(?!" + inside + b")",
        }
        edge = b"(?:" + simple[b"<"] + b"|" + simple[b">"] + b")"
        simple[b"b"] = edge
        simple[b"B"] = b"(?!" + edge + b")"
        if data in b"<>bB'":
            self.context = True
        self.put(simple[data])

    def repeat(self, low, high):
        """Repeat the last atom. Each repetition is wrapped: a second one applies to the whole."""
        if self.start():
            self.fail("Invalid preceding regular expression")
        atom = self.out[-1].pop()
        self.literal = None
        if atom in (b"^", LINE_END):
            atom = b"(?:" + atom + b")"
        if atom.startswith(b"("):
            self.longest = True
        times = {(0, None): b"*", (1, None): b"+", (0, 1): b"?"}.get((low, high))
        if times is None:
            times = b"{%d}" % low if low == high else b"{%d,%s}" % (
                low, b"" if high is None else b"%d" % high)
        self.out[-1].append(b"(?:" + atom + times + b")")

    def interval(self):
        """{m}, {m,}, {,n} or {m,n}, in a BRE closed by \\}."""
        close = b"}" if self.extended else b"\\}"
        end = self.text.find(close, self.at)
        body = self.text[self.at:end] if end >= 0 else b""
        match = re.match(rb"(\d*)(,?)(\d*)\Z", body)
        if not match or body in (b"", b",") and not body:
            if self.extended:
                self.char(b"{")
                return
            self.fail("Unmatched \\{" if end < 0 else "Invalid content of \\{\\}")
        low = int(match[1] or 0)
        high = int(match[3]) if match[3] else None if match[2] else low
        if low > DUP_MAX or (high or 0) > DUP_MAX:
            self.fail("Regular expression too big")
        if high is not None and low > high:
            self.fail("Invalid content of \\{\\}")
        self.at = end + len(close)
        self.repeat(low, high)

    def bracket(self):
        """A bracket expression, after its [."""
        negated = self.text[self.at:self.at + 1] == b"^"
        self.at += negated
        single, multiple, first = set(), [], True
        while True:
            if self.at >= len(self.text):
                self.fail("Unmatched [, [^, [:, [., or [=")
            if self.text[self.at] == 93 and not first:
                self.at += 1
                break
            first = False
            self.member(single, multiple)
        if self.icase:
            single |= {b ^ 32 for b in single if 65 <= b & 0xdf <= 90}
        return self.bracket_pattern(negated, single, multiple)

    def bracket_pattern(self, negated, single, multiple):
        sequences = b"|".join(re.escape(data) for data in multiple)
        if not negated:
            if not multiple:
                return byte_class(single)
            one = byte_class(single) + b"|" if single else b""
            return b"(?:" + one + sequences + b")"
        single = set(range(128 if self.wide else 256)) - single
        if self.lines:
            single.discard(10)
        if not self.wide:
            return byte_class(single)
        ahead = b"(?!" + sequences + b")" if multiple else b""
        return b"(?:" + byte_class(single) + b"|" + ahead + b"(?:" + MULTIBYTE + b"))"

    def member(self, single, multiple):
        """One member: a character, a range, or a class."""
        text = self.text
        if text[self.at:self.at + 2] == b"[:":
            name = self.named(b":]")
            if name not in CLASSES:
                self.fail("Invalid character class name")
            if self.icase and name in (b"upper", b"lower"):
                name = b"alpha"
            single |= expand_ranges(CLASSES[name])
            return
        low = self.endpoint()
        if text[self.at:self.at + 1] == b"-" and text[self.at + 1:self.at + 2] not in (b"]", b""):
            self.at += 1
            self.span(low, self.endpoint(), single, multiple)
        elif len(low) == 1:
            single.add(low[0])
        else:
            multiple.append(low)

    def endpoint(self):
        """A character or collating element."""
        for mark in (b".", b"="):
            if self.text[self.at:self.at + 2] == b"[" + mark:
                name = self.named(mark + b"]")
                if not name or (len(name) > 1 and not self.wide):
                    self.fail("Invalid collation character")
                return name
        if self.at >= len(self.text):
            self.fail("Unmatched [, [^, [:, [., or [=")
        return self.take()

    def named(self, close):
        end = self.text.find(close, self.at + 2)
        if end < 0:
            self.fail("Unmatched [, [^, [:, [., or [=")
        name = self.text[self.at + 2:end]
        self.at = end + 2
        return name

    def span(self, low, high, single, multiple):
        if len(low) == 1 and len(high) == 1:
            if low > high:
                self.fail("Invalid range end")
            single.update(range(low[0], high[0] + 1))
            return
        try:
            first, last = ord(low.decode()), ord(high.decode())
        except (UnicodeDecodeError, TypeError):
            self.fail("Invalid range end")
        if first > last or last - first > 4096:
            self.fail("Invalid range end")
        for code in range(first, last + 1):
            data = chr(code).encode("utf-8", "surrogatepass")
            single.add(code) if code < 128 else multiple.append(data)


class Regex:
    """A compiled pattern: `search` finds the leftmost, and of these the longest, match."""

    def __init__(self, pattern, extended=False, icase=False, lines=False):
        translator = Translator(pattern, extended, lines, icase)
        source = translator.run()
        self.groups = translator.groups
        self.literal = None
        if translator.literal is not None and not icase:
            self.literal = bytes(translator.literal)
        ambiguous = translator.longest and not translator.context
        self.build(source, icase, lines, ambiguous)

    def build(self, source, icase, lines, ambiguous):
        self.source = source
        flags = (re.MULTILINE if lines else 0) | (re.IGNORECASE if icase else 0)
        self.compiled = compile_bytes(source, flags)
        self.inner = None
        if ambiguous and not lines:
            # A match that does not reach the end of the text: $ must match nowhere.
            self.inner = compile_bytes(source.replace(END, b"(?!)"), flags)

    def search(self, text, at=0):
        match = self.compiled.search(text, at)
        if match is None or self.inner is None or match.end() == len(text):
            return match
        start, shortest = match.span()
        whole = self.compiled.fullmatch(text, start)
        if whole is not None:
            return whole
        for end in range(len(text) - 1, shortest, -1):
            longer = self.inner.fullmatch(text, start, end)
            if longer is not None:
                return longer
        return match


class Any(Regex):
    """Several patterns at once, as grep takes them: on request only whole words or lines."""

    def __init__(self, patterns, kind, icase, lines, word, whole):
        sources, self.groups, self.literal = [], 0, None
        ambiguous = len(patterns) > 1 or word
        context = word
        for pattern in patterns:
            if kind == "F":
                sources.append(re.escape(pattern))
                continue
            translator = Translator(pattern, kind == "E", lines, icase, self.groups)
            sources.append(b"(?:" + translator.run() + b")")
            self.groups += translator.groups
            ambiguous |= translator.longest
            context |= translator.context
            if translator.literal is not None:
                self.literal = bytes(translator.literal)
        if kind == "F":
            # The longest first: then the first that matches is the longest match.
            sources.sort(key=len, reverse=True)
            self.literal = patterns[0]
        if len(patterns) > 1 or icase or word or whole:
            self.literal = None
        source = b"|".join(sources)
        if word:
            inside = byte_class(expand_ranges(b"a-zA-Z0-9_"))
            source = b"(?<!" + inside + b")(?:" + source + b")(?!" + inside + b")"
        if whole:
            source = b"^(?:" + source + b")" + (LINE_END if lines else END)
        self.build(source, icase, lines, ambiguous and not context and kind != "F")


def compile_bytes(source, flags):
    """re.compile, with its complaints turned into ours."""
    import warnings
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(source, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise Bad("Invalid regular expression: %s" % error) from None
