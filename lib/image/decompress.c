/* SPDX-License-Identifier: MIT */
/* gzip, bzip2, lz4, lzo and zstd. A piece is as large as the kernel's buffer. */
#include "image/decompress.h"

#include <bzlib.h>
#include <errno.h>
#include <limits.h>
#include <lz4.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/array.h"
#include "core/initramfs.h"
#include "core/lzo.h"
#include "image/decompress_xz.h"
#include "image/source.h"

static int fail(struct decompress *job, const char *message)
{
	job->message = message;
	return 1;
}

static uint32_t le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t be32(const uint8_t *at)
{
	return at[3] | (uint32_t)at[2] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[0] << 24;
}

/* -- gzip ----------------------------------------------------------------------------------- */

enum { GZIP_HEAD = 10, GZIP_TRAILER = 8, GZIP_HAS_NAME = 8, GZIP_PIECE = 32 * 1024 };

/* Of what may stand in a header the kernel knows only the file's name. */
static int gzip_head(struct decompress *job)
{
	struct source *source = job->source;
	int r = source_want(source, GZIP_HEAD);
	bool in_name;

	if (r < 0)
		return r;
	if (source->n < GZIP_HEAD || memcmp(source->bytes, "\x1f\x8b\x08", 3) != 0)
		return fail(job, "Not a gzip file");
	in_name = source->bytes[3] & GZIP_HAS_NAME;
	source_take(source, GZIP_HEAD);
	while (in_name) {
		r = source_want(source, 1);
		if (r < 0)
			return r;
		if (!source->n)
			return fail(job, "header error");
		in_name = *source->bytes;
		source_take(source, 1);
	}
	return 0;
}

/* Fills the piece as far as the input goes. zlib's status, Z_BUF_ERROR at the end of the input, or
 * -errno below all of them. */
enum { GZIP_CANNOT_READ = -1000 };

static int gzip_fill(struct source *source, z_stream *stream)
{
	int status = Z_OK;

	while (status == Z_OK && stream->avail_out) {
		int r = source_want(source, 1);
		size_t n = source->n < INT_MAX ? source->n : INT_MAX;

		if (r < 0)
			return GZIP_CANNOT_READ + r;
		if (!n)
			return Z_BUF_ERROR;
		stream->next_in = (Bytef *)(uintptr_t)source->bytes; /* is only read */
		stream->avail_in = (uInt)n;
		status = inflate(stream, Z_NO_FLUSH);
		source_take(source, n - stream->avail_in);
	}
	return status;
}

/* Sums are not looked at. */
static int gzip_body(struct decompress *job, z_stream *stream, uint8_t *piece)
{
	for (;;) {
		int status, r = 0;

		stream->next_out = piece;
		stream->avail_out = GZIP_PIECE;
		status = gzip_fill(job->source, stream);
		if (status < GZIP_CANNOT_READ)
			return status - GZIP_CANNOT_READ;
		if (stream->avail_out < GZIP_PIECE)
			r = job->flush(piece, GZIP_PIECE - stream->avail_out, job->ctx);
		if (r || status == Z_STREAM_END)
			return r;
		if (status != Z_OK)
			return fail(job,
				    status == Z_BUF_ERROR ? "read error" : "uncompression error");
	}
}

static int gzip(struct decompress *job)
{
	ARRAY_FREE uint8_t *piece = malloc(GZIP_PIECE);
	z_stream stream = { 0 };
	int r = gzip_head(job);

	if (r)
		return r;
	if (!piece || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return -ENOMEM;
	r = gzip_body(job, &stream, piece);
	(void)inflateEnd(&stream);
	if (r)
		return r;
	r = source_want(job->source, GZIP_TRAILER);
	if (r < 0)
		return r;
	/* it is skipped unseen: the kernel then stands behind the image and reads on */
	job->crashes = job->source->n < GZIP_TRAILER;
	if (job->crashes)
		return fail(job, "decompressor failed");
	source_take(job->source, GZIP_TRAILER);
	return 0;
}

/* -- bzip2 ---------------------------------------------------------------------------------- */

enum {
	BZIP2_HEAD = 4,
	BZIP2_RANDOM = BZIP2_HEAD + 10, /* behind the mark and the sum of the first block */
	BZIP2_PIECE = 4096,
	BZIP2_TAIL = 11, /* bytes that the end of a stream lies in: 48 bits, 32 of a sum, 7 */
};

struct bzip2 {
	struct decompress *job;
	bz_stream stream;
	char piece[BZIP2_PIECE];
	uint8_t tail[BZIP2_TAIL]; /* the bytes that were taken last */
};

static void bzip2_take(struct bzip2 *bzip2, size_t n)
{
	struct source *source = bzip2->job->source;
	size_t kept = n < BZIP2_TAIL ? BZIP2_TAIL - n : 0;

	memmove(bzip2->tail, bzip2->tail + BZIP2_TAIL - kept, kept);
	memcpy(bzip2->tail + kept, source->bytes + n - (BZIP2_TAIL - kept), BZIP2_TAIL - kept);
	source_take(source, n);
}

/* True if what was taken last has the mark of the stream's end, at whatever bit. */
static bool bzip2_is_at_end(const struct bzip2 *bzip2)
{
	static const uint64_t mark = 0x177245385090;
	uint64_t bits = 0;

	for (size_t i = 0; i < BZIP2_TAIL * 8; i++) {
		bits = bits << 1 | (bzip2->tail[i / 8] >> (7 - i % 8) & 1);
		if (i >= 47 && (bits & ((1ULL << 48) - 1)) == mark)
			return true;
	}
	return false;
}

static int bzip2_pass_on(struct bzip2 *bzip2)
{
	size_t n = BZIP2_PIECE - bzip2->stream.avail_out;

	bzip2->stream.next_out = bzip2->piece;
	bzip2->stream.avail_out = BZIP2_PIECE;
	return n ? bzip2->job->flush((uint8_t *)bzip2->piece, n, bzip2->job->ctx) : 0;
}

/* The piece that was begun is lost, but where only the sum of the whole is wrong, or cut off. A
 * kernel does not notice that the input ends: in the middle of a block it decodes what bits it has
 * left, and writes where it should not: some cuts end well, some do not. */
static int bzip2_failed(struct bzip2 *bzip2, int status)
{
	struct decompress *job = bzip2->job;
	int r;

	if (status == BZ_MEM_ERROR)
		return -ENOMEM;
	if (bzip2_is_at_end(bzip2)) {
		r = bzip2_pass_on(bzip2);
		return r < 0 ? r : fail(job, "Data integrity error when decompressing.");
	}
	job->crashes = status == BZ_OK && bzip2->stream.total_in_lo32 > BZIP2_HEAD + 10;
	return fail(job, status == BZ_OK ? "decompressor failed"
					 : "Data integrity error when decompressing.");
}

static int bzip2_body(struct bzip2 *bzip2)
{
	struct source *source = bzip2->job->source;
	bz_stream *stream = &bzip2->stream;
	int status = BZ_OK, r = 0;

	while (status == BZ_OK && r == 0) {
		size_t n;

		r = source_want(source, 1);
		if (r < 0)
			return r;
		n = source->n < INT_MAX ? source->n : INT_MAX;
		if (!n)
			break;
		stream->next_in = (char *)(uintptr_t)source->bytes; /* is only read */
		stream->avail_in = (unsigned)n;
		status = BZ2_bzDecompress(stream);
		bzip2_take(bzip2, n - stream->avail_in);
		if (status == BZ_STREAM_END || (status == BZ_OK && !stream->avail_out))
			r = bzip2_pass_on(bzip2);
	}
	return r || status == BZ_STREAM_END ? r : bzip2_failed(bzip2, status);
}

static int bzip2(struct decompress *job)
{
	ARRAY_FREE struct bzip2 *bzip2 = calloc(1, sizeof(*bzip2));
	int r = source_want(job->source, BZIP2_RANDOM + 1);

	if (r < 0)
		return r;
	/* made before 1999; in a later block alone it is not looked for */
	if (job->source->n > BZIP2_RANDOM && job->source->bytes[BZIP2_HEAD] == 0x31 &&
	    job->source->bytes[BZIP2_RANDOM] & 0x80)
		return fail(job, "decompressor failed");
	if (job->source->n < BZIP2_HEAD || memcmp(job->source->bytes, "BZh", 3) != 0 ||
	    job->source->bytes[3] < '1' || job->source->bytes[3] > '9')
		return fail(job, "decompressor failed");
	if (!bzip2 || BZ2_bzDecompressInit(&bzip2->stream, 0, 0) != BZ_OK)
		return -ENOMEM;
	bzip2->job = job;
	bzip2->stream.next_out = bzip2->piece;
	bzip2->stream.avail_out = BZIP2_PIECE;
	r = bzip2_body(bzip2);
	(void)BZ2_bzDecompressEnd(&bzip2->stream);
	return r;
}

/* -- lz4 ------------------------------------------------------------------------------------ */

enum { LZ4_MAGIC = 0x184c2102 /* "legacy" */, LZ4_PIECE = 8 << 20 };

/* A block of size bytes, its size already taken. Behind a stream, whatever stands there is taken
 * for a size; the kernel reads on behind the image, where zeros are, and looks at its end
 * afterwards. */
static int lz4_block(struct decompress *job, size_t size, uint8_t *piece)
{
	ARRAY_FREE char *longer = NULL;
	struct source *source = job->source;
	size_t have;
	int n, r;

	if (size > (size_t)LZ4_compressBound(LZ4_PIECE))
		return fail(job, "Decoding failed");
	r = source_want(source, size);
	if (r < 0)
		return r;
	have = source->n < size ? source->n : size;
	if (have < size) {
		longer = calloc(1, size);
		if (!longer)
			return -ENOMEM;
		memcpy(longer, source->bytes, have);
	}
	n = LZ4_decompress_safe(longer ? longer : (const char *)source->bytes, (char *)piece,
				(int)size, LZ4_PIECE);
	if (n < 0)
		return fail(job, "Decoding failed");
	source_take(source, have);
	r = job->flush(piece, (size_t)n, job->ctx);
	return r == 0 && longer ? fail(job, "data corrupted") : r;
}

/* Ends at the image's end or at zeros, which are not taken. */
static int lz4(struct decompress *job)
{
	ARRAY_FREE uint8_t *piece = malloc(LZ4_PIECE);
	struct source *source = job->source;

	if (!piece)
		return -ENOMEM;
	for (bool first = true;; first = false) {
		int r = source_want(source, 4);
		uint32_t size = r == 0 && source->n >= 4 ? le32(source->bytes) : 0;

		if (r < 0)
			return r;
		if (first && size != LZ4_MAGIC)
			return fail(job, "invalid header");
		if (!size)
			return 0;
		source_take(source, 4);
		if (size == LZ4_MAGIC)
			continue;
		r = lz4_block(job, size, piece);
		if (r)
			return r;
	}
}

/* -- lzo ------------------------------------------------------------------------------------ */

enum {
	LZO_MAGIC = 9,
	LZO_HEAD_MIN = LZO_MAGIC + 7 + 4 + 8 + 1 + 4,
	LZO_HEAD_MAX = LZO_MAGIC + 8 + 8 + 12 + 1 + 255 + 4,
	LZO_PIECE = 256 * 1024,
};

/* The length of lzop's header, or 0 if it is none. */
static size_t lzo_head(const uint8_t *head, size_t n)
{
	size_t at = LZO_MAGIC + 7;
	bool later;

	if (n < LZO_HEAD_MIN || memcmp(head, "\x89LZO\0\r\n\x1a\n", LZO_MAGIC) != 0)
		return 0;
	later = (head[LZO_MAGIC] << 8 | head[LZO_MAGIC + 1]) >= 0x940;
	at += later;			       /* level */
	at += be32(head + at) & 0x800 ? 8 : 4; /* flags, and a filter */
	if (n - at < 8 + 1 + 4)
		return 0;
	at += later ? 12 : 8; /* mode and time */
	if (at >= n || n - at < 1U + head[at] + 4)
		return 0;
	return at + 1 + head[at] + 4; /* name and sum */
}

/* One block, of which the kernel takes one sum, whatever the header says. 1 also behind the last
 * one, without a message. */
static int lzo_block(struct decompress *job, uint8_t *piece)
{
	struct source *source = job->source;
	uint32_t unpacked, packed;
	size_t n;
	int r = source_want(source, 12);

	if (r < 0)
		return r;
	if (source->n < 4)
		return fail(job, "file corrupted");
	unpacked = be32(source->bytes);
	if (!unpacked) {
		source_take(source, 4);
		return 1;
	}
	if (unpacked > LZO_PIECE)
		return fail(job, "dest len longer than block size");
	packed = source->n < 12 ? 0 : be32(source->bytes + 4);
	if (!packed || packed > unpacked)
		return fail(job, "file corrupted");
	source_take(source, 12);
	r = source_want(source, packed);
	if (r < 0)
		return r;
	if (source->n < packed)
		return fail(job, "file corrupted");
	if (packed == unpacked)
		memcpy(piece, source->bytes, n = packed);
	else if (lzo_unpack(source->bytes, packed, piece, unpacked, &n) < 0 || n != unpacked)
		return fail(job, "Compressed data violation");
	source_take(source, packed);
	r = job->flush(piece, n, job->ctx);
	return r > 0 ? fail(job, "decompressor failed") : r;
}

static int lzo(struct decompress *job)
{
	ARRAY_FREE uint8_t *piece = malloc(LZO_PIECE);
	size_t head;
	int r = source_want(job->source, LZO_HEAD_MAX);

	if (r < 0)
		return r;
	if (!piece)
		return -ENOMEM;
	head = lzo_head(job->source->bytes, job->source->n);
	if (!head)
		return fail(job, "invalid header");
	source_take(job->source, head);
	while (r == 0)
		r = lzo_block(job, piece);
	return r > 0 && !job->message ? 0 : r;
}

/* -- zstd ----------------------------------------------------------------------------------- */

enum { ZSTD_PIECE = 128 * 1024, ZSTD_HEAD_MAX = 18 };

static int zstd_failed(struct decompress *job, size_t status)
{
	switch ((int)ZSTD_getErrorCode(status)) {
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	case ZSTD_error_prefix_unknown:
		return fail(job, "Input is not in the ZSTD format (wrong magic bytes)");
	case ZSTD_error_dstSize_tooSmall:
	case ZSTD_error_corruption_detected:
	case ZSTD_error_checksum_wrong:
		return fail(job, "ZSTD-compressed data is corrupt");
	default: /* such as a window of more than 128 MiB, or a dictionary */
		return fail(job, "ZSTD-compressed data is probably corrupt");
	}
}

static int zstd_frame(struct decompress *job, ZSTD_DStream *stream, uint8_t *piece)
{
	struct source *source = job->source;
	ZSTD_outBuffer out = { .dst = piece, .size = ZSTD_PIECE };
	size_t status = 1;

	while (status) {
		int r = source_want(source, 1);
		ZSTD_inBuffer in = { .src = source->bytes, .size = source->n };

		if (r < 0)
			return r;
		if (in.size)
			status = ZSTD_decompressStream(stream, &out, &in);
		source_take(source, in.pos);
		if (ZSTD_isError(status)) /* the piece that was begun is lost */
			return zstd_failed(job, status);
		if (out.pos && (out.pos == out.size || !status || !source->n)) {
			r = job->flush(piece, out.pos, job->ctx);
			out.pos = 0;
		}
		if (r)
			return r;
		if (status && !in.size)
			return fail(job, "ZSTD-compressed data is truncated");
	}
	return 0;
}

/* The length of a frame's header, of which there are five bytes. */
static size_t zstd_head(const uint8_t *head)
{
	static const uint8_t dictionary[] = { 0, 1, 2, 4 }, content[] = { 0, 2, 4, 8 };
	bool single = head[4] & 0x20;

	return 5U + !single + dictionary[head[4] & 3] + content[head[4] >> 6] +
	       (single && !(head[4] >> 6));
}

static int zstd(struct decompress *job)
{
	ARRAY_FREE uint8_t *piece = malloc(ZSTD_PIECE);
	ZSTD_DStream *stream;
	int r = source_want(job->source, ZSTD_HEAD_MAX);

	if (r < 0)
		return r;
	if (job->source->n < 5 || (le32(job->source->bytes) == ZSTD_MAGICNUMBER &&
				   job->source->n < zstd_head(job->source->bytes)))
		return fail(job, "ZSTD-compressed data has an incomplete frame header");
	stream = ZSTD_createDStream();
	r = piece && stream ? zstd_frame(job, stream, piece) : -ENOMEM;
	(void)ZSTD_freeDStream(stream);
	return r;
}

int decompress_run(struct decompress *job)
{
	int r = source_want(job->source, 2);

	if (r < 0)
		return r;
	job->message = NULL;
	switch (initramfs_format(job->source->bytes, job->source->n)) {
	case INITRAMFS_UNKNOWN:
		break;
	case INITRAMFS_GZIP:
		return gzip(job);
	case INITRAMFS_BZIP2:
		return bzip2(job);
	case INITRAMFS_LZMA:
		return decompress_lzma(job);
	case INITRAMFS_XZ:
		return decompress_xz(job);
	case INITRAMFS_LZO:
		return lzo(job);
	case INITRAMFS_LZ4:
		return lz4(job);
	case INITRAMFS_ZSTD:
		return zstd(job);
	}
	return fail(job, "invalid magic at start of compressed archive");
}
