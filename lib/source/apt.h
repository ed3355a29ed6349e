/* SPDX-License-Identifier: MIT */
/* apt-get with a configuration of its own: nothing of this machine's apt or dpkg is read (but how
 * to reach the network) or written, and every index must be signed, with Debian's keys or those
 * that were given. */
#ifndef BUSYPY_SOURCE_APT_H
#define BUSYPY_SOURCE_APT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/path_size.h"

struct err;
struct package;

enum { APT_ARCHS_MAX = 16 };

struct apt {
	char dir[PATH_SIZE]; /* its state; kept, so that the next update is quick */
	char conf[PATH_SIZE];
	const char *suite, *mirror;
	const char *keyring;		  /* a file of keys; NULL: Debian's */
	bool expired;			  /* lists that are no longer valid are taken, too */
	const char *archs[APT_ARCHS_MAX]; /* dpkg's words */
	size_t n_archs;
	unsigned max_age; /* seconds; indexes that were fetched so recently will do; 0: none */
};

enum { APT_WORDS_MAX = 1024, APT_WORD_SIZE = 3 * 128 /* of PACKAGE_WORD_MAX */ };

/* Packages on a command line: NAME:ARCH or NAME:ARCH=VERSION, without :ARCH for what is for all.
 * Initialise with { 0 }; large. */
struct apt_words {
	char text[APT_WORDS_MAX][APT_WORD_SIZE];
	const char *words[APT_WORDS_MAX];
	size_t n;
};

/* Adds one; version may be NULL. -E2BIG with a sentence. */
int apt_words_add(struct apt_words *words, const char *name, const char *arch, const char *version,
		  struct err *err);

/* 0 if this machine has what is needed: apt-get and the keys (NULL: Debian's). */
int apt_available(const char *keyring, struct err *err);

/* Writes the configuration. All but conf is set (mirror: see mirrors_parse), which is filled in. */
int apt_configure(struct apt *apt, struct err *err);

/* Fetches the indexes and checks their signatures; 1 if those that are there are young enough, and
 * nothing was asked. */
int apt_update(const struct apt *apt, struct err *err);

/* The files of the indexes: a line "ARCH PATH" for each, ARCH being dpkg's word. Caller frees. */
int apt_lists(const struct apt *apt, char **ret, struct err *err);

/* Asks about packages; one answer per word, in any order. The suite of each is set. */
int apt_find(const struct apt *apt, const struct apt_words *words, struct package *ret,
	     struct err *err);

/* Asks what would be installed for packages of one arch on a machine of that arch that
 * has what a text of dpkg's status(5) says: them and what they depend on, without suggestions.
 * Name, version and arch of each are set. Caller frees *ret. -EIO with apt's own reason. */
int apt_resolve(const struct apt *apt, const char *arch, const char *status,
		const struct apt_words *words, struct package **ret, size_t *ret_n,
		struct err *err);

/* Downloads them into a directory, under package_file's names, checksums checked. If one cannot be
 * had, the others may be there all the same. */
int apt_download(const struct apt *apt, const struct apt_words *words, const char *to,
		 struct err *err);

#endif
