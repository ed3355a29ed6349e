"""sleep: wait for a time."""

import time

from busypy import cli

USAGE = """
usage: sleep number[smhd] ...

Fractions are allowed; several times are added up; 'infinity' never ends.
"""
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(text):
    body, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    try:
        value = float(body) * unit
    except ValueError:
        value = -1
    if not value >= 0 or "_" in body:
        raise cli.Usage("invalid time interval %s" % cli.quote(text))
    return value


def main(argv):
    _, args = cli.parse(argv, USAGE)
    cli.operands(args, 1)
    left = sum(seconds(word) for word in args)
    while left > 0:
        step = min(left, 1e6)  # the kernel's timer has a limit that float times can pass
        time.sleep(step)
        left -= step
