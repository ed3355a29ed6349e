/* SPDX-License-Identifier: MIT */
/* An export that is open: all that is done in it is done below its descriptors, whoever renames or
 * replaces by links what its path leads to. Who may have written what root works in: the way to
 * it, it and its versions are held to the rule of sys/trust. Others than root, who can lose what is
 * their own, are not held to it, nor is who only looks. */
#ifndef BUSYPY_EXPORT_DIR_H
#define BUSYPY_EXPORT_DIR_H

struct err;
struct export_dir;
struct folder;

enum export_use { EXPORT_LOOK, EXPORT_WORK };

/* Opens an existing export; the caller closes it. -ENOENT with a sentence if it has no "versions",
 * -EPERM if it is to be worked in and others than root could change it. */
int export_open(const char *path, enum export_use use, struct export_dir **ret, struct err *err);

/* The same to work in; what does not exist of it is made. -EINVAL, and nothing is made, if it lies
 * in tree, an open directory, however both are called; NULL: wherever it is. */
int export_make(const char *path, const struct folder *tree, struct export_dir **ret,
		struct err *err);

/* Takes NULL. */
void export_close(struct export_dir *dir);

/* Closes it when its scope ends: EXPORT_CLEANUP struct export_dir *dir = NULL; */
void export_cleanup(struct export_dir **dir);
#define EXPORT_CLEANUP __attribute__((cleanup(export_cleanup)))

/* The directory itself, by its path without links, and its versions. */
const struct folder *export_root(const struct export_dir *dir);
const struct folder *export_versions(const struct export_dir *dir);

/* Opens a source that the user names, a directory or a file, for reading. Root is held to the rule
 * for what is on the way and for it; what is in it is the caller's to ask. */
int export_open_source(const char *path, struct folder *ret, struct err *err);

#endif
