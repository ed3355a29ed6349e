/* SPDX-License-Identifier: MIT */
/* Numbers with units. */
#include "core/amount.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "core/str.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static int parse(const char *s, const struct unit *units, size_t n, uint64_t *ret)
{
	size_t digits = strspn(s, "0123456789");
	char number[24];
	uint64_t value;
	int r;

	if (str_copy_bytes(number, sizeof(number), s, digits) < 0)
		return -ERANGE;
	r = str_to_u64(number, 10, &value);
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (!str_eq(s + digits, units[i].name))
			continue;
		if (value > UINT64_MAX / units[i].factor)
			return -ERANGE;
		*ret = value * units[i].factor;
		return 0;
	}
	return r < 0 ? r : -EINVAL;
}

int amount_bytes(const char *s, uint64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1 }, { "K", 1ULL << 10 }, { "M", 1ULL << 20 }, { "G", 1ULL << 30 }
	};

	return parse(s, units, sizeof(units) / sizeof(units[0]), ret);
}

int amount_ms(const char *s, uint64_t *ret)
{
	static const struct unit units[] = {
		{ "", 1000 }, { "s", 1000 }, { "ms", 1 }, { "m", 60000 }, { "h", 3600000 }
	};

	return parse(s, units, sizeof(units) / sizeof(units[0]), ret);
}
