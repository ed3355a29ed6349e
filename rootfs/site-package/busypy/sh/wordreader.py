"""Reading one word: quotes, and what a dollar sign or a backquote begins.

The text cursor (peek, fill, line_at) belongs to the lexer, which derives from this.
"""

from busypy.sh import node
from busypy.sh.error import SyntaxFault

BREAK = frozenset(" \t\n;&|<>()")
SPECIAL_CHARS = frozenset('\\\'"$`')
STOP = BREAK | SPECIAL_CHARS
NAME_FIRST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
NAME = NAME_FIRST | frozenset("0123456789")
SPECIAL = frozenset("@*#?-$!")
DIGITS = frozenset("0123456789")


def is_name(text):
    """Whether text can be the name of a variable."""
    return bool(text) and text[0] in NAME_FIRST and NAME.issuperset(text)


class NotArithmetic(Exception):
    """What follows $(( is a command substitution with a subshell."""


class WordReader:
    """Turns text at the cursor into the parts of a word."""

    def read_word(self):
        return node.Word(self.unquoted_parts(None))

    def unquoted_parts(self, closer):
        """Parts up to a word break, or up to closer (for the word in braces)."""
        parts = []
        while True:
            self.plain_run(parts, closer)
            c = self.peek()
            if c == "":
                if closer:
                    self.fault("missing %s" % closer)
                break
            if c == closer or (closer is None and c in BREAK):
                break
            if c in SPECIAL_CHARS:
                self.special_part(c, parts)
        if parts and type(parts[0]) is node.Lit and parts[0].text[0] == "~":
            split_tilde(parts, ended_by="/")
        return parts

    def plain_run(self, parts, closer):
        """Take the characters that mean nothing to the lexer."""
        text, start = self.text, self.pos
        i, end = start, len(text)
        if closer is None:
            while i < end and text[i] not in STOP:
                i += 1
        else:
            while i < end and text[i] not in SPECIAL_CHARS and text[i] != closer:
                i += 1
        if i > start:
            self.pos = i
            add_literal(parts, text[start:i])

    def special_part(self, c, parts):
        """One quoted section or expansion that begins with c."""
        if c == "\\":
            self.backslash(parts)
        elif c == "'":
            parts.append(node.Quoted(self.single_quoted()))
        elif c == '"':
            self.pos += 1
            parts.append(node.DQuote(self.quoted_parts('"')))
            self.pos += 1
        elif c == "`":
            parts.append(self.backquoted(False))
        elif self.peek(1) == "'":
            self.pos += 1
            parts.append(node.Quoted(self.dollar_single_quoted()))
        else:
            self.dollar(parts, False)

    def backslash(self, parts):
        """A backslash outside quotes; before a newline it joins two lines."""
        following = self.peek(1)
        self.pos += 2 if following else 1
        if following == "":
            parts.append(node.Quoted("\\"))
        elif following != "\n":
            parts.append(node.Quoted(following))

    def single_quoted(self):
        start = self.pos + 1
        end = self.find("'", start)
        if end < 0:
            self.fault("unterminated quoted string")
        self.pos = end + 1
        return self.text[start:end]

    def dollar_single_quoted(self):
        """$'...': the text with its escapes resolved."""
        from busypy.lib import escape
        start = i = self.pos + 1
        while True:
            i = self.find_any("\\'", i)
            if i < 0 or i + 1 >= len(self.text) and self.text[i] == "\\" and not self.fill():
                self.fault("unterminated quoted string")
            if self.text[i] == "'":
                break
            i += 2
        self.pos = i + 1
        return escape.dollar_quote(self.text[start:i])

    def find(self, char, start):
        """Index of char at or after start, reading more input as needed."""
        while True:
            index = self.text.find(char, start)
            if index >= 0:
                return index
            start = len(self.text)
            if not self.fill():
                return -1

    def find_any(self, chars, start):
        while True:
            while start < len(self.text):
                if self.text[start] in chars:
                    return start
                start += 1
            if not self.fill():
                return -1

    def quoted_parts(self, closer):
        """Parts in which only $ ` \\ are special, up to but without closer.

        closer is '"', '}' (a word in braces inside double quotes), '))' (arithmetic)
        or '' (a here-document: the end of the text).
        """
        parts, run, depth = [], [], 0
        while True:
            c = self.peek()
            if c == "":
                if closer == "":
                    break
                if closer == "))":
                    raise NotArithmetic
                self.fault("unterminated quoted string" if closer == '"' else "missing }")
            if closer == "))" and c in "()":
                if c == ")" and depth == 0:
                    if self.joined(1) != ")":
                        raise NotArithmetic
                    break
                depth += 1 if c == "(" else -1
            elif c == closer:
                break
            self.quoted_char(c, closer, parts, run)
        if run:
            parts.append(node.Quoted("".join(run)))
        return parts

    def quoted_char(self, c, closer, parts, run):
        """One step of quoted_parts: extend run or append a part."""
        if c == "\\":
            following = self.peek(1)
            self.pos += 2 if following else 1
            if following == "\n":
                return
            escapable = following in "$`\\" or (following == '"' and closer in ('"', "}")) or (
                following == "}" and closer == "}")
            run.append(following if escapable and following else "\\" + following)
            return
        if c in "$`" or (c == '"' and closer == "}"):
            if run:
                parts.append(node.Quoted("".join(run)))
                run.clear()
            if c == "$":
                self.dollar(parts, True)
            elif c == "`":
                parts.append(self.backquoted(closer == '"'))
            else:
                self.pos += 1
                parts.append(node.DQuote(self.quoted_parts('"')))
                self.pos += 1
            return
        self.pos += 1
        run.append(c)

    def joined(self, ahead=0):
        """The character at the cursor within a token: lines that are continued are one (2.2.1)."""
        while self.peek(ahead) == "\\" and self.peek(ahead + 1) == "\n":
            at = self.pos + ahead
            self.text = self.text[:at] + self.text[at + 2:]
        return self.peek(ahead)

    def dollar(self, parts, quoted):
        """What a dollar sign begins; alone it is itself."""
        c = self.joined(1)
        self.pos += 1
        if c == "{":
            self.pos += 1
            parts.append(self.braced(quoted))
        elif c == "(":
            self.pos += 1
            parts.append(self.parenthesised())
        elif c != "" and c in NAME_FIRST:
            parts.append(node.Param(self.name()))
        elif c != "" and (c in SPECIAL or c in DIGITS):
            self.pos += 1
            parts.append(node.Param(c))
        elif quoted:
            parts.append(node.Quoted("$"))
        else:
            add_literal(parts, "$")

    def name(self):
        start = self.pos
        while (c := self.joined()) != "" and c in NAME:
            self.pos += 1
        return self.text[start:self.pos]

    def parenthesised(self):
        """After $( : arithmetic if it can be, else a command substitution."""
        if self.joined() == "(":
            start = self.pos
            self.pos += 1
            try:
                parts = self.quoted_parts("))")
                self.pos += 2
                return node.Arith(parts)
            except NotArithmetic:
                self.pos = start
        return node.Command(self.substituted_command())

    def braced(self, quoted):
        """After ${ : the whole expansion up to and with its closing brace."""
        if self.joined() == "#":
            length = self.length_of()
            if length:
                return length
        name = self.parameter_name()
        if self.joined() == "}" and name:
            self.pos += 1
            return node.Param(name)
        colon = self.joined() == ":" and self.joined(1) in ("-", "=", "?", "+")
        if colon:
            self.pos += 1
        op = self.joined()
        if not name or op == "" or op not in "-=?+#%":
            return self.bad_substitution(name, quoted)
        self.pos += 1
        if op in "#%" and self.joined() == op:
            self.pos += 1
            op += op
        pattern = op[0] in "#%"
        parts = self.quoted_parts("}") if quoted and not pattern else self.unquoted_parts("}")
        self.pos += 1
        return node.Param(name, op, colon, node.Word(parts))

    def length_of(self):
        """After ${ at #: a length expansion, or None if # is the parameter itself."""
        start = self.pos
        self.pos += 1
        name = self.parameter_name()
        if name and self.joined() == "}":
            self.pos += 1
            return node.Param(name, "length")
        self.pos = start
        return None

    def parameter_name(self):
        c = self.joined()
        if c == "":
            self.fault("missing }")
        if c in NAME_FIRST:
            return self.name()
        start = self.pos
        if c in SPECIAL:
            self.pos += 1
        else:
            while self.joined() != "" and self.peek() in DIGITS:
                self.pos += 1
        return self.text[start:self.pos]

    def bad_substitution(self, name, quoted):
        """Skip to the brace: an unknown form is an error only when it is expanded."""
        if quoted:
            self.quoted_parts("}")
        else:
            self.unquoted_parts("}")
        self.pos += 1
        return node.Param(name, "bad")

    def backquoted(self, in_quotes):
        """`...`: the command after one level of backslashes is removed."""
        i = start = self.pos + 1
        out = []
        while True:
            i = self.find_any("\\`", start)
            if i < 0 or (self.text[i] == "\\" and i + 1 >= len(self.text) and not self.fill()):
                self.fault("unterminated backquote")
            out.append(self.text[start:i])
            if self.text[i] == "`":
                break
            following = self.text[i + 1]
            if following not in "$`\\" and not (in_quotes and following == '"'):
                out.append("\\")
            out.append(following)
            start = i + 2
        line = self.line_at(self.pos)
        self.pos = i + 1
        return node.Command(self.parse_text("".join(out), line))

    def fault(self, message):
        raise SyntaxFault(message, self.line_at(min(self.pos, len(self.text))))


def add_literal(parts, text):
    """Append unquoted text, joined with unquoted text before it."""
    if parts and type(parts[-1]) is node.Lit:
        parts[-1] = node.Lit(parts[-1].text + text)
    else:
        parts.append(node.Lit(text))


def split_tilde(parts, ended_by, index=0):
    """Make the tilde prefix at the start of parts[index] a part of its own."""
    text = parts[index].text
    end = min([at for at in (text.find(c) for c in ended_by) if at >= 0] or [len(text)])
    if end == len(text) and len(parts) > index + 1:
        return
    user = text[1:end]
    if user and not all(c.isalnum() or c in "_.-+" for c in user):
        return
    parts[index:index + 1] = [node.Tilde(user)] + ([node.Lit(text[end:])] if text[end:] else [])


def assignment_parts(parts):
    """Parts of an assigned value, with a tilde prefix at its start and after each colon."""
    out = []
    for index, part in enumerate(parts):
        if type(part) is not node.Lit or "~" not in part.text:
            out.append(part)
            continue
        pieces = part.text.split(":")
        for n, piece in enumerate(pieces):
            if n:
                add_literal(out, ":")
            at_end = n == len(pieces) - 1 and index < len(parts) - 1
            starts = n > 0 or index == 0
            if starts and piece.startswith("~") and not (at_end and "/" not in piece):
                tail = [node.Lit(piece)]
                split_tilde(tail, "/")
                out.extend(tail)
            elif piece:
                add_literal(out, piece)
    return out
