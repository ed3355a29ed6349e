/* SPDX-License-Identifier: MIT */
/* Any text as a package's control file: what it names is safe in paths, and lies in the text. */
#include "core/deb_control.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/dep5.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const fields[] = { "Depends", "Provides", "Package" };
	const char *text = (const char *)data;
	char licence[32];

	if (dep5_licence(text, size, licence, sizeof(licence)) == 0 && !licence[0])
		abort();

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct deb_field field;
		char name[32];

		if (!deb_control_field(text, size, fields[i], &field))
			continue;
		if (field.at < text || field.at + field.left > text + size)
			abort();
		while (deb_control_name(&field, name, sizeof(name)) > 0) {
			if (strchr(name, '/') || name[0] == '-' || name[0] == '.' || !name[1])
				abort();
		}
	}
	return 0;
}
