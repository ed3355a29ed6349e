/* SPDX-License-Identifier: MIT */
/* The list that loader and init scrub by, so that a script finds the same in every mode. */
#include "core/scrub.h"

#include <stddef.h>

#include "core/str.h"

static const char *const scrubbed[] = { "PYTHONHOME=", "LD_PRELOAD=", "LD_LIBRARY_PATH=",
					"LD_AUDIT=" };

/* Each start of a script looks at the whole environment, of which hardly anything is meant. */
static bool may_be_meant(const char *variable)
{
	return variable[0] == 'L' || variable[0] == 'P';
}

bool scrub_no_user_site(const char *variable)
{
	return str_starts(variable, "PYTHONNOUSERSITE=");
}

bool scrub_keeps(const char *variable)
{
	if (!may_be_meant(variable))
		return false;
	/* where libraries' $ORIGIN is; of what GLIBC_TUNABLES can say nothing adds a directory */
	return scrub_variable(variable) || str_starts(variable, "LD_ORIGIN_PATH=");
}

bool scrub_forged(const char *variable)
{
	return str_starts(variable, SCRUB_KEPT);
}

bool scrub_variable(const char *variable)
{
	for (size_t i = 0; may_be_meant(variable) && i < sizeof(scrubbed) / sizeof(scrubbed[0]);
	     i++) {
		if (str_starts(variable, scrubbed[i]))
			return true;
	}
	return false;
}
