#!/usr/bin/python3
"""Unit tests of the shell's pure parts, and a fuzz run of its parser.

Only syntax errors may come out of that.
"""

import ast
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness

sys.path.insert(0, harness.PACKAGES)
from busypy.lib import escape
from busypy.sh import arith, builtin, edit, lexer, node, parser, pattern, place
from busypy.sh import prompt, shell, sink
from busypy.sh.error import ShellError, SyntaxFault

FUZZ_SECONDS = 6
FUZZ_STEP_LIMIT = harness.patient(5)
SEED = 2024


class Stub:
    """As much of a shell as arithmetic needs."""

    class Vars(dict):
        def set(self, name, value):
            self[name] = value

    def __init__(self, **values):
        self.vars = self.Vars(values)
        self.options = shell.Options()


def parse(text, aliases):
    """The whole of text as one list of commands."""
    return parser.Parser(lexer.Lexer(lexer.Text(text)), aliases).until_end()


def raises(body, kind=ShellError):
    try:
        body()
    except kind:
        return True
    return False


def same(actual, wanted):
    assert actual == wanted, "%r is not %r" % (actual, wanted)


def matches():
    for text, glob, wanted in (
            ("abc", "abc", True), ("abc", "a*", True), ("abc", "*c", True), ("abc", "?b?", True),
            ("abc", "ab", False), ("", "*", True), ("", "?", False), ("a*c", r"a\*c", True),
            ("abc", r"a\*c", False), ("a", "[abc]", True), ("d", "[!abc]", True),
            ("-", "[a-]", True), ("]", "[]]", True), ("a]", "[a]]", True), ("[", "[[]", True),
            ("b", "[a-c]", True), ("5", "[[:digit:]]", True), ("x", "[![:digit:]]", True),
            ("[a", "[a", True), ("a-b", "a[a-]b", True), ("axxxb", "a*x*b", True),
            ("aaaab", "*a*a*a*b", True), ("mississippi", "m*iss*ppi", True), ("é", "?", True),
            ("\udcff", "?", True), ("a\nb", "a?b", True), ("\\", "\\\\", True),
            ("e", "[[=e=]]", True), (".", "[[.period.]]", False), ("-", "[[.-.]]", True),
            ("^", "[\\^]", True), ("b", "[^a]", True)):
        same((text, glob, pattern.match(glob, text)), (text, glob, wanted))


def pattern_cost():
    start = time.monotonic()
    pattern.match("*a" * 20 + "b", "a" * 2000)
    assert time.monotonic() - start < harness.patient(2)


def removal():
    for value, op, glob, wanted in (("a.b.c", "%", ".*", "a.b"), ("a.b.c", "%%", ".*", "a"),
                                    ("a.b.c", "#", "*.", "b.c"), ("a.b.c", "##", "*.", "c"),
                                    ("abc", "#", "", "abc"), ("abc", "%", "x", "abc")):
        same(pattern.remove(value, op, glob), wanted)


def quoting_is_inverse():
    for text in ("a*b", "[x]", "\\", "a-b", "!", "plain", "it's", "?", "^"):
        assert pattern.match(pattern.quote(text), text), text
        same(pattern.unquote(pattern.quote(text)), text)


def arithmetic():
    for text, wanted in (
            ("1+2*3", 7), ("(1+2)*3", 9), ("7/2", 3), ("-7/2", -3), ("-7%3", -1),
            ("1<<63", -(1 << 63)), ("~0", -1), ("!3", 0), ("1?2:3", 2), ("0?1:0?2:3", 3),
            ("x=4,x*2", 8), ("1||(y=1)", 1), ("0x10", 16), ("010", 8), ("", 0), ("  ", 0),
            ("n+1", 6), ("n++ + n", 11), ("--m", 2), ("2-1-1", 0), ("1==1!=0", 1), ("5&6|1^3", 6),
            ("9223372036854775807+1", -(1 << 63)), ("e", 3), ("a=b=2", 2), ("1>2||3>2&&0", 0),
            ("- -3", 3), ("-9223372036854775808/-1", -(1 << 63))):
        same((text, arith.evaluate(text, Stub(n="5", m="3", e="1+2"))), (text, wanted))


def arithmetic_errors():
    for text in ("1+", "(1", "1)", "1/0", "1%0", "08", "1=2", "+", "1 2", "a b", "@", "1?2", "0x",
                 "x=", '"1"'):
        assert raises(lambda: arith.evaluate(text, Stub())), text
    assert raises(lambda: arith.evaluate("loop", Stub(loop="loop+1")))


def splitting():
    for ifs, text, wanted in ((" \t\n", " a  b ", ["a", "b"]), (":", "a::b:", ["a", "", "b"]),
                              (": ", "a : b", ["a", "b"]), ("", "a b", ["a b"]), (":", ":", [""]),
                              (" ", "   ", []), (":", "", [])):
        fields = sink.Fields(ifs)
        fields.value(text)
        same(fields.result(False), wanted)


def accepted():
    for text in ("", "\n", "# only", "a", "a;b", "a&b", "a&\nb", "(a)", "{ a; }",
                 "if a; then b; fi", "a() { b; }", "a()\n(b)", "case a in esac",
                 "case a in (b) ;; esac", "for a do b; done", "for a in; do b; done",
                 "a <b >c 2>&1 3<>d", "a && \n b", "a |\n b", "! a", "a=1 b=2 c", "$(a;)", "`a`",
                 "${a:-${b}}", "$((1+(2)))", "$( (a) )", "a <<E\nE", "a <<E;b\nx\nE\n",
                 '"$(a "b")"', "echo 'a\nb'", "while a; do b; done", "{ a; } >b", "a\\\nb", "$()",
                 "in", "a if"):
        parse(text, {})


def refused():
    for text in ("(", ")", "{ a;", "}", "if a; fi", "if a; then b", "a |", "| a", "a &&", "&& a",
                 "for", "for 1 in a; do b; done", "case", "case a", "case a in b", "while a; do",
                 "do", "done", "then", "fi", "esac", ";;", "a;;", "()", "a()", "a() b", "'a", '"a',
                 "`a", "$(a", "${a", "$((1", ">", "a >", "a <<", "1 2 (", "break() { a; }",
                 "if a; then; fi", "! |"):
        assert raises(lambda: parse(text, {}), SyntaxFault), text


def lines_of_errors():
    try:
        parse("a\nb\n  )\n", {})
    except SyntaxFault as fault:
        same(fault.line, 3)


def literal_words():
    for text, wanted in (("abc", "abc"), ("'a*'", "a*"), ("a*", None), ("$a", None),
                         ('"x y"', "x y"), ("[", "["), ("a\\ b", "a b")):
        command = parse(text, {}).items[0][0].commands[0]
        assert type(command) is node.Simple
        same(command.words[0].literal, wanted)


def dollar_quotes():
    same(escape.dollar_quote("a\\tb\\x41\\101\\'\\\\\\u00e9"), "a\tbAA'\\é")
    same(escape.dollar_quote("\\377"), "\udcff")
    same(escape.echo(["-e", "a\\0101\\c rest"]), b"aA")


def normal_directories():
    for path, wanted in (("/a/../b", "/b"), ("/a/./b/", "/a/b"), ("/..", "/"), ("//a", "//a"),
                         ("///a", "/a")):
        same(place.normalise(path), wanted)


def symbolic_masks():
    for text, allowed, wanted in (("g=", 0o777, 0o707), ("u+x", 0o600, 0o700),
                                  ("a-w", 0o777, 0o555), ("g=u", 0o700, 0o770)):
        same(place.apply_symbolic(text, allowed), wanted)


def completion_words():
    same(edit.word_start("echo a\\ b"), 5)
    same(edit.word_start('echo "a b'), 5)
    same(edit.word_start("a|b"), 2)
    same(edit.unescape("a\\ b"), "a b")
    same(edit.escape("a b$"), "a\\ b\\$")
    same(prompt.mark_escapes("\x1b[1mx"), "\x01\x1b[1m\x02x")


def modules(package):
    """{name: tree} of all modules below a package of busypy."""
    found = {}
    top = os.path.join(harness.PACKAGES, *package.split("."))
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for file in sorted(files):
            path = os.path.join(folder, file)
            name = os.path.relpath(path, harness.PACKAGES)[:-3].replace("/", ".")
            with open(path, encoding="utf-8") as text:
                found[name.removesuffix(".__init__")] = ast.parse(text.read())
    return found


def imported(tree, known):
    """What a module imports of the known ones, at its start or in a function."""
    for part in ast.iter_child_nodes(tree):
        if isinstance(part, ast.If) and ast.unparse(part.test).endswith("TYPE_CHECKING"):
            continue    # read by people and checkers, never run
        if isinstance(part, ast.Import):
            yield from {alias.name for alias in part.names} & known
        elif isinstance(part, ast.ImportFrom):
            names = {"%s.%s" % (part.module, alias.name) for alias in part.names}
            yield from names & known or {part.module} & known
        yield from imported(part, known)


def circle(edges):
    """A list of modules that import each other, the first one again at its end; or none."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return []
        path.append(name)
        found = next(filter(None, map(visit, edges[name])), [])
        path.pop()
        done.add(name)
        return found
    return next(filter(None, map(visit, edges)), [])


def no_circle_of_imports():
    same(circle({"a": ["b"], "b": ["c"], "c": ["a"]}), ["a", "b", "c", "a"])
    trees = modules("busypy")
    edges = {name: sorted(set(imported(tree, set(trees))) - {name})
             for name, tree in trees.items()}
    assert "busypy.sh.reading" in edges["busypy.sh.main"], edges    # in a function
    assert "busypy.sh.execute" in edges["busypy.sh.shell"], edges
    same(circle(edges), [])


def manual():
    """The page is correct mdoc and names every built-in and option."""
    page = os.path.join(harness.ROOT, "man", "shell.1")
    done = subprocess.run(["mandoc", "-Tlint", "-W", "warning", page], capture_output=True,
                          text=True)
    same((done.returncode, done.stdout + done.stderr), (0, ""))
    with open(page, encoding="utf-8") as file:
        words = file.read().replace("\\&", "").split()
    for name in list(builtin.TABLE) + list(shell.BY_NAME):
        assert name in words, name


def corpus():
    """The scripts of the cases, to be mutated."""
    import run_cases
    texts = []
    for name in sorted(os.listdir(run_cases.CASES)):
        texts += [case["script"]
                  for case in run_cases.read_cases(os.path.join(run_cases.CASES, name))]
    return texts


def mutate(random_source, texts):
    text = random_source.choice(texts)
    tokens = ("$(", ")", "${", "}", '"', "'", "`", "\\", "\n", "<<E", "((", "))", ";;", "&", "|",
              "if ", "case ", "in ", "esac", "#", "$", ">", "<", "(", "{ ", "E\n", "\udcff", "\0",
              " ", "$((", "~", "=", "[", "*")
    for _ in range(random_source.randint(1, 6)):
        at = random_source.randint(0, len(text))
        kind = random_source.randint(0, 3)
        if kind == 0:
            text = text[:at] + random_source.choice(tokens) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + random_source.randint(1, 5):]
        elif kind == 2:
            other = random_source.choice(texts)
            text = text[:at] + other[random_source.randint(0, len(other)):][:40] + text[at:]
        else:
            text = text[:at] + chr(random_source.randint(1, 127)) + text[at:]
    return text


def fuzz():
    """Mutated scripts and random bytes: parse or refuse, in bounded time."""
    random_source, texts = random.Random(SEED), corpus()
    end, count = time.monotonic() + FUZZ_SECONDS, 0
    while time.monotonic() < end:
        count += 1
        noise = random_source.randbytes(random_source.randint(0, 60))
        text = mutate(random_source, texts) if count % 4 else os.fsdecode(noise)
        start = time.monotonic()
        try:
            parse(text, {"a": "b ", "b": "a", "if": "x", "e": "( "})
        except ShellError:
            pass
        except Exception as error:
            raise AssertionError("%r: %r" % (text, error)) from error
        assert time.monotonic() - start < FUZZ_STEP_LIMIT, text
    assert count > 500, count


def fuzz_arithmetic():
    random_source = random.Random(SEED)
    for _ in range(20000):
        text = "".join(random_source.choice("0123x+-*/%()<>=!&|^~?:, 8a")
                       for _ in range(random_source.randint(0, 10)))
        try:
            arith.evaluate(text, Stub(a="3"))
        except ShellError:
            pass
        except Exception as error:
            raise AssertionError("%r: %r" % (text, error)) from error


def fuzz_patterns():
    random_source = random.Random(SEED)
    for _ in range(20000):
        glob = "".join(random_source.choice("ab*?[]!-\\^:.=[")
                       for _ in range(random_source.randint(0, 8)))
        text = "".join(random_source.choice("ab[]-") for _ in range(random_source.randint(0, 5)))
        pattern.match(glob, text)
        pattern.has_magic(glob)


def main():
    tap = harness.Tap()
    for test in (matches, pattern_cost, removal, quoting_is_inverse, arithmetic, arithmetic_errors,
                 splitting, accepted, refused, lines_of_errors, literal_words, dollar_quotes,
                 normal_directories, symbolic_masks, completion_words, no_circle_of_imports, manual,
                 fuzz, fuzz_arithmetic, fuzz_patterns):
        tap.check("units: " + test.__name__.replace("_", " "), test)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
