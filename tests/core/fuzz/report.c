/* SPDX-License-Identifier: MIT */
/* Any bytes as a program's output: what is printed is valid UTF-8 without what would end its
 * string, and two outputs differ if and only if their bytes do. */
#include "core/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_escaped(enum report_syntax syntax, const char *bytes, size_t n)
{
	char dst[16];
	size_t taken, used;

	for (; n > 0; bytes += taken, n -= taken) {
		used = report_escape(syntax, bytes, n, dst, sizeof(dst), &taken);
		if (taken == 0 || taken > n || used == 0 || used > sizeof(dst))
			abort();
		for (size_t i = 0; i < used; i++) {
			unsigned char c = (unsigned char)dst[i];

			if ((syntax == REPORT_JSON && c < 0x20) ||
			    (syntax == REPORT_XML && (c == '<' || c == '"' || c == '\0')))
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct report_difference at;
	size_t half = size / 2;

	check_escaped(REPORT_JSON, bytes, size);
	check_escaped(REPORT_XML, bytes, size);
	if (report_differ(bytes, half, bytes + half, size - half, &at) ==
	    (half == size - half && memcmp(bytes, bytes + half, half) == 0))
		abort();
	return 0;
}
