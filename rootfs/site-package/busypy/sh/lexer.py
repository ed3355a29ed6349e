"""Tokens of the shell language, from text that may arrive line by line."""

from busypy.sh import node
from busypy.sh.wordreader import WordReader

OPERATORS3 = ("<<-",)
OPERATORS2 = ("&&", "||", ";;", ";&", "<<", ">>", "<&", ">&", "<>", ">|")
REDIRECTS = frozenset(("<", ">", "<<", "<<-", ">>", "<&", ">&", "<>", ">|"))


class Text:
    """An input whose text is wholly known."""

    def __init__(self, text):
        self.text = text

    def more(self, continued):
        text, self.text = self.text, ""
        return text


class Token:
    """kind is word, io, newline, eof or the operator itself."""
    __slots__ = ("kind", "word", "start", "end")

    def __init__(self, kind, word, start, end):
        self.kind = kind
        self.word = word
        self.start = start
        self.end = end

    def bare(self):
        """The text of a word without any quoting or expansion, else None."""
        if self.kind == "word" and len(self.word.parts) == 1:
            part = self.word.parts[0]
            if type(part) is node.Lit:
                return part.text
        return None


class Lexer(WordReader):
    """A cursor over input; the parser that reads it supplies parse_text and aliases."""

    def __init__(self, source, line=1):
        self.source = source
        self.text = ""
        self.pos = 0
        self.ended = False
        self.heredocs = []
        self.alias_ends = []
        self.new_parser = None
        self.started = False
        self._mark = (0, line)

    # -- the cursor

    def fill(self):
        """Append more input; false at its end."""
        if self.ended:
            return False
        line = self.source.more(self.started)
        self.started = True
        if not line:
            self.ended = True
            return False
        self.text += line
        return True

    def peek(self, ahead=0):
        """The character at the cursor, '' at the end of input."""
        at = self.pos + ahead
        while at >= len(self.text):
            if not self.fill():
                return ""
        return self.text[at]

    def line_at(self, pos):
        mark, line = self._mark
        if pos < mark:
            return line - self.text.count("\n", pos, mark)
        line += self.text.count("\n", mark, pos)
        self._mark = (pos, line)
        return line

    def begin_command(self):
        """Forget what was consumed, so that endless input needs no endless memory."""
        self.started = False
        if self.pos > 65536 or self.pos == len(self.text):
            line = self.line_at(self.pos)
            self.text = self.text[self.pos:]
            self.alias_ends = [(name, end - self.pos) for name, end in self.alias_ends]
            self.pos = 0
            self._mark = (0, line)

    def drop_line(self):
        """After a syntax error at a terminal: forget the rest of what was typed."""
        self.pos = len(self.text)
        self.heredocs = []
        self.alias_ends = []
        self.begin_command()

    def at_end(self):
        """Whether only blanks, comments and newlines are left."""
        while True:
            self.skip_blanks()
            c = self.peek()
            if c != "\n" or self.heredocs:
                return c == ""
            self.pos += 1

    # -- tokens

    def skip_blanks(self):
        while True:
            c = self.peek()
            if c == " " or c == "\t":
                self.pos += 1
            elif c == "\\" and self.peek(1) == "\n":
                self.pos += 2
            elif c == "#":
                end = self.find("\n", self.pos)
                self.pos = end if end >= 0 else len(self.text)
                return
            else:
                return

    def next_token(self):
        self.skip_blanks()
        start = self.pos
        c = self.peek()
        if c == "":
            if self.heredocs:
                self.read_heredocs()
            return Token("eof", None, start, start)
        if c == "\n":
            self.pos += 1
            self.read_heredocs()
            return Token("newline", None, start, start + 1)
        if c in ";&|<>()":
            return self.operator(start)
        word = self.read_word()
        token = Token("word", word, start, self.pos)
        if self.peek() in ("<", ">") and is_descriptor(token.bare()):
            token.kind = "io"
        return token

    def operator(self, start):
        while self.peek(1) == "\\" and self.peek(2) == "\n":
            self.text = self.text[:start + 1] + self.text[start + 3:]
        if self.peek() == "<" and self.peek(1) == "<":
            self.peek(2)
        for width, known in ((3, OPERATORS3), (2, OPERATORS2)):
            if self.text[start:start + width] in known:
                break
        else:
            width = 1
        self.pos += width
        return Token(self.text[start:self.pos], None, start, self.pos)

    # -- aliases

    def expand_alias(self, token, aliases):
        """Replace the word that token read by its alias; false if it has none now."""
        name = token.bare()
        if name is None or name not in aliases:
            return False
        self.alias_ends = [(n, end) for n, end in self.alias_ends if end > token.start]
        if any(n == name for n, _ in self.alias_ends):
            return False
        value = aliases[name]
        grown = len(value) - (token.end - token.start)
        self.text = self.text[:token.start] + value + self.text[token.end:]
        self.alias_ends = [(n, end + grown) for n, end in self.alias_ends]
        self.alias_ends.append((name, token.start + len(value)))
        self.pos = token.start
        return True

    def alias_ended_blank(self, token):
        """Whether token follows an alias whose value ends in a blank."""
        for _, end in self.alias_ends:
            blank = self.text[end - 1:end] in (" ", "\t")
            if blank and not self.text[end:token.start].strip(" \t"):
                if end <= token.start:
                    return True
        return False

    # -- what needs the parser

    def substituted_command(self):
        """The commands up to the closing parenthesis of $( ."""
        outer, self.heredocs = self.heredocs, []
        body = self.new_parser(self).until_parenthesis()
        self.heredocs = outer
        return body

    def parse_text(self, text, line):
        """The commands of a backquoted text."""
        lexer = Lexer(Text(text), line)
        lexer.new_parser = self.new_parser
        return self.new_parser(lexer).until_end()

    # -- here-documents

    def read_heredocs(self):
        """Read the bodies of the here-documents that the line just ended announced."""
        waiting, self.heredocs = self.heredocs, []
        for redirect, raw in waiting:
            delimiter, quoted = unquote_delimiter(raw)
            line = self.line_at(self.pos)
            body = self.heredoc_body(delimiter, redirect.op == "<<-", quoted)
            if quoted:
                redirect.body = node.Word([node.Quoted(body)])
            else:
                redirect.body = node.Word(self.heredoc_parts(body, line))

    def heredoc_body(self, delimiter, strip_tabs, quoted):
        lines, start, logical = [], 0, None  # start: where the logical line begins in lines
        while True:
            if self.peek() == "":
                break
            end = self.find("\n", self.pos)
            end = len(self.text) if end < 0 else end + 1
            line = self.text[self.pos:end]
            self.pos = end
            if strip_tabs and logical is None:
                line = line.lstrip("\t")
            lines.append(line)
            if not quoted and continues(line):
                logical = (logical or "") + line[:-2]
                continue
            if (logical or "") + line.rstrip("\n") == delimiter:
                del lines[start:]
                break
            start, logical = len(lines), None
        return "".join(lines)

    def heredoc_parts(self, body, line):
        lexer = Lexer(Text(body), line)
        lexer.new_parser = self.new_parser
        return lexer.quoted_parts("")


def is_descriptor(text):
    """Whether a word before a redirection is its descriptor: as many digits as an int has."""
    return bool(text) and text.isdigit() and text.isascii() and int(text[-11:]) == int(text[:11]) \
        <= 0x7fffffff


def continues(line):
    """Whether a line ends in a backslash that is not itself quoted."""
    line = line.rstrip("\n")
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def unquote_delimiter(raw):
    """(text, was it quoted) of a here-document's delimiter."""
    out, i, quoted = [], 0, False
    while i < len(raw):
        c = raw[i]
        i += 1
        if c == "\\":
            if raw[i:i + 1] != "\n":
                quoted = True
                out.append(raw[i:i + 1])
            i += 1
        elif c in '\'"':
            quoted = True
            while i < len(raw) and raw[i] != c:
                if c == '"' and raw[i] == "\\" and raw[i + 1:i + 2] in ('"', "\\", "$", "`"):
                    i += 1
                out.append(raw[i])
                i += 1
            i += 1
        else:
            out.append(c)
    return "".join(out), quoted
