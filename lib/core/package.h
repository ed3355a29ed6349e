/* SPDX-License-Identifier: MIT */
/* One distribution package that a runtime came from, and the two texts that name packages: our
 * list ("lock list") and apt's. */
#ifndef BUSYPY_CORE_PACKAGE_H
#define BUSYPY_CORE_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

struct err;

enum { PACKAGE_WORD_MAX = 128, PACKAGE_SUM_SIZE = 65, PACKAGE_URI_MAX = 512 };

struct package {
	char suite[PACKAGE_WORD_MAX];	/* bookworm; "host" for the machine's own */
	char name[PACKAGE_WORD_MAX];	/* libc6 */
	char version[PACKAGE_WORD_MAX]; /* 2.36-9+deb12u14 */
	char arch[PACKAGE_WORD_MAX];	/* dpkg's word; "all" */
	uint64_t size;			/* of the archive, bytes; 0 if there is none */
	char sum[PACKAGE_SUM_SIZE];	/* SHA-256 of the archive in hexadecimal; "-" if none */
};

/* Reads a line of a list: "SUITE NAME VERSION ARCH SIZE SHA256". Returns 1; 0 for an empty line or
 * a comment; -EINVAL with a sentence (no line number in it). Words hold nothing but what Debian
 * allows, so they are safe in paths and command lines. */
int package_parse(const char *line, size_t n, struct package *ret, struct err *err);

/* That line, without a line feed. -E2BIG. */
int package_format(const struct package *package, char *dst, size_t size);

/* Reads a line of `apt-get download --print-uris`: "'URI' NAME_VERSION_ARCH.deb SIZE SHA256:SUM".
 * Fills in all but the suite. Returns 1; 0 for any other line, -EINVAL if it is one but unsound. */
int package_parse_uri(const char *line, size_t n, struct package *ret);

/* Reads a line of `apt-get install --print-uris`, whose checksum is an MD5 and not believed: fills
 * in name, version and arch, the sum is "-". Returns as package_parse_uri. */
int package_parse_install(const char *line, size_t n, struct package *ret);

/* The archive's own file name in our cache: NAME_VERSION_ARCH.deb, ':' as "%3a". -E2BIG. */
int package_file(const struct package *package, char *dst, size_t size);

#endif
