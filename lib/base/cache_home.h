/* SPDX-License-Identifier: MIT */
/* Where BusyPy keeps what can be had again: root's, or the user's cache. */
#ifndef BUSYPY_BASE_CACHE_HOME_H
#define BUSYPY_BASE_CACHE_HOME_H

struct err;

/* The path of it, which need not exist, into ret (PATH_SIZE bytes). -ENOENT, without a sentence,
 * for a user whose environment names no home; -ENAMETOOLONG with one. */
int cache_home(char *ret, struct err *err);

#endif
