/* SPDX-License-Identifier: MIT */
/* The small pure parts of staging: ld.so's strings, manifest lines, the table of suites. */
#include <errno.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/manifest_line.h"
#include "core/suite.h"
#include "check.h"

#define SUM "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void test_ldso(void)
{
	char bytes[] = "\0/lib/\0/usr/lib/\0/etc/ld.so.cache\0x/etc/ld.so.preload\0"
		       "Do not use /etc/ld.so.cache\n\0/etc/ld.so.cache";
	static const char wanted[] = "\0/lib/\0/usr/lib/\0/lib/ld.so.cache\0x/lib/ld.so.preload\0"
				     "Do not use /etc/ld.so.cache\n\0/lib/ld.so.cache";

	CHECK(ldso_searches_lib(bytes, sizeof(bytes)), "/lib/ is a directory that is searched");
	CHECK(ldso_reads_etc(bytes, sizeof(bytes)), "the old paths are found");
	CHECK(ldso_redirect(bytes, sizeof(bytes)) == 3, "each old path is changed");
	CHECK(memcmp(bytes, wanted, sizeof(bytes)) == 0,
	      "same length, and nothing else is touched");
	CHECK(!ldso_reads_etc(bytes, sizeof(bytes)), "no old path is left");
	CHECK(ldso_redirect(bytes, sizeof(bytes)) == 0, "a second time there is nothing to do");
	CHECK(ldso_restore(bytes, sizeof(bytes)) == 3 && ldso_reads_etc(bytes, sizeof(bytes)),
	      "the old paths come back");
	CHECK(ldso_restore(bytes, sizeof(bytes)) == 0, "once");
	CHECK(!ldso_searches_lib("\0/opt/lib/\0", 11), "the tail of another directory");
	CHECK(!ldso_searches_lib("\0/lib/", 6), "a string that is cut");
	CHECK(ldso_searches_lib("\0/lib64/\0", 9), "/lib64/ is the same place");
	CHECK(!ldso_reads_etc("/etc/ld.so.cache", 16), "a path that is cut");
}

#define DIRS "/lib/s390x-linux-gnu/\0/usr/lib/\0"
#define HIDDEN "/sys/////////////////\0/sys/////\0"
#define CONFINED "/run/busypy/ab3x"

/* Confines the n bytes; what it says, or "". */
static const char *confine(const char *bytes, size_t n, char *ret_bytes)
{
	static struct err err;

	err = (struct err){ 0 };
	memcpy(ret_bytes, bytes, n);
	if (ldso_confine(ret_bytes, n, CONFINED, &err) == 0)
		return "";
	return err.code == EINVAL ? err.text : "another error";
}

static void test_confine(void)
{
	static const char staged[] = "\1" DIRS "\2\0/etc/ld.so.cache\0z\0/lib/ld.so.preload\0"
				     "Do not use /etc/ld.so.cache\n\0x" DIRS "\0/lib/ld.so.1";
	static const char wanted[] = "\1" HIDDEN "\2\0" CONFINED "\0z\0/sys/ld.so.preload\0"
				     "Do not use /etc/ld.so.cache\n\0x" HIDDEN "\0/lib/ld.so.1";
	static const struct {
		const char *bytes;
		size_t n;
		const char *wanted;
	} unknown[] = {
#define NAMES "\0/lib/ld.so.cache\0/etc/ld.so.preload\0"
#define CASE(bytes, wanted) { bytes, sizeof(bytes), wanted }
		CASE("\0" DIRS "\0" DIRS,
		     "it names its cache 0 times and its preload list 0 times instead of once"),
		CASE(NAMES NAMES DIRS "\0" DIRS,
		     "it names its cache 2 times and its preload list 2 times instead of once"),
		CASE("\0/lib/ld.so.cache\0" DIRS "\0" DIRS,
		     "it names its cache 1 times and its preload list 0 times instead of once"),
		CASE(NAMES, "it has 0 lists of directories instead of 2 alike"),
		CASE(NAMES DIRS, "it has 1 lists of directories instead of 2 alike"),
		CASE(NAMES DIRS "\0" DIRS "\0" DIRS,
		     "it has 3 lists of directories instead of 2 alike"),
		CASE(NAMES DIRS "\0" DIRS "/x/lib/",
		     "it has 2 lists of directories instead of 2 alike"),
		CASE(NAMES DIRS "\0/lib/s390y-linux-gnu/\0/usr/lib/\0",
		     "it has 2 lists of directories instead of 2 alike"),
		CASE(NAMES "/opt" DIRS "\0/opt" DIRS,
		     "it has 2 lists of directories that begin elsewhere instead of 2 alike"),
		{ NAMES "/lib/", sizeof(NAMES "/lib/") - 1,
		  "it has 0 lists of directories instead of 2 alike" },
		{ NAMES "/lib", sizeof(NAMES "/lib") - 1,
		  "it has 0 lists of directories instead of 2 alike" },
		{ NAMES "/us", sizeof(NAMES "/us") - 1,
		  "it has 0 lists of directories instead of 2 alike" },
#undef CASE
#undef NAMES
	};
	char bytes[2048], longer[2048] = "\0/lib/ld.so.cache\0/lib/ld.so.preload";
	struct err err = { 0 };

	CHECK_TEXT(confine(staged, sizeof(staged), bytes), "", "an ld.so is confined");
	CHECK(memcmp(bytes, wanted, sizeof(wanted)) == 0, "each path has its old length");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		CHECK_TEXT(confine(unknown[i].bytes, unknown[i].n, bytes), unknown[i].wanted,
			   "an ld.so that is built otherwise");
	CHECK(ldso_confine(bytes, 16, "/run/busypy/ab3", &err) == -EINVAL, "a shorter cache");
	CHECK_TEXT(err.text, "/run/busypy/ab3 is not as long as /etc/ld.so.cache", "it says so");
	for (size_t i = 0; i < 2 * 100; i++)
		memcpy(longer + 40 + (i < 100 ? 0 : 1) + 6 * i, "/lib/", 5);
	CHECK_TEXT(confine(longer, sizeof(longer), bytes),
		   "it has 2 lists of directories instead of 2 alike", "a list that is too long");
}

static void round_trip(const char *path, const char *origin, const char *wanted, const char *what)
{
	struct manifest_line line = { SUM, "1", path, origin, "as-is" };
	char text[512], copy[512];

	CHECK(manifest_line_format(&line, text, sizeof(text)) == 0, what);
	CHECK_TEXT(text, wanted, what);
	memcpy(copy, text, sizeof(copy));
	CHECK(manifest_line_parse(copy, &line) == 0, what);
	CHECK_TEXT(line.path, path, what);
	CHECK_TEXT(line.origin, origin, what);
}

static void test_manifest(void)
{
	static const char *const unsound[] = {
		"",
		SUM,
		SUM " 1 /a b=1",
		SUM " 1 /a b=1 as-is more",
		SUM " 1 /a b=1 other",
		SUM " one /a b=1 as-is",
		"xyz 1 /a b=1 as-is",
		SUM "  1 /a b=1 as-is",
		SUM " 1 /a\\04 b=1 as-is",
		SUM " 1 /a\\000 b=1 as-is",
		SUM " 1 /a\\999 b=1 as-is",
		SUM " 1 /a b=\\04 as-is",
		"X123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef 1 /a b=1 as-is",
	};
	struct manifest_line line;
	char copy[512];

	round_trip("/lib/libc.so.6", "libc6=2.36", SUM " 1 /lib/libc.so.6 libc6=2.36 as-is",
		   "a line");
	round_trip("/a b\\c\nd", "dir:/a b", SUM " 1 /a\\040b\\134c\\012d dir:/a\\040b as-is",
		   "a line with odd names");
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
		(void)snprintf(copy, sizeof(copy), "%s", unsound[i]);
		CHECK(manifest_line_parse(copy, &line) == -EINVAL, "an unsound line");
	}
	(void)snprintf(copy, sizeof(copy), "%s", SUM " 1 /a b=1 patched");
	CHECK(manifest_line_parse(copy, &line) == 0, "a file that was patched");
	line = (struct manifest_line){ SUM, "1", "/a", "b=1", "as-is" };
	CHECK(manifest_line_format(&line, copy, 60) == -E2BIG, "a line that does not fit");
}

static void test_suites(void)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	const struct suite *bookworm = suite_by_name("bookworm");
	char base[SUITE_NAME_SIZE];
	bool all = true;

	for (size_t i = 0; i < n; i++)
		all = all && suite_for(table[i].debian) &&
		      arch_by_debian(table[i].debian) == &table[i];
	CHECK(all, "every arch has a suite");
	CHECK(!arch_by_debian("x86_64"), "our word is not dpkg's");
	CHECK(suite_for("riscv64") == suite_by_name("trixie"), "riscv64 is from trixie");
	CHECK(suite_for("amd64") == bookworm, "amd64 is from bookworm");
	CHECK(bookworm->minor == 11, "bookworm's Python");
	CHECK(suite_for_minor("s390x", 11) == bookworm, "the suite of Python 3.11");
	CHECK(suite_for_minor("s390x", 13) == suite_by_name("trixie"), "and of Python 3.13");
	CHECK(!suite_for_minor("riscv64", 11), "an arch that this suite lacks");
	CHECK(!suite_for_minor("s390x", 12), "a Python that no suite has");
	CHECK(!suite_for("arm"), "a part of a name is no name");
	CHECK(!suite_for("amd64 arm64"), "two names are no name");
	CHECK(!suite_by_name("sid"), "a suite that is not released");
	CHECK(!suite_has(suite_by_name("trixie"), "mipsel"), "trixie has no mipsel");

	CHECK(suite_name_valid("sid") && suite_name_valid("trixie-backports") &&
		      suite_name_valid("24.04+x"),
	      "names of suites");
	CHECK(!suite_name_valid("") && !suite_name_valid("../sid") && !suite_name_valid("a b") &&
		      !suite_name_valid("-sid") && !suite_name_valid(".") &&
		      !suite_name_valid("a/b"),
	      "what would be a path, an option or two words");
	suite_base("trixie-backports", base);
	CHECK_TEXT(base, "trixie", "backports build on their suite");
	suite_base("experimental", base);
	CHECK_TEXT(base, "sid", "experimental builds on sid");
	suite_base("trixie", base);
	CHECK_TEXT(base, "", "a release is whole");
}

int main(void)
{
	test_ldso();
	test_confine();
	test_manifest();
	test_suites();
	return done();
}
