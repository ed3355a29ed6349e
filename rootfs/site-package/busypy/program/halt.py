"""halt, poweroff, reboot: ask PID 1, or with -f the kernel, to stop the machine."""

import os
import time

from busypy import cli

USAGE = """
usage: %s [-d seconds] [-fnw]
  -d SECONDS  wait so long first
  -f  do not ask PID 1: tell the kernel
  -i  ignored
  -n  do not sync
  -w  only write a record (there is none): do nothing
"""
# What init understands, and what reboot(2) does. BusyBox's and BusyPy's init agree on these.
SIGNALS = {"halt": "SIGUSR1", "poweroff": "SIGUSR2", "reboot": "SIGTERM"}
MAGIC = {"halt": 0xcdef0123, "poweroff": 0x4321fedc, "reboot": 0x01234567}


def force(name):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    libc.reboot(ctypes.c_int(MAGIC[name] - (1 << 32) if MAGIC[name] >> 31 else MAGIC[name]))
    number = ctypes.get_errno()
    raise cli.Fail("cannot %s: %s" % (name, os.strerror(number)))


def main(argv):
    name = argv[0]
    opts, args = cli.parse(argv, USAGE % name)
    cli.operands(args, 0, 0)
    if opts["d"] is not None:
        time.sleep(cli.number(opts["d"], "number of seconds"))
    if opts["w"]:
        return 0
    if not opts["n"]:
        os.sync()
    if opts["f"]:
        force(name)
    import _signal
    try:
        os.kill(1, getattr(_signal, SIGNALS[name]))
    except OSError as error:
        raise cli.Fail("cannot signal PID 1: " + cli.why(error)) from None
    return 0
