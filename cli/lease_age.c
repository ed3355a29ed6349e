/* SPDX-License-Identifier: MIT */
/* "90m", "24h", "7d": a number and a unit. */
#include "lease_age.h"

#include <string.h>

#include "core/str.h"
#include "options.h"
#include "say.h"

int lease_age_take(const struct option_given *given, void *ctx)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t seconds = 1, n, *ret = ctx;
	const char *text = given->text;
	size_t length = strlen(text);
	char digits[16];

	for (size_t i = 0; length && i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[length - 1] != units[i].unit)
			continue;
		seconds = units[i].seconds;
		length--;
		break;
	}
	if (str_copy_bytes(digits, sizeof(digits), text, length) < 0 ||
	    str_to_u64(digits, 10, &n) < 0 || n > UINT64_MAX / 86400)
		return say_error(given->command,
				 "--lease-age must be a number with s, m, h or d, not '%s'", text);
	*ret = n * seconds;
	return 0;
}
