/* SPDX-License-Identifier: MIT */
/* Any bytes as an initramfs: what is found lies inside, and the reader comes to an end. */
#include "core/cpio.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cpio_entry entry;
	size_t at = 0, before = 0;

	while (cpio_next(data, size, &at, &entry) == CPIO_ENTRY) {
		const uint8_t *name = (const uint8_t *)entry.name;

		if (at <= before || at > size)
			abort();
		if (name < data || name + strlen(entry.name) >= data + size)
			abort();
		if (entry.bytes < data || entry.size > (size_t)(data + size - entry.bytes))
			abort();
		before = at;
	}
	return 0;
}
