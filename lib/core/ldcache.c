/* SPDX-License-Identifier: MIT */
/* Searches and writes ld.so's cache. glibc, sysdeps/generic/dl-cache.h: the format since 2.2, alone
 * or after the older one; since 2.33 it tells its byte order. */
#include "core/ldcache.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "core/arch.h"
#include "core/number.h"
#include "core/path_size.h"
#include "core/str.h"

#define OLD_MAGIC "ld.so-1.7.0"
#define MAGIC "glibc-ld.so.cache1.1"

enum {
	OLD_HEAD = 16,	/* magic, padding, number of entries */
	OLD_ENTRY = 12, /* flags, key, value */
	HEAD = 48,	/* magic, number, bytes of strings, flags, place of extensions, unused */
	ENTRY = 24,	/* flags, key, value, OS version, hardware capabilities */
	ALIGN = 8,
	AT_NUMBER = 20, /* in the head */
	AT_STRINGS = 24,
	AT_ORDER = 28,
	ORDER_MASK = 3,
	ORDER_LITTLE = 2,
	ORDER_BIG = 3,
};

static uint32_t number(const uint8_t *bytes, bool big)
{
	return (uint32_t)number_get(bytes, sizeof(uint32_t), big);
}

static bool native_is_big(void)
{
	return arch_native()->data == ELFDATA2MSB;
}

static bool is_big(const uint8_t *head)
{
	unsigned order = head[AT_ORDER] & ORDER_MASK;

	return order >= ORDER_LITTLE ? order == ORDER_BIG : native_is_big();
}

/* Where the new format begins; n if nowhere. */
static size_t find_head(const uint8_t *cache, size_t n)
{
	uint64_t at = 0;

	if (n >= OLD_HEAD && memcmp(cache, OLD_MAGIC, sizeof(OLD_MAGIC) - 1) == 0)
		at = (OLD_HEAD + (uint64_t)number(cache + 12, native_is_big()) * OLD_ENTRY + ALIGN -
		      1) /
		     ALIGN * ALIGN;
	if (at > n || n - at < HEAD || memcmp(cache + at, MAGIC, sizeof(MAGIC) - 1) != 0)
		return n;
	return (size_t)at;
}

/* A terminated string of the cache, no longer than a path may be, or NULL. */
static const char *string(const uint8_t *head, size_t n, uint32_t at)
{
	size_t room = at < n ? n - at : 0;

	if (room > PATH_SIZE)
		room = PATH_SIZE;
	return room && memchr(head + at, '\0', room) ? (const char *)head + at : NULL;
}

const char *ldcache_next(const uint8_t *cache, size_t n, const char *name, size_t *at)
{
	size_t start = find_head(cache, n), entries;
	const uint8_t *head = cache + start;
	bool big;

	n -= start;
	if (!n)
		return NULL;
	big = is_big(head);
	entries = (n - HEAD) / ENTRY;
	if (number(head + AT_NUMBER, big) > entries)
		return NULL; /* ld.so takes no cache that is cut */
	entries = number(head + AT_NUMBER, big);
	while (*at < entries) {
		const uint8_t *entry = head + HEAD + (*at)++ * ENTRY;
		const char *key = string(head, n, number(entry + 4, big));
		const char *value = string(head, n, number(entry + 8, big));

		if (key && value && str_eq(key, name))
			return value;
	}
	return NULL;
}

/* -- which one ld.so takes ------------------------------------------------------------------- */

enum {
	AT_EXTENSIONS = 32, /* in the head: where the directory of extensions is */
	EXTENSION = 16,	    /* tag, flags, place, size */
	TAG_HWCAPS = 1,	    /* its names of glibc-hwcaps */
	HWCAP_NAMED = 30,   /* the bit in the upper half of an entry's hwcap */
	HWCAP_LEVEL = 0x3ff /* and an ISA level there, which the name says too */
};

#define EXTENSIONS_MAGIC 0xeaa42174u

/* One entry of the new format. */
struct entry {
	const uint8_t *head;
	size_t n;
	bool big;
	uint32_t low, high; /* halves of its hwcap */
};

static bool is_named(const struct entry *entry)
{
	return (entry->high & ~(uint32_t)HWCAP_LEVEL) == 1u << HWCAP_NAMED;
}

/* The name of a subdirectory of glibc-hwcaps, by its number; NULL if there is none. */
static const char *hwcap_name(const struct entry *entry)
{
	const uint8_t *head = entry->head;
	size_t n = entry->n, at = number(head + AT_EXTENSIONS, entry->big), count;

	if (!at || at > n || n - at < 8 || number(head + at, entry->big) != EXTENSIONS_MAGIC)
		return NULL;
	count = number(head + at + 4, entry->big);
	for (at += 8; count-- && n - at >= EXTENSION; at += EXTENSION) {
		size_t from = number(head + at + 8, entry->big);
		size_t names = number(head + at + 12, entry->big) / 4;

		if (number(head + at, entry->big) != TAG_HWCAPS)
			continue;
		if (from > n || names > (n - from) / 4 || entry->low >= names)
			return NULL;
		return string(head, n, number(head + from + (size_t)entry->low * 4, entry->big));
	}
	return NULL;
}

/* How good an entry is: 0 cannot be taken, UINT_MAX is the plain one, the smaller the better. */
static unsigned rank(const struct entry *entry, const struct ldcache_wanted *wanted)
{
	const char *name;

	if (!is_named(entry)) {
		uint64_t hwcap = (uint64_t)entry->high << 32 | entry->low;

		return hwcap & ~wanted->legacy ? 0 : UINT_MAX;
	}
	name = hwcap_name(entry);
	for (unsigned i = 0; name && wanted->hwcaps && wanted->hwcaps[i]; i++) {
		if (str_eq(wanted->hwcaps[i], name))
			return i + 1;
	}
	return 0;
}

const char *ldcache_find(const uint8_t *cache, size_t n, const struct ldcache_wanted *wanted)
{
	unsigned best = 0;
	const char *found = NULL, *path;
	size_t at = 0, start = find_head(cache, n);
	struct entry entry = { .head = cache + start, .n = n - start };

	if (!entry.n)
		return NULL;
	entry.big = is_big(entry.head);
	while ((path = ldcache_next(cache, n, wanted->name, &at))) {
		const uint8_t *bytes = entry.head + HEAD + (at - 1) * ENTRY;
		unsigned this;

		if (number(bytes, entry.big) != wanted->flags)
			continue;
		/* a 64-bit number, in the file's order */
		entry.low = number(bytes + (entry.big ? 20 : 16), entry.big);
		entry.high = number(bytes + (entry.big ? 16 : 20), entry.big);
		this = rank(&entry, wanted);
		if (!this || (best && this >= best))
			continue;
		best = this;
		found = path;
	}
	return found;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number at *s, which is moved behind it; as large ones as ld.so's int overflow alike. */
static int32_t read_digits(const char **s)
{
	uint32_t value = 0;

	for (; digit(**s); (*s)++)
		value = value * 10 + (uint32_t)(**s - '0');
	return (int32_t)value;
}

/* ld.so's order of names, elf/dl-cache.c, _dl_cache_libcmp: numbers by value, after all else. */
static int compare(const char *a, const char *b)
{
	while (*a) {
		if (digit(*a) && digit(*b)) {
			int32_t x = read_digits(&a), y = read_digits(&b);

			if (x != y)
				return x < y ? -1 : 1;
		} else if (digit(*a) || digit(*b)) {
			return digit(*a) ? 1 : -1;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return *a - *b;
}

static bool is_ascii(const char *s)
{
	while (*s > 0 && *s <= '~')
		s++;
	return !*s;
}

/* ld.so halves a list that falls. */
static bool in_order(const struct ldcache_library *first, const struct ldcache_library *second)
{
	int order = compare(first->name, second->name);

	return order ? order > 0 : strcmp(first->name, second->name) >= 0;
}

static void sort(struct ldcache_library *libs, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ldcache_library lib = libs[i];
		size_t at = i;

		for (; at && !in_order(&libs[at - 1], &lib); at--)
			libs[at] = libs[at - 1];
		libs[at] = lib;
	}
}

static size_t strings_size(const struct ldcache_library *lib)
{
	return strlen(lib->name) + 1 + strlen(lib->dir) + 1 + strlen(lib->name) + 1;
}

size_t ldcache_size(const struct ldcache_library *libs, size_t n)
{
	size_t size = HEAD + n * ENTRY;

	for (size_t i = 0; i < n; i++)
		size += strings_size(&libs[i]);
	return size;
}

static void put(uint8_t *at, size_t value, bool big)
{
	for (size_t i = 0; i < sizeof(uint32_t); i++)
		at[big ? sizeof(uint32_t) - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

static size_t put_string(uint8_t *dst, const char *s)
{
	size_t n = strlen(s);

	memcpy(dst, s, n);
	return n;
}

/* One entry, whose strings begin at `at`; returns where they end. */
static size_t put_library(const struct ldcache_library *lib, const struct arch *arch,
			  uint8_t *entry, uint8_t *dst, size_t at)
{
	bool big = arch->data == ELFDATA2MSB;

	put(entry, arch->ldcache, big);
	put(entry + 4, at, big);
	at += put_string(dst + at, lib->name) + 1;
	put(entry + 8, at, big);
	at += put_string(dst + at, lib->dir);
	dst[at++] = '/';
	return at + put_string(dst + at, lib->name) + 1;
}

int ldcache_write(struct ldcache_library *libs, size_t n, const struct arch *arch, uint8_t *dst,
		  size_t room)
{
	size_t size = ldcache_size(libs, n), at = HEAD + n * ENTRY;
	bool big = arch->data == ELFDATA2MSB;

	if (size > room || size > INT32_MAX)
		return -E2BIG;
	sort(libs, n);
	for (size_t i = 0; i < n; i++) {
		if (!is_ascii(libs[i].name) || (i && str_eq(libs[i - 1].name, libs[i].name)))
			return -EINVAL;
	}
	memset(dst, 0, size);
	(void)put_string(dst, MAGIC);
	put(dst + AT_NUMBER, n, big);
	put(dst + AT_STRINGS, size - at, big);
	dst[AT_ORDER] = big ? ORDER_BIG : ORDER_LITTLE;
	for (size_t i = 0; i < n; i++)
		at = put_library(&libs[i], arch, dst + HEAD + i * ENTRY, dst, at);
	return (int)size;
}
