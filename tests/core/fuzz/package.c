/* SPDX-License-Identifier: MIT */
/* Any bytes as a line of a package list or an answer of apt; what is taken is safe in paths. */
#include "core/package.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_safe(const struct package *package)
{
	char file[1024];

	if (package_file(package, file, sizeof(file)) < 0 || strchr(file, '/') || file[0] == '.' ||
	    file[0] == '-')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct package package, again;
	char line[2048];

	if (package_parse((const char *)data, size, &package, NULL) == 1) {
		check_safe(&package);
		if (package_format(&package, line, sizeof(line)) < 0 ||
		    package_parse(line, strlen(line), &again, NULL) != 1 ||
		    strcmp(package.version, again.version) != 0)
			abort();
	}
	if (package_parse_uri((const char *)data, size, &package) == 1)
		check_safe(&package);
	if (package_parse_install((const char *)data, size, &package) == 1)
		check_safe(&package);
	return 0;
}
