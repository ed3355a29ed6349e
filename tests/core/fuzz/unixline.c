/* SPDX-License-Identifier: MIT */
/* Any bytes as a line of /proc/net/unix. */
#include "core/unixline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];

	if (unixline_path((const char *)data, size, path, sizeof(path)) < 0)
		return 0;
	if (path[0] != '/' || strlen(path) >= sizeof(path) ||
	    !memmem(data, size, path, strlen(path)))
		abort();
	return 0;
}
