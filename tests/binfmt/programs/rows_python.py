"""Python's own: children by sys.executable, modules that look at the machine."""
import asyncio
import concurrent.futures
import ctypes
import ctypes.util
import curses
import grp
import locale
import os
import pwd
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import zoneinfo
from multiprocessing import shared_memory

from rows_common import out, sh, whose

ROWS = []


def row(function):
    ROWS.append(function)
    return function


@row
def child_by_sys_executable(here):
    return whose(out(sys.executable, "-c", "import platform; print(platform.python_version())"))


@row
def child_by_sys_executable_finds_the_same(here):
    return out(sys.executable, "-Ic", "import sys; print(sys.prefix)") == sys.prefix


@row
def child_under_library_path(here):
    return whose(out(sys.executable, "-c", "import platform,ssl; print(platform.python_version())",
                     env=dict(os.environ, LD_LIBRARY_PATH="/usr/lib/x86_64-linux-gnu:/lib")))


@row
def module_as_program(here):
    return whose(out(sys.executable, "-m", "platform").split("-")[0])


@row
def multiprocessing(here):
    with open("pool.py", "w", encoding="ascii") as file:
        file.write("import multiprocessing as m, platform\n"
                   "def f(x): return platform.python_version()\n"
                   "if __name__ == '__main__':\n"
                   "    for kind in 'spawn', 'forkserver', 'fork':\n"
                   "        with m.get_context(kind).Pool(2) as pool:\n"
                   "            print(kind, pool.map(f, [1])[0])\n")
    return whose(out(sys.executable, "-W", "ignore", "pool.py"))


@row
def process_pool(here):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return list(pool.map(lambda n: sh(f"echo {n}"), range(5)))


@row
def virtual_environment(here):
    answer = out(sys.executable, "-m", "venv", "--without-pip", "v")
    return answer + whose(out("v/bin/python", "-c", "import platform, sys; "
                              "print(platform.python_version(), sys.prefix != sys.base_prefix)"))


@row
def script_of_virtual_environment(here):
    with open("v/bin/tool", "w", encoding="ascii") as file:
        file.write(f"#!{os.path.abspath('v/bin/python')}\n"
                   "import platform, sys\nprint(platform.python_version(), len(sys.argv))\n")
    os.chmod("v/bin/tool", 0o755)
    return whose(out("v/bin/tool", "a"))


@row
def time_zones(here):
    return [str(zoneinfo.ZoneInfo("Europe/Berlin")), "Asia/Tokyo" in zoneinfo.available_timezones()]


@row
def certificates(here):
    paths = ssl.get_default_verify_paths()
    context = ssl.create_default_context()
    return [paths.openssl_cafile, paths.openssl_capath, context.cert_store_stats()["x509_ca"]]


@row
def users(here):
    return [pwd.getpwnam("u").pw_dir, pwd.getpwuid(0).pw_name, grp.getgrnam("root").gr_gid,
            os.path.expanduser("~u"), len(pwd.getpwall())]


@row
def missing_user(here):
    return pwd.getpwnam("nobody-of-that-name")


@row
def host_names(here):
    return sorted(socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM))


@row
def services(here):
    return [socket.getservbyname("ssh"), socket.gethostname(), socket.getprotobyname("tcp")]


@row
def locales(here):
    return [locale.setlocale(locale.LC_ALL, "C.UTF-8"), locale.getpreferredencoding(),
            sys.getfilesystemencoding(), locale.localeconv()["decimal_point"]]


@row
def name_of_library(here):
    return ctypes.util.find_library("c")


@row
def c_library(here):
    return ctypes.CDLL("libc.so.6").getpid() == os.getpid()


@row
def terminal_description(here):
    curses.setupterm("xterm-256color")
    return curses.tigetnum("colors")


@row
def database(here):
    with sqlite3.connect("db") as db:
        return db.execute("select 1 + 1").fetchone()


@row
def shared(here):
    memory = shared_memory.SharedMemory(create=True, size=10)
    try:
        return len(memory.buf) >= 10
    finally:
        memory.close()
        memory.unlink()


@row
def asynchronous(here):
    async def run():
        process = await asyncio.create_subprocess_exec("git", "--version",
                                                       stdout=asyncio.subprocess.PIPE)
        return (await process.communicate())[0].decode()
    return asyncio.run(run())


@row
def options_of_subprocess(here):
    read, write = os.pipe()
    done = subprocess.run(["sh", "-c", f"echo passed >&{write}; pwd; umask"], pass_fds=[write],
                          cwd="/usr", umask=0o27, start_new_session=True, capture_output=True,
                          text=True, check=True)
    answer = os.read(read, 100).decode() + done.stdout
    os.close(read)
    os.close(write)
    return answer


@row
def which(here):
    return [shutil.which(name) for name in ("git", "ssh", "sh", "systemctl", "no-such")]


@row
def which_nested(here):
    return shutil.which("nested") == here + "/nested"


@row
def disk_usage(here):
    return shutil.disk_usage("/").total


@row
def standard_library_is_own(here):
    return os.path.realpath(os.__file__).startswith(os.path.realpath(sys.prefix + "/lib"))


@row
def mapped_from_elsewhere(here):
    """Libraries that are neither this Python's nor of its C library's folder."""
    with open("/proc/self/maps", encoding="ascii") as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if ".so" in line}
    own = {os.path.dirname(path) for path in paths if os.path.basename(path).startswith("libc.so")}
    return sorted(path for path in paths if os.path.dirname(path) not in own
                  and "/lib-dynload/" not in path and not path.endswith("/ld.so"))
