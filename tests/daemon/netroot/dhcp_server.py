"""A DHCP server that does wrong what networks do wrong. Usage: dhcp_server.py FAULT

Says `ready`, then a word for each packet that it gets. It runs where s0 is the interface."""

import socket
import subprocess
import sys

SERVER = "10.77.0.1"
NAMES = {1: "discover", 3: "request"}


def options_of(data):
    found, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        found[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found


def option(number, value):
    return bytes((number, len(value))) + value


def answer(request, kind, server=SERVER, address="10.77.0.50", exchange=None):
    data = bytes((2, 1, 6, 0)) + (exchange or request[4:8]) + bytes(8)
    data += socket.inet_aton(address if kind != 6 else "0.0.0.0") + socket.inet_aton(server)
    data += bytes(4) + request[28:44] + bytes(192) + b"\x63\x82\x53\x63"
    data += option(53, bytes((kind,))) + option(54, socket.inet_aton(server))
    if kind != 6:
        data += option(1, b"\xff\xff\xff\x00") + option(3, socket.inet_aton(SERVER))
        data += option(6, socket.inet_aton("10.77.0.3")) + option(12, b"named-by-dhcp")
        data += option(17, b"10.77.0.9:/srv/export,vers=3") + option(51, b"\x00\x01\x51\x80")
    return data + b"\xff"


class Server:
    def __init__(self, fault):
        self.fault, self.counts = fault, {1: 0, 3: 0}

    def answers(self, data):
        """What is sent for this packet, in order."""
        options = options_of(data)
        kind = options[53][0]
        self.counts[kind] += 1
        first = self.counts[kind] == 1
        wanted = options.get(50)
        name = NAMES[kind] + (" of " + socket.inet_ntoa(options[54]) if 54 in options else "")
        print(name, options.get(12, b"").decode(), flush=True)
        good = answer(data, 2 if kind == 1 else 5)
        if wanted is not None and wanted != socket.inet_aton("10.77.0.50"):
            return [answer(data, 6)]
        if self.fault == "lost all" or self.fault == f"lost {NAMES[kind]}" and first:
            return []
        if self.fault == "twice":
            return [good, good, good]
        if self.fault == "another's":
            other = bytes(255 - byte for byte in data[4:8])
            return [answer(data, 2 if kind == 1 else 5, exchange=other, address="10.77.0.66"), good]
        if self.fault == "late offers" and kind == 3:
            return [answer(data, 2, server="10.77.0.2", address="10.77.0.67")] * 2 + [good]
        if self.fault == "garbage":
            return [b"", b"\x02" * 20, good[:300], good[:250] + b"\x35\xff\x01",
                    bytes(1400), good]
        if self.fault == "refused" and kind == 3 and first:
            return [answer(data, 6)]
        return [good]


def main():
    server = Server(sys.argv[1])
    subprocess.run(["ip", "addr", "replace", SERVER + "/24", "dev", "s0"], check=True)
    subprocess.run(["ip", "link", "set", "s0", "up"], check=True)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"s0")
    sock.bind(("", 67))
    print("ready", flush=True)
    while True:
        data, _ = sock.recvfrom(2048)
        for packet in server.answers(data):
            sock.sendto(packet, ("255.255.255.255", 68))


if __name__ == "__main__":
    main()
