/* SPDX-License-Identifier: MIT */
/* Any bytes as a .pyc header, and as a source. */
#include "core/pyc_head.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pyc_head head;

	if (pyc_head_parse(data, size, &head) == 0 && size < PYC_HEAD_SIZE)
		abort();
	(void)pyc_source_hash(size ? data[0] : 0, data, size);
	return 0;
}
