# SPDX-License-Identifier: MIT
"""Names the process after its script, as a native shebang does.

`busypy stage` puts this module into each runtime's standard library; a .pth file imports it. When
the handler starts the interpreter by a second exec, the kernel has named the process after the
interpreter: `ps` and `pgrep` would show python3 for every tool. Runs at each start, so it does
nothing but this, imports nothing that is not loaded, and never fails.
"""
import os
import sys


def _name_process():
    words = sys.orig_argv
    script = sys.argv[0]
    # As the kernel builds it: [interpreter's absolute path, perhaps one argument, script, ...].
    if "/" not in script or script not in words[1:3] or words[0][:1] != "/":
        return
    name = os.fsencode(script)
    fd = os.open("/proc/self/comm", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, name[name.rindex(b"/") + 1:][:15])
    finally:
        os.close(fd)


try:
    _name_process()
except Exception:  # no /proc, no such name: a name is not worth a failure
    pass
