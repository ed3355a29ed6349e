/* SPDX-License-Identifier: MIT */
/* Any bytes as a segment of notes. The first byte chooses how it is read. */
#include "core/x86_level.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	unsigned level = 77;

	if (!copy || !size) {
		free(copy);
		return 0;
	}
	memcpy(copy, data + 1, size - 1); /* so that reading one byte too many is seen */
	copy = realloc(copy, size > 1 ? size - 1 : 1);
	if (!copy)
		abort();
	int r = x86_level_needed(
		copy, size - 1, data[0] & 1 ? X86_LEVEL_NOTE : X86_LEVEL_GNU_PROPERTY,
		data[0] & 2 ? 4 : 8, data[0] & 4 ? ELFCLASS32 : ELFCLASS64, &level);

	if (r != 0 && r != 1)
		abort();
	if (r ? level > X86_LEVEL_NONE_HAS : level != 77)
		abort();
	free(copy);
	return 0;
}
