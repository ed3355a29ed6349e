/* SPDX-License-Identifier: MIT */
/* Any bytes as a script's first line. */
#include "core/first_line.h"
#include "core/shebang.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct shebang line;
	const char *better;

	(void)first_line_check((const char *)data, size, NULL, &line, &better);
	if (shebang_parse((const char *)data, size, &line) != 0)
		return 0;
	if (strlen(line.interp) >= SHEBANG_READ || strlen(line.arg) >= SHEBANG_READ)
		abort();
	if (strpbrk(line.interp, " \t\n"))
		abort();
	return 0;
}
