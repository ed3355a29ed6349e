/* SPDX-License-Identifier: MIT */
/* Any bytes as Python source. */
#include "core/pyscan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pyscan scan = { .bytes = (const char *)data, .n = size };
	char name[PYSCAN_NAME_MAX];
	unsigned line = 0, lines = 1;
	size_t events = 0;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	while (pyscan_next(&scan, name, &line) != PYSCAN_END) {
		if (!name[0] || strlen(name) >= sizeof(name) || !line || line > lines + 1)
			abort();
		events++;
	}
	if (events > size || scan.at > size)
		abort();
	return 0;
}
