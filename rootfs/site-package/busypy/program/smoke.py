"""smoke: a client's self-test, its output fit to be recorded and compared between machines."""

import os
import sys

from busypy import cli, elf, machine

USAGE = """
usage: smoke [--modules]
  --modules  import a battery of stdlib modules and run a script of the tree

Lines under `# this machine` and below differ between machines; all before them depend on the
tree and the architecture alone. The status is 1 if anything failed.
"""
BATTERY = """
argparse array ast asyncio base64 binascii bisect bz2 calendar cmath codecs collections
concurrent.futures configparser contextlib copy csv ctypes curses datetime decimal difflib dis
email.message enum errno fcntl fnmatch fractions ftplib functools getpass gettext glob grp gzip
hashlib heapq hmac html.parser http.client http.server importlib.metadata inspect io ipaddress
itertools json locale logging lzma mailbox math mimetypes mmap multiprocessing netrc numbers
operator os pathlib pickle platform plistlib pprint pty pwd queue random re readline resource
sched secrets select selectors shelve shlex shutil signal smtplib socket socketserver sqlite3 ssl
stat statistics string stringprep struct subprocess syslog tarfile tempfile termios textwrap
threading time timeit tokenize traceback tty types typing unicodedata unittest urllib.request
uuid venv warnings wave weakref webbrowser wsgiref.simple_server xml.dom.minidom
xml.etree.ElementTree xmlrpc.client zipfile zipimport zlib zoneinfo
"""


class Report:
    """Lines on stdout, and whether all was well."""

    def __init__(self):
        self.failed = 0

    def title(self, text):
        cli.out().write(cli.enc("# %s\n" % text))

    def line(self, text):
        cli.out().write(cli.enc(text + "\n"))

    def check(self, name, action):
        """Run one step; a failure is a line of the report, not its end."""
        try:
            result = action()
        except Exception as error:  # whatever a broken runtime throws is the finding
            self.failed = 1
            self.line("%s: FAILED: %s: %s" % (name, type(error).__name__, error))
            return
        for line in result if isinstance(result, list) else ["%s: %s" % (name, result)]:
            self.line(line)


def python():
    return ["executable: %s" % sys.executable,
            "version: %s" % sys.version.split()[0],
            "implementation: %s" % sys.implementation.name,
            "byte order: %s" % sys.byteorder,
            "word: %d bits" % (sys.maxsize.bit_length() + 1),
            "prefix: %s" % sys.prefix,
            "file system encoding: %s" % sys.getfilesystemencoding(),
            *("path: %s" % path for path in sys.path[1:])]


def elf_of(path):
    from busypy.program import readelf
    with open(path, "rb") as file:
        return readelf.describe(elf.Elf(file), "ld")[1:]


def libraries(path):
    from busypy.program import ldd
    found = ldd.lines(path)
    missing = [line.strip() for line in found if line.endswith("not found")]
    if missing:
        raise LookupError("; ".join(missing))
    return [line.strip() for line in found]


def modules(report):
    import importlib
    report.title("modules")
    for name in BATTERY.split():
        report.check(name, lambda: importlib.import_module(name) and "ok")


def child():
    """A script of the tree as a subprocess: the kernel has to start the right Python again."""
    import subprocess
    script = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "uname")
    told = subprocess.run([script, "-m"], stdout=subprocess.PIPE, check=True).stdout
    if os.fsdecode(told).strip() != os.uname().machine:
        raise ValueError("uname -m printed %r" % told)
    return "ok"


def this_machine(report):
    info = os.uname()
    name, count = machine.cpu()
    report.title("this machine")
    report.line("machine: %s" % info.machine)
    report.line("tree: %s" % machine.tree_id())
    report.line("kernel: %s %s" % (info.sysname, info.release))
    report.line("kernel version: %s" % info.version)
    report.line("host name: %s" % info.nodename)
    report.line("cpu: %d x %s" % (count, name))
    report.line("memory: %d MiB" % (machine.memory().get("MemTotal", 0) >> 20))
    report.title("/proc/self/mounts")
    report.check("mounts", lambda: [" ".join(entry) for entry in machine.mounts()])


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 0)
    report = Report()
    report.title("python")
    report.check("python", python)
    report.title("readelf -l -d %s" % sys.executable)
    report.check("readelf", lambda: elf_of(sys.executable))
    report.title("ldd %s" % sys.executable)
    report.check("ldd", lambda: libraries(sys.executable))
    if opts["modules"]:
        modules(report)
        report.title("subprocess")
        report.check("uname", child)
    this_machine(report)
    report.title("failed" if report.failed else "passed")
    return report.failed
