/* SPDX-License-Identifier: MIT */
/* ld.so's cache: both formats, entries that lead outside; what is written. */
#include "core/ldcache.h"

#include <errno.h>

#include "core/arch.h"
#include "core/path_size.h"
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

/* Byte for byte: elf/cache.c of glibc 2.36 writes the same but for its extensions. */
static const uint8_t little[] =
	"glibc-ld.so.cache1.1\2\0\0\0\44\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\3\3\0\0\140\0\0\0\150\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\3\3\0\0\163\0\0\0\172\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"libm.so\0/l/libm.so\0liba.1\0/l/liba.1";
static const uint8_t large[] =
	"glibc-ld.so.cache1.1\0\0\0\2\0\0\0\44\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0\0\4\3\0\0\0\140\0\0\0\150\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0\0\4\3\0\0\0\163\0\0\0\172\0\0\0\0\0\0\0\0\0\0\0\0"
	"libm.so\0/l/libm.so\0liba.1\0/l/liba.1";

static void test_golden(const char *arch, const uint8_t *wanted)
{
	struct ldcache_library libs[] = { { "liba.1", "/l" }, { "libm.so", "/l" } };
	uint8_t cache[sizeof(little)];
	const char *path;
	size_t at = 0;

	CHECK(ldcache_size(libs, 2) == sizeof(little), "the size is foretold");
	CHECK(ldcache_write(libs, 2, arch_by_name(arch), cache, sizeof(cache) - 1) == -E2BIG,
	      "a cache that does not fit");
	CHECK(ldcache_write(libs, 2, arch_by_name(arch), cache, sizeof(cache)) ==
			      (int)sizeof(little) &&
		      memcmp(cache, wanted, sizeof(little)) == 0,
	      arch);
	path = ldcache_next(cache, sizeof(cache), "liba.1", &at);
	CHECK_TEXT(path ? path : "", "/l/liba.1", "what is written can be read");
}

static void test_order(void)
{
	static const char *const sorted[] = { "lib1",	   "libx.so.10", "libx.so.9", "libx.so.09",
					      "libx.so.2", "libx.so.1-", "libx.so.1", "libx.so",
					      "libx",	   "lib-" };
	enum { N = sizeof(sorted) / sizeof(sorted[0]) };
	struct ldcache_library libs[N];
	uint8_t cache[1024];
	bool same;

	for (size_t turn = 0; turn < N; turn++) {
		for (size_t i = 0; i < N; i++)
			libs[i] = (struct ldcache_library){ sorted[(i * 7 + turn) % N], "/l" };
		same = ldcache_write(libs, N, arch_by_name("i386"), cache, sizeof(cache)) > 0;
		for (size_t i = 0; i < N; i++)
			same = same && strcmp(libs[i].name, sorted[i]) == 0;
		CHECK(same, "the order that ld.so expects");
	}
	libs[3] = libs[8];
	CHECK(ldcache_write(libs, N, arch_by_name("i386"), cache, sizeof(cache)) == -EINVAL,
	      "a name that is there twice");
	libs[0].name = "lib\x7f.so";
	CHECK(ldcache_write(libs, 1, arch_by_name("i386"), cache, sizeof(cache)) == -EINVAL,
	      "a control byte in a name");
	libs[0].name = "lib\303\244.so";
	CHECK(ldcache_write(libs, 1, arch_by_name("i386"), cache, sizeof(cache)) == -EINVAL,
	      "a name whose order is another on each arch");
}

/* 2 GiB of names, which are one. */
static void test_size(void)
{
	enum { N = 65, LENGTH = 1 << 24 };
	static char name[LENGTH + 1];
	static struct ldcache_library libs[N];
	uint8_t cache[HEAD];

	memset(name, 'x', LENGTH);
	for (size_t i = 0; i < N; i++)
		libs[i] = (struct ldcache_library){ name, "/l" };
	CHECK(ldcache_write(libs, N, arch_by_name("i386"), cache, SIZE_MAX) == -E2BIG,
	      "a cache that is larger than its numbers can say");
}

enum { ENTRIES = 5, STRINGS = HEAD + ENTRIES * ENTRY };

static void put_entry(uint8_t *cache, size_t i, uint32_t flags, uint32_t value, uint64_t hwcap)
{
	uint8_t *entry = cache + HEAD + i * ENTRY;

	put(entry, flags);
	put(entry + 4, STRINGS);
	put(entry + 8, STRINGS + value);
	memcpy(entry + 16, &hwcap, sizeof(hwcap));
}

/* libx.so five times: for another arch, for v2, for v3, with a legacy hwcap, and plain. */
static size_t make_named(uint8_t *cache)
{
	static const char strings[] = "libx.so\0/2\0/3\0/4\0/5\0/1\0x86-64-v2\0x86-64-v3";
	const uint64_t named = (uint64_t)1 << 62;
	size_t names = STRINGS + 64, at = names + 8;

	memset(cache, 0, 512);
	memcpy(cache, "glibc-ld.so.cache1.1", 20);
	put(cache + 20, ENTRIES);
	cache[28] = 2;
	put(cache + 32, (uint32_t)at);
	put_entry(cache, 0, 0x0003, 20, 0);
	put_entry(cache, 1, 0x0303, 8, named | (uint64_t)2 << 32);
	put_entry(cache, 2, 0x0303, 11, named | (uint64_t)3 << 32 | 1);
	put_entry(cache, 3, 0x0303, 14, 4);
	put_entry(cache, 4, 0x0303, 17, 0);
	memcpy(cache + STRINGS, strings, sizeof(strings));
	put(cache + names, STRINGS + 23);
	put(cache + names + 4, STRINGS + 33);
	put(cache + at, 0xeaa42174);
	put(cache + at + 4, 2);
	put(cache + at + 8, 0); /* another section */
	put(cache + at + 24, 1);
	put(cache + at + 32, (uint32_t)names);
	put(cache + at + 36, 8);
	return at + 40;
}

static void test_choice(void)
{
	static const char *const v3[] = { "x86-64-v3", "x86-64-v2", NULL };
	static const char *const v2[] = { "x86-64-v2", NULL };
	static const char *const v1[] = { NULL };
	struct ldcache_wanted wanted = { "libx.so", 0x0303, v3, 0 };
	uint8_t cache[512];
	size_t n = make_named(cache);
	const char *path = ldcache_find(cache, n, &wanted);

	CHECK_TEXT(path ? path : "", "/3", "the best for the processor, not the first");
	wanted.hwcaps = v2;
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/2", "of an older one");
	wanted.hwcaps = v1;
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/5", "one without any takes the plain one");
	wanted.legacy = 6;
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/4", "or the one for its legacy hwcaps");
	wanted.hwcaps = NULL;
	wanted.flags = 0x0003;
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/1", "that of its arch");
	wanted.name = "liby.so";
	CHECK(!ldcache_find(cache, n, &wanted), "a name that is not there");
	wanted = (struct ldcache_wanted){ "libx.so", 0x0303, v3, 0 };
	put(cache + STRINGS + 72 + 32, UINT32_MAX);
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/5", "names that lie outside suit nobody");
	put(cache + STRINGS + 72 + 4, 1);
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/5", "nor do none");
	put(cache + STRINGS + 72, 0);
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/5", "another magic");
	put(cache + 32, UINT32_MAX);
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/5", "extensions that lie outside");
	CHECK(!ldcache_find(cache, 0, &wanted), "nothing has nothing");
}

/* What is found for v3 once the number at `at` is another. */
static void spoils(size_t at, uint32_t value, const char *what)
{
	static const char *const v3[] = { "x86-64-v3", "x86-64-v2", NULL };
	const struct ldcache_wanted wanted = { "libx.so", 0x0303, v3, 0 };
	uint8_t cache[512];
	size_t n = make_named(cache);
	const char *path = ldcache_find(cache, n, &wanted);

	CHECK_TEXT(path ? path : "", "/3", "as it was");
	put(cache + at, value);
	path = ldcache_find(cache, n, &wanted);
	CHECK_TEXT(path ? path : "", "/5", what);
}

static void test_extensions(void)
{
	const size_t at = STRINGS + 72;
	const struct ldcache_wanted any = { "libx.so", 0x0303, NULL, 0 };
	uint8_t cache[512];
	size_t n = make_named(cache);
	const char *path = ldcache_find(cache, n, &any);

	CHECK_TEXT(path ? path : "", "/5", "nothing is asked of the processor");
	spoils(32, 0, "no extensions");
	spoils(32, (uint32_t)n - 4, "extensions whose head is cut");
	spoils(at + 24, 2, "no section of names");
	put(cache + at + 4, UINT32_MAX);
	put(cache + at + 24, 2);
	CHECK(ldcache_find(cache, n, &any) == path, "more sections than bytes");
	spoils(at + 32, (uint32_t)n + 1, "names behind the end");
	spoils(at + 36, UINT32_MAX, "more names than bytes");
	spoils(at + 36, 0, "a number without its name");
}

/* Of the other byte order, an entry's hwcap is one number. */
static void test_large_find(void)
{
	struct ldcache_wanted wanted = { "libm.so", 0x0403, NULL, 0 };
	uint8_t cache[sizeof(large)];
	const char *path;

	memcpy(cache, large, sizeof(cache));
	path = ldcache_find(cache, sizeof(cache), &wanted);
	CHECK_TEXT(path ? path : "", "/l/libm.so", "big endian");
	cache[HEAD + ENTRY + 23] = 4;
	cache[HEAD + 23] = 4;
	CHECK(!ldcache_find(cache, sizeof(cache), &wanted), "a hwcap that the machine lacks");
	wanted.legacy = 4;
	path = ldcache_find(cache, sizeof(cache), &wanted);
	CHECK_TEXT(path ? path : "", "/l/libm.so", "or has");
	cache[HEAD + 19] = 2;
	CHECK(!ldcache_find(cache, sizeof(cache), &wanted), "in its upper half");
	wanted.legacy |= (uint64_t)2 << 32;
	path = ldcache_find(cache, sizeof(cache), &wanted);
	CHECK_TEXT(path ? path : "", "/l/libm.so", "or has there");
}

/* A path ends within PATH_SIZE bytes, however many follow. */
static void test_long(void)
{
	static uint8_t cache[512 + 2 * PATH_SIZE];
	size_t n = make(cache), at = 0;
	const char *path;

	memset(cache + n, 'x', sizeof(cache) - n - 1);
	put(cache + HEAD + 8, (uint32_t)n);
	path = ldcache_next(cache, sizeof(cache), "libx.so", &at);
	CHECK_TEXT(path ? path : "", "/lib/libx.so", "a path that is too long is passed over");
	cache[n + PATH_SIZE - 1] = '\0';
	at = 0;
	path = ldcache_next(cache, sizeof(cache), "libx.so", &at);
	CHECK(path && strlen(path) == PATH_SIZE - 1, "the longest");
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
	CHECK(!ldcache_next(cache, n, "libx.so", &at), "more entries than bytes");
	put(cache + 20, 3);
	put(cache + HEAD + 8, UINT32_MAX);
	at = 0;
	path = ldcache_next(cache, n, "libx.so", &at);
	CHECK_TEXT(path ? path : "", "/lib/libx.so", "an entry that leads outside is passed over");
	put(cache + HEAD + ENTRY + 4, UINT32_MAX);
	at = 0;
	CHECK(!ldcache_next(cache, n, "libx.so", &at), "so is one whose name does");
	test_golden("x86_64", little);
	test_golden("s390x", large);
	test_order();
	test_size();
	test_choice();
	test_extensions();
	test_large_find();
	test_long();
	return done();
}
