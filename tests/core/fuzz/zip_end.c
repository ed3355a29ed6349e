/* SPDX-License-Identifier: MIT */
/* Any bytes as the end of a file, and as the directory that it names. */
#include "core/zip_end.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = size < ZIP_END_TAIL ? size : ZIP_END_TAIL;
	struct zip_end end;

	(void)zip_end_has_main(data, size);
	if (zip_end_find(data + size - n, n, size, &end) < 0)
		return 0;
	if (end.at > size || end.size > size - end.at)
		abort();
	(void)zip_end_has_main(data + end.at, end.size);
	return 0;
}
