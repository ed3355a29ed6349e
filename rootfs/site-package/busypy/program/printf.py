"""printf: print arguments by a format."""

import os

from busypy import cli
from busypy.lib import escape, format as forms

USAGE = "usage: printf format [argument ...]"
SENTENCES = {forms.NONE: "expected a numeric value", forms.PARTLY: "value not completely converted",
             forms.RANGE: "Numerical result out of range"}


class Printer(forms.Printer):
    """As coreutils has it: \\c ends the format, %q quotes, the letters of C types are read."""
    letters = forms.Printer.letters + b"q"
    lengths = b"lhLjztq"

    def complain(self, text, wrong):
        if text or self.used <= len(self.args):
            self.status = cli.warn("%s: %s" % (cli.quote(text), SENTENCES[wrong]))

    def format_escape(self, text, at):
        return (escape.Stop, at) if text[at + 1:at + 2] == b"c" else escape.one(text, at)

    def character(self, text):
        if len(text) < 2:
            self.complain(text, forms.NONE)
        return super().character(text)

    def other_text(self, text, letter):
        return cli.enc(shell_quote(os.fsdecode(text))) if letter == b"q" else text


def shell_quote(text):
    plain = text and all(c.isalnum() or c in "@%+=:,./-_" for c in text)
    return text if plain else escape.quote(text)


def parse(form, printer):
    """The parts of a format; one that is wrong is refused before anything is printed."""
    parts = printer.parse(form)
    if parts and isinstance(parts[-1], forms.BadDirective):
        wrong = os.fsdecode(parts[-1].args[0])
        raise cli.Fail("%s: invalid conversion specification" % wrong)
    return parts


def output(form, args, write):
    """Print args by form, again and again while arguments are left; returns the status."""
    printer = Printer(args)
    ended = printer.run(parse(form, printer), write)
    if ended and printer.used < len(args):
        cli.warn("warning: ignoring excess arguments, starting with %s"
                 % cli.quote(args[printer.used]))
    return printer.status


def main(argv):
    args = argv[1:]
    if args[:1] == ["--help"]:
        raise SystemExit(USAGE)
    if args[:1] == ["--"]:
        del args[0]
    cli.operands(args, 1)
    form, *rest = [cli.enc(word) for word in args]
    return output(form, rest, cli.out().write)
