"""Talk to the kernel about interfaces, addresses and routes (rtnetlink)."""

import errno
import os
import socket
import struct

NEWLINK, DELLINK, GETLINK = 16, 17, 18
NEWADDR, DELADDR, GETADDR = 20, 21, 22
NEWROUTE, DELROUTE, GETROUTE = 24, 25, 26
ERROR, DONE = 2, 3
REQUEST, ACK, DUMP = 1, 4, 0x300
REPLACE, EXCLUSIVE, CREATE, APPEND = 0x100, 0x200, 0x400, 0x800
IFLA = {"address": 1, "broadcast": 2, "name": 3, "mtu": 4, "link": 5, "qdisc": 6, "master": 10,
        "txqlen": 13, "operstate": 16, "linkinfo": 18, "netns_pid": 19, "group": 27}
UP = 1
FAMILIES = {socket.AF_INET: "inet", socket.AF_INET6: "inet6"}


def attribute(kind, data):
    """One attribute, padded to four bytes."""
    if isinstance(data, str):
        data = os.fsencode(data) + b"\0"
    elif isinstance(data, int):
        data = struct.pack("=I", data)
    size = len(data) + 4
    return struct.pack("=HH", size, kind) + data + bytes(-size % 4)


def attributes(data):
    """{kind: bytes} of a run of attributes; stops at what is damaged."""
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if size < 4 or size > len(data):
            break
        found[kind & 0x3fff] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


class Link:
    """One interface."""

    def __init__(self, data):
        _, self.type, self.index, self.flags, _ = struct.unpack_from("=BxHiII", data)
        found = attributes(data[16:])
        self.name = os.fsdecode(found.get(3, b"").rstrip(b"\0"))
        self.address = found.get(1, b"")
        self.broadcast = found.get(2, b"")
        self.mtu, self.txqlen, self.master, self.link = (
            number(found.get(kind)) for kind in (4, 13, 10, 5))
        self.qdisc = os.fsdecode(found.get(6, b"").rstrip(b"\0"))
        self.operstate = found.get(16, b"\0")[0]
        self.group = number(found.get(27))


def number(data):
    return struct.unpack("=I", data[:4])[0] if data and len(data) >= 4 else 0


class Address:
    """One address of an interface."""

    def __init__(self, data):
        self.family, self.prefix, self.flags, self.scope, self.index = struct.unpack_from(
            "=BBBBi", data)
        found = attributes(data[8:])
        self.address, self.local = found.get(1, b""), found.get(2, b"")
        self.local = self.local or self.address
        self.label = os.fsdecode(found.get(3, b"").rstrip(b"\0"))
        self.broadcast = found.get(4, b"")
        self.flags = number(found.get(8)) or self.flags
        cache = found.get(6, b"")
        self.preferred, self.valid = struct.unpack_from("=II", cache) if len(cache) >= 8 else \
            (0xffffffff, 0xffffffff)


class Route:
    """One route."""

    def __init__(self, data):
        (self.family, self.prefix, _, _, self.table, self.protocol, self.scope, self.type,
         self.flags) = struct.unpack_from("=BBBBBBBBI", data)
        found = attributes(data[12:])
        self.target, self.gateway = found.get(1), found.get(5)
        self.index, self.metric = number(found.get(4)), number(found.get(6))
        self.source = found.get(7)
        self.table = number(found.get(15)) or self.table
        self.preference = found.get(20)
        self.hops = len(found.get(9, b"")) > 0


class Netlink:
    """An rtnetlink socket."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        self.socket.bind((0, 0))
        self.sequence = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def request(self, kind, body, flags=0):
        """Send one request and return the payloads of the answer; a refusal is an OSError."""
        self.sequence += 1
        head = struct.pack("=IHHII", 16 + len(body), kind, REQUEST | ACK | flags,
                           self.sequence, 0)
        self.socket.send(head + body)
        found = []
        while True:
            data = self.socket.recv(1 << 18)
            while len(data) >= 16:
                size, kind, _, sequence, _ = struct.unpack_from("=IHHII", data)
                if size < 16 or size > len(data):
                    break
                payload, data = data[16:size], data[(size + 3) & ~3:]
                if sequence != self.sequence:
                    continue
                if kind == DONE:
                    return found
                if kind == ERROR:
                    code = -struct.unpack_from("=i", payload)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return found
                found.append(payload)

    def links(self):
        return [Link(data) for data in self.request(GETLINK, bytes(16), DUMP)]

    def link(self, name):
        """The interface of a name; raises OSError (ENODEV)."""
        for link in self.links():
            if link.name == name:
                return link
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def addresses(self, family=0):
        body = struct.pack("=BBBBi", family, 0, 0, 0, 0)
        return [Address(data) for data in self.request(GETADDR, body, DUMP)]

    def routes(self, family=0):
        body = struct.pack("=BBBBBBBBI", family, 0, 0, 0, 0, 0, 0, 0, 0)
        return [Route(data) for data in self.request(GETROUTE, body, DUMP)]

    def change_link(self, index, up=None, attrs=b""):
        flags = UP if up else 0
        mask = 0 if up is None else UP
        body = struct.pack("=BxHiII", 0, 0, index, flags, mask)
        self.request(NEWLINK, body + attrs)

    def add_link(self, name, kind, peer=None):
        """Make a virtual interface."""
        info = attribute(1, kind)
        if peer is not None:
            inner = attribute(1, struct.pack("=BxHiII", 0, 0, 0, 0, 0) + attribute(3, peer))
            info += attribute(2, inner)
        body = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + attribute(3, name) + attribute(18, info)
        self.request(NEWLINK, body, CREATE | EXCLUSIVE)

    def delete_link(self, index):
        self.request(DELLINK, struct.pack("=BxHiII", 0, 0, index, 0, 0))

    def change_address(self, kind, index, address, prefix, broadcast=None, scope=0, flags=0,
                       label=None):
        family = socket.AF_INET if len(address) == 4 else socket.AF_INET6
        body = struct.pack("=BBBBi", family, prefix, 0, scope, index)
        body += attribute(2, address) + attribute(1, address)
        if broadcast is not None:
            body += attribute(4, broadcast)
        if label is not None:
            body += attribute(3, label)
        self.request(kind, body, flags)

    def change_route(self, kind, target, prefix, gateway=None, index=None, metric=None,
                     source=None, flags=0, family=None, scope=None, table=254, route_type=1):
        """Add or delete a route; target None is the default route."""
        sample = target or gateway or source
        family = family or (socket.AF_INET6 if sample and len(sample) == 16 else socket.AF_INET)
        if scope is None:
            scope = 0 if gateway or family == socket.AF_INET6 else 253
            scope = 255 if kind == DELROUTE else scope
        protocol = 3 if kind == NEWROUTE else 0
        body = struct.pack("=BBBBBBBBI", family, prefix if target else 0, 0, 0, table, protocol,
                           scope, route_type if kind == NEWROUTE else 0, 0)
        for number_, data in ((1, target), (5, gateway), (4, index), (6, metric), (7, source)):
            if data is not None:
                body += attribute(number_, data)
        self.request(kind, body, flags)
