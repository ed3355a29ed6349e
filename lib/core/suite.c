/* SPDX-License-Identifier: MIT */
/* Few facts, and only for what a command line leaves open: released suites keep their Python. */
#include "core/suite.h"

#include <string.h>

#include "core/str.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* In the order in which suite_for tries them. */
static const struct suite suites[] = {
	{ "bookworm", 11, "amd64 arm64 armel armhf i386 mips64el mipsel ppc64el s390x" },
	{ "trixie", 13, "amd64 arm64 armel armhf i386 ppc64el riscv64 s390x" },
};

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = words; *s;) {
		size_t m = strcspn(s, " ");

		if (n == m && memcmp(s, word, n) == 0)
			return true;
		s += m + (s[m] == ' ');
	}
	return false;
}

const struct suite *suite_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(suites); i++) {
		if (str_eq(suites[i].name, name))
			return &suites[i];
	}
	return NULL;
}

const struct suite *suite_for(const char *arch)
{
	for (size_t i = 0; i < COUNT(suites); i++) {
		if (suite_has(&suites[i], arch))
			return &suites[i];
	}
	return NULL;
}

const struct suite *suite_for_minor(const char *arch, unsigned minor)
{
	for (size_t i = 0; i < COUNT(suites); i++) {
		if (suite_has(&suites[i], arch) && suites[i].minor == minor)
			return &suites[i];
	}
	return NULL;
}

bool suite_has(const struct suite *suite, const char *arch)
{
	return has_word(suite->archs, arch);
}

const char *suite_names(void)
{
	return "bookworm, trixie";
}

bool suite_name_valid(const char *name)
{
	static const char more[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
	size_t n = strlen(name);

	return n > 0 && n < SUITE_NAME_SIZE && !strchr("+-.", name[0]) && strspn(name, more) == n;
}

void suite_base(const char *name, char ret[SUITE_NAME_SIZE])
{
	static const char *const parts[] = { "-backports", "-proposed-updates", "-updates" };

	(void)str_copy(ret, SUITE_NAME_SIZE, ""); /* fits */
	if (str_eq(name, "experimental") || str_eq(name, "rc-buggy"))
		(void)str_copy(ret, SUITE_NAME_SIZE, "sid");
	for (size_t i = 0; i < COUNT(parts) && !ret[0]; i++) {
		size_t n = strlen(name), m = strlen(parts[i]);

		if (str_ends(name, parts[i]) && n - m < SUITE_NAME_SIZE)
			(void)str_copy_bytes(ret, SUITE_NAME_SIZE, name, n - m);
	}
}
