/* SPDX-License-Identifier: MIT */
/* The age of leases that count, and the table's form. */
#include "list_options.h"

#include "base/table.h"
#include "core/lease.h"
#include "lease_age.h"
#include "options.h"

int list_options_parse(int argc, char **argv, const char *help, struct list_options *ret)
{
	const struct command_option options[] = {
		{ "lease-age", 'l', .take = lease_age_take, .ctx = &ret->lease_age },
		{ "json", 'J', .bits = &ret->flags, .bit = TABLE_JSON },
		{ "noheadings", 'n', .bits = &ret->flags, .bit = TABLE_NO_HEADINGS },
		{ "output", 'o', .text = &ret->columns },
		{ 0 },
	};
	int r;

	*ret = (struct list_options){ .lease_age = LEASE_AGE_DEFAULT };
	r = options_parse(argc, argv, help, options);
	return r ? r : options_words(argc, argv, 1, 1, "one EXPORT");
}
