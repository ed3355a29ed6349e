"""Built-ins that set variables, options, functions and aliases."""

from busypy.lib.escape import quote
from busypy.sh import usage
from busypy.sh.error import CommandError
from busypy.sh.wordreader import is_name


def marker(word):
    """export or readonly."""
    def command(shell, argv):
        _, args = usage.options(argv, "p")
        mark = shell.vars.export if word == "export" else shell.vars.make_readonly
        if not args:
            return print_marked(shell, word)
        for arg in args:
            name, equals, value = arg.partition("=")
            if not is_name(name):
                raise CommandError("%s: bad variable name" % name, 2)
            mark(name, value if equals else None)
        return 0
    return command


def print_marked(shell, word):
    marked = shell.vars.exported if word == "export" else shell.vars.readonly
    lines = []
    for name in sorted(marked):
        value = shell.vars.get(name)
        lines.append("%s %s%s\n" % (word, name, "" if value is None else "=" + quote(value)))
    shell.write(1, "".join(lines))
    return 0


def local(shell, argv):
    if not shell.function_depth:
        raise CommandError("not in a function", 2)
    for arg in argv[1:]:
        name, equals, value = arg.partition("=")
        if not is_name(name):
            raise CommandError("%s: bad variable name" % name, 2)
        shell.vars.make_local(name)
        if equals:
            shell.vars.set(name, value)
    return 0


def unset(shell, argv):
    found, args = usage.options(argv, "fv")
    for name in args:
        if "f" in found:
            shell.functions.pop(name, None)
        elif not is_name(name):
            raise CommandError("%s: bad variable name" % name, 2)
        else:
            shell.vars.unset(name)
    return 0


def set_(shell, argv):
    if len(argv) == 1:
        lines = ["%s=%s\n" % (name, quote(value))
                 for name, value in sorted(shell.vars.values.items())]
        shell.write(1, "".join(lines))
        return 0
    i = 1
    while i < len(argv):
        arg = argv[i]
        if arg == "--":
            shell.args = argv[i + 1:]
            return 0
        if arg == "-":
            shell.options.x = shell.options.v = False
            i += 1
            if i < len(argv):
                shell.args = argv[i:]
            return 0
        if len(arg) < 2 or arg[0] not in "-+":
            shell.args = argv[i:]
            return 0
        i = set_letters(shell, argv, i)
    return 0


def set_letters(shell, argv, i):
    """One argument of option letters; the index after it and the name that -o took."""
    value = argv[i][0] == "-"
    for letter in argv[i][1:]:
        if letter != "o":
            set_option(shell, letter, value, shell.options.set_letter)
            continue
        if i + 1 == len(argv):
            print_options(shell, value)
            continue
        i += 1
        set_option(shell, argv[i], value, shell.options.set_name)
    return i + 1


def set_option(shell, name, value, change):
    """Set one option; job control also has to be started or stopped."""
    before = shell.options.m
    if not change(name, value):
        raise CommandError("illegal option %s" % (name if len(name) > 1 else "-" + name), 2)
    if shell.options.m and not before and not shell.in_subshell and not shell.jobs.start_control():
        if shell.interactive:
            shell.options.m = False
            shell.complain("can't access tty; job control turned off")
    elif before and not shell.options.m:
        shell.jobs.stop_control()


def print_options(shell, for_people):
    """set -o for people, set +o as input for a shell."""
    lines = []
    for name, value in shell.options.listing():
        if for_people:
            lines.append("%-16s%s\n" % (name, "on" if value else "off"))
        else:
            lines.append("set %so %s\n" % ("-" if value else "+", name))
    shell.write(1, "".join(lines))


def alias(shell, argv):
    args = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if args[:1] == ["-p"]:
        args = args[1:]
    status = 0
    lines = []
    for arg in args or sorted(shell.aliases):
        name, equals, value = arg.partition("=")
        if equals and name:
            shell.aliases[name] = value
        elif name in shell.aliases:
            lines.append("%s=%s\n" % (name, quote(shell.aliases[name])))
        else:
            shell.complain("alias: %s: not found" % arg)
            status = 1
    shell.write(1, "".join(lines))
    return status


def unalias(shell, argv):
    found, args = usage.options(argv, "a")
    if "a" in found:
        shell.aliases.clear()
        return 0
    status = 0
    for name in args:
        if shell.aliases.pop(name, None) is None:
            shell.complain("unalias: %s: not found" % name)
            status = 1
    return status


COMMANDS = {"export": marker("export"), "readonly": marker("readonly"), "local": local,
            "unset": unset, "set": set_, "alias": alias, "unalias": unalias}
