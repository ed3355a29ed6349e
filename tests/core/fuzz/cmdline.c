/* SPDX-License-Identifier: MIT */
/* Any bytes as the kernel's command line: each call gets on, and what is set is within its limits.
 */
#include "core/cmdline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cmdline cmdline;
	struct err err = { 0 };
	size_t at = 0, before;
	int r;

	cmdline_init(&cmdline);
	do {
		before = at;
		r = cmdline_next((const char *)data, size, &at, &cmdline, &err);
		if (at > size || (r != 0 && at == before))
			abort();
		if (r < 0 && strncmp(err.text, "1:", 2) != 0)
			abort();
	} while (r != 0);
	if (strlen(cmdline.program) >= CMDLINE_VALUE_MAX || strchr(cmdline.arch, '/'))
		abort();
	if ((cmdline.start == CMDLINE_INIT || cmdline.start == CMDLINE_RUN) && !cmdline.program[0])
		abort();
	if (cmdline.respawn_count && !cmdline.respawn_s)
		abort();
	return 0;
}
