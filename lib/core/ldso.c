/* SPDX-License-Identifier: MIT */
/* What an ld.so was built to search. glibc, elf/dl-load.c (system_dirs) and elf/dl-cache.c,
 * elf/rtld.c (the two paths). */
#include "core/ldso.h"

#include <string.h>

static const char *const redirected[] = { "/etc/ld.so.cache", "/etc/ld.so.preload" };

/* The next place at or after *from where a whole NUL-terminated string s ends; NULL if none. The
 * start is left open: a linker may merge "/x/etc/ld.so.cache" and its tail. */
static char *next(char *bytes, size_t n, const char *from, const char *s)
{
	size_t done = (size_t)(from - bytes);

	return memmem(bytes + done, n - done, s, strlen(s) + 1);
}

size_t ldso_redirect(char *bytes, size_t n)
{
	size_t changed = 0;

	for (size_t i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
		char *at = next(bytes, n, bytes, redirected[i]);

		for (; at; at = next(bytes, n, at, redirected[i])) {
			memcpy(at, "/lib", 4);
			changed++;
		}
	}
	return changed;
}

size_t ldso_restore(char *bytes, size_t n)
{
	char moved[32];
	size_t changed = 0;

	for (size_t i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
		char *at;

		memcpy(moved, redirected[i], strlen(redirected[i]) + 1);
		memcpy(moved, "/lib", 4);
		for (at = next(bytes, n, bytes, moved); at; at = next(bytes, n, at, moved)) {
			memcpy(at, "/etc", 4);
			changed++;
		}
	}
	return changed;
}

bool ldso_reads_etc(const char *bytes, size_t n)
{
	for (size_t i = 0; i < sizeof(redirected) / sizeof(redirected[0]); i++) {
		if (memmem(bytes, n, redirected[i], strlen(redirected[i]) + 1))
			return true;
	}
	return false;
}

bool ldso_searches_lib(const char *bytes, size_t n)
{
	static const char lib[] = "\0/lib/", lib64[] = "\0/lib64/";

	/* with the NULs on both sides: other paths end so too */
	return memmem(bytes, n, lib, sizeof(lib)) || memmem(bytes, n, lib64, sizeof(lib64));
}
