/* SPDX-License-Identifier: MIT */
#include "lease_age.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "core/lease.h"
#include "core/str.h"
#include "say.h"

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

int list_options_parse(int argc, char **argv, const char *help, struct list_options *ret)
{
	static const struct option longs[] = {
		{ "lease-age", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'J' },
		{ "noheadings", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, r = 0;

	*ret = (struct list_options){ .lease_age = LEASE_AGE_DEFAULT };
	while (r == 0 && (option = getopt_long(argc, argv, "l:Jno:h", longs, NULL)) != -1) {
		switch (option) {
		case 'l':
			r = lease_age_parse(argv[0], optarg, &ret->lease_age);
			break;
		case 'J':
			ret->flags |= TABLE_JSON;
			break;
		case 'n':
			ret->flags |= TABLE_NO_HEADINGS;
			break;
		case 'o':
			ret->columns = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		default:
			return say_usage(argv[0]);
		}
	}
	if (r == 0 && optind + 1 != argc)
		r = say_error(argv[0], "needs one EXPORT (Hint: see 'busypy %s --help')", argv[0]);
	return r;
}
