/* SPDX-License-Identifier: MIT */
/* Any bytes as a requirement: its parts lie in the text, and its name is normalised. */
#include "core/requirement.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct requirement_part part, const char *text, size_t n)
{
	return part.s >= text && part.s + part.n <= text + n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char short_version[REQUIREMENT_SHORT_MAX];
	struct requirement requirement;
	struct requirement_env env;

	requirement_env_linux("x86_64", "3.11.2", 11, short_version, &env);
	(void)requirement_holds((struct requirement_part){ text, size }, &env); /* no crash */
	if (requirement_parse(text, size, &requirement) < 0)
		return 0;
	if (!requirement.name[0] || strpbrk(requirement.name, "_. /ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
	    !is_inside(requirement.extras, text, size) || !is_inside(requirement.set, text, size) ||
	    !is_inside(requirement.url, text, size) || !is_inside(requirement.marker, text, size))
		abort();
	if (requirement_holds(requirement.marker, &env) > 1)
		abort();
	return 0;
}
