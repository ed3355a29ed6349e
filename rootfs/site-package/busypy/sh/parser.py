"""The grammar: from tokens to the syntax tree, one complete command at a time."""

from busypy.sh import node
from busypy.sh.error import SyntaxFault
from busypy.sh.lexer import REDIRECTS
from busypy.sh.wordreader import assignment_parts, is_name

RESERVED = frozenset(("!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for",
                      "if", "in", "then", "until", "while"))
CLOSERS = frozenset(("}", "do", "done", "elif", "else", "esac", "fi", "then"))
SPECIAL_BUILTINS = frozenset(("break", ":", "continue", ".", "eval", "exec", "exit", "export",
                              "readonly", "return", "set", "shift", "times", "trap", "unset"))


class Parser:
    """Recursive descent with one token of look-ahead, read only when needed.

    Reading late matters: aliases defined by one line hold for the next, and a
    terminal must not be asked for a line that belongs to the next command.
    """

    def __init__(self, lexer, aliases):
        self.lexer = lexer
        self.aliases = aliases
        self.token = None
        self.last_end = 0
        self.last_separator = ""
        lexer.new_parser = self.sibling

    def sibling(self, lexer):
        """A parser for text inside this one's: a command substitution."""
        return Parser(lexer, self.aliases)

    # -- tokens

    def peek(self):
        if self.token is None:
            self.token = self.lexer.next_token()
        return self.token

    def peek_command(self):
        """The next token where a command name is expected: aliases apply."""
        token = self.peek()
        while self.aliases and token.kind == "word" and not self.reserved() \
                and self.lexer.expand_alias(token, self.aliases):
            self.token = None
            token = self.peek()
        return token

    def advance(self):
        token = self.peek()
        self.token = None
        self.last_end = token.end
        return token

    def reserved(self):
        """The reserved word that comes next, or ''."""
        token = self.peek()
        text = token.bare() if token.kind == "word" else None
        return text if text in RESERVED else ""

    def expect(self, what):
        token = self.peek()
        if token.kind != what and self.reserved() != what:
            self.unexpected(what)
        return self.advance()

    def unexpected(self, wanted=""):
        token = self.peek()
        if token.kind == "eof":
            found = "end of file"
        elif token.kind == "newline":
            found = "newline"
        else:
            found = '"%s"' % self.lexer.text[token.start:token.end]
        tail = ' (expecting "%s")' % wanted if wanted else ""
        raise SyntaxFault("syntax error: %s unexpected%s" % (found, tail),
                          self.lexer.line_at(token.start))

    def skip_newlines(self):
        while self.peek().kind == "newline":
            self.advance()

    # -- lists

    def complete_command(self):
        """The next complete command; an empty list for a blank line; None at the end."""
        self.lexer.begin_command()
        try:
            return self.command_line()
        except RecursionError:
            raise SyntaxFault("syntax error: nested too deeply",
                              self.lexer.line_at(self.lexer.pos)) from None

    def command_line(self):
        token = self.peek_command()
        if token.kind == "eof":
            return None
        items = []
        while token.kind not in ("newline", "eof"):
            items.append(self.list_item())
            token = self.peek_command()
            if self.last_separator == "" and token.kind not in ("newline", "eof"):
                self.unexpected()
        self.token = None
        return node.List(items)

    def list_item(self):
        """An and-or list and its separator: (node, is_async)."""
        command = self.and_or()
        self.last_separator = ""
        if self.peek().kind in ("&", ";"):
            self.last_separator = self.advance().kind
        return command, self.last_separator == "&"

    def compound_list(self):
        """Commands inside a compound command; at least one."""
        items = []
        while True:
            self.skip_newlines()
            token = self.peek_command()
            if token.kind in ("newline",):
                continue
            if token.kind in (")", ";;", ";&", "eof") or self.reserved() in CLOSERS:
                break
            items.append(self.list_item())
            if self.last_separator == "" and self.peek().kind != "newline":
                break
        if not items:
            self.unexpected()
        return node.List(items)

    def until_parenthesis(self):
        """The body of $( ), which may be empty."""
        self.skip_newlines()
        if self.peek_command().kind == ")":
            self.advance()
            return node.List([])
        body = self.compound_list()
        self.expect(")")
        return body

    def until_end(self):
        """All commands to the end of the text."""
        items = []
        while True:
            command = self.complete_command()
            if command is None:
                return node.List(items)
            items.extend(command.items)

    def and_or(self):
        start = self.peek().start
        first = self.pipeline()
        rest = []
        while self.peek().kind in ("&&", "||"):
            operator = self.advance().kind
            self.skip_newlines()
            rest.append((operator, self.pipeline()))
        if not rest:
            return first
        return node.AndOr(first, rest, self.lexer.text[start:self.last_end])

    def pipeline(self):
        self.peek_command()
        start = self.peek().start
        negated = self.reserved() == "!"
        if negated:
            self.advance()
            self.peek_command()
        commands = [self.command()]
        while self.peek().kind == "|":
            self.advance()
            self.skip_newlines()
            commands.append(self.command())
        return node.Pipeline(commands, negated, self.lexer.text[start:self.last_end])

    # -- commands

    def command(self):
        token = self.peek_command()
        if token.kind == "(":
            self.advance()
            body = self.compound_list()
            self.expect(")")
            return self.redirected(node.Subshell(body))
        word = self.reserved()
        compound = COMPOUND.get(word)
        if compound:
            return self.redirected(compound(self))
        if word in CLOSERS or word == "!":
            self.unexpected()
        return self.simple()

    def redirected(self, body):
        redirects = []
        line = self.lexer.line_at(self.last_end)
        while self.peek().kind == "io" or self.peek().kind in REDIRECTS:
            redirects.append(self.redirect())
        return node.Redirected(body, redirects, line) if redirects else body

    def redirect(self):
        fd = None
        token = self.advance()
        if token.kind == "io":
            fd = int(token.word.parts[0].text)
            token = self.advance()
        operator = token.kind
        target = self.peek()
        if target.kind not in ("word", "io"):
            self.unexpected()
        self.token = None
        self.last_end = target.end
        if fd is None:
            fd = 0 if operator[0] == "<" else 1
        redirect = node.Redirect(fd, operator, target.word)
        if operator in ("<<", "<<-"):
            redirect.body = node.Word([])
            self.lexer.heredocs.append((redirect, self.lexer.text[target.start:target.end]))
        return redirect

    def simple(self):
        """A simple command, or a function definition if it turns out to be one."""
        assigns, words, redirects = [], [], []
        line = self.lexer.line_at(self.peek().start)
        while True:
            token = self.peek() if words else self.peek_command()
            if words and self.aliases and self.lexer.alias_ended_blank(token):
                token = self.peek_command()
            if token.kind == "io" or token.kind in REDIRECTS:
                redirects.append(self.redirect())
            elif token.kind == "word":
                self.advance()
                pair = None if words else assignment(token.word)
                if pair:
                    assigns.append(pair)
                else:
                    words.append(token.word)
                    if len(words) == 1 and self.starts_function(token, assigns, redirects):
                        return self.function(token)
            elif token.kind == "(" and words:
                self.unexpected()
            else:
                break
        if not (assigns or words or redirects):
            self.unexpected()
        if words and declares(words):
            words = [declared(word) for word in words]
        return node.Simple(assigns, words, redirects, line)

    def starts_function(self, token, assigns, redirects):
        if assigns or redirects or token.bare() is None:
            return False
        return self.peek().kind == "("

    def function(self, token):
        name = token.bare()
        self.advance()
        self.expect(")")
        allowed = is_name(name) or all(c.isalnum() or c in "_-.+" for c in name)
        if not allowed or name in SPECIAL_BUILTINS:
            raise SyntaxFault("syntax error: bad function name", self.lexer.line_at(token.start))
        self.skip_newlines()
        token = self.peek_command()
        if token.kind != "(" and self.reserved() not in COMPOUND:
            self.unexpected()
        return node.Function(name, self.command())

    # -- compound commands

    def group(self):
        self.advance()
        body = self.compound_list()
        self.expect("}")
        return node.Group(body)

    def if_clause(self):
        branches, otherwise = [], None
        while True:
            self.advance()
            condition = self.compound_list()
            self.expect("then")
            branches.append((condition, self.compound_list()))
            if self.reserved() != "elif":
                break
        if self.reserved() == "else":
            self.advance()
            otherwise = self.compound_list()
        self.expect("fi")
        return node.If(branches, otherwise)

    def loop(self):
        until = self.reserved() == "until"
        self.advance()
        condition = self.compound_list()
        return node.Loop(condition, self.do_group(), until)

    def do_group(self):
        self.expect("do")
        body = self.compound_list()
        self.expect("done")
        return body

    def for_clause(self):
        self.advance()
        token = self.advance()
        name = token.bare()
        if name is None or not is_name(name):
            raise SyntaxFault("syntax error: bad for loop variable",
                              self.lexer.line_at(token.start))
        line = self.lexer.line_at(token.start)
        words = None
        if self.peek().kind == ";":
            self.advance()
            self.skip_newlines()
        else:
            self.skip_newlines()
            if self.reserved() == "in":
                words = self.for_words()
        self.peek_command()
        return node.For(name, words, self.do_group(), line)

    def for_words(self):
        self.advance()
        words = []
        while self.peek().kind == "word":
            words.append(self.advance().word)
        if self.peek().kind not in (";", "newline"):
            self.unexpected()
        self.advance()
        self.skip_newlines()
        return words

    def case_clause(self):
        line = self.lexer.line_at(self.advance().start)
        token = self.advance()
        if token.kind != "word":
            self.token = token
            self.unexpected()
        self.skip_newlines()
        self.expect("in")
        items = []
        self.skip_newlines()
        while self.reserved() != "esac":
            items.append(self.case_item())
            self.skip_newlines()
        self.advance()
        return node.Case(token.word, items, line)

    def case_item(self):
        if self.peek().kind == "(":
            self.advance()
        patterns = []
        while True:
            if self.peek().kind != "word":
                self.unexpected()
            patterns.append(self.advance().word)
            if self.peek().kind != "|":
                break
            self.advance()
        self.expect(")")
        self.skip_newlines()
        self.peek_command()
        self.skip_newlines()
        body = None
        if self.peek().kind not in (";;", ";&") and self.reserved() != "esac":
            body = self.compound_list()
        through = self.peek().kind == ";&"
        if self.peek().kind in (";;", ";&"):
            self.advance()
        elif self.reserved() != "esac":
            self.unexpected(";;")
        return patterns, body, through


COMPOUND = {"{": Parser.group, "if": Parser.if_clause, "while": Parser.loop, "until": Parser.loop,
            "for": Parser.for_clause, "case": Parser.case_clause}

# The words of these that look like assignments are expanded like assignments.
DECLARATIONS = frozenset(("export", "readonly", "local"))


def declares(words):
    """Whether a simple command is a declaration utility, also after command (XCU 2.9.1.1)."""
    return next((w.literal for w in words if w.literal != "command"), None) in DECLARATIONS


def assignment(word):
    """(name, value word) if word is an assignment, else None."""
    if not word.parts or type(word.parts[0]) is not node.Lit:
        return None
    name, equals, value = word.parts[0].text.partition("=")
    if not equals or not is_name(name):
        return None
    rest = ([node.Lit(value)] if value else []) + word.parts[1:]
    return name, node.Word(assignment_parts(rest))


def declared(word):
    """A declaration's operand: name=value keeps its value in one field."""
    pair = assignment(word)
    if pair is None:
        return word
    name, value = pair
    return node.Word([node.Quoted(name + "="), node.Assigned(value.parts)])
