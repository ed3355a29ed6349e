/* SPDX-License-Identifier: MIT */
/* Any bytes as entry_points.txt: what is taken is safe as a file's name and in a script. */
#include "core/entry_point.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct entry_points points = { .at = (const char *)data, .left = size };
	struct entry_point point;
	char script[1024];
	int r;

	while ((r = entry_point_next(&points, &point)) != 0) {
		if (r < 0)
			continue;
		if (!point.name[0] || strchr("-.", point.name[0]) || strpbrk(point.name, "/ \n"))
			abort();
		if (strpbrk(point.module, " ;\n()") || strpbrk(point.attribute, " ;\n()"))
			abort();
		if (entry_point_script(&point, script, sizeof(script)) < 0)
			abort();
	}
	return 0;
}
