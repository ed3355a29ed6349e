/* SPDX-License-Identifier: MIT */
/* apt-get with a configuration of its own: nothing of this machine's apt or dpkg is read (but how
 * to reach the network) or written, and every index must be signed by Debian. */
#ifndef BUSYPY_SOURCE_APT_H
#define BUSYPY_SOURCE_APT_H

#include <stddef.h>

#include "core/path_size.h"

struct err;
struct package;

enum { APT_ARCHES_MAX = 16 };

struct apt {
	char dir[PATH_SIZE]; /* its state; kept, so that the next update is quick */
	char conf[PATH_SIZE];
	const char *suite, *mirror;
	const char *arches[APT_ARCHES_MAX]; /* dpkg's words */
	size_t n_arches;
};

/* 0 if this machine has what is needed: apt-get and Debian's keys. */
int apt_available(struct err *err);

/* Writes the configuration. apt->dir, suite, mirror and arches are set; conf is filled in. */
int apt_configure(struct apt *apt, struct err *err);

/* Fetches the indexes and checks their signatures. */
int apt_update(const struct apt *apt, struct err *err);

/* Asks about packages: words are NAME:ARCH or NAME:ARCH=VERSION, or without :ARCH for those that
 * are for all; one answer per word, in any order. The suite of each is set. */
int apt_find(const struct apt *apt, const char *const *words, size_t n, struct package *ret,
	     struct err *err);

/* Asks what would be installed for packages (NAME:ARCH) of one arch on a machine of that arch that
 * has what a text of dpkg's status(5) says: them and what they depend on, without suggestions.
 * Name, version and arch of each are set. Caller frees *ret. -EIO with apt's own reason. */
int apt_resolve(const struct apt *apt, const char *arch, const char *status,
		const char *const *words, size_t n, struct package **ret, size_t *ret_n,
		struct err *err);

/* Downloads them into a directory, under package_file's names, checksums checked. */
int apt_download(const struct apt *apt, const char *const *words, size_t n, const char *to,
		 struct err *err);

#endif
