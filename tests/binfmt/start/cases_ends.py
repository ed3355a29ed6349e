"""Cases of the start's battery: how a script ends, and what is done then."""

from both import Case

DELETED = """
import sys, weakref, os, builtins
class D:
    def __init__(s, n): s.n = n
    def __del__(s, w=os.write): w(1, ('del %s os=%s sys=%s\\n' % (
        s.n, os is not None, sys is not None)).encode())
a = D('global'); b = D('cycle'); b.me = b; sys.foo = D('in sys'); builtins.zz = D('builtins')
_p = D('private'); os.mine = D('in os'); D.klass = D('class')
import json; json.mine = D('in json'); import email; email.mine = D('in email')
f = open(os.devnull, 'w'); f.write('unflushed')
weakref.finalize(a, os.write, 1, b'finalize\\n')
def g(w=os.write):
    try: yield 1
    finally: w(1, b'generator\\n')
gg = g(); next(gg)
r = weakref.ref(D, lambda _, w=os.write: w(1, b'class gone\\n'))
import atexit; atexit.register(lambda w=os.write: w(1, b'at exit\\n'))
import threading; local = threading.local(); local.d = D('thread local')
"""

CALLED = """
import os, ctypes, sys
print('buffered')
libc = ctypes.CDLL(None)
CB = ctypes.CFUNCTYPE(None); done = CB(lambda: os.write(1, b'never\\n'))
libc.puts(b'by the C library'); os.write(1, b'written\\n')
"""

ATEXIT = """
import atexit, sys, os
atexit.register(print, 'first'); atexit.register(lambda: 1 / 0); atexit.register(print, 'last')
class C:
    def __del__(self): print('del', sys is not None)
c = C()
def f(n): return f(n - 1) if n else {}['key']
try: f(2)
except KeyError as error: raise ValueError('bad') from error
"""

LAST = """import os, sys
class L:
    def __del__(self, write=os.write): write(1, b'gone\\n')
last = L(); print('here')
"""

SIMPLE = {
    "status 3": "import sys; print('out'); sys.exit(3)",
    "status 256": "import sys; print(1); sys.exit(256)",
    "sys.exit and a finaliser": LAST + "sys.exit(7)\n",
    "sys.exit in a function": LAST + "def main(): raise SystemExit(8)\nmain()\n",
    "os._exit and a finaliser": LAST + "sys.stdout.flush(); os._exit(9)\n",
    "atexit's callbacks cleared": LAST + "import atexit; atexit._clear()\n",
    "atexit's callbacks called": LAST + "import atexit; atexit._run_exitfuncs()\n",
    "each callback unregistered":
        LAST + "import atexit\nclass Any:\n    def __eq__(self, o): return True\n"
        "atexit.unregister(Any())\n",
    "Python's end by C": LAST + "import ctypes; ctypes.pythonapi.Py_FinalizeEx()\n",
    "Python's exit by C": LAST + "import ctypes; ctypes.pythonapi.Py_Exit(6)\n",
    "a message": "import sys; sys.exit('message')",
    "no status": "print(1); raise SystemExit",
    "a tuple as status": "raise SystemExit((1, 2))",
    "os._exit": "import os; print('lost'); os._exit(9)",
    "os.abort": "import os; print('lost'); os.abort()",
    "an exception": "def f():\n    return 1 / 0\n\nf()\n",
    "a group of exceptions": "raise ExceptionGroup('g', [ValueError(1), TypeError('x')])",
    "an exception with a note": "e = ValueError('v'); e.add_note('a note'); raise e",
    "bad syntax": "x = (1,\ndef\n",
    "bad indentation": "if 1:\nx\n",
    "a null byte": "print(1)\nx = 1\0\n",
    "an unknown encoding": "# coding: nothing\n",
    "latin-1": "# coding: latin-1\nprint(ascii('\udce9'))\n",
    "no UTF-8": "print('\udce9')\n",
    "a byte order mark": "\ufeffprint('bom')\n",
    "nothing but a comment": "# nothing",
    "a missing module": "import no_such_module",
    "a missing name": "from os import nothing_of_it",
    "a suggestion": "import sys\nsys.stdot\n",
    "a recursion error": "def f(): f()\nf()\n",
    "no newline": "import sys, os; sys.stdout.write('no newline'); os.write(2, b'error')",
    "SIGINT": "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n"
              "    signal.pause()\nfinally: print('finally')\n",
    "SIGTERM": "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
    "SIGSEGV": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "SIGPIPE": "import os, signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
               "r, w = os.pipe(); os.close(r); os.write(w, b'x')",
    "a broken pipe": "import os\nr, w = os.pipe(); os.close(r); os.dup2(w, 1)\nprint('x')\n",
    "a handler": "import signal, os\nsignal.signal(signal.SIGTERM, lambda *a: print('got', a[0]))\n"
                 "os.kill(os.getpid(), signal.SIGTERM); print(signal.getsignal(15))\n"
                 "signal.setitimer(signal.ITIMER_REAL, 0.01); signal.pause()\n",
    "a full device": "import sys; sys.stdout = open('/dev/full', 'w'); print('x')",
    "standard output full": "import os\nos.dup2(os.open('/dev/full', 1), 1)\nprint('x')\n",
    "standard output closed by it": "import os\nos.close(1)\nprint('x')\n",
    "sys.stdout closed": "import sys; print(1); sys.stdout.close()",
    "sys.stdout deleted": "import sys; del sys.stdout; sys.stderr.write('e')",
    "sys.stdout replaced": "import sys, io; print(1); sys.stdout = io.StringIO(); print(2)",
    "sys.modules emptied": "import sys; print(1); sys.modules.clear()",
    "an unraisable error": "class A:\n    def __del__(self): raise ValueError(1)\na = A(); del a\n"
                           "b = A()\n",
    "its own excepthook": "import sys\nsys.excepthook = lambda *a: print('hook', a[0])\n1 / 0\n",
    "a warning": "import warnings; warnings.warn('w'); warnings.warn('d', DeprecationWarning)\n"
                 "open('/dev/null')\n",
    "pthread_exit in the main thread":
        "import ctypes, threading, os, time\nt = threading.Thread(target=lambda: (event.wait(),"
        "os.write(1, b'last\\n')))\nevent = threading.Event(); t.start(); event.set()\nt.join()\n"
        "ctypes.CDLL(None).exit(7)\n",
    "os.abort and a finaliser": "import sys, os\nclass L:\n    def __del__(self, w=os.write): "
                                "w(1, b'never\\n')\nlast = L()\nos.abort()\n",
    "input": "print(input('p> ')); import sys; print(sys.stdin.readline()); print(list(sys.stdin))",
    "exec of another": "import os; print('lost'); os.execv('/bin/echo', ['echo', 'other'])",
    "a nested start": "import os, sys\nif len(sys.argv) < 9:\n    os.execv('/proc/self/exe', "
                      "['/usr/bin/python3', sys.argv[0], *sys.argv[1:], 'x'])\nprint(sys.argv, "
                      "sys.orig_argv)\n",
    "a coroutine never awaited": "async def f(): pass\nf()\n",
    "quit": "quit('bye')",
    "help": "import pydoc; print(pydoc.plain(pydoc.render_doc(len)))",
    "doctest": "'''>>> 1 + 1\n3\n'''\nimport doctest; print(doctest.testmod())",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n    def test(self): "
                "self.assertEqual(1, 1)\nimport sys; unittest.main(argv=['x'], exit=False, "
                "testRunner=unittest.TextTestRunner(stream=open('/dev/null', 'w')))\n"
                "print('end')\n",
}


def everything():
    yield Case("order of what is deleted", DELETED)
    yield Case("what the C library has buffered", CALLED)
    yield Case("atexit and an exception", ATEXIT)
    for name, text in SIMPLE.items():
        yield Case(f"end: {name}", text)
