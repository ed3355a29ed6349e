/* SPDX-License-Identifier: MIT */
/* Any bytes as METADATA: fields lie in the text, one after the other, and reading ends. */
#include "core/metadata.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *before = text;
	struct metadata metadata = { text, size };
	struct metadata_field field;
	char value[32];
	int r;

	while (metadata_next(&metadata, &field) > 0) {
		if (field.name < before || !field.n_name ||
		    field.value < field.name + field.n_name ||
		    field.value + field.n_value > metadata.at || metadata.at <= before ||
		    metadata.at + metadata.left != text + size)
			abort();
		before = metadata.at;
	}
	r = metadata_find(text, size, "Name", value, sizeof(value));
	if (r > 0 ? strlen(value) >= sizeof(value) : r != 0 && r != -EINVAL && r != -E2BIG)
		abort();
	return 0;
}
