/* SPDX-License-Identifier: MIT */
/* Any bytes as an access list: a right to write more never makes it a list that lets fewer. */
#include "core/acl.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t more[256];

	if (size < 4 || size > sizeof(more) || !acl_lets_others_write(data, size))
		return 0;
	memcpy(more, data, size);
	for (size_t at = 4; at + 8 <= size; at += 8)
		more[at + 2] |= 2;
	if (!acl_lets_others_write(more, size))
		abort();
	return 0;
}
