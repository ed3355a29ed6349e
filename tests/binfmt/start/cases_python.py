"""Cases of the start's battery: what a script sees of its Python, and what it does with it."""

from both import BASE, Case

BASICS = """
import sys
first, path_cache = list(sys.modules), list(sys.path_importer_cache)
def say(name, *values):
    print(name, *values, sep='\\t', flush=True)
say('sys.modules', first)
say('sys.path_importer_cache', path_cache)
import os, gc, signal
for name in ('argv', 'orig_argv', 'executable', 'prefix', 'exec_prefix', 'base_prefix', 'path',
             'base_exec_prefix', 'flags', 'dont_write_bytecode', 'warnoptions', '_xoptions',
             'platlibdir', 'hash_info', 'version', 'implementation', 'float_repr_style',
             'meta_path', 'path_hooks', 'thread_info', 'pycache_prefix', 'stdlib_module_names',
             '_base_executable', '_git', '_framework', 'abiflags', 'api_version', 'copyright'):
    value = getattr(sys, name)
    say('sys.' + name, sorted(value) if isinstance(value, frozenset) else value)
say('dir(sys)', dir(sys))
say('vars of sys', list(vars(sys)))
say('globals', list(globals()), __file__, __name__, __spec__, __package__, __doc__, __builtins__)
say('annotations', '__annotations__' in globals(), '__cached__' in globals())
say('loader', type(__loader__), __loader__.path, __loader__.name, vars(__loader__))
say('builtins', list(vars(__builtins__)))
say('os', dir(os), list(vars(os)))
say('posix.environ', list(__import__('posix').environ.items()))
say('environ', list(os.environ.items()), os.environ == dict(os.environb and os.environ))
say('environb', list(os.environb.items()))
say('recursion limit', sys.getrecursionlimit(), sys.getswitchinterval())
say('encodings', sys.getfilesystemencoding(), sys.getfilesystemencodeerrors(),
    sys.getdefaultencoding())
say('hooks', sys.excepthook, sys.displayhook, sys.unraisablehook, sys.breakpointhook,
    sys.__interactivehook__.__module__, sys.getprofile(), sys.gettrace())
say('frames', sys._getframe().f_back, sys._getframe().f_code.co_filename, sys._getframe().f_lineno)
for name in ('stdin', 'stdout', 'stderr'):
    file = getattr(sys, name)
    say('sys.' + name, file, type(file), file.mode, file.name, file.encoding, file.errors,
        file.newlines, file.line_buffering, file.write_through, file.seekable(),
        file is getattr(sys, '__' + name + '__'), vars(file))
    say('buffer of ' + name, type(file.buffer), file.buffer.raw, file.buffer.raw.closefd,
        file.buffer.raw.name, file.buffer.raw.mode, file.isatty(), file.readable(),
        file.writable(), file.buffer.raw._blksize)
say('signals', [(int(s), str(signal.getsignal(s))) for s in sorted(signal.valid_signals())])
say('signal mask', signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.set_wakeup_fd(-1))
say('gc', gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage,
    gc.get_freeze_count())
import site
say('site', site.ENABLE_USER_SITE, site.USER_SITE, site.USER_BASE, site.PREFIXES)
import locale
say('locale', [locale.setlocale(n) for n in range(7)], locale.getlocale(), locale.getencoding(),
    locale.getpreferredencoding(), locale.localeconv())
import warnings
say('filters', warnings.filters, warnings._onceregistry, warnings._defaultaction)
import threading
main = threading.main_thread()
say('threads', main, main.native_id == os.getpid(), threading.get_native_id() == os.getpid(),
    main.ident == threading.get_ident(), threading.enumerate(), threading.stack_size(),
    threading._shutdown_locks if hasattr(threading, '_shutdown_locks') else '')
say('coroutines', sys.get_coroutine_origin_tracking_depth(), sys.get_asyncgen_hooks())
import time
say('time', time.tzname, time.timezone, time.altzone, time.daylight, time.localtime(0)[:6])
say('interpreters', sys.getallocatedblocks() > 0, sys._current_frames().keys() == {main.ident})
say('numbers', sys.float_info, sys.int_info, sys.get_int_max_str_digits(), sys.maxsize)
say('hashes', hash('abc') == hash('ab' + 'c'), hash(b'abc') == hash('abc'), hash(3), hash(2.5))
say('interned', sys.intern('path') is sys.intern('pa' + 'th'), 'é'.encode(), 'x'.isidentifier())
say('directory', os.getcwd(), os.umask(0o22))
say('comm', open('/proc/self/comm').read())
say('cmdline', open('/proc/self/cmdline', 'rb').read().split(b'\\0')[0])
say('descriptors', sorted(os.listdir('/proc/self/fd'), key=int)[:-1])
say('exe', os.path.basename(os.readlink('/proc/self/exe')))
say('tasks', len(os.listdir('/proc/self/task')))
say('dumpable', [line for line in open('/proc/self/status') if line.startswith((
    'SigB', 'SigI', 'SigC', 'SigP', 'Shd', 'Cap',
    'NoNew', 'Seccomp', 'Speculation', 'Thread', 'Cpus'))])
say('stdin', sys.stdin.read())
"""

ENVIRONMENT = """
import os, subprocess, sys
os.environ['BAR'] = '1'; os.system('echo BAR=$BAR')
os.putenv('BAZ', '2'); os.system('echo BAZ=$BAZ')
del os.environ['BAR']; os.system('echo x$BAR')
os.environ['LONG'] = 'x' * 100000; os.system('echo ${#LONG}')
os.unsetenv('FOO'); os.system('echo $FOO.'); print(os.environ['FOO'])
print(sorted(os.environ)); print(os.environb[b'FOO'], os.getenvb(b'EMPTY'), os.getenv('NO'))
os.environ.clear(); os.system('/usr/bin/env || true')
print(subprocess.run([sys.executable, '-c', 'import os; print(os.environ)'], env={'A': 'b'},
                     capture_output=True))
"""

THREADS = """
import threading, queue, time, sys
from concurrent.futures import ThreadPoolExecutor
q, results = queue.Queue(), []
def work():
    while (x := q.get()) is not None:
        results.append(x * x)
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads]
for i in range(1000): q.put(i)
for _ in threads: q.put(None)
[t.join() for t in threads]
print(sum(results), threading.active_count())
local = threading.local(); local.x = 1
def other():
    print(hasattr(local, 'x'), threading.get_native_id() != threading.main_thread().native_id)
    local.x = 2
t = threading.Thread(target=other); t.start(); t.join(); print(local.x)
with ThreadPoolExecutor(4) as pool: print(list(pool.map(lambda x: x + 1, range(10))))
def fails(): raise ValueError('in a thread')
t = threading.Thread(target=fails, name='failing'); t.start(); t.join()
timer = threading.Timer(0.01, print, ('timer',)); timer.start(); timer.join()
threading.Thread(target=lambda: threading.Event().wait(), daemon=True).start()
late = threading.Event()
threading.Thread(target=lambda: (late.wait(), print('late'))).start()
import atexit; atexit.register(print, 'at exit')
threading.stack_size(64 << 20)
t = threading.Thread(target=lambda: print('big')); t.start(); t.join()
late.set()
"""

FORKS = """
import os, sys, signal
def child(what):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        what()
        sys.exit(4)
    return os.waitpid(pid, 0)[1]
print(child(lambda: os._exit(5)), child(lambda: print('in the child', os.getppid() > 1)))
print(child(lambda: os.kill(os.getpid(), signal.SIGKILL)), child(lambda: 1 / 0))
print(child(lambda: os.execv('/bin/echo', ['echo', 'by exec'])))
os.register_at_fork(before=lambda: print('before'), after_in_child=lambda: print('child'),
                    after_in_parent=lambda: print('parent'))
print(child(lambda: print(child(lambda: None))))
import threading
def check():
    t = threading.Thread(target=print, args=('thread in the child',)); t.start(); t.join()
    print(threading.main_thread().native_id == os.getpid() == threading.get_native_id())
print(child(check))
t = threading.Thread(target=lambda: print(child(check))); t.start(); t.join()
print(os.posix_spawn('/bin/true', ['true'], os.environ) > 0, os.wait()[1])
print(os.spawnv(os.P_WAIT, '/bin/sh', ['sh', '-c', 'exit 3']))
"""

SUBPROCESSES = """
import subprocess, sys, os, signal
print(subprocess.run(['echo', 'hi'], capture_output=True))
print(subprocess.run([sys.executable, '-c', 'import sys, os; print(sys.argv, os.getenv("Q"))'],
                     env={**os.environ, 'Q': '7'}, capture_output=True, text=True).stdout)
p = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(p.communicate(b'abc'), p.returncode)
lines = subprocess.run('grep -E "^Sig(Ign|Cgt|Blk)" /proc/self/status', shell=True,
                       capture_output=True, text=True).stdout
print(lines)
try: subprocess.run(['/nonexistent'])
except FileNotFoundError as error: print(error)
try: subprocess.run(['sleep', '60'], timeout=0.05)
except subprocess.TimeoutExpired as error: print(error.cmd)
print(subprocess.run(['sh', '-c', 'kill -9 $$']).returncode)
print(subprocess.run([sys.executable, '-c', 'import sys; print(sys.stdin.read())'], input='in',
                     text=True, capture_output=True))
"""

MULTIPROCESSING = """
import multiprocessing as mp, os
def square(x): return x * x
def put(q): q.put((os.getpid() != os.getppid(), mp.current_process().name))
if __name__ == '__main__':
    for way in ('fork', 'spawn', 'forkserver'):
        context = mp.get_context(way)
        with context.Pool(2) as pool: print(way, pool.map(square, range(10)))
        q = context.Queue(); p = context.Process(target=put, args=(q,)); p.start()
        print(q.get(), p.join(), p.exitcode)
        lock, value = context.Lock(), context.Value('i', 3)
        with lock: print(value.value)
    from multiprocessing import shared_memory
    m = shared_memory.SharedMemory(create=True, size=10); m.buf[0] = 7; print(m.buf[0])
    m.close(); m.unlink()
"""

CTYPES = """
import ctypes, ctypes.util, os
libc = ctypes.CDLL(None); print(libc.getpid() == os.getpid(), libc.abs(-5))
m = ctypes.CDLL('libm.so.6'); m.cos.restype = ctypes.c_double
m.cos.argtypes = [ctypes.c_double]; print(m.cos(0), ctypes.c_double(3.5))
CB = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
a = (ctypes.c_int * 5)(5, 3, 1, 4, 2); libc.qsort(a, 5, 4, CB(lambda x, y: x[0] - y[0]))
print(list(a))
libc.getauxval.restype = ctypes.c_ulong
libc.getauxval.argtypes = [ctypes.c_ulong]
g = libc.getauxval
print('page', g(6), 'clock', g(17), 'ids', g(11), g(12), g(13), g(14), 'secure', g(23))
print('vdso', open('/proc/self/maps').read().count('%x-' % g(33)) == 1)
print('platform', ctypes.string_at(g(15)))
print('AT_EXECFN', os.path.basename(ctypes.string_at(g(31))), sep='\t')
print('random', len(ctypes.string_at(g(25), 16)), 'hwcap', g(16), g(26))
for name in ('program_invocation_name', 'program_invocation_short_name'):
    print(ctypes.c_char_p.in_dll(libc, name).value)
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, 'environ'); n = 0
while environ[n]: n += 1
print('environ', [environ[i] for i in range(n)])
libc.gnu_get_libc_version.restype = ctypes.c_char_p; print(libc.gnu_get_libc_version())
print(ctypes.pythonapi.Py_IsInitialized(), ctypes.pythonapi.Py_GetVersion)
libc.sbrk.restype = ctypes.c_void_p; libc.sbrk.argtypes = [ctypes.c_long]
before = libc.sbrk(0); libc.sbrk(4096); print('brk', libc.sbrk(0) - before)
libc.malloc.restype = ctypes.c_void_p
blocks = [libc.malloc(ctypes.c_size_t(n)) for n in (10, 1000, 100000, 10000000)]
print(all(blocks)); [libc.free(ctypes.c_void_p(b)) for b in blocks]
self = open('/proc/self/syscall').read().split()
tid = libc.syscall(186) if os.uname().machine == 'x86_64' else libc.syscall(178)
print('tid', tid == os.getpid(), libc.pthread_self != 0)
libc.pthread_self.restype = ctypes.c_ulong
size, low = ctypes.c_size_t(), ctypes.c_void_p()
attr = ctypes.create_string_buffer(256)
print(libc.pthread_getattr_np(ctypes.c_ulong(libc.pthread_self()), attr),
      libc.pthread_attr_getstack(attr, ctypes.byref(low), ctypes.byref(size)),
      size.value + 65535 >> 16)
ctypes.set_errno(5); print(ctypes.get_errno(), ctypes.util.find_library('nothing'))
libc.dlopen.restype = ctypes.c_void_p
print(bool(libc.dlopen(b'libm.so.6', 2)), libc.dlopen(b'libnothing.so', 2))
class P(ctypes.Structure): _fields_ = [('x', ctypes.c_int), ('y', ctypes.c_double)]
print(ctypes.sizeof(P), P(1, 2).y)
"""

LIBRARIES = """
import sqlite3, ssl, hashlib, lzma, bz2, zlib, decimal, curses, readline, uuid
print(sqlite3.connect(':memory:').execute('select 1 + 1').fetchall())
print(hashlib.sha256(b'x').hexdigest(), hashlib.md5(b'x').hexdigest(), hashlib.blake2b(b'x').name)
print(len(lzma.compress(b'a' * 1000)), decimal.Decimal(1) / 3, zlib.crc32(b'abc'))
print(bz2.decompress(bz2.compress(b'z' * 99)), ssl.create_default_context().verify_mode)
print(len(ssl.RAND_bytes(16)), uuid.uuid4().version, uuid.uuid1().version)
import socket, select, mmap, fcntl, pwd, grp, resource, termios, syslog, array, struct, zoneinfo
a, b = socket.socketpair(); a.send(b'x'); print(select.select([b], [], [], 1)[0] == [b], b.recv(9))
print(pwd.getpwuid(0).pw_name, grp.getgrgid(0).gr_name, socket.gethostname() != '')
m = mmap.mmap(-1, 1 << 20); m[:4] = b'abcd'; print(m[:4], struct.calcsize('P'))
import tempfile, os, random, secrets, time, datetime
with tempfile.TemporaryDirectory() as d: print(os.path.isdir(d))
print(len({random.random() for _ in range(5)}), len(secrets.token_bytes(7)))
print(abs(time.time() - datetime.datetime.now().timestamp()) < 5, time.monotonic() > 0)
print(abs(time.time() - os.stat('/proc/self').st_mtime) < 60, time.process_time() < 30)
random.seed(7); print(random.random())
import logging; print(abs(logging._startTime - time.time()) < 60 or logging._startTime > 1e15)
logging.warning('w'); logging.getLogger('a').error('e %s', 1)
import xml.etree.ElementTree as E; print(E.tostring(E.fromstring('<a><b/></a>')))
import csv, io, json, pickle, copy, re, string, textwrap, unicodedata
print(pickle.loads(pickle.dumps({'a': [1, 2.5, None, re.compile('x')]})), json.dumps({'a': 1}))
print(unicodedata.name('é'), re.sub(r'(\\w)', r'<\\1>', 'ab c'), textwrap.wrap('a b c', 3))
"""

ASYNCIO = """
import asyncio, os, signal
async def main():
    p = await asyncio.create_subprocess_exec('echo', 'hi', stdout=asyncio.subprocess.PIPE)
    print(await p.communicate())
    print(await asyncio.gather(*(asyncio.sleep(.001 * i, i) for i in range(5))))
    loop, event = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, event.set); os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(event.wait(), 20); print('signal')
    print(await loop.run_in_executor(None, sum, range(10)))
    server = await asyncio.start_server(lambda r, w: (w.write(b'x'), w.close()), '127.0.0.1', 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname()); print(await r.read())
    w.close(); server.close()
    async def generator():
        try: yield 1
        finally: print('closed')
    async for x in generator(): break
    t = asyncio.create_task(asyncio.sleep(100)); t.cancel()
    try: await t
    except asyncio.CancelledError: print('cancelled')
asyncio.run(main())
async def never(): pass
never()
"""

MEMORY = """
import gc, os, mmap
blocks = [bytearray(n) for n in (10, 1000, 100000, 1 << 20, 64 << 20)]
print(sum(map(len, blocks))); del blocks
x = [{i: str(i)} for i in range(100000)]; print(len(x)); del x; print(gc.collect())
y = [os.urandom(3000) for _ in range(5000)]; print(len(y)); del y
y = [b'x' * (200000 + i) for i in range(200)]; print(len(y)); del y
for n in range(1, 600): z = [bytes(n) for _ in range(50)]
class Node: pass
for _ in range(1000): a, b = Node(), Node(); a.b, b.a = b, a
print(gc.collect(), gc.get_count()[2], gc.garbage)
"""

RECURSION = """
import sys, resource, json
sys.setrecursionlimit(100000)
def f(n): return 0 if n == 0 else 1 + f(n - 1)
print(f(50000))
class A:
    def __init__(s, n): s.n = n
    def __repr__(s): return repr(A(s.n - 1)) if s.n else 'x'
print(repr(A(1500)))
s = '[' * 900 + ']' * 900; print(len(str(json.loads(s))))
sys.setrecursionlimit(1000)
try: f(10000)
except RecursionError as error: print(error)
depth = 0
def g():
    global depth
    depth += 1
    g()
try: g()
except RecursionError: print(depth)
"""

DEBUG = """
import pdb, faulthandler, sys, io, traceback, inspect, tracemalloc, cProfile, pstats
def f():
    a = 1
    traceback.print_stack(file=sys.stdout); return a
p = pdb.Pdb(stdin=io.StringIO('n\\nn\\np a\\nw\\nc\\n'), stdout=sys.stdout, readrc=False)
p.use_rawinput = False
p.runcall(f)
sys.stdout.flush(); faulthandler.dump_traceback(file=sys.stdout)
print(len(inspect.stack()), inspect.getsource(f))
tracemalloc.start(); x = [str(i) for i in range(1000)]
print(tracemalloc.get_traced_memory()[0] > 10000, tracemalloc.is_tracing())
print(len(tracemalloc.take_snapshot().statistics('filename')) > 0); tracemalloc.stop()
profile = cProfile.Profile(); profile.runcall(sum, range(1000))
stream = io.StringIO(); pstats.Stats(profile, stream=stream); print(len(profile.getstats()))
calls = []
sys.setprofile(lambda frame, event, arg: calls.append((event, frame.f_code.co_name)))
len('x'); sys.setprofile(None); print(calls)
lines = []
def trace(frame, event, arg): lines.append((event, frame.f_lineno)); return trace
sys.settrace(trace); f(); sys.settrace(None); print(lines)
import gc; print(gc.is_tracked([]), len(gc.get_objects()) > 5000, gc.get_referrers(f) != [])
sys.addaudithook(lambda name, args: name == 'open' and print('audit', name, args[0]))
open('/dev/null').close()
import code; code.InteractiveConsole({'a': 2}).push('print(a + 1)')
"""

SUBINTERPRETERS = """
try: import _xxsubinterpreters as interpreters
except ImportError: import _interpreters as interpreters
for _ in range(3):
    i = interpreters.create()
    print(interpreters.run_string(i, 'import sys, json, re; print(len(sys.argv), json.dumps(1),'
          ' sorted(sys.modules) == sorted(set(sys.modules)), sys.flags.isolated)', shared={}))
    interpreters.destroy(i)
i = interpreters.create(); interpreters.run_string(i, 'import atexit; atexit.register(print, 7)')
"""

EXTENSIONS = """
import numpy as np
a = np.random.rand(100, 100); print((a @ np.linalg.inv(a)).trace().round(6))
print(np.fft.fft(np.arange(8)).sum(), np.arange(6).reshape(2, 3).T.tolist(), np.sin(0.5))
import lxml.etree as E
print(E.tostring(E.XSLT(E.XML('<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/'
      'Transform"><x:template match="/"><r><x:value-of select="/a/b"/></r></x:template>'
      '</x:stylesheet>'))(E.XML('<a><b>text</b></a>'))))
"""

IMPORTING = """
import sys, os
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + '/shadow')
import json; print(json.__file__ == sys.path[0] + '/json.py', json.shadowed)
import beside; print(beside.__name__, beside.__spec__.origin == beside.__file__, beside.__cached__)
import package.inner; print(package.inner.__package__, package.__path__ != [], package.data)
class Finder:
    def find_spec(self, name, path, target=None): print('asked for', name)
sys.meta_path.insert(0, Finder()); import colorsys; print(colorsys.__spec__.name)
import importlib; importlib.reload(colorsys); print(importlib.import_module('string').digits)
del sys.modules['string']; import string; print(string.__spec__.name)
sys.modules['fake'] = 7; import fake; print(fake)
try: import no_such_module
except ModuleNotFoundError as error: print(error, error.name, error.path)
try: import json.nothing
except ModuleNotFoundError as error: print(error, error.name)
sys.modules['blocked'] = None
try: import blocked
except ModuleNotFoundError as error: print(error)
import runpy; print(runpy.run_path(os.path.dirname(__file__) + '/beside.py')['__name__'])
import zipimport, pkgutil; print([m.name for m in pkgutil.iter_modules([sys.path[0]])])
"""

# Each module of the library alone, in a child: what is loaded then, and what each of that has.
ALONE = """
import os, sys
out, null = os.dup(1), os.open('/dev/null', os.O_RDWR)
names = sorted(n for n in sys.stdlib_module_names if not n.startswith('_win') and n not in (
    'antigravity', 'this', 'idlelib', '__main__', 'msvcrt', 'winreg', 'winsound', 'nt'))
half = len(names) // 2
for name in names[:half] if sys.argv[1] == 'first' else names[half:]:
    pid = os.fork()
    if pid == 0:
        os.dup2(null, 1); os.dup2(null, 2)
        try: __import__(name); said = ''
        except BaseException as error: said = repr(error)
        found = [(n, type(m).__name__, list(getattr(m, '__dict__', ())), repr(getattr(
            m, '__spec__', None))) for n, m in list(sys.modules.items()) if n != 'sys']
        text = f'{name}\\t{said} {list(sys.modules)} {found}\\n'.encode(errors='replace')
        while text: text = text[os.write(out, text):]
        os._exit(0)
    os.waitpid(pid, 0)
"""


def seen():
    yield Case("what a script sees", BASICS)
    yield Case("by a relative path", BASICS, names=(("./script.py", None),))
    yield Case("no arguments", BASICS, args=())
    yield Case("many arguments", BASICS, args=tuple("x" * i for i in range(300)))
    yield Case("arguments that are no UTF-8", BASICS, args=("\udcff\udcfe", "é"))
    yield Case("options for the script", BASICS, args=("-c", "--", "-x", "-"))
    yield Case("many variables", BASICS, env=(*BASE, "EMPTY=", "A=1", "É=ü", "=x", "NO_EQUALS",
                                              "A=2"))
    yield Case("an environment that changes", ENVIRONMENT, env=(*BASE, "FOO=1", "EMPTY="))
    yield Case("a terminal", BASICS.replace("sys.stdin.read()", "sys.stdin.readline()"), tty=True)
    yield Case("no docstring, blanks in the name", BASICS, names=(("a b\n'c.py", None),))


def added():
    """In a tree with these packages."""
    yield Case("numpy and lxml", EXTENSIONS, works=True)


def done():
    yield Case("threads", THREADS)
    yield Case("forks", FORKS)
    yield Case("subprocesses", SUBPROCESSES)
    yield Case("multiprocessing", MULTIPROCESSING)
    yield Case("ctypes", CTYPES)
    yield Case("libraries", LIBRARIES)
    yield Case("asyncio", ASYNCIO)
    yield Case("memory", MEMORY)
    yield Case("recursion", RECURSION)
    yield Case("debugging", DEBUG)
    yield Case("interpreters in it", SUBINTERPRETERS)
    yield Case("each module alone, first half", ALONE, args=("first",))
    yield Case("each module alone, second half", ALONE, args=("second",))
    yield Case("imports", IMPORTING, names=(
        ("script.py", None), ("shadow/json.py", "shadowed = 1\n"), ("beside.py", "x = 1\n"),
        ("package/__init__.py", "data = 3\n"), ("package/inner.py", "")))
