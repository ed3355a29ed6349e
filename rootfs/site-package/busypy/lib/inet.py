"""The checksum of IP, UDP and ICMP (RFC 1071)."""

import struct


def checksum(data):
    """The internet checksum."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
