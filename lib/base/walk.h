/* SPDX-License-Identifier: MIT */
/* Everything below a directory, by descriptor: what is looked at is what is changed, whoever
 * renames or replaces by links meanwhile. */
#ifndef BUSYPY_BASE_WALK_H
#define BUSYPY_BASE_WALK_H

#include <stdbool.h>

struct err;
struct stat;

/* One file, valid during the call: name lies in the open directory dir, and st is its state there,
 * or, of a directory, of the one that was opened. path is for sentences alone. */
struct walk_entry {
	int dir;
	const char *name, *path;
	const struct stat *st;
};

/* each returns 0 or -errno, which ends the walk; the path is then named in the sentence, unless
 * each has set one. */
struct walk {
	int (*each)(const struct walk_entry *entry, struct err *err, void *ctx);
	void *ctx;
	bool crosses; /* enters mounts, too, and subvolumes, which look like them */
};

/* Calls each for everything below path, in the order of names, and for path itself: directories
 * when their contents are done. Only the directory that path lies in is looked up by its path, and
 * once. Follows no link after that, and enters no mount unless told to. */
int walk_all(const char *path, const struct walk *walk, struct err *err);

/* Removes a file or a directory with all in it; nothing there is no error. Follows no link and
 * enters no mount, but for links in the directory that path lies in. */
int walk_remove(const char *path, struct err *err);

#endif
