/* SPDX-License-Identifier: MIT */
/* Version and hash tables of both byte orders, whole and lying. */
#include "core/elf_versions.h"

#include <errno.h>

#include "check.h"

static void put(uint8_t *at, size_t n, uint64_t value, bool big)
{
	for (size_t i = 0; i < n; i++)
		at[big ? n - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

/* Two definitions: the file itself (index 1) and a version (index 2). */
static void make_defs(uint8_t bytes[56], bool big)
{
	memset(bytes, 0, 56);
	put(bytes + 2, 2, 1, big); /* VER_FLG_BASE */
	put(bytes + 4, 2, 1, big);
	put(bytes + 12, 4, 20, big);
	put(bytes + 16, 4, 28, big);
	put(bytes + 20, 4, 100, big);
	put(bytes + 28 + 4, 2, 2, big);
	put(bytes + 28 + 12, 4, 20, big);
	put(bytes + 48, 4, 200, big);
}

/* One file with two versions, the second weak. */
static void make_needs(uint8_t bytes[48], bool big)
{
	memset(bytes, 0, 48);
	put(bytes + 2, 2, 2, big);
	put(bytes + 4, 4, 7, big);
	put(bytes + 8, 4, 16, big);
	put(bytes + 16 + 6, 2, 3, big);
	put(bytes + 16 + 8, 4, 50, big);
	put(bytes + 16 + 12, 4, 16, big);
	put(bytes + 32 + 4, 2, 2, big); /* VER_FLG_WEAK */
	put(bytes + 32 + 6, 2, 4, big);
	put(bytes + 32 + 8, 4, 60, big);
}

static void test_defs(bool big)
{
	uint8_t bytes[56];
	struct elf_versions v = { .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 2 };
	struct elf_verdef def;

	make_defs(bytes, big);
	CHECK(elf_verdef_next(&v, &def) == 1 && def.base && def.index == 1 && def.name == 100,
	      "the file's own name");
	CHECK(elf_verdef_next(&v, &def) == 1 && !def.base && def.index == 2 && def.name == 200,
	      "a version");
	CHECK(elf_verdef_next(&v, &def) == 0, "that was all");
	for (size_t n = 0; n < 28; n++) {
		v = (struct elf_versions){ .bytes = bytes, .n = n, .big = big, .left = 2 };
		if (elf_verdef_next(&v, &def) != -ENOEXEC)
			CHECK(false, "a cut table is refused");
	}
	v = (struct elf_versions){ .bytes = bytes, .n = 40, .big = big, .left = 2 };
	(void)elf_verdef_next(&v, &def);
	CHECK(elf_verdef_next(&v, &def) == -ENOEXEC, "the second one is cut");
	put(bytes + 16, 4, 1000, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 2 };
	CHECK(elf_verdef_next(&v, &def) == -ENOEXEC, "the next one would be outside");
	put(bytes + 16, 4, 0, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 9 };
	CHECK(elf_verdef_next(&v, &def) == 1 && elf_verdef_next(&v, &def) == 0,
	      "a chain that ends early has ended");
	put(bytes + 12, 4, 0, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 1 };
	CHECK(elf_verdef_next(&v, &def) == -ENOEXEC, "a definition without a name");
}

/* Places that lie about where the next thing is. */
static void test_lies(bool big)
{
	uint8_t bytes[48];
	struct elf_versions v;
	struct elf_verneed need;
	struct elf_verdef def;

	make_needs(bytes, big);
	put(bytes + 16 + 12, 4, 0x1000, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 1 };
	CHECK(elf_verneed_next(&v, &need) == -ENOEXEC, "the next version would be outside");
	make_needs(bytes, big);
	v = (struct elf_versions){ .bytes = bytes, .n = 15, .big = big, .left = 1 };
	CHECK(elf_verneed_next(&v, &need) == -ENOEXEC, "a file's entry is cut");
	put(bytes + 8, 4, 0x1000, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 1 };
	CHECK(elf_verneed_next(&v, &need) == -ENOEXEC, "its versions would be outside");
	make_needs(bytes, big);
	put(bytes + 2, 2, 0, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 1 };
	CHECK(elf_verneed_next(&v, &need) == -ENOEXEC, "a file without versions");
	v = (struct elf_versions){ .bytes = bytes, .n = 8, .big = big, .left = 1, .at = 9 };
	CHECK(elf_verdef_next(&v, &def) == -ENOEXEC, "an entry after the table");
}

static void test_needs(bool big)
{
	uint8_t bytes[48];
	struct elf_versions v = { .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 1 };
	struct elf_verneed need;

	make_needs(bytes, big);
	CHECK(elf_verneed_next(&v, &need) == 1 && need.file == 7 && need.name == 50 &&
		      need.index == 3 && !need.weak,
	      "a version that is needed");
	CHECK(elf_verneed_next(&v, &need) == 1 && need.file == 7 && need.name == 60 && need.weak,
	      "another of the same file, weak");
	CHECK(elf_verneed_next(&v, &need) == 0, "that was all");
	v = (struct elf_versions){ .bytes = bytes, .n = 47, .big = big, .left = 1 };
	(void)elf_verneed_next(&v, &need);
	CHECK(elf_verneed_next(&v, &need) == -ENOEXEC, "the second one is cut");
	put(bytes + 2, 2, 0, big);
	v = (struct elf_versions){ .bytes = bytes, .n = sizeof(bytes), .big = big, .left = 1 };
	CHECK(elf_verneed_next(&v, &need) == -ENOEXEC, "a file without a version");
}

static void test_hash(bool big)
{
	uint8_t bytes[64] = { 0 };
	uint64_t count = 0;

	put(bytes, 4, 3, big);
	put(bytes + 4, 4, 77, big);
	CHECK(elf_hash_count(bytes, 8, big, 4, &count) == 0 && count == 77, "DT_HASH");
	CHECK(elf_hash_count(bytes, 7, big, 4, &count) == -ENOEXEC, "DT_HASH, cut");
	memset(bytes, 0, sizeof(bytes));
	put(bytes + 8, 8, 66, big);
	CHECK(elf_hash_count(bytes, 16, big, 8, &count) == 0 && count == 66, "wide DT_HASH");

	/* two buckets, symbols from 5, one word of filter, chains of 2 and 1 */
	memset(bytes, 0, sizeof(bytes));
	put(bytes, 4, 2, big);
	put(bytes + 4, 4, 5, big);
	put(bytes + 8, 4, 1, big);
	put(bytes + 24, 4, 5, big);
	put(bytes + 28, 4, 7, big);
	put(bytes + 32, 4, 2, big);
	put(bytes + 36, 4, 3, big);
	put(bytes + 40, 4, 9, big);
	CHECK(elf_gnu_hash_count(bytes, 44, big, 8, &count) == 0 && count == 8, "DT_GNU_HASH");
	CHECK(elf_gnu_hash_count(bytes, 43, big, 8, &count) == -ENOEXEC, "its chain is cut");
	put(bytes + 40, 4, 8, big);
	CHECK(elf_gnu_hash_count(bytes, 64, big, 8, &count) == -ENOEXEC, "a chain without an end");
	put(bytes + 24, 8, 0, big);
	CHECK(elf_gnu_hash_count(bytes, 44, big, 8, &count) == 0 && count == 5,
	      "nothing is defined");
	put(bytes + 8, 4, 0xffffffff, big);
	CHECK(elf_gnu_hash_count(bytes, 64, big, 8, &count) == -ENOEXEC,
	      "a filter that is too large");
	put(bytes + 8, 4, 0, big);
	put(bytes, 4, 0xffffffff, big);
	CHECK(elf_gnu_hash_count(bytes, 64, big, 8, &count) == -ENOEXEC, "too many buckets");
	CHECK(elf_gnu_hash_count(bytes, 15, big, 8, &count) == -ENOEXEC, "no header");
}

int main(void)
{
	for (int big = 0; big < 2; big++) {
		test_defs(big);
		test_needs(big);
		test_lies(big);
		test_hash(big);
	}
	return done();
}
