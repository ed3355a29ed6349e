"""Shell patterns (2.13): matching, prefix and suffix removal. Text in, answer out.

Patterns are strings in which a backslash makes the next character literal; quoted
text is escaped with quote() before it becomes part of one. Written without re, whose
import costs more than most scripts run.
"""

SPECIAL = frozenset("*?[\\")
QUOTED = SPECIAL | frozenset("]-!^:.=")     # with what is special in a bracket expression
CLASSES = {
    "alpha": str.isalpha, "digit": lambda c: "0" <= c <= "9", "alnum": str.isalnum,
    "upper": str.isupper, "lower": str.islower, "space": str.isspace, "blank": lambda c: c in " \t",
    "punct": lambda c: c.isprintable() and not c.isalnum() and c != " ", "print": str.isprintable,
    "graph": lambda c: c.isprintable() and c != " ",
    "cntrl": lambda c: ord(c) < 32 or ord(c) == 127,
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}
STAR = object()
ANY = object()
_compiled = {}


def quote(text):
    """text as a pattern that matches only itself."""
    if QUOTED.isdisjoint(text):
        return text
    return "".join("\\" + c if c in QUOTED else c for c in text)


def unquote(pattern):
    """The text of a pattern without its escapes."""
    if "\\" not in pattern:
        return pattern
    out, i = [], 0
    while i < len(pattern):
        if pattern[i] == "\\" and i + 1 < len(pattern):
            i += 1
        out.append(pattern[i])
        i += 1
    return "".join(out)


def has_magic(pattern):
    """Whether pattern can match anything but one text."""
    i = 0
    while i < len(pattern):
        c = pattern[i]
        if c == "\\":
            i += 1
        elif c in "*?" or (c == "[" and _bracket(pattern, i + 1)):
            return True
        i += 1
    return False


class Bracket:
    """A bracket expression."""
    __slots__ = ("negated", "ranges", "classes")

    def __init__(self, negated):
        self.negated = negated
        self.ranges = []
        self.classes = []

    def matches(self, c):
        found = (any(low <= c <= high for low, high in self.ranges)
                 or any(test(c) for test in self.classes))
        return found != self.negated


def _bracket(pattern, i):
    """(Bracket, index after it) for the expression that begins at i, or None."""
    negated = pattern[i:i + 1] in ("!", "^")
    if negated:
        i += 1
    result, first = Bracket(negated), True
    while True:
        if i >= len(pattern):
            return None
        c = pattern[i]
        if c == "]" and not first:
            return result, i + 1
        first = False
        if c == "[" and pattern[i + 1:i + 2] == ":":
            end = pattern.find(":]", i + 2)
            if end > 0 and pattern[i + 2:end] in CLASSES:
                result.classes.append(CLASSES[pattern[i + 2:end]])
                i = end + 2
                continue
        low, i = _bracket_char(pattern, i)
        high = low
        if pattern[i:i + 1] == "-" and pattern[i + 1:i + 2] not in ("", "]"):
            high, i = _bracket_char(pattern, i + 1)
        if low is None or high is None:
            return None
        result.ranges.append((low, high))


def _bracket_char(pattern, i):
    """One character (or [.x.], [=x=]) of a bracket expression and the index after it."""
    c = pattern[i]
    if c == "\\" and i + 1 < len(pattern):
        return pattern[i + 1], i + 2
    if c == "/":
        return c, i + 1
    if c == "[" and pattern[i + 1:i + 2] in (".", "="):
        end = pattern.find(pattern[i + 1] + "]", i + 2)
        if end == i + 3:
            return pattern[i + 2], end + 2
        if end > 0:
            return None, end + 2
    return c, i + 1


def compile_pattern(pattern):
    """The pattern as a list of characters, Brackets, ANY and STAR."""
    items = _compiled.get(pattern)
    if items is not None:
        return items
    items, i = [], 0
    while i < len(pattern):
        c = pattern[i]
        i += 1
        if c == "\\" and i < len(pattern):
            items.append(pattern[i])
            i += 1
        elif c == "?":
            items.append(ANY)
        elif c == "*":
            if not items or items[-1] is not STAR:
                items.append(STAR)
        elif c == "[" and _bracket(pattern, i):
            bracket, i = _bracket(pattern, i)
            items.append(bracket)
        else:
            items.append(c)
    if len(_compiled) > 500:
        _compiled.clear()
    _compiled[pattern] = items
    return items


def _one(item, c):
    return item is ANY or item == c or (type(item) is Bracket and item.matches(c))


def match_items(items, text):
    """Match all of text: the usual backtracking to the last star."""
    i = j = 0
    star, resume = -1, 0
    while j < len(text):
        if i < len(items) and items[i] is STAR:
            star, resume = i, j
            i += 1
        elif i < len(items) and _one(items[i], text[j]):
            i += 1
            j += 1
        elif star >= 0:
            resume += 1
            i, j = star + 1, resume
        else:
            return False
    while i < len(items) and items[i] is STAR:
        i += 1
    return i == len(items)


def match(pattern, text):
    """Whether pattern matches the whole text."""
    if SPECIAL.isdisjoint(pattern):
        return pattern == text
    return match_items(compile_pattern(pattern), text)


def remove(value, op, pattern):
    """value without the part that ${value#pattern} and its kin remove."""
    size = len(value)
    if SPECIAL.isdisjoint(pattern):
        if op[0] == "#":
            return value[len(pattern):] if value.startswith(pattern) else value
        return value[:size - len(pattern)] if value.endswith(pattern) else value
    items = compile_pattern(pattern)
    lengths = range(size + 1) if len(op) == 1 else range(size, -1, -1)
    for length in lengths:
        if op[0] == "#" and match_items(items, value[:length]):
            return value[length:]
        if op[0] == "%" and match_items(items, value[size - length:]):
            return value[:size - length]
    return value
