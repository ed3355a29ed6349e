/* SPDX-License-Identifier: MIT */
/* Any bytes as a program that may have been told where images are. */
#include "core/start_baked.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *program = malloc(size + 1);
	struct start_baked *found;

	if (!program)
		return 0;
	memcpy(program, data, size);
	found = start_baked_find(program, size);
	if (found && ((char *)found < program || (char *)(found + 1) > program + size))
		abort();
	if (found && start_baked_valid(found) &&
	    (found->folder[0] != '/' || strlen(found->id) >= START_ID_SIZE))
		abort();
	free(program);
	return 0;
}
