/* SPDX-License-Identifier: MIT */
/* Any bytes as nsswitch.conf: names are told as often as they are counted, each on one line. */
#include "core/nsswitch.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char names[256], *copy = malloc(size ? size : 1);
	int n;

	if (!copy)
		return 0;
	memcpy(copy, data, size); /* so that reading one byte too many is seen */
	n = nsswitch_others(copy, size, "passwd", names, sizeof(names));
	if ((n > 0) != (n >= 0 && names[0] != '\0') || (n >= 0 && strchr(names, '\n')))
		abort();
	free(copy);
	return 0;
}
