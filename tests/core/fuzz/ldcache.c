/* SPDX-License-Identifier: MIT */
/* Any bytes as ld.so's cache: what is found ends inside of it. */
#include "core/ldcache.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path;
	size_t at = 0;

	while ((path = ldcache_next(data, size, "libc.so.6", &at))) {
		if ((const uint8_t *)path < data ||
		    path + strlen(path) >= (const char *)data + size)
			abort();
	}
	return 0;
}
