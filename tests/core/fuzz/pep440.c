/* SPDX-License-Identifier: MIT */
/* Any bytes as two versions and a set, a line each: order is one, and the preferred spelling of a
 * version is the same version. */
#include "core/pep440.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t take_line(const char **at, size_t *left)
{
	const char *feed = *left ? memchr(*at, '\n', *left) : NULL;
	size_t n = feed ? (size_t)(feed - *at) : *left;

	*at += n + (feed != NULL);
	*left -= n + (feed != NULL);
	return n;
}

static int sign(int n)
{
	return n < 0 ? -1 : n > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *lines[2];
	struct pep440 versions[2], again;
	char text[2 * PEP440_TEXT_MAX];
	size_t left = size, n[2];

	for (int i = 0; i < 2; i++) {
		lines[i] = at;
		n[i] = take_line(&at, &left);
		if (pep440_parse(lines[i], n[i], &versions[i]) < 0)
			return 0;
		if (pep440_format(&versions[i], text, sizeof(text)) < 0 ||
		    pep440_parse(text, strlen(text), &again) < 0 ||
		    pep440_compare(&versions[i], &again) != 0)
			abort();
	}
	if (sign(pep440_compare(&versions[0], &versions[1])) !=
	    -sign(pep440_compare(&versions[1], &versions[0])))
		abort();
	(void)pep440_in_set(&versions[0], at, left); /* of any set: no crash */
	return 0;
}
