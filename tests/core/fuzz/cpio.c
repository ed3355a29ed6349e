/* SPDX-License-Identifier: MIT */
/* Any bytes as an initramfs, in pieces of any size: what the visitor gets lies inside and has its
 * limits, and the unpacker comes to an end. */
#include "core/cpio.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	uint64_t promised, given; /* bytes of the file that is being written */
	int open;
};

static int on_trailer(void *ctx)
{
	if (((struct seen *)ctx)->open)
		abort();
	return 0;
}

static int on_member(const struct cpio_member *member, void *ctx)
{
	struct seen *seen = ctx;

	if (seen->open || strlen(member->name) >= CPIO_PATH_MAX)
		abort();
	if (member->size && (member->mode & 0170000) != 0100000)
		abort();
	*seen = (struct seen){ .promised = member->size };
	seen->open = (member->mode & 0170000) == 0100000 && member->ino % 3;
	return seen->open;
}

static int on_body(const uint8_t *bytes, size_t n, void *ctx)
{
	struct seen *seen = ctx;
	uint8_t copy[64];

	memcpy(copy, bytes, n < sizeof(copy) ? n : sizeof(copy)); /* can be read */
	seen->given += n;
	if (!seen->open || seen->given > seen->promised)
		abort();
	return 0;
}

static int on_complete(void *ctx)
{
	struct seen *seen = ctx;

	if (!seen->open || seen->given != seen->promised)
		abort();
	seen->open = 0;
	return 0;
}

static int on_link(const struct cpio_member *member, const char *target, void *ctx)
{
	if (((struct seen *)ctx)->open || strlen(member->name) >= CPIO_PATH_MAX ||
	    strlen(target) > CPIO_PATH_MAX)
		abort();
	return 0;
}

static void feed(struct cpio *cpio, const uint8_t *data, size_t size, size_t piece)
{
	while (size) {
		size_t n = size < piece ? size : piece;
		uint8_t *copy = malloc(n); /* so that reading beyond it is found */

		if (!copy)
			abort();
		memcpy(copy, data, n);
		if (cpio_flush(cpio, copy, n) != 0) {
			free(copy);
			if (!cpio->message)
				abort();
			return;
		}
		free(copy);
		data += n;
		size -= n;
	}
}

static void feed_plain(struct cpio *cpio, const uint8_t *data, size_t size)
{
	while (size && !cpio->message) {
		size_t used;

		if (*data == '0' && cpio->at % 4 == 0)
			cpio_start(cpio);
		else if (cpio->state != CPIO_RESET || *data)
			return;
		if (cpio_write(cpio, data, size, &used) < 0 || used > size)
			abort();
		if (!used && !cpio->message)
			abort();
		data += used;
		size -= used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = { 0 };
	const struct cpio_visitor visitor = { on_trailer,  on_member, on_body,
					      on_complete, on_link,   &seen };
	static struct cpio cpio;

	if (!size)
		return 0;
	cpio_init(&cpio, &visitor);
	if (data[0] == '0')
		feed_plain(&cpio, data, size);
	else
		feed(&cpio, data + 1, size - 1, data[0] + 1U);
	return 0;
}
