"""dmesg: show the kernel's messages."""

import errno
import os

from busypy import cli

USAGE = """
usage: dmesg [-cr] [-n level] [-s size]
  -c  clear the messages after showing them
  -n LEVEL  what is at least so important goes to the console
  -r  with the level before each line
  -s SIZE  ignored
"""
READ_ALL, CLEAR, CONSOLE_LEVEL, SIZE = 3, 5, 8, 10


def syslog(action, buffer, size):
    """klogctl(3): the stdlib does not have it."""
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.klogctl(action, buffer, size)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def kmsg():
    """Yield (level, seconds, text) of /dev/kmsg."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    try:
        while True:
            try:
                record = os.read(fd, 8192)
            except BlockingIOError:
                return
            except BrokenPipeError:
                continue  # overwritten while we read: the next one is there
            if not record:
                return
            head, _, body = record.partition(b";")
            fields = head.split(b",")
            yield int(fields[0]), int(fields[2]) / 1e6, body.split(b"\n")[0]
    finally:
        os.close(fd)


def whole_buffer():
    """Lines by klogctl, where /dev/kmsg cannot be read."""
    import ctypes
    size = syslog(SIZE, None, 0) or 1 << 18
    buffer = ctypes.create_string_buffer(size)
    return buffer.raw[:syslog(READ_ALL, buffer, size)].splitlines()


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 0)
    if opts["n"] is not None:
        syslog(CONSOLE_LEVEL, None, cli.number(opts["n"], "level", 1))
        return 0
    write = cli.out().write
    try:
        for level, seconds, body in kmsg():
            front = b"<%d>" % level if opts["r"] else b""
            write(front + b"[%12.6f] " % seconds + body + b"\n")
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.EPERM, errno.EACCES, errno.EINVAL):
            raise
        for line in whole_buffer():
            if not opts["r"] and line[:1] == b"<":
                line = line.partition(b">")[2]
            write(line + b"\n")
    if opts["c"]:
        syslog(CLEAR, None, 0)
    return 0
