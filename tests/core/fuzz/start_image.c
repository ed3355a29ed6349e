/* SPDX-License-Identifier: MIT */
/* Any bytes as an image, of which the fuzzer has the head's; what is found sound is walked as the
 * restorer does. */
#include "core/start_image.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, WRITE = 2 };

/* True if the bytes are in pages that are written to. */
static int is_writable(const struct start_image *image, uint64_t address, uint64_t n)
{
	for (uint32_t i = 0; i < image->head->n_segments; i++) {
		const struct start_segment *at = image->segments + i;

		if (address >= at->address && address + n <= at->address + at->length)
			return at->protection & WRITE;
	}
	return 0;
}

static void walk(const struct start_image *image)
{
	const struct start_head *head = image->head;
	uint64_t end = 0, sum = 0;

	for (uint32_t i = 0; i < head->n_segments; i++) {
		const struct start_segment *segment = image->segments + i;

		if (segment->address < end || segment->address + segment->length < segment->address)
			abort();
		end = segment->address + segment->length;
		if (!(segment->flags & START_SEGMENT_ZERO) &&
		    (segment->offset < START_HEAD_SIZE ||
		     segment->offset + segment->length > head->size))
			abort();
	}
	for (uint32_t i = 0; i < head->n_words; i++) {
		if (!is_writable(image, image->words[i].address, sizeof(uint64_t)))
			abort();
	}
	for (uint32_t i = 0; i < head->n_watches; i++)
		sum += strlen(image->text + image->watches[i].path);
	for (uint32_t i = 0; i < head->vdso_size; i++)
		sum += image->vdso[i];
	if (!is_writable(image, head->tid, 4) || !is_writable(image, head->thread, 64) ||
	    sum == UINT64_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of the exact size, that a byte too far is seen */
	char *bytes = calloc(1, START_HEAD_SIZE);
	struct start_image image;
	const struct start_head *head = (const void *)bytes;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size < START_HEAD_SIZE ? size : START_HEAD_SIZE);
	if (start_image_check(bytes, head->size, PAGE, EM_X86_64, &image) == 0)
		walk(&image);
	free(bytes);
	return 0;
}
