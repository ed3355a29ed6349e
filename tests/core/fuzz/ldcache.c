/* SPDX-License-Identifier: MIT */
/* Any bytes as ld.so's cache: what is found ends inside of it. And as names of libraries: what is
 * written is found again. */
#include "core/ldcache.h"

#include <stdlib.h>
#include <string.h>

#include "core/arch.h"

enum { LIBS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_find(const struct arch *arch, struct ldcache_library *libs, size_t n)
{
	size_t room = ldcache_size(libs, n);
	uint8_t *cache = malloc(room);

	if (cache && ldcache_write(libs, n, arch, cache, room) > 0) {
		for (size_t i = 0; i < n; i++) {
			size_t at = 0;
			const char *path = ldcache_next(cache, room, libs[i].name, &at);

			if (at != i + 1 || !path || strncmp(path, "/l/", 3) != 0 ||
			    strcmp(path + 3, libs[i].name) != 0)
				abort();
		}
	}
	free(cache);
}

/* The lines of data are names. */
static void write_names(const uint8_t *data, size_t size)
{
	struct ldcache_library libs[LIBS];
	char *copy = malloc(size + 1), *rest = copy;
	size_t n = 0;

	if (!copy)
		return;
	memcpy(copy, data, size);
	copy[size] = '\0';
	while (rest && n < LIBS)
		libs[n++] = (struct ldcache_library){ strsep(&rest, "\n"), "/l" };
	write_and_find(arch_by_name("x86_64"), libs, n);
	write_and_find(arch_by_name("s390x"), libs, n);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hwcaps[] = { "x86-64-v3", "x86-64-v2", NULL };
	const struct ldcache_wanted wanted = { "libc.so.6", 0x0303, hwcaps, 6 };
	const char *path = ldcache_find(data, size, &wanted);
	size_t at = 0;

	if (path &&
	    ((const uint8_t *)path < data || path + strlen(path) >= (const char *)data + size))
		abort();
	write_names(data, size);
	while ((path = ldcache_next(data, size, "libc.so.6", &at))) {
		if ((const uint8_t *)path < data ||
		    path + strlen(path) >= (const char *)data + size)
			abort();
	}
	return 0;
}
