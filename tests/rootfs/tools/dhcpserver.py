"""A DHCP server for one client, written apart from the client's code: the fixture of test_net.

dhcpserver.py LEASE [renew=N] [rebind=N] [mtu] [nak] [deaf]: says `ready`, then one word for each
packet. `nak` refuses the first renewal; `deaf` answers nobody that is bound, by unicast.
"""

import socket
import struct
import subprocess
import sys

ADDRESS = socket.inet_aton("10.77.0.50")
SERVER = "10.77.0.1"


def options_of(data):
    found, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        found[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return found


def reply(request, kind, words):
    """The packet: fixed fields by hand, then the options."""
    body = bytes((2, 1, 6, 0)) + request[4:8] + bytes(8)
    body += (bytes(4) if kind == 6 else ADDRESS) + socket.inet_aton(SERVER) + bytes(4)
    body += request[28:44] + bytes(192) + b"\x63\x82\x53\x63"
    body += bytes((53, 1, kind, 54, 4)) + socket.inet_aton(SERVER)
    if kind != 6:
        body += bytes((1, 4, 255, 255, 255, 0, 3, 4)) + socket.inet_aton(SERVER)
        body += bytes((6, 8)) + socket.inet_aton(SERVER) + socket.inet_aton("10.77.0.2")
        body += bytes((15, 11)) + b"lan.example"
        body += bytes((51, 4)) + struct.pack("!I", words["lease"])
        for key, number in (("renew", 58), ("rebind", 59)):
            if key in words:
                body += bytes((number, 4)) + struct.pack("!I", words[key])
        if "mtu" in words:
            body += bytes((26, 2)) + struct.pack("!H", 1400)
    return body + b"\xff"


def name_of(options):
    kind = options[53][0]
    if kind == 1:
        return "discover"
    if kind == 7:
        return "release"
    return "request selecting" if 54 in options else "request bound"


def main():
    words = {"lease": int(sys.argv[1])}
    for word in sys.argv[2:]:
        key, _, value = word.partition("=")
        words[key] = int(value or 1)
    subprocess.run("ip link set lo up; ip addr replace %s/24 dev s0; ip link set s0 up" % SERVER,
                   shell=True, check=True)
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    listener.setsockopt(socket.IPPROTO_IP, 8, 1)  # IP_PKTINFO: the address it was sent to
    listener.bind(("", 67))
    print("ready", flush=True)
    refuse = "nak" in words
    while True:
        data, extra, _, _ = listener.recvmsg(2048, 128)
        target = socket.inet_ntoa(extra[0][2][8:12])
        options = options_of(data)
        name = name_of(options)
        if name == "request bound":
            name = "request renewing" if target == SERVER else "request rebinding"
        print(name, flush=True)
        if name == "release" or ("deaf" in words and name == "request renewing"):
            continue
        kind = 2 if name == "discover" else 5
        if name == "request renewing" and refuse:
            kind, refuse = 6, False
        place = socket.inet_ntoa(data[12:16])
        place = "255.255.255.255" if place == "0.0.0.0" else place
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"s0")
        listener.sendto(reply(data, kind, words), (place, 68))


if __name__ == "__main__":
    main()
