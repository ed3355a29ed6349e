"""The parsers, called directly: tables of input and result, and damaged input by the thousand."""

import io
import os
import random
import struct
import sys

from tap import PYTHON, SITE, Tests, check, run, same

sys.path.insert(0, SITE)
from busypy import cli, dates, elf, regex  # noqa: E402
from busypy import text as texts  # noqa: E402
from busypy.lib import escape, inet, mode  # noqa: E402
from busypy.program import cut, ip, printf, tr, xargs  # noqa: E402
from busypy.program import test as condition  # noqa: E402
from busypy.program.dhcpcd import protocol  # noqa: E402
from busypy.program.sed import script as language  # noqa: E402
from busypy.program.sort import keys  # noqa: E402

test = Tests()
USAGE = """
usage: x
  -a, --all  flag
  -b N, --bytes=N  with argument
  -c[WHEN], --color[=WHEN]  optional
  --alone=X  only long
"""
NOW = 1600000000


def options(*words, **more):
    opts, rest = cli.parse(["x", *words], USAGE, **more)
    return dict(opts), rest


@test
def option_table():
    same(options("-a", "f", "-b1"), ({"a": True, "b": "1"}, ["f"]))
    same(options("-ab", "2", "--", "-a"), ({"a": True, "b": "2"}, ["-a"]))
    same(options("--all", "--bytes=3", "--bytes", "4"), ({"a": True, "b": "4"}, []))
    same(options("-c", "-cx", "--color=y", "-"), ({"c": "y"}, ["-"]))
    same(options("--alon=z"), ({"alone": "z"}, []))
    same(options("f", "-a", stop=True), ({}, ["f", "-a"]))
    for words, text in ((["-z"], "invalid option -- 'z'"),
                        (["-b"], "option requires an argument -- 'b'"),
                        (["--zz"], "unrecognized option '--zz'"),
                        (["--al"], "option '--al' is ambiguous"),
                        (["--all=1"], "option '--all' doesn't allow an argument"),
                        (["--bytes"], "option '--bytes' requires an argument")):
        try:
            options(*words)
            raise AssertionError(words)
        except cli.Usage as error:
            same(str(error), text)


MATCHES = [  # (pattern, extended, text, match or None)
    ("a*", 0, "aab", "aa"), ("a\\{2\\}", 0, "aaa", "aa"), ("a\\+", 0, "aa", "aa"),
    ("*a", 0, "*a", "*a"), ("\\(*a\\)", 0, "*a", "*a"), ("^*a", 0, "*a", "*a"),
    ("a^b", 0, "a^b", "a^b"), ("a$b", 0, "a$b", "a$b"), ("\\(^a\\)", 0, "ba", None),
    ("[]]", 0, "]", "]"), ("[^]]", 0, "]a", "a"), ("[a-]", 0, "-", "-"),
    ("[[:digit:]]*x", 0, "12x", "12x"), ("[[.a.]]", 0, "a", "a"), ("[[=b=]]", 0, "b", "b"),
    ("[\\n]", 0, "\\", "\\"), ("a|b", 0, "a|b", "a|b"), ("a\\|b", 0, "b", "b"),
    ("a+b", 0, "a+b", "a+b"), ("(a)", 0, "(a)", "(a)"), ("\\(a\\)\\1", 0, "aa", "aa"),
    ("a|ab", 1, "ab", "ab"), ("(a|ab)(c|bcd)", 1, "abcd", "abcd"), ("x*", 1, "y", ""),
    ("(a*)(ab)*", 1, "aab", "aab"), ("a{,2}", 1, "aaa", "aa"), ("a{2,}", 1, "aaa", "aaa"),
    ("{", 1, "{", "{"), ("a{x", 1, "a{x", "a{x"), ("a++", 1, "aa", "aa"), ("a*?", 1, "aa", "aa"),
    ("^a|b$", 1, "cb", "b"), ("()b", 1, "b", "b"), ("a(b|)", 1, "ac", "a"), ("\\.", 1, "x.", "."),
    ("(ab|a)(bc)?", 1, "abc", "abc"), ("\\<b", 0, "ab b", "b"), ("\\bc\\b", 0, "a c", "c"),
    ("a|b|", 1, "c", ""), ("[a\\]", 0, "\\", "\\"), ("\\$", 0, "$", "$"),
    ("a.c", 0, "a\nc", "a\nc"),
    ("(a|ab)$", 1, "ab", "ab"), ("x(a|ab)(c|bcd)*", 1, "xabcd", "xabcd"),
    ("[[:alpha:]-z]", 0, "-", "-"),
]


@test
def posix_expressions_match_leftmost_and_longest():
    os.environ["LC_ALL"] = "C"
    for pattern, extended, text, wanted in MATCHES:
        match = regex.Regex(pattern.encode(), bool(extended)).search(text.encode())
        same(match and match.group().decode(), wanted, (pattern, text))


@test
def posix_expressions_that_are_wrong():
    for pattern, extended in (("[", 0), ("[a", 0), ("\\(", 0), ("\\)", 0), ("(", 1), ("a\\", 0),
                              ("[[:foo:]]", 0), ("[b-a]", 0), ("\\1", 0), ("a\\{2", 0),
                              ("a{2,1}", 1), ("a\\{99999\\}", 0), ("[[.", 0), ("[[:alpha:", 0)):
        try:
            regex.Regex(pattern.encode(), bool(extended))
            raise AssertionError(pattern)
        except regex.Bad:
            pass


@test
def expressions_in_a_utf8_locale():
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        # Written with E and F for two letters that are no ASCII.
        for words in (("^.$", "E", "E"), ("[EF]", "xF", "F"), ("[^a]", "E", "E"),
                      ("[F-E]*", "EFx", "EF"), ("E*", "EE", "EE"), ("a.*b", "aEb", "aEb")):
            pattern, text, wanted = (w.replace("E", "\u00e9").replace("F", "\u00e8")
                                     for w in words)
            match = regex.Regex(pattern.encode()).search(text.encode())
            same(match and match.group().decode(), wanted, pattern)
    finally:
        os.environ["LC_ALL"] = "C"


@test
def random_expressions_never_fail_otherwise_than_by_bad():
    random.seed(1)
    pieces = [b"a", b"b", b"\\(", b"\\)", b"(", b")", b"*", b"[", b"]", b"^", b"$", b"\\", b"{",
              b"}", b"1", b",", b"|", b"[[:alpha:]]", b".", b"-", b"+", b"?", b"\xc3\xa9", b"\xff",
              b"\\{", b"\\}", b"\\1", b"\\<", b"\n", b"[^"]
    for number in range(6000):
        pattern = b"".join(random.choices(pieces, k=random.randrange(9)))
        try:
            found = regex.Regex(pattern, number % 2 == 0, number % 3 == 0, number % 5 == 0)
            found.search(b"aab(]1")
            regex.Any([pattern, b"x"], "GE"[number % 2], False, True, number % 7 == 0, False)
        except regex.Bad:
            pass


@test
def random_sed_scripts_never_fail_otherwise_than_by_bad():
    random.seed(2)
    pieces = [b"s/", b"a/", b"/", b"p", b"\n", b";", b"{", b"}", b"1", b",", b"$", b"!", b"y/a/b/",
              b":x", b"bx", b"\\", b"a\\", b"i", b"c", b"w f", b"r", b"n", b"N", b"[", b"g", b"&",
              b"~", b"+", b"#", b"=", b"s,a,b,", b"q5", b" "]
    for _ in range(8000):
        script = b"".join(random.choices(pieces, k=random.randrange(8)))
        try:
            language.parse(script, False)
        except language.Bad as error:
            check(str(error) and error.at >= 0, script)


@test
def dates_are_read():
    day = 1600041600  # 2020-09-14
    for text, wanted in (("@5", 5), ("@-5.5", -5), ("2020-09-14", day), ("now", NOW),
                         ("2020-09-14 01:02:03", day + 3723), ("2020-09-14T01:02:03Z", day + 3723),
                         ("2020-09-14 01:02 +0100", day + 120), ("14 sep 2020", day),
                         ("sep 14 2020 10:00", day + 36000), ("Sep 14, 2020 01:00", day + 3600),
                         ("tomorrow", NOW + 86400), ("2 days ago", NOW - 172800),
                         ("1 hour", NOW + 3600), ("+1 week", NOW + 604800),
                         ("yesterday 00:00", 1599868800),
                         ("next day", NOW + 86400), ("9/14/2020", day),
                         ("2020-09-14 12:30pm", day + 45000),
                         ("1 month ago", 1597321600), ("mon", 1600041600), ("2020-02-30", None),
                         ("25:00", None), ("x", None), ("", NOW - NOW % 86400), ("25", None),
                         ("1", NOW - NOW % 86400 + 3600),
                         ("2020-13-01", None)):
        try:
            found = dates.parse(text, NOW, True)[0]
        except dates.Bad:
            found = None
        same(found, wanted, text)
    same(dates.packed("091401022020.03", NOW, True), (1600045323, 0))
    random.seed(3)
    words = ["now", "1", "-3", "day", "ago", "2020-01-01", "10:00", "+0100", "@1", "mon", "may",
             ",", "99999999999", "next", "z", "pm", "1e5", "\u00b2", ""]
    for _ in range(5000):
        try:
            dates.parse(" ".join(random.choices(words, k=random.randrange(5))), NOW, True)
        except dates.Bad:
            pass


@test
def modes_are_read():
    for text, old, folder, wanted in (("755", 0, False, 0o755), ("u+x", 0o644, False, 0o744),
                                      ("a=r,u+w", 0o777, False, 0o644), ("+x", 0, False, 0o111),
                                      ("g=u", 0o640, False, 0o660), ("a+X", 0o600, False, 0o600),
                                      ("a+X", 0o600, True, 0o711), ("u=s", 0o755, False, 0o4055),
                                      ("+t", 0, True, 0o1000), ("755", 0o2700, True, 0o2755),
                                      ("00755", 0o2700, True, 0o755),
                                      ("u+r-w+x", 0o200, False, 0o500)):
        same(oct(mode.change(text, old, folder, 0)), oct(wanted), text)
    for text in ("", "8", "u", "z+r", "u+z", "u+r,", "99999", "u~r"):
        try:
            mode.change(text, 0)
            raise AssertionError(text)
        except mode.Bad:
            pass


def ack(options, address=b"\x0a\x00\x00\x05"):
    mac = b"\2\0\0\0\0\1"
    body = bytes((2, 1, 6, 0)) + b"\0\0\0\7" + bytes(8) + address + bytes(8) + mac.ljust(16, b"\0")
    return body + bytes(192) + protocol.MAGIC + bytes((53, 1, 5)) + options + b"\xff"


@test
def dhcp_packets():
    head = bytes.fromhex("450000730000400040110000c0a80001c0a800c7")
    same(inet.checksum(head), 0xb861)
    sent = protocol.wrap(protocol.message(protocol.DISCOVER, 7, b"\2\0\0\0\0\1"))
    same(inet.checksum(sent[:20]), 0)
    same(len(protocol.unwrap(sent, 67)), 300)
    routes = bytes((121, 13, 0, 10, 0, 0, 1, 24, 10, 2, 3, 10, 0, 0, 2))
    names = b"\x03lan\x07example\0\x03dev\xc0\x04"
    fixed = bytes((1, 4, 255, 255, 254, 0, 51, 4, 0, 0, 1, 0, 15, 3)) + b"x;y"
    search = bytes((119, len(names))) + names
    lease = protocol.Lease(protocol.Reply(ack(fixed + routes + search)))
    same((lease.prefix, lease.time, lease.renew, lease.rebind), (23, 256, 128, 224))
    same(lease.routes, [(None, 0, b"\x0a\0\0\1"), (b"\x0a\2\3\0", 24, b"\x0a\0\0\2")])
    same((lease.search, lease.domain), (["lan.example", "dev.example"], ""))
    for wrong in (ack(bytes((1, 4, 255, 0, 255, 0))), ack(b"", bytes(4)), ack(b"", b"\xe0\0\0\1")):
        try:
            protocol.Lease(protocol.Reply(wrong))
            raise AssertionError(wrong)
        except protocol.Bad:
            pass


@test
def damaged_dhcp_packets_are_bad_and_nothing_else():
    random.seed(4)
    good = ack(bytes((1, 4, 255, 255, 255, 0, 119, 5)) + b"\3lan\0" + bytes((52, 1, 3, 121, 5, 0))
               + bytes(4))
    packet = protocol.wrap(good, b"\x0a\0\0\1", b"\xff" * 4, 67, 68)
    same(protocol.Reply(protocol.unwrap(packet)).kind, 5)
    for number in range(6000):
        data = bytearray(good if number % 2 else packet)
        for _ in range(random.randrange(1, 6)):
            data[random.randrange(len(data))] = random.randrange(256)
        del data[random.randrange(len(data)) if number % 3 == 0 else len(data):]
        try:
            body = bytes(data) if number % 2 else protocol.unwrap(bytes(data), unsummed=True)
            protocol.Lease(protocol.Reply(body))
        except protocol.Bad:
            pass


def small_elf(bits, order):
    """An executable with an interpreter and one needed library."""
    word, size = ("I", 52) if bits == 32 else ("Q", 64)
    strings, interp = b"\0libx.so\0", b"/lib/ld.so\0"
    entry = 8 if bits == 32 else 16
    head = size + 3 * (32 if bits == 32 else 56)
    at = head + len(interp) + len(strings)
    dynamic = b"".join(struct.pack(order + ("iI" if bits == 32 else "qQ"), *pair) for pair in (
        (1, 1), (5, head + len(interp)), (10, len(strings)), (0, 0)))
    total = at + len(dynamic)
    out = b"\x7fELF" + bytes((bits // 32, 1 if order == "<" else 2, 1)) + bytes(9)
    out += struct.pack(order + "HHI3%sIHHHHHH" % word, 3, 62, 1, 0, size, 0, 0, size,
                       32 if bits == 32 else 56, 3, 0, 0, 0)
    for kind, start, length in ((1, 0, total), (3, head, len(interp)), (2, at, 4 * entry)):
        if bits == 32:
            out += struct.pack(order + "8I", kind, start, start, start, length, length, 4, 1)
        else:
            out += struct.pack(order + "II6Q", kind, 4, start, start, start, length, length, 1)
    return out + interp + strings + dynamic


@test
def elf_of_both_sizes_and_byte_orders():
    from busypy.program import readelf
    for bits in (32, 64):
        for order in "<>":
            image = elf.Elf(io.BytesIO(small_elf(bits, order)))
            same((image.bits, image.interpreter()), (bits, b"/lib/ld.so"))
            same(image.names(elf.DT_NEEDED), [b"libx.so"])
            check("Shared library: [libx.so]" in "\n".join(readelf.describe(image, "hld")))


@test
def damaged_elf_files_are_bad_and_nothing_else():
    from busypy.program import readelf
    random.seed(5)
    with open(PYTHON, "rb") as file:
        real = file.read(4096)
    for number in range(4000):
        base = real if number % 5 == 0 else small_elf(32 * (1 + number % 2), "<>"[number % 3 == 0])
        data = bytearray(base)
        for _ in range(random.randrange(1, 8)):
            value = random.choice((0, 1, 127, 255, random.randrange(256)))
            data[random.randrange(min(len(data), 500))] = value
        del data[random.randrange(len(data)) if number % 4 == 0 else len(data):]
        try:
            readelf.describe(elf.Elf(io.BytesIO(bytes(data))), "hld")
        except elf.Bad:
            pass


@test
def readelf_and_ldd_agree_with_the_system():
    import subprocess
    found = run("ldd", "/bin/ls")
    same(found.status, 0)
    system = subprocess.run(["ldd", "/bin/ls"], stdout=subprocess.PIPE, text=True).stdout
    wanted = {line.split(" (")[0].strip() for line in system.splitlines() if "vdso" not in line}
    same({line.strip() for line in found.out.decode().splitlines()}, wanted)
    same(run("readelf", "-l", "/etc/passwd").err, b"readelf: /etc/passwd: not an ELF file\n")
    check(b"Requesting program interpreter: " in run("readelf", "-l", "/bin/ls").out)


@test
def conditions():
    for words, wanted in ((["!", "a", "-a", "b"], False), (["(", "a", ")"], True),
                          (["a", "-o", "b", "-a", ""], True), (["!", "!", "a"], True),
                          (["(", "!", "", ")"], True), (["-n"], True), (["!"], True),
                          (["=", "="], None),
                          (["1", "-eq", "01"], True), (["(", "a", "=", "a", ")", "-a", "b"], True)):
        try:
            found = condition.evaluate(words)
        except condition.Wrong:
            found = None
        same(found, wanted, words)
    random.seed(6)
    words = ["!", "(", ")", "-a", "-o", "=", "-f", "-eq", "1", "x", "", "-t", "<", "-n", "-nt"]
    for _ in range(8000):
        try:
            condition.evaluate(random.choices(words, k=random.randrange(9)))
        except condition.Wrong:
            pass


@test
def sizes_and_columns():
    same([texts.human(n) for n in (0, 1023, 1024, 1025, 10239, 10241, 1048575, 1 << 40)],
         ["0", "1023", "1.0K", "1.1K", "10K", "11K", "1.0M", "1.0T"])
    same(texts.table([["a", "bb"], ["ccc", "d"]], {1}), ["a   bb", "ccc  d"])
    same(texts.width("e\u0301\u4e2d"), 3)


@test
def random_command_lines_never_end_in_a_traceback():
    random.seed(8)
    letters = [b"%", b"5", b".", b"*", b"d", b"s", b"b", b"\\", b"c", b"x", b"-", b"0", b"#", b"e",
               b"q", b"'", b"a", b"1", b"\xff", b"", b"l", b"g", b"i"]
    for _ in range(5000):
        form = b"".join(random.choices(letters, k=random.randrange(7)))
        args = [b"".join(random.choices(letters, k=random.randrange(3))) for _ in range(2)]
        if any(len(a) > 3 for a in args):
            continue
        try:
            cli.warn = lambda text: 1
            printf.output(form, args, lambda data: None)
        except cli.Fail:
            pass
    for function in (lambda t: tr.Set(t), lambda t: cut.ranges(t, "field"),
                     lambda t: keys.parse_key(t, ""), lambda t: ip.parse_address(t),
                     lambda t: escape.decode(t.encode())):
        for _ in range(2000):
            text = "".join(random.choices("a-z[:]=*1,.n\\0/9 +x", k=random.randrange(9)))
            try:
                function(text)
            except (cli.Fail, escape.Stop):
                pass


@test
def numbers_of_sort():
    for a, b in (("1", "2"), ("-1", "0"), ("-2", "-1"), ("9", "10"), ("0.1", "0.2"), ("1.9", "2"),
                 ("99999999999999999998", "99999999999999999999"),
                 ("0.00000000000000000001", "0.1"),
                 ("-0.5", "x"), ("1.10", "1.9")):
        check(keys.number(a.encode()) < keys.number(b.encode()), (a, b))
    same(keys.number(b" 007"), 7)


@test
def xargs_reads_quotes():
    opts = cli.parse(["xargs"], xargs.USAGE)[0]
    read, write = os.pipe()
    os.write(write, b"a 'b c' \"d'e\" f\\ g h\"i j\"k '' \n")
    os.close(write)
    found = [word for word, _ in xargs.Reader(read, opts).arguments() if word is not None]
    os.close(read)
    same(found, [b"a", b"b c", b"d'e", b"f g", b"hi jk", b""])


if __name__ == "__main__":
    test.main()
