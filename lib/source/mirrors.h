/* SPDX-License-Identifier: MIT */
/* Debian's mirrors as the user names them, one or several, and what is tried at each in turn. */
#ifndef BUSYPY_SOURCE_MIRRORS_H
#define BUSYPY_SOURCE_MIRRORS_H

#include <stddef.h>

struct err;
struct listener;

enum { MIRRORS_MAX = 8, MIRRORS_SIZE = 2048 };

struct mirrors {
	char text[MIRRORS_SIZE];
	const char *urls[MIRRORS_MAX]; /* into text */
	size_t n;
};

/* Splits "URL, URL, ..." at commas. -EINVAL with a sentence for what is not a mirror. */
int mirrors_parse(const char *list, struct mirrors *ret, struct err *err);

/* Calls attempt for one mirror after the other, until one has what is wanted: an attempt that
 * returns -EIO or -ENOENT, with a sentence, is a warning as long as there is another mirror.
 * Returns the index of the one that had it. */
int mirrors_try(const struct mirrors *mirrors, const struct listener *listener,
		int (*attempt)(const char *url, struct err *err, void *ctx), void *ctx,
		struct err *err);

#endif
