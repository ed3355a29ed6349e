/* SPDX-License-Identifier: MIT */
/* ld.so's cache: both formats, entries that lead outside. */
#include "core/ldcache.h"

#include "check.h"

enum { HEAD = 48, ENTRY = 24 };

static void put(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* Two libraries of one name and one of another. Returns its size. */
static size_t make(uint8_t *cache)
{
	static const char strings[] =
		"libx.so\0/lib32/libx.so\0/lib/libx.so\0liby.so\0/lib/liby.so";
	static const uint32_t keys[] = { 0, 0, 36 }, values[] = { 8, 23, 44 };
	size_t at = HEAD + 3 * ENTRY;

	memset(cache, 0, at);
	memcpy(cache, "glibc-ld.so.cache1.1", 20);
	put(cache + 20, 3);
	put(cache + 24, sizeof(strings));
	for (size_t i = 0; i < 3; i++) {
		put(cache + HEAD + i * ENTRY + 4, (uint32_t)at + keys[i]);
		put(cache + HEAD + i * ENTRY + 8, (uint32_t)at + values[i]);
	}
	memcpy(cache + at, strings, sizeof(strings));
	return at + sizeof(strings);
}

int main(void)
{
	uint8_t cache[512], both[512 + 64] = "ld.so-1.7.0";
	size_t n = make(cache), at = 0;
	const char *path;

	path = ldcache_next(cache, n, "libx.so", &at);
	CHECK_TEXT(path ? path : "", "/lib32/libx.so", "the first of a name");
	path = ldcache_next(cache, n, "libx.so", &at);
	CHECK_TEXT(path ? path : "", "/lib/libx.so", "the second");
	CHECK(!ldcache_next(cache, n, "libx.so", &at), "no third");
	at = 0;
	path = ldcache_next(cache, n, "liby.so", &at);
	CHECK_TEXT(path ? path : "", "/lib/liby.so", "another name");
	at = 0;
	CHECK(!ldcache_next(cache, n - 1, "liby.so", &at), "a path that does not end");
	at = 0;
	CHECK(!ldcache_next(cache, 47, "libx.so", &at), "a head that is cut");
	at = 0;
	CHECK(!ldcache_next(cache, 0, "libx.so", &at), "nothing");
	put(both + 12, 2);
	memcpy(both + 40, cache, n);
	at = 0;
	path = ldcache_next(both, 40 + n, "liby.so", &at);
	CHECK_TEXT(path ? path : "", "/lib/liby.so", "behind the older format");
	memset(cache, 0, 20);
	at = 0;
	CHECK(!ldcache_next(cache, n, "libx.so", &at), "another magic");
	(void)make(cache);
	put(both + 12, UINT32_MAX);
	at = 0;
	CHECK(!ldcache_next(both, 40 + n, "liby.so", &at), "more old entries than bytes");
	put(cache + 20, UINT32_MAX);
	at = 0;
	CHECK(!ldcache_next(cache, n, "libz.so", &at), "more entries than bytes");
	put(cache + HEAD + 8, UINT32_MAX);
	at = 0;
	path = ldcache_next(cache, n, "libx.so", &at);
	CHECK_TEXT(path ? path : "", "/lib/libx.so", "an entry that leads outside is passed over");
	return done();
}
