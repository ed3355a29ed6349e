/* SPDX-License-Identifier: MIT */
/* Spells names of distributions in one way. */
#include "core/dist_name.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_between(char c)
{
	return c == '-' || c == '_' || c == '.';
}

int dist_name_normalise(const char *name, size_t n, char ret[DIST_NAME_MAX])
{
	size_t used = 0;

	if (!n || !is_word(name[0]) || !is_word(name[n - 1]))
		return -EINVAL;
	if (n >= DIST_NAME_MAX)
		return -E2BIG;
	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		if (is_word(c))
			ret[used++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
		else if (!is_between(c))
			return -EINVAL;
		else if (!is_between(name[i - 1]))
			ret[used++] = '-';
	}
	ret[used] = '\0';
	return 0;
}

bool dist_name_same(const char *one, const char *other)
{
	char names[2][DIST_NAME_MAX];

	return dist_name_normalise(one, strlen(one), names[0]) == 0 &&
	       dist_name_normalise(other, strlen(other), names[1]) == 0 &&
	       str_eq(names[0], names[1]);
}
