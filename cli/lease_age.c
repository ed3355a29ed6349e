/* SPDX-License-Identifier: MIT */
/* "90", "15m", "24h", "7d". */
#include "lease_age.h"

#include <string.h>

#include "say.h"
#include "str.h"

int lease_age_parse(const char *command, const char *text, uint64_t *ret)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t seconds = 1, n;
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
		return say_error(command,
				 "--lease-age must be a number with s, m, h or d, not '%s'", text);
	*ret = n * seconds;
	return 0;
}
