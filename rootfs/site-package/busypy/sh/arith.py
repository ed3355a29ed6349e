"""Arithmetic expansion (2.6.4): C expressions on 64-bit signed integers."""

from busypy.sh.error import ShellError
from busypy.sh.wordreader import NAME, NAME_FIRST

OPERATORS = ("<<=", ">>=", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "++", "--", "+=", "-=",
             "*=", "/=", "%=", "&=", "|=", "^=", "+", "-", "*", "/", "%", "<", ">", "=", "!", "~",
             "&", "|", "^", "(", ")", "?", ":", ",")
BINARY = {"||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7,
          ">=": 7, "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10}
ASSIGN = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", "&=", "|=", "^="))
MAX_DEPTH = 64


def wrap(value):
    """value as a 64-bit signed integer."""
    return ((value + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


def evaluate(text, shell, depth=0):
    """The value of an expression; an empty one is 0."""
    if depth > MAX_DEPTH:
        raise ShellError("arithmetic expression: too many levels of variables")
    stripped = text.strip()
    if stripped.isdigit() and stripped.isascii() and (stripped[0] != "0" or stripped == "0"):
        return wrap(int(stripped))
    return Evaluator(text, shell, depth).run()


def tokens_of(text):
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c in " \t\n\r\v\f":
            i += 1
        elif c in NAME:
            start = i
            while i < len(text) and text[i] in NAME:
                i += 1
            out.append(text[start:i])
        else:
            for op in OPERATORS:
                if text.startswith(op, i):
                    break
            else:
                raise ShellError('arithmetic expression: unexpected "%s": "%s"' % (c, text.strip()))
            if op in ("++", "--") and not steps_a_variable(out, text[i + 2:]):
                op = op[0]      # two signs: 3--2
            out.append(op)
            i += len(op)
    return out


def steps_a_variable(before, after):
    """Whether ++ or -- here is an increment or decrement of the name before or after it."""
    last = before[-1] if before else ""
    if last and last[0] in NAME_FIRST:
        return True
    operand = last == ")" or last[:1].isdigit()
    return not operand and after.lstrip()[:1] != "" and after.lstrip()[0] in NAME_FIRST


def constant(text):
    """A decimal, octal or hexadecimal constant, or None."""
    try:
        if text[:2] in ("0x", "0X"):
            return int(text[2:], 16)
        return int(text, 8) if text[0] == "0" else int(text)
    except ValueError:
        return None


class Evaluator:
    """Precedence climbing; skip counts the enclosing branches that are not taken."""

    def __init__(self, text, shell, depth):
        self.text = text
        self.shell = shell
        self.depth = depth
        self.tokens = tokens_of(text)
        self.pos = 0
        self.skip = 0

    def fail(self, why):
        raise ShellError('arithmetic expression: %s: "%s"' % (why, self.text.strip()))

    def peek(self):
        return self.tokens[self.pos] if self.pos < len(self.tokens) else ""

    def take(self, token):
        if self.peek() != token:
            self.fail('expecting "%s"' % token)
        self.pos += 1

    def run(self):
        if not self.tokens:
            return 0
        value = self.comma()
        if self.pos < len(self.tokens):
            self.fail('unexpected "%s"' % self.peek())
        return value

    def comma(self):
        value = self.assignment()
        while self.peek() == ",":
            self.pos += 1
            value = self.assignment()
        return value

    def assignment(self):
        name = self.peek()
        following = self.tokens[self.pos + 1] if self.pos + 1 < len(self.tokens) else ""
        if not (name and name[0] in NAME_FIRST and following in ASSIGN):
            return self.conditional()
        self.pos += 2
        value = self.assignment()
        if following != "=":
            value = self.apply(following[:-1], self.variable(name), value)
        return self.store(name, value)

    def store(self, name, value):
        if not self.skip:
            self.shell.vars.set(name, str(value))
        return value

    def conditional(self):
        condition = self.binary(1)
        if self.peek() != "?":
            return condition
        self.pos += 1
        first = self.guarded(self.comma, not condition)
        self.take(":")
        second = self.guarded(self.assignment_or_conditional, condition)
        return first if condition else second

    def assignment_or_conditional(self):
        return self.assignment()

    def guarded(self, parse, skipped):
        """Parse, without effects if skipped."""
        self.skip += bool(skipped)
        try:
            return parse()
        finally:
            self.skip -= bool(skipped)

    def binary(self, level):
        left = self.unary()
        while True:
            op = self.peek()
            precedence = BINARY.get(op, 0)
            if precedence < level:
                return left
            self.pos += 1
            if op == "&&":
                right = self.guarded(lambda: self.binary(precedence + 1), not left)
                left = int(bool(left and right))
            elif op == "||":
                right = self.guarded(lambda: self.binary(precedence + 1), left)
                left = int(bool(left or right))
            else:
                left = self.apply(op, left, self.binary(precedence + 1))

    def apply(self, op, a, b):
        if op in "/%" and b == 0:
            if self.skip:
                return 0
            self.fail("division by zero")
        if op in "/%":
            quotient = abs(a) // abs(b)
            quotient = quotient if (a < 0) == (b < 0) else -quotient
            return wrap(quotient if op == "/" else a - b * quotient)
        return wrap(int(OPERATIONS[op](a, b)))

    def unary(self):
        op = self.peek()
        if op in ("-", "+", "!", "~"):
            self.pos += 1
            value = self.unary()
            return {"-": lambda: wrap(-value), "+": lambda: value, "!": lambda: int(not value),
                    "~": lambda: ~value}[op]()
        if op in ("++", "--"):
            self.pos += 1
            name = self.peek()
            step = 1 if op == "++" else -1
            if not name or name[0] not in NAME_FIRST:
                self.fail('unexpected "%s"' % op)
            self.pos += 1
            return self.store(name, wrap(self.variable(name) + step))
        return self.primary()

    def primary(self):
        token = self.peek()
        self.pos += 1
        if token == "(":
            value = self.comma()
            self.take(")")
            return value
        if token and token[0] in NAME_FIRST:
            value = self.variable(token)
            if self.peek() in ("++", "--"):
                step = 1 if self.peek() == "++" else -1
                self.pos += 1
                self.store(token, wrap(value + step))
            return value
        value = constant(token) if token and token[0] in "0123456789" else None
        if value is None:
            self.fail("expecting primary" if not token else 'unexpected "%s"' % token)
        return wrap(value)

    def variable(self, name):
        """A variable's value; it may hold an expression itself."""
        if self.skip:
            return 0
        value = self.shell.vars.get(name)
        if value is None:
            if self.shell.options.u:
                raise ShellError("%s: parameter not set" % name)
            return 0
        return evaluate(value, self.shell, self.depth + 1)


OPERATIONS = {
    "|": lambda a, b: a | b, "^": lambda a, b: a ^ b, "&": lambda a, b: a & b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
    "<<": lambda a, b: a << (b & 63), ">>": lambda a, b: a >> (b & 63), "+": lambda a, b: a + b,
    "-": lambda a, b: a - b, "*": lambda a, b: a * b,
}
