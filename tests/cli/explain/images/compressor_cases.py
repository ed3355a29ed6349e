"""Each compressor that the kernel knows, with its default and its other options, and what its own
decompressors make of a header, a check sum or a frame that the tools' would take or refuse."""

import bz2
import lzma
import zlib

import squeeze
from case import Case, PROGRAM, base, fixed, noise
from cpio import archive, file
from squeeze import gzip, gzip_head, xz, xz_tool, zstd, zstd_raw


def filler(size):
    """Bytes that compress to about a half, the same each time."""
    value, parts = 1, []
    for _ in range(size // 4096):
        value = (value * 1103515245 + 12345) & 0x7fffffff
        parts.append((b"%08x" % value) * 256 + (b"%010d" % value) * 204 + bytes(8))
    return b"".join(parts)


def flipped(data, at):
    made = bytearray(data)
    made[at] ^= 0x55
    return bytes(made)


def gzip_cases(plain):
    for level in (0, 1, 6, 9):
        yield f"level {level}", gzip(plain, level)
    yield "fixed codes", gzip(plain, strategy=zlib.Z_FIXED)
    yield "Huffman only", gzip(plain, strategy=zlib.Z_HUFFMAN_ONLY)
    yield "a small window", gzip(plain, window=9)
    yield "the tool", squeeze.tool("gzip", "-c", data=plain)
    yield "a name", gzip(plain, **gzip_head(name=b"initrd.img"))
    yield "an empty name", gzip(plain, **gzip_head(name=b""))
    yield "a comment", gzip(plain, **gzip_head(comment=b"made by hand"))
    yield "an extra field", gzip(plain, **gzip_head(extra=b"BC\2\0\1\2"))
    yield "a name and a comment", gzip(plain, **gzip_head(name=b"n", comment=b"c"))
    yield "an extra field and a name", gzip(plain, **gzip_head(name=b"n", extra=b"xxxx"))
    yield "a check of the header", gzip(plain, **gzip_head(check=0))
    yield "a wrong check of the header", gzip(plain, **gzip_head(check=1))
    yield "marked as text", gzip(plain, flags=1)
    yield "reserved flags", gzip(plain, flags=0xe0)
    yield "an unknown method", gzip(plain, method=7)
    yield "the old magic", gzip(plain, magic=b"\x1f\x9e")
    yield "a wrong check sum", gzip(plain, check=0)
    yield "a wrong length", gzip(plain, size=1)
    made = gzip(fixed())
    yield "without the last eight bytes", made[:-8]
    yield "without the last byte", made[:-1]
    yield "cut within", made[:len(made) // 2]
    yield "only a header", made[:10]
    yield "less than a header", made[:5]
    yield "of nothing", gzip(b"")
    yield "of zero bytes", gzip(bytes(512))
    yield "a long name", gzip(plain, **gzip_head(name=b"n" * 20000))
    yield "a damaged byte", flipped(made, 12)
    yield "a damaged byte within", flipped(made, len(made) // 2)
    yield "zlib's format", zlib.compress(plain)
    yield "deflate alone", zlib.compress(plain)[2:-4]


def bzip2_cases(plain):
    for level in (1, 5, 9):
        yield f"level {level}", bz2.compress(plain, level)
    big = base(file("big", filler(1 << 20)))
    yield "several blocks", bz2.compress(big, 1)
    made = bz2.compress(fixed())
    yield "a wrong check sum of the whole", made[:-3] + bytes([made[-3] ^ 0xff]) + made[-2:]
    yield "a wrong check sum of a block", made[:10] + bytes([made[10] ^ 0xff]) + made[11:]
    yield "marked as randomized", made[:14] + bytes([made[14] | 0x80]) + made[15:]
    yield "level 0", made[:3] + b"0" + made[4:]
    yield "bzip (without 2)", made[:2] + b"0" + made[3:]
    yield "cut within", made[:len(made) // 2]
    yield "without the last byte", made[:-1]
    yield "of nothing", bz2.compress(b"")
    yield "of two streams, one archive", bz2.compress(plain[:5000]) + bz2.compress(plain[5000:])
    yield "a damaged byte", flipped(made, len(made) // 2)


def lzma_cases(plain):
    for preset in (0, 6, 9):
        yield f"preset {preset}", squeeze.alone(plain, preset)
    yield "the tool", squeeze.tool("lzma", "-c", data=plain)
    yield "the length in the header", squeeze.alone_known(fixed())
    yield "lc=4", squeeze.alone(plain, lc=4)
    yield "lc=0 lp=2", squeeze.alone(plain, lc=0, lp=2)
    yield "pb=0", squeeze.alone(plain, pb=0)
    for size in (4096, 1 << 16, (1 << 16) + 4096, 3 << 20, 1 << 26):
        yield f"a dictionary of {size}", squeeze.alone(plain, dict_size=size)
    plain = fixed()
    made = squeeze.alone(plain)
    yield "a dictionary of 4097 in the header", made[:1] + b"\1\x10\0\0" + made[5:]
    yield "a dictionary of 0 in the header", made[:1] + bytes(4) + made[5:]
    yield "a length too small", made[:5] + (1000).to_bytes(8, "little") + made[13:]
    yield "a length too large", made[:5] + (len(plain) + 9).to_bytes(8, "little") + made[13:]
    yield "cut within", made[:len(made) // 2]
    yield "without the last byte", made[:-1]
    yield "only a header", made[:13]
    yield "of nothing", squeeze.alone(b"")
    yield "a damaged byte", flipped(made, len(made) // 2)


def xz_cases(plain):
    for name in ("NONE", "CRC32", "CRC64", "SHA256"):
        yield f"check {name}", xz(plain, getattr(lzma, "CHECK_" + name))
    yield "the tool", xz_tool(plain)
    yield "the tool with what the kernel asks", xz_tool(plain, "--check=crc32", "--lzma2=dict=1MiB")
    for preset in (0, 1, 9, 9 | lzma.PRESET_EXTREME):
        yield f"preset {preset & 15}{'e' * (preset > 15)}", xz(plain, preset=preset)
    for size in (4096, 1 << 16, 3 << 19, 1 << 26, 1 << 28):
        yield f"a dictionary of {size}", xz(plain, dict_size=size)
    yield "lc=0 lp=4 pb=0", xz(plain, lc=0, lp=4, pb=0)
    for name in ("X86", "POWERPC", "IA64", "ARM", "ARMTHUMB", "SPARC"):
        yield f"bcj {name}", xz(plain, before=[{"id": getattr(lzma, "FILTER_" + name)}])
    yield "bcj X86 with an offset", xz(plain, before=[
        {"id": lzma.FILTER_X86, "start_offset": 4096}])
    yield "delta", xz(plain, before=[{"id": lzma.FILTER_DELTA, "dist": 4}])
    yield "bcj twice", xz(plain, before=[{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_X86}])
    yield "blocks", xz_tool(plain, "--check=crc32", "--block-size=4096")
    yield "blocks of several lengths", xz_tool(plain, "--check=crc32", "--block-list=1000,5000,0")
    yield "two threads", xz_tool(base(file("big", filler(1 << 20))), "--check=crc32", "-T2",
                                 "--block-size=262144")
    yield "bytes that do not compress", xz(base(file("big", noise(200000))))
    yield "of two streams, one archive", xz(plain[:5000]) + xz(plain[5000:])
    yield "of nothing", xz(b"")
    yield "stream padding", xz(plain) + bytes(8)
    yield "stream padding of three bytes", xz(plain) + bytes(3)
    made = xz(fixed())
    yield "a wrong check of the block", flipped(made, -30 - -len(made) % 4)
    yield "a wrong check of the header", flipped(made, 8)
    yield "a wrong check of the footer", flipped(made, -12)
    yield "a wrong magic of the footer", flipped(made, -1)
    yield "cut within", made[:len(made) // 2]
    yield "without the last byte", made[:-1]
    yield "without the footer", made[:-12]
    yield "a damaged byte", flipped(made, len(made) // 2)


def lzo_cases(plain):
    for level in (1, 3, 6, 7, 9):
        yield f"level {level}", squeeze.tool("lzop", "-c", f"-{level}", data=plain)
    yield "without checks", squeeze.tool("lzop", "-cF", data=plain)
    yield "crc32", squeeze.tool("lzop", "-c", "--crc32", data=plain)
    yield "checks of both", squeeze.tool("lzop", "-cCC", data=plain)
    big = base(file("big", filler(1 << 20)))
    yield "several blocks", squeeze.tool("lzop", "-c", data=big)
    yield "bytes that do not compress", squeeze.tool("lzop", "-c",
                                                     data=base(file("big", noise(300000))))
    made = squeeze.tool("lzop", "-c", data=fixed())
    yield "without its end", made[:-4]
    yield "cut within", made[:len(made) // 2]
    yield "a damaged byte", flipped(made, len(made) // 2)
    yield "a damaged header", flipped(made, 20)
    yield "of nothing", squeeze.tool("lzop", "-c", data=b"")
    yield "of two files, one archive", (squeeze.tool("lzop", "-c", data=plain[:5000])
                                        + squeeze.tool("lzop", "-c", data=plain[5000:]))


def lz4_cases(plain):
    for level in (1, 3, 9, 12):
        yield f"legacy, level {level}", squeeze.lz4_legacy(plain, f"-{level}")
    yield "its default frame", squeeze.lz4_frame(plain)
    yield "its default frame, no checks", squeeze.lz4_frame(plain, "--no-frame-crc")
    yield "its default frame, blocks of 64 KiB", squeeze.lz4_frame(plain, "-B4")
    big = base(file("big", filler(9 << 20)))
    yield "legacy, more than 8 MiB", squeeze.lz4_legacy(big)
    yield "legacy, bytes that do not compress", squeeze.lz4_legacy(base(file("b", noise(200000))))
    yield "legacy, chunks of 4096", squeeze.lz4_chunks(plain, 4096)
    yield "legacy, chunks of 5", squeeze.lz4_chunks(plain, 5)
    yield "legacy, 8 MiB exactly", squeeze.lz4_legacy(exactly(8 << 20))
    yield "legacy, 8 MiB and 4 bytes", squeeze.lz4_legacy(exactly(8 << 20) + bytes(4))
    cut = len(plain) // 2 & ~3
    yield "of two legacy streams, one archive", (squeeze.lz4_legacy(plain[:cut])
                                                 + squeeze.lz4_legacy(plain[cut:]))
    plain = fixed()
    made = squeeze.lz4_legacy(plain)
    yield "legacy, only the magic", made[:4]
    yield "legacy, of nothing", squeeze.lz4_legacy(b"")
    yield "legacy, a chunk of no length behind it", made + bytes(4)
    yield "legacy, cut within", made[:len(made) // 2]
    yield "legacy, without the last byte", made[:-1]
    yield "legacy, a length too large", made[:4] + b"\xff\xff\xff\x7f" + made[8:]
    yield "legacy, one byte behind it", made + b"x"
    yield "legacy, three zero bytes behind it", made + bytes(3)
    yield "legacy, a damaged byte", flipped(made, len(made) // 2)


def exactly(size):
    """An archive that ends there."""
    empty = len(base(file("big", b"")))
    made = base(file("big", filler(size)[:size - empty]))
    assert len(made) == size
    return made


def zstd_cases(plain):
    for level in ("-1", "-3", "-19", "--fast=5"):
        yield f"level {level}", zstd(plain, level)
    yield "level 22", zstd(plain, "--ultra", "-22")
    yield "no check sum", zstd(plain, "--no-check")
    for log in (24, 27):
        yield f"a long window of {log}", zstd(plain, f"--long={log}")
    yield "the length in the header", zstd(plain, f"--stream-size={len(plain)}")
    yield "without the length", zstd(plain, "--no-content-size")
    big = base(file("big", filler(3 << 20)))
    yield "several blocks", zstd(big)
    yield "several blocks, level 19", zstd(big, "-19")
    yield "pzstd", squeeze.tool("pzstd", "-qc", "-p", "2", data=big)
    yield "by hand, one segment", zstd_raw(plain)
    yield "by hand, a window", zstd_raw(plain, window=0x50)
    yield "by hand, a window of 128 MiB", zstd_raw(plain, window=17 << 3)
    yield "by hand, a window of 144 MiB", zstd_raw(plain, window=17 << 3 | 1)
    yield "by hand, a window smaller than blocks", zstd_raw(plain, window=0, block=4096)
    yield "by hand, a wrong length", zstd_raw(plain, size=len(plain) + 1)
    yield "by hand, a reserved bit", zstd_raw(plain, reserved=1)
    yield "by hand, a dictionary", zstd_raw(plain, dictionary=b"\1")
    yield "by hand, a dictionary of no number", zstd_raw(plain, dictionary=b"\0")
    yield "by hand, blocks too large", zstd_raw(plain + bytes(200000), block=1 << 18)
    yield "a skippable frame before it", squeeze.skippable(b"note") + zstd(plain)
    yield "a skippable frame behind it", zstd(plain) + squeeze.skippable(b"note")
    yield "of two frames, one archive", zstd(plain[:5000]) + zstd(plain[5000:])
    yield "an empty frame before it", zstd(b"") + zstd(plain)
    yield "of nothing", zstd(b"")
    yield "zstd 0.7's magic", zstd_raw(plain, magic=b"\x27\xb5\x2f\xfd")
    made = zstd(fixed(), "--check")
    yield "a wrong check sum", flipped(made, -1)
    yield "cut within", made[:len(made) // 2]
    yield "without the last byte", made[:-1]
    yield "only a header", made[:6]
    yield "a damaged byte", flipped(made, len(made) // 2)


def other_cases(plain):
    yield "plain", plain
    yield "compress", b"\x1f\x9d\x90" + plain
    yield "pack", b"\x1f\x1e" + plain
    yield "lzip", b"LZIP\1\x0c" + plain
    yield "zip", b"PK\3\4" + plain
    yield "7z", b"7z\xbc\xaf\x27\x1c" + plain
    yield "squashfs", b"hsqs" + plain
    yield "one byte", b"x"
    yield "one character of a header", b"0"
    yield "one zero byte", bytes(1)
    yield "text", b"#!/bin/sh\necho no image\n"


def cases():
    plain = base()
    for kind, made in (("gzip", gzip_cases), ("bzip2", bzip2_cases), ("lzma", lzma_cases),
                       ("xz", xz_cases), ("lzo", lzo_cases), ("lz4", lz4_cases),
                       ("zstd", zstd_cases), ("form", other_cases)):
        for name, image in made(plain):
            yield Case(f"{kind}: {name}", image)
    yield Case("form: twice compressed", gzip(gzip(plain)))
    yield Case("form: xz within gzip", gzip(xz(plain)))
    yield Case("form: an empty archive", archive())
    yield Case("form: the program itself", PROGRAM)
