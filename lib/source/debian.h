/* SPDX-License-Identifier: MIT */
/* Runtimes from Debian's packages: which ones, fetched into a cache by apt, extracted from there.
 */
#ifndef BUSYPY_SOURCE_DEBIAN_H
#define BUSYPY_SOURCE_DEBIAN_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct debian; /* the packages of one request, all in the cache */
struct err;
struct listener;
struct source;

struct debian_request {
	const char *suite;   /* NULL: what each arch needs */
	unsigned minor;	     /* 13 for Python 3.13; 0: the suite's own */
	bool libc;	     /* the C library and data alone, without Python */
	const char *mirror;  /* where apt looks: a list, see mirrors_parse */
	const char *keyring; /* a file of keys, absolute; NULL: Debian's */
	bool expired;	     /* lists that are no longer valid are taken, too */
	const char *cache;   /* NULL: the user's default */
	const char *locked;  /* a list of packages; NULL: the newest that the suite has */
	const struct arch *const *archs;
	size_t n_archs;
	/* Instead of what makes a runtime: packages by name, and what they depend on. Then each
	 * arch has a suite of its own (suite is not looked at), a Python that it must be for, and a
	 * text of dpkg's status(5), of what is there already. */
	const char *const *names;
	size_t n_names; /* 0: a runtime */
	const char *const *suites;
	const unsigned *minors;
	char *const *installed;
	unsigned max_age; /* seconds: package lists that were fetched so recently will do */
	const struct listener *listener; /* or NULL */
};

/* Gets everything into the cache, checked. On failure nothing but the cache has changed. The
 * request's strings and archs are borrowed until debian_close. */
int debian_open(const struct debian_request *request, struct debian **ret, struct err *err);

/* Extracts the packages of one arch of the request into a new directory; ret is a source that reads
 * there. */
int debian_extract(struct debian *debian, const struct arch *arch, const char *dir,
		   struct source *ret, struct err *err);

/* NULL is fine. */
void debian_close(struct debian *debian);

#endif
