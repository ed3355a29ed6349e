/* SPDX-License-Identifier: MIT */
/* Any bytes as Python that starts programs: it ends, and names are whole. */
#include "core/pycalls.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/called.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pycalls calls = { .bytes = (const char *)data, .n = size };
	struct called called = { 0 };
	unsigned line, before = 1;

	while (pycalls_next(&calls, &called, &line)) {
		if (line < before || called.n == 0 || called.n > CALLED_MAX)
			abort();
		before = line;
		for (size_t i = 0; i < called.n; i++) {
			if (!called.names[i][0] || strchr(called.names[i], CALLED_UNKNOWN))
				abort();
		}
	}
	called.n = 0;
	called_add_shell(&called, (const char *)data, size, false);
	return 0;
}
