/* SPDX-License-Identifier: MIT */
/* Any two strings as pattern and path, directory and name, and number. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the pattern means, slowly. */
static bool slow(const char *pattern, const char *path, unsigned *steps)
{
	if (++*steps > 100000)
		return false;
	if (pattern[0] == '*' && pattern[1] == '*')
		return slow(pattern + 2, path, steps) || (*path && slow(pattern, path + 1, steps));
	if (*pattern == '*')
		return slow(pattern + 1, path, steps) ||
		       (*path && *path != '/' && slow(pattern, path + 1, steps));
	if (*pattern != *path)
		return false;
	return !*path || slow(pattern + 1, path + 1, steps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char a[48], b[48], joined[80];
	unsigned steps = 0;
	uint64_t value;
	bool wanted;

	if (size < 1 || size > 80)
		return 0;
	memset(a, 0, sizeof(a));
	memset(b, 0, sizeof(b));
	memcpy(a, data, size / 2 < 47 ? size / 2 : 47);
	memcpy(b, data + size / 2, size - size / 2 < 47 ? size - size / 2 : 47);
	wanted = slow(a, b, &steps);
	if (steps < 100000 && path_match(a, b) != wanted)
		abort();
	if (path_join(joined, sizeof(joined), a, b) < 0 &&
	    strlen(a) + strlen(b) + 2 <= sizeof(joined))
		abort();
	if (path_canonical(a) && path_canonical(b) && path_below(a, b) && path_below(b, a) &&
	    !str_eq(a, b))
		abort();
	if (str_to_u64(a, 10, &value) == 0 && strspn(a, "0123456789") != strlen(a))
		abort();
	return 0;
}
