"""DHCP packets: build and read them (RFC 2131, 2132, 3442). Pure: no sockets here."""

import socket
import struct

from busypy.lib.inet import checksum

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE = 1, 2, 3, 4, 5, 6, 7
MAGIC = b"\x63\x82\x53\x63"
WANTED = bytes((1, 3, 6, 12, 15, 26, 28, 51, 54, 58, 59, 119, 121))
HEAD = "!BBBBIHH4s4s4s4s16s64s128s4s"
ANY = bytes(4)


class Bad(ValueError):
    """Not a DHCP packet, or one that makes no sense."""


def option(number, data):
    return bytes((number, len(data))) + data


def message(kind, xid, mac, options=b"", client=ANY, seconds=0, broadcast=False):
    """The DHCP part of what a client sends."""
    head = struct.pack(HEAD, 1, 1, 6, 0, xid, min(seconds, 0xffff), 0x8000 if broadcast else 0,
                       client, ANY, ANY, ANY, mac.ljust(16, b"\0"), b"", b"", MAGIC)
    body = head + option(53, bytes((kind,))) + option(61, b"\x01" + mac) + options + b"\xff"
    return body.ljust(300, b"\0")  # some relays drop what is shorter than BOOTP


def wrap(data, source=ANY, target=b"\xff" * 4, source_port=68, target_port=67):
    """Put IP and UDP headers before it: an interface without an address needs them by hand."""
    size = 8 + len(data)
    pseudo = source + target + struct.pack("!BBH", 0, 17, size)
    udp = struct.pack("!HHHH", source_port, target_port, size, 0)
    value = checksum(pseudo + udp + data) or 0xffff
    udp = udp[:6] + struct.pack("!H", value)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 16, 20 + size, 0, 0, 64, 17, 0, source, target)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return ip + udp + data


def unwrap(packet, port=68, unsummed=False):
    """The UDP payload for `port` in an IP packet; raises Bad.

    `unsummed`: the kernel says that the checksum is not filled in (a packet of this machine).
    """
    if len(packet) < 28 or packet[0] >> 4 != 4 or packet[9] != 17:
        raise Bad("not UDP over IPv4")
    head = (packet[0] & 15) * 4
    size = struct.unpack_from("!H", packet, 2)[0]
    if head < 20 or size > len(packet) or size < head + 8:
        raise Bad("truncated")
    if checksum(packet[:head]):
        raise Bad("wrong IP checksum")
    if struct.unpack_from("!H", packet, 6)[0] & 0x3fff:
        raise Bad("fragment")
    udp = packet[head:size]
    _, target, length, value = struct.unpack_from("!HHHH", udp)
    if target != port or not 8 <= length <= len(udp):
        raise Bad("not for us")
    udp = udp[:length]
    pseudo = packet[12:20] + struct.pack("!BBH", 0, 17, length)
    if value and not unsummed and checksum(pseudo + udp):
        raise Bad("wrong UDP checksum")
    return udp[8:]


def parse_options(data):
    """{number: bytes}; several of one number are joined (RFC 3396)."""
    found, at = {}, 0
    while at < len(data):
        number = data[at]
        at += 1
        if number == 0:
            continue
        if number == 255:
            break
        if at >= len(data) or at + 1 + data[at] > len(data):
            raise Bad("truncated option %d" % number)
        size = data[at]
        found[number] = found.get(number, b"") + data[at + 1:at + 1 + size]
        at += 1 + size
    return found


class Reply:
    """What a server has sent."""

    def __init__(self, data):
        size = struct.calcsize(HEAD)
        if len(data) < size:
            raise Bad("truncated")
        (op, _, _, _, self.xid, _, _, _, self.address, self.next, _, mac, name, file,
         magic) = struct.unpack_from(HEAD, data)
        if op != 2 or magic != MAGIC:
            raise Bad("not a reply")
        self.mac = mac[:6]
        self.options = parse_options(data[size:])
        overload = self.options.get(52, b"\0")[:1]
        if overload in (b"\x01", b"\x03"):
            self.options = {**parse_options(file), **self.options}
        if overload in (b"\x02", b"\x03"):
            self.options = {**parse_options(name), **self.options}
        if len(self.options.get(53, b"")) != 1:
            raise Bad("no message type")
        self.kind = self.options[53][0]

    def addresses(self, number):
        data = self.options.get(number, b"")
        return [data[at:at + 4] for at in range(0, len(data) - 3, 4)]

    def first(self, number):
        found = self.addresses(number)
        return found[0] if found else None

    def seconds(self, number):
        data = self.options.get(number, b"")
        return struct.unpack("!I", data)[0] if len(data) == 4 else None

    def text(self, number):
        """A name, only if it is harmless in a file that others read."""
        data = self.options.get(number, b"").rstrip(b"\0")
        text = data.decode("ascii", "replace")
        return text if text and all(c.isalnum() or c in "-._ " for c in text) else ""


class Lease:
    """What a client takes from an ACK."""

    def __init__(self, reply):
        self.address = reply.address
        mask = reply.first(1)
        self.prefix = prefix_of(mask) if mask else default_prefix(self.address)
        if self.address == ANY or self.address[0] in (0, 127) or self.address[0] >= 224:
            raise Bad("no usable address")
        self.server = reply.first(54)
        self.broadcast = reply.first(28) or broadcast_of(self.address, self.prefix)
        self.resolvers = [socket.inet_ntoa(a) for a in reply.addresses(6)]
        self.domain, self.host = reply.text(15), reply.text(12)
        self.search = search_list(reply.options.get(119, b""))
        mtu = reply.options.get(26, b"")
        self.mtu = struct.unpack("!H", mtu)[0] if len(mtu) == 2 else 0
        self.routes = classless(reply.options.get(121, b""))
        if not self.routes:
            self.routes = [(None, 0, gateway) for gateway in reply.addresses(3)[:1]]
        self.time = reply.seconds(51) or 3600
        self.renew = min(reply.seconds(58) or self.time // 2, self.time)
        self.rebind = min(max(reply.seconds(59) or self.time * 7 // 8, self.renew), self.time)


def prefix_of(mask):
    value = int.from_bytes(mask, "big")
    prefix = bin(value).count("1")
    if value != (0xffffffff << (32 - prefix)) & 0xffffffff:
        raise Bad("network mask with holes")
    return prefix


def default_prefix(address):
    return 8 if address[0] < 128 else 16 if address[0] < 192 else 24


def broadcast_of(address, prefix):
    value = int.from_bytes(address, "big") | (1 << (32 - prefix)) - 1
    return value.to_bytes(4, "big")


def classless(data):
    """Option 121: [(target or None, prefix, gateway)]; a damaged one counts as absent."""
    found, at = [], 0
    while at < len(data):
        prefix = data[at]
        size = (prefix + 7) // 8
        if prefix > 32 or at + 1 + size + 4 > len(data):
            return []
        target = data[at + 1:at + 1 + size].ljust(4, b"\0")
        gateway = data[at + 1 + size:at + 5 + size]
        found.append((target if prefix else None, prefix, gateway))
        at += 5 + size
    return found


def search_list(data):
    """Option 119: names with DNS compression; a damaged list counts as absent."""
    found, at = [], 0
    while at < len(data):
        labels, here, jumped, steps = [], at, False, 0
        while True:
            steps += 1
            if here >= len(data) or steps > 128:
                return []
            size = data[here]
            if size >= 0xc0:
                if here + 1 >= len(data):
                    return []
                at = at if jumped else here + 2
                jumped, here = True, (size & 0x3f) << 8 | data[here + 1]
                continue
            here += 1
            if size == 0:
                break
            labels.append(data[here:here + size].decode("ascii", "replace"))
            here += size
        at = at if jumped else here
        name = ".".join(labels)
        if name and all(c.isalnum() or c in "-._" for c in name):
            found.append(name)
    return found
