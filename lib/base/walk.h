/* SPDX-License-Identifier: MIT */
/* Everything below a directory, by descriptor: what is looked at is what is changed, whoever
 * renames or replaces by links meanwhile. */
#ifndef BUSYPY_BASE_WALK_H
#define BUSYPY_BASE_WALK_H

#include <stdbool.h>

struct err;
struct stat;
struct trust;

/* One file, valid during the call: name lies in the open directory dir, and st is its state there,
 * or, of a directory, of the one that was opened as fd (else -1). path is for sentences alone. */
struct walk_entry {
	int dir, fd;
	const char *name, *path;
	const struct stat *st;
};

/* each returns 0 or -errno, which ends the walk; the path is then named in the sentence, unless
 * each has set one. enter (or NULL) is asked before a directory is looked into, and has the same
 * to return, or 1: each then hears nothing of it, nor of what is in it. */
struct walk {
	int (*each)(const struct walk_entry *entry, struct err *err, void *ctx);
	int (*enter)(const struct walk_entry *entry, struct err *err, void *ctx);
	void *ctx;
	struct trust *trust; /* or NULL: no mount is looked into on which owners are not believed */
	bool crosses;	     /* enters mounts, too, and subvolumes, which look like them */
};

/* Calls each for everything below name in the open directory dir ("." for the directory itself), in
 * the order of names, and for name itself: directories when their contents are done. path is what
 * sentences call it. Follows no link, and enters no mount unless told to. */
int walk_at(int dir, const char *name, const char *path, const struct walk *walk, struct err *err);

/* The same of a path that the caller was given: only the directory that it lies in is looked up by
 * its path, and once. */
int walk_all(const char *path, const struct walk *walk, struct err *err);

/* Removes a file or a directory with all in it; nothing there is no error. Follows no link and
 * enters no mount; any depth of folders goes. name is one name in dir, and path is what sentences
 * call it. */
int walk_remove_at(int dir, const char *name, const char *path, struct err *err);

/* Removes so all that is in the open directory dir, which stays. */
int walk_empty(int dir, const char *path, struct err *err);

/* The same as walk_remove_at() of a path that the caller was given; links in the directory that it
 * lies in are followed. */
int walk_remove(const char *path, struct err *err);

#endif
