/* SPDX-License-Identifier: MIT */
/* Names of wheels, NAME-VERSION(-BUILD)-PYTHON-ABI-PLATFORM.whl (PEP 427, PEP 425), and whether
 * what their tags say fits a runtime: the tags that pip has there. */
#ifndef BUSYPY_CORE_WHEEL_NAME_H
#define BUSYPY_CORE_WHEEL_NAME_H

#include <stdbool.h>
#include <stddef.h>

struct arch;

enum { WHEEL_NAME_MAX = 256 }; /* bytes of a file's name, with the NUL */

/* PYTHON-ABI-PLATFORM; each may be several with dots between, of which any combination holds. */
struct wheel_tags {
	char python[WHEEL_NAME_MAX], abi[WHEEL_NAME_MAX], platform[WHEEL_NAME_MAX];
};

struct wheel_name {
	char name[WHEEL_NAME_MAX], version[WHEEL_NAME_MAX]; /* as the file spells them */
	char build[WHEEL_NAME_MAX];			    /* "" for none */
	struct wheel_tags tags;
};

/* Reads a file's name without folders. -EINVAL for what is no wheel's; -E2BIG. */
int wheel_name_parse(const char *file, struct wheel_name *ret);

/* Reads PYTHON-ABI-PLATFORM of n bytes, as WHEEL has it after "Tag:". The same errors. */
int wheel_tags_parse(const char *text, size_t n, struct wheel_tags *ret);

/* A runtime, as tags see it. */
struct wheel_target {
	const struct arch *arch;
	unsigned minor; /* 11 for CPython 3.11 */
	bool musl;	/* instead of glibc */
	unsigned libc;	/* 36 for glibc 2.36, 2 for musl 1.2; 0: not known, and then any will do */
};

/* How near tags come to a runtime; the last is the nearest. */
enum wheel_fit {
	WHEEL_OTHER_SYSTEM,  /* Windows, macOS, or what we do not know */
	WHEEL_OTHER_MACHINE, /* Linux, for another arch */
	WHEEL_OTHER_LIBC,    /* glibc for musl, or the other way round */
	WHEEL_OLD_LIBC,	     /* the runtime's is older than what is needed */
	WHEEL_OTHER_PYTHON,
	WHEEL_FITS,
};

/* The nearest of all combinations. *ret_libc is, for WHEEL_OLD_LIBC, the version that is needed. */
enum wheel_fit wheel_tags_fit(const struct wheel_tags *tags, const struct wheel_target *target,
			      unsigned *ret_libc);

/* True if some platform of theirs is "any": the files are the same for all archs. */
bool wheel_tags_any(const struct wheel_tags *tags);

#endif
