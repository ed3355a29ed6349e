"""dhcpcd: get an address for an interface by DHCP and keep it."""

import os
import select
import socket
import struct
import time

from busypy import cli, machine, netlink, resolver
from busypy.program.dhcpcd import protocol

USAGE = """
usage: dhcpcd [-1BbRq] [-h name] [-r address] [-t seconds] interface
  -1  one lease, then end and leave the address
  -B  stay in the foreground
  -b  go to the background at once
  -h NAME  the host name to send
  -q  no messages
  -R  do not write resolv.conf
  -r ADDRESS  ask for this address
  -t SECONDS  give up without a lease after so long (30; 0: never); with -b go on

Without options it goes to the background with the first lease. SIGUSR1 renews now, SIGHUP gives
the lease back and ends, SIGTERM ends and leaves the address. The pid is in /run/dhcpcd-IF.pid.
"""
ALL = b"\xff" * 6
ETH_P_IP = 0x0800
SOL_PACKET, PACKET_AUXDATA, CHECKSUM_NOT_READY = 263, 8, 8


def apply(net, link, lease, old):
    """Set what is new, take away what the old lease had and this one has not."""
    flags = netlink.CREATE | netlink.REPLACE
    if lease.mtu >= 576 and lease.mtu != link.mtu:
        net.change_link(link.index, None, netlink.attribute(netlink.IFLA["mtu"], lease.mtu))
    net.change_address(netlink.NEWADDR, link.index, lease.address, lease.prefix,
                       lease.broadcast, 0, flags, link.name)
    if old is not None and old.address != lease.address:
        forget(net, link, old)
    for target, prefix, gateway in lease.routes:
        if gateway == bytes(4):
            net.change_route(netlink.NEWROUTE, target, prefix, None, link.index, flags=flags)
            continue
        on_link = (int.from_bytes(gateway, "big") ^ int.from_bytes(lease.address, "big")) >> \
            (32 - lease.prefix) == 0 if lease.prefix else True
        if not on_link:
            # A gateway outside the subnet has to be made reachable first.
            net.change_route(netlink.NEWROUTE, gateway, 32, None, link.index, flags=flags)
        net.change_route(netlink.NEWROUTE, target, prefix, gateway, link.index, flags=flags)


def forget(net, link, lease):
    """Remove the address; the kernel removes its routes with it."""
    try:
        net.change_address(netlink.DELADDR, link.index, lease.address, lease.prefix)
    except OSError:
        pass  # somebody else has taken it away


class Ended(Exception):
    """A signal has asked for the end."""


class Client:
    """The state of one interface."""

    def __init__(self, opts, net, link):
        self.opts, self.net, self.link = opts, net, link
        self.mac = link.address
        self.lease = None
        self.xid = 0
        self.began = 0.0
        self.wanted = socket.inet_aton(opts["r"]) if opts["r"] else None
        self.wake, self.waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.asked = set()
        self.packet = None

    def say(self, text):
        if not self.opts["q"]:
            cli.warn("%s: %s" % (self.link.name, text))

    # Sending and receiving.

    def open(self):
        """The packet socket; only open while a broadcast answer is waited for."""
        self.packet = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self.packet.bind((self.link.name, ETH_P_IP))
        self.packet.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)

    def close(self):
        if self.packet is not None:
            self.packet.close()
            self.packet = None

    def broadcast(self, kind, options=b"", client=protocol.ANY):
        seconds = int(time.monotonic() - self.began)
        data = protocol.message(kind, self.xid, self.mac, self.common() + options, client, seconds)
        packet = protocol.wrap(data, client)
        self.packet.sendto(packet, (self.link.name, ETH_P_IP, 0, 0, ALL))

    def common(self):
        options = protocol.option(57, struct.pack("!H", 1472))
        options += protocol.option(55, protocol.WANTED)
        name = self.opts["h"]
        if name is None:
            name = os.uname().nodename
            name = "" if name in ("(none)", "localhost") else name
        return options + (protocol.option(12, cli.enc(name)[:63]) if name else b"")

    def receive(self, until, kinds):
        """The next reply of these kinds that is for us, or None when the time is over."""
        while True:
            left = until - time.monotonic()
            if left <= 0:
                return None
            ready, _, _ = select.select([self.packet, self.wake], [], [], left)
            self.heed()
            if self.packet in ready:
                reply = self.read()
                if reply is not None and reply.kind in kinds:
                    return reply

    def read(self):
        try:
            data, extra, _, _ = self.packet.recvmsg(4096, 256)
        except OSError as error:
            self.say(cli.why(error))
            return None
        unsummed = any(level == SOL_PACKET and len(value) >= 4
                       and struct.unpack_from("=I", value)[0] & CHECKSUM_NOT_READY
                       for level, _, value in extra)
        try:
            return self.ours(protocol.Reply(protocol.unwrap(data, unsummed=unsummed)))
        except protocol.Bad:
            return None  # the socket sees all IP packets

    def ours(self, reply):
        return reply if reply.xid == self.xid and reply.mac == self.mac else None

    # Signals come as bytes in a pipe.

    def heed(self):
        try:
            for number in os.read(self.wake, 64):
                self.asked.add(number)
        except BlockingIOError:
            pass
        import _signal
        if _signal.SIGTERM in self.asked or _signal.SIGINT in self.asked:
            raise Ended("stop")
        if _signal.SIGHUP in self.asked:
            raise Ended("release")

    def listen(self):
        import _signal
        _signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)
        for number in (_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGUSR1):
            _signal.signal(number, lambda *_: None)

    # The protocol.

    def obtain(self, limit):
        """DISCOVER until there is a lease or the time is over; whether there is one."""
        self.began = time.monotonic()
        pause = 2.0
        self.open()
        try:
            while limit is None or time.monotonic() < limit:
                self.xid = struct.unpack("=I", machine.random_bytes(4))[0] or 1
                asked = protocol.option(50, self.wanted) if self.wanted else b""
                try:
                    self.broadcast(protocol.DISCOVER, asked)
                except OSError as error:
                    self.say("cannot send: " + cli.why(error))
                until = time.monotonic() + pause
                offer = self.receive(min(until, limit or until), (protocol.OFFER,))
                if offer is not None and self.request(offer):
                    return True
                pause = min(pause * 2, 64)
        finally:
            self.close()
        return False

    def request(self, offer):
        """REQUEST what was offered; whether the server agreed."""
        server = offer.first(54)
        if server is None:
            return False
        options = protocol.option(50, offer.address) + protocol.option(54, server)
        for pause in (1, 2, 4):
            self.broadcast(protocol.REQUEST, options)
            answer = self.receive(time.monotonic() + pause, (protocol.ACK, protocol.NAK))
            if answer is not None:
                return answer.kind == protocol.ACK and self.bind(answer)
        return False

    def bind(self, answer):
        """Take over the lease of an ACK."""
        try:
            lease = protocol.Lease(answer)
        except protocol.Bad as error:
            self.say("lease refused: %s" % error)
            return False
        lease.server = lease.server or (self.lease.server if self.lease else None)
        apply(self.net, self.link, lease, self.lease)
        new = self.lease is None or lease.address != self.lease.address
        if lease.resolvers and not self.opts["R"]:
            try:
                resolver.write(resolver.text(lease, self.link.name))
            except OSError as error:
                self.say("cannot write %s: %s" % (resolver.PATH, cli.why(error)))
        self.lease, self.bound = lease, time.monotonic()
        if new:
            self.say("%s/%d from %s for %d seconds" % (
                socket.inet_ntoa(lease.address), lease.prefix,
                socket.inet_ntoa(lease.server or protocol.ANY), lease.time))
        return True

    def sleep(self, until):
        """Wait; a SIGUSR1 ends it early."""
        import _signal
        while (left := until - time.monotonic()) > 0 and _signal.SIGUSR1 not in self.asked:
            select.select([self.wake], [], [], left)
            self.heed()
        self.asked.discard(_signal.SIGUSR1)

    def renewed(self, until, everybody):
        """Ask the server, or everybody, for more time until then; None after a NAK."""
        while (now := time.monotonic()) < until:
            self.xid = struct.unpack("=I", machine.random_bytes(4))[0] or 1
            # RFC 2131: retry after half of the time that is left, but not too often.
            pause = min(until, now + max((until - now) / 2, min(60, (until - now) / 4 + 0.2)))
            answer = self.ask_again(pause, everybody)
            if answer is not None:
                return self.bind(answer) if answer.kind == protocol.ACK else None
        return False

    def ask_again(self, until, everybody):
        """One REQUEST of a bound client and its answer."""
        self.began = time.monotonic()
        if everybody:
            self.open()
            try:
                self.broadcast(protocol.REQUEST, b"", self.lease.address)
                return self.receive(until, (protocol.ACK, protocol.NAK))
            finally:
                self.close()
        data = protocol.message(protocol.REQUEST, self.xid, self.mac, self.common(),
                                self.lease.address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                self.unicast(udp, data)
            except OSError as error:
                self.say("cannot renew: " + cli.why(error))
                self.sleep(until)
                return None
            while (left := until - time.monotonic()) > 0:
                ready, _, _ = select.select([udp, self.wake], [], [], left)
                self.heed()
                if udp in ready:
                    try:
                        reply = self.ours(protocol.Reply(udp.recv(4096)))
                    except (protocol.Bad, OSError):
                        continue
                    if reply is not None and reply.kind in (protocol.ACK, protocol.NAK):
                        return reply
        return None

    def unicast(self, udp, data):
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, cli.enc(self.link.name))
        udp.bind((socket.inet_ntoa(self.lease.address), 68))
        udp.sendto(data, (socket.inet_ntoa(self.lease.server), 67))

    def keep(self):
        """Renew, rebind, or lose the lease; for ever, or until a signal."""
        while True:
            lease, bound = self.lease, self.bound
            self.sleep(bound + lease.renew)
            result = self.renewed(bound + lease.rebind, False) if lease.server else False
            if result is False:
                result = self.renewed(bound + lease.time, True)
            if result:
                continue
            self.say("lease lost")
            forget(self.net, self.link, lease)
            self.wanted, self.lease = lease.address, None
            self.obtain(None)

    def release(self):
        """Give the lease back; the server does not answer."""
        if self.lease is None or self.lease.server is None:
            return
        server = protocol.option(54, self.lease.server)
        data = protocol.message(protocol.RELEASE, self.xid, self.mac, server, self.lease.address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                self.unicast(udp, data)
            except OSError as error:
                self.say("cannot release: " + cli.why(error))
        forget(self.net, self.link, self.lease)


def background():
    """Leave the terminal and the parent."""
    cli.out().flush()
    if os.fork():
        os._exit(0)
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):  # who waits for the end of our output must not wait for ever
        os.dup2(null, fd)
    os.close(null)


def pid_file(name, pid):
    path = "/run/dhcpcd-%s.pid" % name
    try:
        if pid is None:
            os.unlink(path)
            return
        with open(path, "w") as file:
            file.write("%d\n" % pid)
    except OSError:
        pass  # nobody depends on it


def run(client, opts):
    """The life of the client; returns the status."""
    seconds = cli.number(opts["t"] or "30", "number of seconds")
    limit = time.monotonic() + seconds if seconds else None
    if opts["b"]:
        background()
        limit = None
    client.net.change_link(client.link.index, True)
    if not client.obtain(limit):
        client.say("no lease after %d seconds" % seconds)
        return 1
    if opts["1"]:
        return 0
    if not (opts["B"] or opts["b"]):
        background()
    pid_file(client.link.name, os.getpid())
    try:
        client.keep()
    finally:
        pid_file(client.link.name, None)


def main(argv):
    opts, args = cli.parse(argv, USAGE)
    cli.operands(args, 1, 1)
    if opts["r"] is not None:
        try:
            socket.inet_aton(opts["r"])
        except OSError:
            raise cli.Fail("invalid address %s" % cli.quote(opts["r"])) from None
    with netlink.Netlink() as net:
        try:
            link = net.link(args[0])
        except OSError as error:
            raise cli.Fail("%s: %s" % (args[0], cli.why(error))) from None
        if link.type != 1:  # ARPHRD_ETHER
            raise cli.Fail("%s: not an Ethernet interface" % args[0])
        client = Client(opts, net, link)
        client.listen()
        try:
            return run(client, opts)
        except Ended as end:
            if end.args[0] == "release":
                client.release()
            return 0
