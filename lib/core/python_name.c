/* SPDX-License-Identifier: MIT */
/* The name python3.MINOR, read. */
#include "core/python_name.h"

#include <stdint.h>
#include <string.h>

#include "core/str.h"

enum { MINOR_MAX = 999 };

static const char head[] = "python3.";

unsigned python_name_minor(const char *name)
{
	uint64_t minor;

	if (!str_starts(name, head) || str_to_u64(name + strlen(head), 10, &minor) < 0 ||
	    minor > MINOR_MAX)
		return 0;
	return (unsigned)minor;
}
