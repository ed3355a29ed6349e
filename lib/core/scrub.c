/* SPDX-License-Identifier: MIT */
/* The list that loader and init scrub by, so that a script finds the same in every mode. */
#include "core/scrub.h"

#include <stddef.h>

#include "core/str.h"

static const char *const scrubbed[] = { "PYTHONHOME=", "LD_PRELOAD=", "LD_LIBRARY_PATH=",
					"LD_AUDIT=" };

bool scrub_variable(const char *variable)
{
	for (size_t i = 0; i < sizeof(scrubbed) / sizeof(scrubbed[0]); i++) {
		if (str_starts(variable, scrubbed[i]))
			return true;
	}
	return false;
}
