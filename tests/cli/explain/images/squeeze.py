"""Compresses, by the tools and by hand, in each way that a tool has and some that only we have."""

import bz2
import lzma
import struct
import subprocess
import zlib

KINDS = ("gz", "bz2", "lzma", "xz", "lzo", "lz4", "zst")


def tool(*words, data):
    return subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True).stdout


def squeeze(kind, data):
    """As one does it for the kernel; "plain" as it is."""
    return {"plain": bytes, "gz": gzip, "bz2": bz2.compress, "lzma": alone, "xz": xz,
            "lzo": lambda data: tool("lzop", "-c", data=data),
            "lz4": lz4_legacy, "zst": zstd}[kind](data)


# -- gzip ----------------------------------------------------------------------------------------

EXTRA, NAME, COMMENT, HEAD_CHECK = 4, 8, 16, 2


def gzip(data, level=6, *, flags=0, more=b"", strategy=zlib.Z_DEFAULT_STRATEGY, window=15,
         method=8, magic=b"\x1f\x8b", check=None, size=None):
    deflate = zlib.compressobj(level, zlib.DEFLATED, -window, 8, strategy)
    head = magic + struct.pack("<BBIBB", method, flags, 0, 0, 3) + more
    body = deflate.compress(data) + deflate.flush()
    end = struct.pack("<II", zlib.crc32(data) if check is None else check,
                      len(data) & 0xffffffff if size is None else size)
    return head + body + end


def gzip_head(*, extra=None, name=None, comment=None, check=None):
    """flags and more for gzip, as RFC 1952 orders them; check adds to the header's check sum."""
    flags, more = 0, b""
    if extra is not None:
        flags, more = flags | EXTRA, more + struct.pack("<H", len(extra)) + extra
    if name is not None:
        flags, more = flags | NAME, more + name + b"\0"
    if comment is not None:
        flags, more = flags | COMMENT, more + comment + b"\0"
    if check is not None:
        flags |= HEAD_CHECK
        head = b"\x1f\x8b" + struct.pack("<BBIBB", 8, flags, 0, 0, 3) + more
        more += struct.pack("<H", (zlib.crc32(head) + check) & 0xffff)
    return {"flags": flags, "more": more}


# -- lzma and xz ---------------------------------------------------------------------------------

def alone(data, preset=6, **change):
    options = {"id": lzma.FILTER_LZMA1, "preset": preset, **change}
    return lzma.compress(data, lzma.FORMAT_ALONE, filters=[options])


class RangeCoder:
    """The encoder of the LZMA specification, for bits with a probability each."""

    def __init__(self):
        self.low, self.range, self.cache, self.waiting, self.out = 0, 0xffffffff, 0, 1, bytearray()

    def shift(self):
        if self.low < 0xff000000 or self.low > 0xffffffff:
            carry = self.low >> 32
            self.out += bytes([self.cache + carry & 0xff] + [0xff + carry & 0xff] * (
                self.waiting - 1))
            self.waiting, self.cache = 0, self.low >> 24 & 0xff
        self.waiting += 1
        self.low = self.low << 8 & 0xffffffff

    def bit(self, probabilities, at, bit):
        probability = probabilities.get(at, 1024)
        bound = (self.range >> 11) * probability
        if bit:
            self.low, self.range = self.low + bound, self.range - bound
            probabilities[at] = probability - (probability >> 5)
        else:
            self.range = bound
            probabilities[at] = probability + (2048 - probability >> 5)
        while self.range < 1 << 24:
            self.range <<= 8
            self.shift()


def alone_known(data):
    """As the SDK's tool writes it: the header says the length, and no mark is at the end. Nothing
    is found to be repeated."""
    coder, probabilities, before = RangeCoder(), {}, 0
    for at, byte in enumerate(data):
        coder.bit(probabilities, ("match", at & 3), 0)
        symbol = 1
        for shift in range(7, -1, -1):
            bit = byte >> shift & 1
            coder.bit(probabilities, (before >> 5, symbol), bit)
            symbol = symbol << 1 | bit
        before = byte
    for _ in range(5):
        coder.shift()
    return b"\x5d" + struct.pack("<IQ", 1 << 16, len(data)) + bytes(coder.out)


def xz(data, check=lzma.CHECK_CRC32, preset=6, before=(), **change):
    filters = [*before, {"id": lzma.FILTER_LZMA2, "preset": preset, **change}]
    return lzma.compress(data, lzma.FORMAT_XZ, check, filters=filters)


def xz_tool(data, *options):
    return tool("xz", "-c", *options, data=data)


# -- lz4 -----------------------------------------------------------------------------------------

LEGACY = b"\x02\x21\x4c\x18"


def lz4_legacy(data, level="-1"):
    return tool("lz4", "-qlc", level, data=data)


def lz4_frame(data, *options):
    return tool("lz4", "-qc", *options, data=data)


def literals(data):
    """One lz4 block that compresses nothing."""
    length, head = len(data), []
    if length < 15:
        return bytes([length << 4]) + data
    head.append(15 << 4)
    length -= 15
    while length >= 255:
        head.append(255)
        length -= 255
    return bytes([*head, length]) + data


def lz4_chunks(data, size, magic=LEGACY):
    """A legacy stream of chunks that each hold size bytes; the tool makes them of 8 MiB."""
    parts = [magic]
    for at in range(0, len(data), size):
        block = literals(data[at:at + size])
        parts.append(struct.pack("<I", len(block)) + block)
    return b"".join(parts)


# -- zstd ----------------------------------------------------------------------------------------

MAGIC = b"\x28\xb5\x2f\xfd"


def zstd(data, *options):
    return tool("zstd", "-qc", *options, data=data)


def skippable(data, which=0):
    return struct.pack("<II", 0x184D2A50 + which, len(data)) + data


def zstd_raw(data, *, magic=MAGIC, window=None, size=None, reserved=0, dictionary=b"", block=65536):
    """A frame of blocks that are not compressed. window is the byte that says its size; without
    one the frame is a single segment. size is what the header says instead of the length."""
    single = window is None
    ids = {0: 0, 1: 1, 2: 2, 4: 3}[len(dictionary)]
    flag = (2 if single else 0) << 6 | single << 5 | reserved << 3 | ids
    head = magic + bytes([flag]) + (b"" if single else bytes([window])) + dictionary
    if single:
        head += struct.pack("<I", len(data) if size is None else size)
    parts = [head]
    for at in range(0, max(len(data), 1), block):
        piece = data[at:at + block]
        last = at + block >= len(data)
        parts.append(struct.pack("<I", len(piece) << 3 | last)[:3] + piece)
    return b"".join(parts)
