/* SPDX-License-Identifier: MIT */
/* Any bytes as a name, a path and a link. */
#include "core/name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[4096], other[4096];
	size_t n = size < sizeof(text) ? size : sizeof(text) - 1;

	(void)name_flaw((const char *)data, size);
	memcpy(text, data, n);
	text[n] = '\0';
	(void)name_climbs("/usr/lib/x", text);
	memcpy(other, text, n + 1);
	name_normalise(text);
	if (text[0] == '/' && (strstr(text, "//") || strstr(text, "/./") || strstr(text, "/../")))
		abort();
	if (strlen(text) > strlen(other) && other[0])
		abort();
	if (name_same_folded(text, other) && name_fold_hash(text) != name_fold_hash(other))
		abort();
	return 0;
}
