/* SPDX-License-Identifier: MIT */
/* Which package each file of a source came from. */
#ifndef BUSYPY_SOURCE_OWNERS_H
#define BUSYPY_SOURCE_OWNERS_H

#include <stddef.h>

struct err;
struct package;

/* Initialise with { 0 }. */
struct owners {
	struct package *packages;
	size_t n_packages, room_packages;
	char **controls; /* what each package says of itself (deb-control(5)), or NULL */
	size_t room_controls;
	struct owned_file *files; /* sorted by path once owners_sort has run */
	size_t n_files, room_files;
};

/* A file's path (merged: see owners_find) and the index of its package. */
struct owned_file {
	char *path;
	size_t package;
};

/* Adds a package (copied). Returns its index or -ENOMEM. */
int owners_add_package(struct owners *owners, const struct package *package, struct err *err);

/* Keeps what a package says of itself; text is on the heap, and becomes the owners' in every case.
 */
int owners_set_control(struct owners *owners, size_t package, char *text, struct err *err);

/* Says that path, absolute in the sysroot, belongs to a package. */
int owners_add_file(struct owners *owners, const char *path, size_t package, struct err *err);

/* To be called after the last owners_add_file and before owners_find; also orders packages. */
void owners_sort(struct owners *owners);

/* The package of a canonical path, or NULL. /usr/lib and /lib are taken for one: packages were made
 * before and after that merger. */
const struct package *owners_find(const struct owners *owners, const char *path);

/* Asks this machine's dpkg about the given paths, if it has one. A machine without dpkg, or a file
 * without package, is no error. */
int owners_ask_dpkg(struct owners *owners, char *const *paths, size_t n, struct err *err);

void owners_free(struct owners *owners);

/* Frees them when their scope ends: OWNERS_CLEANUP struct owners owners = { 0 }; */
#define OWNERS_CLEANUP __attribute__((cleanup(owners_free)))

#endif
