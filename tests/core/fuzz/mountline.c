/* SPDX-License-Identifier: MIT */
/* Any bytes as a line of mountinfo. */
#include "core/mountline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mountline line;
	uint64_t user;

	(void)mountline_fuse_user((const char *)data, size, 36, &user);
	if (mountline_parse((const char *)data, size, &line) < 0)
		return 0;
	if (line.path[0] != '/' || strlen(line.path) >= sizeof(line.path) || !line.type[0] ||
	    strlen(line.type) >= sizeof(line.type))
		abort();
	return 0;
}
