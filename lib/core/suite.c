/* SPDX-License-Identifier: MIT */
/* The packages were found by closure over their ELF files, not by dependencies: those want dpkg,
 * tar and more. Left out on purpose: what nis and _dbm need (nine packages). The gcc base package
 * holds libgcc's licence and nothing else. */
#include "core/suite.h"

#include <stdint.h>
#include <string.h>

#include "core/python_name.h"
#include "core/str.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct suite_package bookworm[] = {
	{ "python3.11-minimal", NULL, false },
	{ "libpython3.11-minimal", NULL, false },
	{ "libpython3.11-stdlib", NULL, false },
	{ "libc6", NULL, false },
	{ "libgcc-s1", NULL, false },
	{ "gcc-12-base", NULL, false },
	{ "zlib1g", NULL, false },
	{ "libexpat1", NULL, false },
	{ "libssl3", NULL, false },
	{ "libcrypt1", NULL, false },
	{ "libbz2-1.0", NULL, false },
	{ "liblzma5", NULL, false },
	{ "libffi8", NULL, false },
	{ "libsqlite3-0", NULL, false },
	{ "libreadline8", NULL, false },
	{ "libncursesw6", NULL, false },
	{ "libtinfo6", NULL, false },
	{ "libuuid1", NULL, false },
	{ "libatomic1", "armel mipsel", false }, /* libcrypto's, where the CPU lacks them */
	{ "libc-bin", NULL, false },		 /* C.UTF-8; its bytes follow the byte order */
	{ "ncurses-base", NULL, true },
	{ "tzdata", NULL, true },
	{ "ca-certificates", NULL, true },
	{ "busybox-static", "amd64 arm64", false }, /* the rescue shell of archs that can boot */
};

static const struct suite_package trixie[] = {
	{ "python3.13-minimal", NULL, false },
	{ "libpython3.13-minimal", NULL, false },
	{ "libpython3.13-stdlib", NULL, false },
	{ "libc6", NULL, false },
	{ "libgcc-s1", NULL, false },
	{ "gcc-14-base", NULL, false },
	{ "zlib1g", NULL, false },
	{ "libexpat1", NULL, false },
	{ "libssl3t64", NULL, false },
	{ "libzstd1", NULL, false }, /* libcrypto's */
	{ "libbz2-1.0", NULL, false },
	{ "liblzma5", NULL, false },
	{ "libffi8", NULL, false },
	{ "libsqlite3-0", NULL, false },
	{ "libreadline8t64", NULL, false },
	{ "libncursesw6", NULL, false },
	{ "libtinfo6", NULL, false },
	{ "libuuid1", NULL, false },
	{ "libatomic1", "armel", false },
	{ "libc-bin", NULL, false },
	{ "ncurses-base", NULL, true },
	{ "tzdata", NULL, true },
	{ "ca-certificates", NULL, true },
	{ "busybox-static", "amd64 arm64", false }, /* the rescue shell of archs that can boot */
};

/* In the order in which suite_for tries them. */
static const struct suite suites[] = {
	{ "bookworm", "amd64 arm64 armel armhf i386 mips64el mipsel ppc64el s390x", bookworm,
	  COUNT(bookworm) },
	{ "trixie", "amd64 arm64 armel armhf i386 ppc64el riscv64 s390x", trixie, COUNT(trixie) },
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

unsigned suite_minor(const struct suite *suite)
{
	unsigned minor = 0;

	for (size_t i = 0; i < suite->n_packages && !minor; i++) {
		const char *package = suite->packages[i].name;
		char name[16];

		if (str_copy_bytes(name, sizeof(name), package, strcspn(package, "-")) == 0)
			minor = python_name_minor(name);
	}
	return minor;
}

const struct suite *suite_for_minor(const char *arch, unsigned minor)
{
	for (size_t i = 0; i < COUNT(suites); i++) {
		if (suite_has(&suites[i], arch) && suite_minor(&suites[i]) == minor)
			return &suites[i];
	}
	return NULL;
}

bool suite_has(const struct suite *suite, const char *arch)
{
	return has_word(suite->archs, arch);
}

bool suite_needs(const struct suite_package *package, const char *arch)
{
	return !package->only || has_word(package->only, arch);
}

const char *suite_names(void)
{
	return "bookworm, trixie";
}
