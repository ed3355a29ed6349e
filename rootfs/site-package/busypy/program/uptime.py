"""uptime: show how long the system runs and its load."""

import time

from busypy import cli, machine

USAGE = "usage: uptime"


def main(argv):
    _, args = cli.parse(argv, USAGE)
    cli.operands(args, 0, 0)
    up = int(float(machine.first_line("/proc/uptime").split(" ")[0] or 0))
    load = machine.first_line("/proc/loadavg").split(" ")[:3] or ["0.00"] * 3
    days, hours, minutes = up // 86400, up // 3600 % 24, up // 60 % 60
    span = "%d:%02d" % (hours, minutes) if hours else "%d min" % minutes
    if days:
        span = "%d day%s, %s" % (days, "" if days == 1 else "s", span)
    line = " %s up %s,  load average: %s\n" % (
        time.strftime("%H:%M:%S"), span, ", ".join(load))
    cli.out().write(line.encode())
