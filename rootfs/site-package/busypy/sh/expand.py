"""Word expansion (2.6): tilde, parameters, commands, arithmetic, fields, path names."""

import os

from busypy.sh import node, sink
from busypy.sh import pattern as patterns
from busypy.sh.error import ShellError

UNSET_OPS = frozenset("-=?+")


class Expander:
    """Expands words in the context of one shell."""

    def __init__(self, shell):
        self.shell = shell
        self.substitution_status = 0

    # -- what the executor asks for

    def fields(self, words):
        """The fields of several words."""
        out = []
        for word in words:
            if word.literal is not None:
                out.append(word.literal)
            else:
                fields = sink.Fields(self.shell.vars.ifs())
                self.into(word.parts, fields, False)
                out.extend(fields.result(not self.shell.options.f))
        return out

    def text(self, word):
        """One string: an assigned value, a here-document, the word of case."""
        if word.literal is not None:
            return word.literal
        text = sink.Text()
        self.into(word.parts, text, False)
        return text.result()

    def pattern(self, word):
        text = sink.Pattern()
        self.into(word.parts, text, False)
        return text.result()

    def path(self, word):
        """The operand of a redirection: one field, split by nothing."""
        if word.literal is not None:
            return word.literal
        if not self.shell.interactive or self.shell.options.f:
            return self.text(word)
        fields = sink.Fields("")
        self.into(word.parts, fields, False)
        names = fields.result(True)
        return names[0] if len(names) == 1 else self.text(word)

    # -- parts

    def into(self, parts, out, quoted, in_braces=False):
        """Expand parts into the sink out."""
        for part in parts:
            kind = type(part)
            if kind is node.Lit:
                if in_braces:
                    out.value(part.text)
                else:
                    out.literal(part.text)
            elif kind is node.Quoted:
                out.quoted(part.text)
            elif kind is node.Param:
                self.param(part, out, quoted)
            elif kind is node.DQuote:
                self.double_quoted(part, out)
            else:
                self.other(part, kind, out, quoted)

    def other(self, part, kind, out, quoted):
        if kind is node.Command:
            put(out, self.shell.substitute(part.body), quoted)
        elif kind is node.Arith:
            put(out, self.arithmetic(part), quoted)
        elif kind is node.Assigned:
            out.quoted(self.text(node.Word(part.parts)))
        elif kind is node.Tilde:
            out.quoted(self.tilde(part.user))

    def double_quoted(self, part, out):
        """"$@" without parameters is no field at all; everything else in quotes is one."""
        for inner in part.parts:
            if not (type(inner) is node.Param and inner.name == "@" and inner.op == ""):
                break
        else:
            if part.parts and not self.shell.args:
                return
        out.mark()
        self.into(part.parts, out, True)

    def arithmetic(self, part):
        from busypy.sh import arith
        text = sink.Text()
        self.into(part.parts, text, True)
        return str(arith.evaluate(text.result(), self.shell))

    def tilde(self, user):
        if not user:
            home = self.shell.vars.get("HOME")
            return "~" if home is None else home
        import pwd
        try:
            return pwd.getpwnam(user).pw_dir
        except KeyError:
            return "~" + user

    # -- parameters

    def param(self, part, out, quoted):
        name, op = part.name, part.op
        if op == "":
            if name == "@" or name == "*":
                self.positional(name, out, quoted)
                return
            value = self.value(name)
            if value is None:
                self.check_unset(name)
            elif quoted:
                out.quoted(value)
            elif value:
                out.value(value)
        elif op in UNSET_OPS:
            self.param_default(part, out, quoted)
        elif op == "bad":
            raise ShellError("${%s: bad substitution" % name)
        else:
            self.param_edit(part, out, quoted)

    def check_unset(self, name):
        if self.shell.options.u:
            raise ShellError("%s: parameter not set" % name)

    def value(self, name):
        """The value of any parameter but @ and *; None if unset."""
        shell = self.shell
        if name[0] in "0123456789":
            if name == "0":
                return shell.arg0
            index = int(name)
            if index == 0:
                return shell.arg0
            return shell.args[index - 1] if index <= len(shell.args) else None
        if name == "?":
            return str(shell.status)
        if name == "#":
            return str(len(shell.args))
        if name == "$":
            return str(shell.root_pid)
        if name == "!":
            return None if shell.last_async is None else str(shell.last_async)
        if name == "-":
            return shell.options.letters()
        if name in "@*":
            return self.joined()
        return shell.vars.get(name)

    def joined(self):
        ifs = self.shell.vars.get("IFS")
        return (" " if ifs is None else ifs[:1]).join(self.shell.args)

    def positional(self, name, out, quoted):
        """$@ and $*: quoted, the first gives a field for each parameter."""
        if name == "*" and (quoted or type(out) is not sink.Fields):
            put(out, self.joined(), quoted)
            return
        for index, value in enumerate(self.shell.args):
            if index:
                out.separate()
            if quoted:
                out.mark()
                out.quoted(value)
            elif value:
                out.value(value)

    def param_default(self, part, out, quoted):
        """${x-w} ${x=w} ${x?w} ${x+w}, with a colon also for a null value."""
        name = part.name
        if name in ("@", "*"):
            known = bool(self.shell.args)
            value = self.joined() if known else None
        else:
            value = self.value(name)
            known = value is not None
        if part.colon and not value:
            known = False
        if part.op == "+":
            if known:
                self.default_word(part, out, quoted)
            return
        if known:
            if name in ("@", "*"):
                self.positional(name, out, quoted)
            else:
                put(out, value, quoted)
            return
        if part.op == "-":
            self.default_word(part, out, quoted)
            return
        text = self.text(part.arg)
        if part.op == "?":
            why = text or ("parameter not set or null" if part.colon else "parameter not set")
            raise ShellError("%s: %s" % (name, why))
        if name in ("@", "*") or not self.shell.vars.is_name(name):
            raise ShellError("%s: cannot assign in this way" % name)
        self.shell.vars.set(name, text)
        put(out, text, quoted)

    def default_word(self, part, out, quoted):
        """The word of a default: split outside quotes, unless itself quoted."""
        self.into(part.arg.parts, out, quoted, in_braces=not quoted)

    def param_edit(self, part, out, quoted):
        """Length, and removal of a prefix or suffix."""
        name = part.name
        value = self.joined() if name in ("@", "*") else self.value(name)
        if value is None:
            self.check_unset(name)
            value = ""
        if part.op == "length":
            put(out, str(len(self.shell.args) if name in ("@", "*") else len(value)), quoted)
        elif name == "@" and self.shell.args:
            pattern = self.pattern(part.arg)
            for index, value in enumerate(self.shell.args):
                if index:
                    out.separate()
                put(out, patterns.remove(value, part.op, pattern), quoted)
        else:
            put(out, patterns.remove(value, part.op, self.pattern(part.arg)), quoted)


def put(out, text, quoted):
    """Add the result of an expansion."""
    if quoted:
        out.quoted(text)
    else:
        out.value(text)


def decode(data):
    """Bytes from outside as text; null bytes cannot be in a variable."""
    return os.fsdecode(data.replace(b"\0", b""))
