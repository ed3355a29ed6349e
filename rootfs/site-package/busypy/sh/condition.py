"""The built-ins test and [."""

from busypy.lib import condition
from busypy.lib.condition import BINARY, Wrong
from busypy.sh.error import CommandError

SENTENCES = {Wrong.ARGUMENT: "argument expected", Wrong.OPERATOR: "%s: unexpected operator",
             Wrong.UNARY: "%s: unexpected operator", Wrong.PARENTHESIS: "closing paren expected",
             Wrong.INTEGER: "illegal number: %s"}


class Condition(condition.Grammar):
    """Up to four arguments go by their number, as the standard says; more by precedence."""
    unary_operators = condition.UNARY | {"-o"}

    def __init__(self, shell, args):
        super().__init__(args)
        self.shell = shell

    def unary(self, op, word):
        if op == "-o":
            return dict(self.shell.options.listing()).get(word, False)
        return condition.unary(op, word)

    def value(self):
        args, known = self.words, None
        if not args:
            return False
        if len(args) <= 4:
            known = self.short(args)
        return super().value() if known is None else known

    def short(self, args):
        """The result for up to four arguments, or None if the rules do not decide."""
        if len(args) == 1:
            return args[0] != ""
        if len(args) == 2:
            if args[0] == "!":
                return args[1] == ""
            if args[0] in self.unary_operators:
                return self.unary(args[0], args[1])
            raise Wrong(Wrong.UNARY, args[0])
        if len(args) == 3 and args[1] in BINARY:
            return BINARY[args[1]](args[0], args[2])
        if args[0] == "!":
            inner = self.short(args[1:])
            return None if inner is None else not inner
        if args[0] == "(" and args[-1] == ")":
            return self.short(args[1:-1])
        return None


def judge(shell, args):
    """The status of an expression."""
    try:
        return int(not Condition(shell, args).value())
    except Wrong as error:
        what, word = error.args
        sentence = SENTENCES[what]
        raise CommandError(sentence if word is None else sentence % word, 2) from None


def test(shell, argv):
    return judge(shell, argv[1:])


def bracket(shell, argv):
    if argv[-1] != "]":
        raise CommandError("missing ]", 2)
    return judge(shell, argv[1:-1])


COMMANDS = {"test": test, "[": bracket}
