/* SPDX-License-Identifier: MIT */
/* Any text as a line of a manifest; what is taken comes back the same. And any bytes as an ld.so.
 */
#include "core/manifest_line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/ldso.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(char *text)
{
	struct manifest_line line, again;
	char copy[4 * 4096 + 256];

	if (manifest_line_parse(text, &line) < 0)
		return;
	if (manifest_line_format(&line, copy, sizeof(copy)) < 0 ||
	    manifest_line_parse(copy, &again) < 0 || strcmp(line.path, again.path) != 0 ||
	    strcmp(line.origin, again.origin) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size > 4096)
		return 0;
	copy = malloc(size + 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	check_line(copy);
	memcpy(copy, data, size);
	(void)ldso_redirect(copy, size);
	if (ldso_reads_etc(copy, size))
		abort();
	(void)ldso_searches_lib(copy, size);
	if (ldso_confine(copy, size, "/run/busypy/ab3x", NULL) == 0 &&
	    (ldso_reads_etc(copy, size) || ldso_searches_lib(copy, size)))
		abort();
	free(copy);
	return 0;
}
