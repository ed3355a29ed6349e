/* SPDX-License-Identifier: MIT */
/* Searches ld.so's cache. sysdeps/generic/dl-cache.h: the format since glibc 2.2, alone or after
 * the older one. */
#include "core/ldcache.h"

#include <string.h>

#include "core/str.h"

#define OLD_MAGIC "ld.so-1.7.0"
#define MAGIC "glibc-ld.so.cache1.1"

enum {
	OLD_HEAD = 16,	/* magic, padding, number of entries */
	OLD_ENTRY = 12, /* flags, key, value */
	HEAD = 48,	/* magic, number, bytes of strings, flags, place of extensions, unused */
	ENTRY = 24,	/* flags, key, value, OS version, hardware capabilities */
	ALIGN = 8,
};

static uint32_t number(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* Where the new format begins; n if nowhere. */
static size_t find_head(const uint8_t *cache, size_t n)
{
	uint64_t at = 0;

	if (n >= OLD_HEAD && memcmp(cache, OLD_MAGIC, sizeof(OLD_MAGIC) - 1) == 0)
		at = (OLD_HEAD + (uint64_t)number(cache + 12) * OLD_ENTRY + ALIGN - 1) / ALIGN *
		     ALIGN;
	if (at > n || n - at < HEAD || memcmp(cache + at, MAGIC, sizeof(MAGIC) - 1) != 0)
		return n;
	return (size_t)at;
}

/* A terminated string of the cache, or NULL. */
static const char *string(const uint8_t *head, size_t n, uint32_t at)
{
	return at < n && memchr(head + at, '\0', n - at) ? (const char *)head + at : NULL;
}

const char *ldcache_next(const uint8_t *cache, size_t n, const char *name, size_t *at)
{
	size_t start = find_head(cache, n), entries;
	const uint8_t *head = cache + start;

	n -= start;
	if (!n)
		return NULL;
	entries = (n - HEAD) / ENTRY;
	if (number(head + 20) < entries)
		entries = number(head + 20);
	while (*at < entries) {
		const uint8_t *entry = head + HEAD + (*at)++ * ENTRY;
		const char *key = string(head, n, number(entry + 4));
		const char *value = string(head, n, number(entry + 8));

		if (key && value && str_eq(key, name))
			return value;
	}
	return NULL;
}
