/* SPDX-License-Identifier: MIT */
/* Which package each file of a source came from. */
#ifndef BUSYPY_SOURCE_OWNERS_H
#define BUSYPY_SOURCE_OWNERS_H

#include <stddef.h>

struct err;
struct package;

/* Initialise with { 0 }. */
struct origins {
	struct package *packages;
	size_t n_packages, room_packages;
	struct origin_file *files; /* sorted by path once origins_sort has run */
	size_t n_files, room_files;
};

/* A file's path (merged: see origins_package) and the index of its package. */
struct origin_file {
	char *path;
	size_t package;
};

/* Adds a package (copied). Returns its index or -ENOMEM. */
int origins_add_package(struct origins *origins, const struct package *package, struct err *err);

/* Says that path, absolute in the sysroot, belongs to a package. */
int origins_add_file(struct origins *origins, const char *path, size_t package, struct err *err);

/* To be called after the last origins_add_file and before origins_package; also orders packages. */
void origins_sort(struct origins *origins);

/* The package of a canonical path, or NULL. /usr/lib and /lib are taken for one: packages were made
 * before and after that merger. */
const struct package *origins_package(const struct origins *origins, const char *path);

/* Asks this machine's dpkg about the given paths, if it has one. A machine without dpkg, or a file
 * without package, is no error. */
int origins_ask_dpkg(struct origins *origins, char *const *paths, size_t n, struct err *err);

void origins_free(struct origins *origins);

#endif
