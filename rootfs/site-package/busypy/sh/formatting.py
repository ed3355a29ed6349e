"""The built-in printf."""

import os

from busypy.lib import escape, format as forms
from busypy.sh import descriptor
from busypy.sh.error import CommandError

SENTENCES = {forms.NONE: "expected numeric value", forms.PARTLY: "not completely converted",
             forms.RANGE: "numerical result out of range"}


class Printer(forms.Printer):
    """As dash has it: an argument that is empty is 0, and %d holds what %u does."""

    def __init__(self, shell, args):
        super().__init__(args)
        self.shell = shell

    def complain(self, text, wrong):
        if text:
            self.shell.complain("printf: %s: %s" % (os.fsdecode(text), SENTENCES[wrong]))
            self.status = 1

    def format_escape(self, text, at):
        letter = text[at + 1:at + 2]
        return (letter, at + 2) if letter in (b"'", b'"') else escape.one(text, at)

    def one_byte(self, text):
        return text[:1] or b"\0"

    def integer(self, text):
        value = super().integer(text)
        if forms.LOWEST <= value <= forms.UNSIGNED:
            return value
        self.complain(text, forms.RANGE)
        return forms.LOWEST if value < 0 else forms.HIGHEST

    def bounded(self, text, letter):
        value = self.integer(text)
        return value if letter in b"di" else value & forms.UNSIGNED


def printf(shell, argv):
    args = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not args:
        raise CommandError("usage: printf format [argument...]", 2)
    form, *rest = [os.fsencode(word) for word in args]
    printer, out = Printer(shell, rest), bytearray()
    try:
        printer.run(printer.parse(form), out.extend)
    except forms.BadDirective as error:
        raise CommandError("%s: invalid directive" % os.fsdecode(error.args[0]), 2) from None
    finally:
        descriptor.write_all(1, bytes(out))
    return printer.status


COMMANDS = {"printf": printf}
