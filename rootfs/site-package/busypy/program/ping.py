"""ping: ask a host for an echo."""

import os
import select
import socket
import struct
import time

from busypy import cli
from busypy.lib.inet import checksum

USAGE = """
usage: ping [-46nq] [-c count] [-i seconds] [-I interface] [-s size] [-t ttl] [-W seconds]
            [-w seconds] host
  -4  only IPv4
  -6  only IPv6
  -c COUNT  send so many
  -I NAME  from this interface or address
  -i SECONDS  wait so long between them (1)
  -n  ignored: addresses are never looked up
  -q  only the summary
  -s SIZE  bytes of data (56)
  -t TTL  time to live
  -W SECONDS  wait so long for the last answer (10)
  -w SECONDS  end after so long
"""
LARGEST = 65507     # bytes of data in an IP packet with its headers
REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}


def open_socket(family):
    """A datagram socket where the system lets everybody ping, else a raw one."""
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    try:
        return socket.socket(family, socket.SOCK_DGRAM, protocol), False
    except PermissionError:
        try:
            return socket.socket(family, socket.SOCK_RAW, protocol), True
        except PermissionError:
            raise cli.Fail("permission denied: neither ping_group_range nor CAP_NET_RAW") from None


class Ping:
    """One run against one address."""

    def __init__(self, opts, family, address, name):
        self.opts, self.family, self.address, self.name = opts, family, address, name
        self.size = cli.number(opts["s"] or "56", "packet size")
        if self.size > LARGEST:
            raise cli.Fail("packet size %d is too large: at most %d" % (self.size, LARGEST))
        self.socket, self.raw = open_socket(family)
        self.ident = os.getpid() & 0xffff
        self.sent, self.times, self.seen = 0, [], set()
        self.prepare()

    def prepare(self):
        if self.opts["t"] is not None:
            level, option = (socket.IPPROTO_IP, socket.IP_TTL) if self.family == socket.AF_INET \
                else (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)
            self.socket.setsockopt(level, option, cli.number(self.opts["t"], "ttl", 1))
        if self.opts["I"] is not None:
            if self.opts["I"] in (name for _, name in socket.if_nameindex()):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                                       cli.enc(self.opts["I"]))
            else:
                self.socket.bind((self.opts["I"], 0))
        if self.family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTTL
                                   if hasattr(socket, "IP_RECVTTL") else 12, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)

    def send(self):
        self.sent += 1
        stamp = struct.pack("!d", time.monotonic())[:self.size]
        data = stamp + bytes(i & 255 for i in range(len(stamp), self.size))
        head = struct.pack("!BBHHH", REQUEST[self.family], 0, 0, self.ident, self.sent & 0xffff)
        if self.family == socket.AF_INET:
            value = checksum(head + data)
            head = head[:2] + struct.pack("!H", value) + head[4:]
        try:
            self.socket.sendto(head + data, self.address)
        except OSError as error:
            cli.warn("sendto: " + cli.why(error))

    def receive(self, moment):
        """Take one packet; whether it is an answer to one of ours."""
        try:
            data, extra, _, address = self.socket.recvmsg(65536, 256)
        except OSError as error:
            cli.warn(cli.why(error))
            return False
        hops = next((struct.unpack("=i", value[:4])[0] for _, _, value in extra
                     if len(value) >= 4), 0)
        if self.raw and self.family == socket.AF_INET and data:
            hops = data[8] if len(data) > 8 else 0
            data = data[(data[0] & 15) * 4:]
        if len(data) < 8 or data[0] != REPLY[self.family]:
            return False
        ident, sequence = struct.unpack_from("!HH", data, 4)
        if self.raw and ident != self.ident:
            return False
        self.answer(data, sequence, hops, address, moment)
        return True

    def answer(self, data, sequence, hops, address, moment):
        spent = None
        if len(data) >= 16:
            spent = (moment - struct.unpack_from("!d", data, 8)[0]) * 1000
        repeated = sequence in self.seen
        self.seen.add(sequence)
        if spent is not None and not repeated:
            self.times.append(spent)
        if not self.opts["q"]:
            shown = " time=%.3f ms" % spent if spent is not None else ""
            cli.out().write(cli.enc("%d bytes from %s: seq=%d ttl=%d%s%s\n" % (
                len(data), address[0], sequence, hops, shown, " (DUP!)" if repeated else "")))
            cli.out().flush()

    def run(self):
        """Send and receive until the count or the time is over."""
        opts = self.opts
        count = cli.number(opts["c"], "count", 1) if opts["c"] is not None else 1 << 60
        interval = float(opts["i"] or 1)
        deadline = time.monotonic() + float(opts["w"]) if opts["w"] is not None else None
        last_wait = float(opts["W"] or 10)
        following = time.monotonic()
        end = None
        while len(self.seen) < count:
            now = time.monotonic()
            if now >= following and self.sent < count:
                self.send()
                following = now + interval
                if self.sent == count:
                    end = now + last_wait
            limits = [t for t in (following if self.sent < count else None, deadline, end) if t]
            if (deadline and now >= deadline) or (end and now >= end):
                return
            ready, _, _ = select.select([self.socket], [], [], max(min(limits) - now, 0))
            if ready:
                self.receive(time.monotonic())

    def summary(self):
        got = len(self.seen)
        loss = 100 * (self.sent - got) // self.sent if self.sent else 0
        text = "\n--- %s ping statistics ---\n%d packets transmitted, %d packets received, " \
            "%d%% packet loss\n" % (self.name, self.sent, got, loss)
        if self.times:
            text += "round-trip min/avg/max = %.3f/%.3f/%.3f ms\n" % (
                min(self.times), sum(self.times) / len(self.times), max(self.times))
        cli.out().write(cli.enc(text))
        return 0 if got else 1


class Interrupted(Exception):
    """^C: on to the summary."""


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 1, 1)
    family = {"4": socket.AF_INET, "6": socket.AF_INET6}.get(opts.last("46"), 0)
    try:
        found = socket.getaddrinfo(args[0], None, family, socket.SOCK_DGRAM)
    except (socket.gaierror, UnicodeError):
        raise cli.Fail("bad address %s" % cli.quote(args[0])) from None
    family, address = found[0][0], found[0][4]
    ping = Ping(opts, family, address, args[0])

    def interrupted(*_):
        raise Interrupted
    import _signal
    _signal.signal(_signal.SIGINT, interrupted)
    cli.out().write(cli.enc("PING %s (%s): %d data bytes\n" % (args[0], address[0], ping.size)))
    cli.out().flush()
    try:
        ping.run()
    except Interrupted:
        pass
    return ping.summary()
