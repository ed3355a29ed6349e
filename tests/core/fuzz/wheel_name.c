/* SPDX-License-Identifier: MIT */
/* Any bytes as a wheel's name: its parts make the name again, no part is a path, and a tag fits the
 * same runtime each time. */
#include "core/wheel_name.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2 * WHEEL_NAME_MAX], again[8 * WHEEL_NAME_MAX];
	struct wheel_target target = { .arch = arch_by_name("x86_64"), .minor = 11, .libc = 36 };
	struct wheel_name name;
	unsigned libc;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (wheel_name_parse(text, &name) < 0)
		return 0;
	(void)snprintf(again, sizeof(again), "%s-%s%s%s-%s-%s-%s.whl", name.name, name.version,
		       name.build[0] ? "-" : "", name.build, name.tags.python, name.tags.abi,
		       name.tags.platform);
	if (strcmp(text, again) != 0 || strchr(again, '/') || again[0] == '.')
		abort();
	if (wheel_tags_fit(&name.tags, &target, &libc) > WHEEL_FITS)
		abort();
	if (libc && libc <= target.libc)
		abort();
	return 0;
}
