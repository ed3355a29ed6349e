/* SPDX-License-Identifier: MIT */
/* Any bytes as a block of LZO: none is read or written outside. */
#include "core/lzo.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room = size ? data[0] * 37U : 0, n = 0;
	uint8_t *in = malloc(size ? size : 1), *out = malloc(room ? room : 1);

	if (!in || !out)
		abort();
	if (size)
		memcpy(in, data + 1, size - 1);
	if (size && lzo_unpack(in, size - 1, out, room, &n) == 0 && n > room)
		abort();
	free(in);
	free(out);
	return 0;
}
