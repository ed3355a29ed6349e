/* SPDX-License-Identifier: MIT */
/* xz and lzma. Of xz the kernel takes less than liblzma does, so each part is read on its own: no
 * check but CRC32, LZMA2 behind at most a filter for x86. */
#include "image/decompress_xz.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "image/decompress.h"
#include "image/source.h"
#include "sys/fd.h"

enum { XZ_PIECE = 4096, LZMA_HEAD = 13 };

/* Bytes: what the largest dictionary of any preset takes, eight times. */
static const uint64_t memory_max = 512UL << 20;

static const char corrupt[] = "XZ-compressed data is corrupt";
static const char unsupported[] =
	"Input was encoded with settings that are not supported by this XZ decoder";

static int fail(struct decompress *job, const char *message)
{
	job->message = message;
	return 1;
}

static uint64_t little(const uint8_t *at, size_t n)
{
	uint64_t value = 0;

	while (n > 0)
		value = value << 8 | at[--n];
	return value;
}

/* A piece that is being filled. */
struct piece {
	uint8_t *bytes;
	size_t room;
	uint32_t sum; /* CRC32 of all that has come */
};

static void begin_piece(lzma_stream *stream, const struct piece *piece)
{
	stream->next_out = piece->bytes;
	stream->avail_out = piece->room;
}

static int pass_on(struct decompress *job, lzma_stream *stream, const struct piece *piece)
{
	size_t n = piece->room - stream->avail_out;

	begin_piece(stream, piece);
	return n ? job->flush(piece->bytes, n, job->ctx) : 0;
}

/* Runs a decoder to the end of its part. 0, or 1 with liblzma's status where that went wrong:
 * LZMA_BUF_ERROR if the input ends. */
static int run(struct decompress *job, lzma_stream *stream, struct piece *piece,
	       lzma_ret *ret_status)
{
	struct source *source = job->source;
	lzma_ret status = LZMA_OK;
	int r = 0;

	while (status == LZMA_OK && r == 0) {
		const uint8_t *begin;
		size_t n;

		r = source_want(source, 1);
		if (r < 0)
			return r;
		stream->next_in = source->bytes;
		stream->avail_in = n = source->n;
		begin = stream->next_out;
		status = n ? lzma_code(stream, LZMA_RUN) : LZMA_BUF_ERROR;
		piece->sum = lzma_crc32(begin, (size_t)(stream->next_out - begin), piece->sum);
		source_take(source, n - stream->avail_in);
		if (status == LZMA_OK && !stream->avail_out)
			r = pass_on(job, stream, piece);
	}
	if (r)
		return r;
	if (status == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (status == LZMA_MEMLIMIT_ERROR)
		return -E2BIG;
	*ret_status = status;
	return status != LZMA_STREAM_END;
}

/* -- lzma ----------------------------------------------------------------------------------- */

struct lzma {
	uint8_t head[LZMA_HEAD];
	uint64_t whole; /* bytes that there will be; UINT64_MAX for up to a mark */
	uint32_t dictionary;
};

/* The kernel's buffer is the dictionary, or all that there will be if that is less. Its size is an
 * int there, and of less than 4096 bytes no tool makes one, though liblzma takes it for that. */
static int lzma_head(struct decompress *job, struct lzma *ret)
{
	int r = source_want(job->source, LZMA_HEAD);

	if (r < 0)
		return r;
	if (job->source->n < LZMA_HEAD)
		return fail(job, "unexpected EOF");
	memcpy(ret->head, job->source->bytes, LZMA_HEAD);
	ret->dictionary = (uint32_t)little(ret->head + 1, 4);
	ret->whole = little(ret->head + 5, 8);
	if (ret->dictionary < LZMA_DICT_SIZE_MIN)
		return fail(job, "LZMA data is corrupt");
	if (ret->dictionary > INT_MAX && ret->whole > INT_MAX)
		return fail(job, "decompressor failed");
	if (ret->whole < ret->dictionary) /* no distance is larger */
		ret->dictionary =
			ret->whole < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : (uint32_t)ret->whole;
	for (size_t i = 0; i < 4; i++)
		ret->head[1 + i] = (uint8_t)(ret->dictionary >> 8 * i);
	return ret->dictionary > memory_max ? -E2BIG : 0;
}

/* Runs the decoder from the header on. */
static int lzma_body(struct decompress *job, const struct lzma *lzma, lzma_stream *stream)
{
	struct piece piece = { .room = lzma->whole < lzma->dictionary ? (size_t)lzma->whole
								      : lzma->dictionary };
	ARRAY_FREE uint8_t *bytes = malloc(piece.room ? piece.room : 1);
	lzma_ret status;
	int r;

	if (!bytes || lzma_alone_decoder(stream, memory_max) != LZMA_OK)
		return -ENOMEM;
	piece.bytes = bytes;
	begin_piece(stream, &piece);
	stream->next_in = lzma->head;
	stream->avail_in = LZMA_HEAD;
	status = lzma_code(stream, LZMA_RUN);
	source_take(job->source, LZMA_HEAD);
	if (status == LZMA_MEMLIMIT_ERROR)
		return -E2BIG;
	if (status != LZMA_OK)
		return status == LZMA_STREAM_END ? 0 : fail(job, "LZMA data is corrupt");
	r = run(job, stream, &piece, &status);
	if (r == 0)
		return pass_on(job, stream, &piece);
	if (r > 0 && status == LZMA_BUF_ERROR)
		return fail(job, "unexpected EOF");
	/* the kernel goes no further than the length, whatever follows it */
	if (r > 0 && status != LZMA_OK && stream->total_out == lzma->whole)
		return pass_on(job, stream, &piece);
	return r > 0 && status != LZMA_OK ? fail(job, "LZMA data is corrupt") : r;
}

/* Ends the search for a mark where the length is reached: none counts behind it. */
static int count_down(const uint8_t *bytes, size_t n, void *ctx)
{
	uint64_t *left = ctx;

	(void)bytes;
	if (n >= *left)
		return 1;
	*left -= n;
	return 0;
}

static void lzma_until_mark(struct lzma *lzma)
{
	memset(lzma->head + 5, 0xff, 8);
	lzma->whole = UINT64_MAX;
}

/* True if a mark ends the stream before its length does: the kernel takes either, liblzma only that
 * length. The image is read once more for that, unless it is a pipe. */
static bool lzma_has_mark(const struct decompress *job, const struct lzma *lzma)
{
	bool is_pipe = lseek(job->source->fd, 0, SEEK_CUR) < 0; /* to open it again might wait */
	FD_CLEANUP int fd = is_pipe ? -1 : fd_reopen(job->source->fd, O_RDONLY | O_CLOEXEC);
	uint64_t left = lzma->whole;
	struct source source = { .fd = fd };
	struct decompress probe = { .source = &source, .flush = count_down, .ctx = &left };
	lzma_stream stream = LZMA_STREAM_INIT;
	struct lzma marked = *lzma;
	bool has;

	if (lzma->whole == UINT64_MAX || fd < 0 ||
	    lseek(fd, (off_t)job->source->at, SEEK_SET) < 0 ||
	    source_want(&source, LZMA_HEAD) < 0 || source.n < LZMA_HEAD) {
		source_drop(&source);
		return false;
	}
	lzma_until_mark(&marked);
	has = lzma_body(&probe, &marked, &stream) == 0 && stream.total_out < lzma->whole;
	lzma_end(&stream);
	source_drop(&source);
	return has;
}

int decompress_lzma(struct decompress *job)
{
	lzma_stream stream = LZMA_STREAM_INIT;
	struct lzma lzma;
	int r = lzma_head(job, &lzma);

	if (r)
		return r;
	if (lzma_has_mark(job, &lzma))
		lzma_until_mark(&lzma);
	r = lzma_body(job, &lzma, &stream);
	lzma_end(&stream);
	return r;
}

/* -- xz ------------------------------------------------------------------------------------- */

struct xz {
	struct decompress *job;
	lzma_stream_flags head;
	lzma_index_hash *index;
	struct piece piece;
	lzma_stream stream; /* its output is one through all blocks */
};

static int xz_status(struct decompress *job, lzma_ret status)
{
	switch ((int)status) {
	case LZMA_OK:
		return 0;
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	case LZMA_FORMAT_ERROR:
		return fail(job, "Input is not in the XZ format (wrong magic bytes)");
	case LZMA_OPTIONS_ERROR:
		return fail(job, unsupported);
	default:
		return fail(job, corrupt);
	}
}

/* Makes n bytes to be looked at; the end of the image is an error. */
static int xz_want(struct decompress *job, size_t n)
{
	int r = source_want(job->source, n);

	if (r < 0)
		return r;
	return job->source->n < n ? fail(job, corrupt) : 0;
}

static int xz_head(struct xz *xz)
{
	struct decompress *job = xz->job;
	int r = xz_want(job, LZMA_STREAM_HEADER_SIZE);

	if (r == 0)
		r = xz_status(job, lzma_stream_header_decode(&xz->head, job->source->bytes));
	if (r)
		return r;
	source_take(job->source, LZMA_STREAM_HEADER_SIZE);
	return xz->head.check > LZMA_CHECK_CRC32 ? fail(job, unsupported) : 0;
}

/* The one filter for machine code that kernels for x86 have in any case. */
static bool is_known(const lzma_filter *filter)
{
	return filter->id == LZMA_FILTER_X86 && !filter->options;
}

static bool are_known(const lzma_filter *filters)
{
	size_t n = 0;

	while (filters[n].id != LZMA_VLI_UNKNOWN)
		n++;
	return (n == 1 || (n == 2 && is_known(&filters[0]))) &&
	       filters[n - 1].id == LZMA_FILTER_LZMA2;
}

/* Its sum is looked at here, to tell two errors apart: if it is wrong, all bytes of the block have
 * been passed on, but of a piece that cannot be unpacked none is. */
static int xz_run_block(struct xz *xz, lzma_block *block)
{
	struct decompress *job = xz->job;
	lzma_ret status = LZMA_OK;
	int r;

	if (!are_known(block->filters))
		return fail(job, unsupported);
	if (lzma_raw_decoder_memusage(block->filters) > memory_max)
		return -E2BIG;
	block->ignore_check = true;
	r = xz_status(job, lzma_block_decoder(&xz->stream, block));
	if (r)
		return r;
	xz->piece.sum = 0;
	r = run(job, &xz->stream, &xz->piece, &status);
	if (r < 0 || (r > 0 && status == LZMA_OK)) /* OK: no more was wanted */
		return r;
	if (status != LZMA_STREAM_END && status != LZMA_BUF_ERROR)
		begin_piece(&xz->stream, &xz->piece);
	if (status != LZMA_STREAM_END)
		return xz_status(job, status);
	if (block->check == LZMA_CHECK_CRC32 &&
	    xz->piece.sum != (uint32_t)little(block->raw_check, 4))
		return fail(job, corrupt);
	return xz_status(job, lzma_index_hash_append(xz->index, lzma_block_unpadded_size(block),
						     block->uncompressed_size));
}

static int xz_block(struct xz *xz)
{
	struct decompress *job = xz->job;
	lzma_filter filters[LZMA_FILTERS_MAX + 1];
	lzma_block block = { .version = 1, .check = xz->head.check, .filters = filters };
	int r;

	block.header_size = lzma_block_header_size_decode(*job->source->bytes);
	r = xz_want(job, block.header_size);
	if (r == 0)
		r = xz_status(job, lzma_block_header_decode(&block, NULL, job->source->bytes));
	if (r)
		return r;
	source_take(job->source, block.header_size);
	r = xz_run_block(xz, &block);
	for (size_t i = 0; filters[i].id != LZMA_VLI_UNKNOWN; i++)
		free(filters[i].options);
	return r;
}

static int xz_index(struct xz *xz)
{
	struct source *source = xz->job->source;
	lzma_ret status = LZMA_OK;

	while (status == LZMA_OK) {
		size_t used = 0;
		int r = xz_want(xz->job, 1);

		if (r)
			return r;
		status = lzma_index_hash_decode(xz->index, source->bytes, &used, source->n);
		source_take(source, used);
	}
	return status == LZMA_STREAM_END ? 0 : xz_status(xz->job, status);
}

static int xz_foot(struct xz *xz)
{
	struct decompress *job = xz->job;
	lzma_stream_flags foot;
	int r = xz_want(job, LZMA_STREAM_HEADER_SIZE);

	if (r)
		return r;
	if (lzma_stream_footer_decode(&foot, job->source->bytes) != LZMA_OK ||
	    foot.backward_size != lzma_index_hash_size(xz->index) ||
	    lzma_stream_flags_compare(&xz->head, &foot) != LZMA_OK)
		return fail(job, corrupt);
	source_take(job->source, LZMA_STREAM_HEADER_SIZE);
	return 0;
}

static int xz_all(struct xz *xz)
{
	struct decompress *job = xz->job;
	int r = xz_head(xz);

	while (r == 0) {
		r = xz_want(job, 1);
		if (r || !*job->source->bytes)
			break;
		r = xz_block(xz);
	}
	if (r == 0)
		r = xz_index(xz);
	return r == 0 ? xz_foot(xz) : r;
}

int decompress_xz(struct decompress *job)
{
	uint8_t bytes[XZ_PIECE];
	struct xz xz = {
		.job = job,
		.index = lzma_index_hash_init(NULL, NULL),
		.piece = { .bytes = bytes, .room = XZ_PIECE },
		.stream = LZMA_STREAM_INIT,
	};
	int r = -ENOMEM;

	begin_piece(&xz.stream, &xz.piece);
	if (xz.index)
		r = xz_all(&xz);
	/* what has been unpacked is passed on, whatever came behind it */
	if (r >= 0) {
		int passed = pass_on(job, &xz.stream, &xz.piece);

		r = passed < 0 || r == 0 ? passed : r;
	}
	lzma_end(&xz.stream);
	lzma_index_hash_end(xz.index, NULL);
	return r;
}
