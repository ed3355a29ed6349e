"""test, [: evaluate a condition."""

from busypy import cli
from busypy.lib.condition import BINARY, UNARY, Grammar, Wrong, unary

SENTENCES = {Wrong.ARGUMENT: "argument expected", Wrong.OPERATOR: "%s: unexpected operator",
             Wrong.UNARY: "%s: unary operator expected", Wrong.PARENTHESIS: "')' expected",
             Wrong.INTEGER: "invalid integer %s"}


class Expression(Grammar):
    """A ! before a binary operator is a string."""

    def negates(self):
        return self.peek(1) is not None and self.peek(1) not in BINARY


def evaluate(words):
    """The truth of an expression; raises Wrong.

    What POSIX leaves to the expression's length is decided here by length as it demands; only
    longer ones go through the grammar (! -a -o and parentheses).
    """
    count = len(words)
    if count == 0:
        return False
    if count == 1:
        return words[0] != ""
    if count == 2:
        if words[0] == "!":
            return words[1] == ""
        if words[0] in UNARY:
            return unary(*words)
        raise Wrong(Wrong.UNARY, words[0])
    if count == 3:
        if words[1] in BINARY:
            return BINARY[words[1]](words[0], words[2])
        if words[1] in ("-a", "-o"):
            left, right = words[0] != "", words[2] != ""
            return (left and right) if words[1] == "-a" else (left or right)
    if words[0] == "!" and count <= 4:
        return not evaluate(words[1:])
    if words[0] == "(" and words[-1] == ")" and count <= 4:
        return evaluate(words[1:-1])
    return Expression(words).value()


def sentence(what, word):
    """What is wrong, for the user."""
    if what == Wrong.INTEGER:
        word = cli.quote(word)
    return SENTENCES[what] if word is None else SENTENCES[what] % word


def main(argv):
    words = argv[1:]
    if argv[0] == "[":
        if words[-1:] != ["]"]:
            raise cli.Fail("missing ']'", 2)
        del words[-1]
    try:
        return 0 if evaluate(words) else 1
    except Wrong as error:
        raise cli.Fail(sentence(*error.args), 2) from None
