"""Syntax tree of the shell language: plain records, no behaviour.

Words are lists of parts; commands are nested nodes. The parser builds them,
the expander and the executor walk them.
"""

# typing would cost each start an import, and so would __future__: annotations are text instead.
TYPE_CHECKING = False


class Lit:
    """Unquoted text: special for pathname expansion and patterns."""
    __slots__ = ("text",)

    def __init__(self, text: str):
        self.text = text


class Quoted:
    """Text that was quoted by a backslash or quotes."""
    __slots__ = ("text",)

    def __init__(self, text: str):
        self.text = text


class Tilde:
    """A tilde prefix; user is '' for the caller's own home."""
    __slots__ = ("user",)

    def __init__(self, user: str):
        self.user = user


class DQuote:
    """The parts between two double quotes."""
    __slots__ = ("parts",)

    def __init__(self, parts: "list[Part]"):
        self.parts = parts


class Assigned:
    """The value in an operand of export or readonly: expanded, but never split."""
    __slots__ = ("parts",)

    def __init__(self, parts: "list[Part]"):
        self.parts = parts


class Param:
    """A parameter expansion: ${name<colon><op>arg}."""
    __slots__ = ("name", "op", "colon", "arg")

    def __init__(self, name: str, op: str = "", colon: bool = False,
                 arg: "Word | None" = None):
        self.name = name
        self.op = op
        self.colon = colon
        self.arg = arg


class Command:
    """A command substitution."""
    __slots__ = ("body",)

    def __init__(self, body: "List"):
        self.body = body


class Arith:
    """An arithmetic expansion; its text is expanded like a quoted string."""
    __slots__ = ("parts",)

    def __init__(self, parts: "list[Part]"):
        self.parts = parts


class Word:
    """A word; literal is its text where no expansion can change it."""
    __slots__ = ("parts", "literal")

    def __init__(self, parts: "list[Part]"):
        self.parts = parts
        self.literal = plain_text(parts)


def plain_text(parts: "list[Part]") -> "str | None":
    """The text of parts that expand to exactly one constant field, or None."""
    out = []
    for part in parts:
        kind = type(part)
        if kind is Lit:
            text = part.text
            if "*" in text or "?" in text or ("[" in text and ("]" in text or len(parts) > 1)):
                return None
        elif kind is DQuote:
            inner = plain_text(part.parts)
            if inner is None:
                return None
            out.append(inner)
            continue
        elif kind is not Quoted:
            return None
        out.append(part.text)
    return "".join(out)


class Redirect:
    """One redirection; here-documents carry their body as a word."""
    __slots__ = ("fd", "op", "word", "body")

    def __init__(self, fd: int, op: str, word: Word):
        self.fd = fd
        self.op = op
        self.word = word
        self.body: "Word | None" = None


class Simple:
    """Assignments, words and redirections."""
    __slots__ = ("assigns", "words", "redirects", "line")

    def __init__(self, assigns: "list[tuple[str, Word]]", words: "list[Word]",
                 redirects: "list[Redirect]", line: int):
        self.assigns = assigns
        self.words = words
        self.redirects = redirects
        self.line = line


class Pipeline:
    """One or more commands; text is the source, for the job list."""
    __slots__ = ("commands", "negated", "text")

    def __init__(self, commands: "list[Node]", negated: bool, text: str):
        self.commands = commands
        self.negated = negated
        self.text = text


class AndOr:
    """first, then (operator, pipeline) pairs."""
    __slots__ = ("first", "rest", "text")

    def __init__(self, first: "Node", rest: "list[tuple[str, Node]]", text: str):
        self.first = first
        self.rest = rest
        self.text = text


class List:
    """Commands in order: (node, is_async) pairs."""
    __slots__ = ("items",)

    def __init__(self, items: "list[tuple[Node, bool]]"):
        self.items = items


class Subshell:
    __slots__ = ("body",)

    def __init__(self, body: List):
        self.body = body


class Group:
    __slots__ = ("body",)

    def __init__(self, body: List):
        self.body = body


class If:
    """branches are (condition, body) pairs; otherwise may be None."""
    __slots__ = ("branches", "otherwise")

    def __init__(self, branches: "list[tuple[List, List]]", otherwise: "List | None"):
        self.branches = branches
        self.otherwise = otherwise


class Loop:
    """while, or until where until is true."""
    __slots__ = ("condition", "body", "until")

    def __init__(self, condition: List, body: List, until: bool):
        self.condition = condition
        self.body = body
        self.until = until


class For:
    """words is None for a loop over the positional parameters."""
    __slots__ = ("name", "words", "body", "line")

    def __init__(self, name: str, words: "list[Word] | None", body: List, line: int):
        self.name = name
        self.words = words
        self.body = body
        self.line = line


class Case:
    """items are (patterns, body or None, falls_through)."""
    __slots__ = ("word", "items", "line")

    def __init__(self, word: Word, items: "list[tuple[list[Word], List | None, bool]]",
                 line: int):
        self.word = word
        self.items = items
        self.line = line


class Function:
    __slots__ = ("name", "body")

    def __init__(self, name: str, body: "Node"):
        self.name = name
        self.body = body


class Redirected:
    """A compound command with redirections."""
    __slots__ = ("body", "redirects", "line")

    def __init__(self, body: "Node", redirects: "list[Redirect]", line: int):
        self.body = body
        self.redirects = redirects
        self.line = line


if TYPE_CHECKING:
    from typing import Union
    Part = Union[Lit, Quoted, Tilde, DQuote, Assigned, Param, Command, Arith]
    Node = Union[Simple, Pipeline, AndOr, List, Subshell, Group, If, Loop, For, Case, Function,
                 Redirected]
