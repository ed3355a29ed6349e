/* SPDX-License-Identifier: MIT */
/* An export: EXPORT/versions/ID, complete and never written to again; EXPORT/current, a link to one
 * of them; EXPORT/leases. What is being made is versions/NAME.tmp, what is being removed
 * versions/NAME.gone. */
#ifndef BUSYPY_EXPORT_EXPORT_H
#define BUSYPY_EXPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct err;
struct export_dir;
struct folder;
struct version_record;

/* EXPORT and the id of a version's canonical path, EXPORT/versions/ID; false for any other path. */
bool export_of_tree(const char *tree, char ret_export[PATH_SIZE], const char **ret_id);

/* The id that "current" names (VERSION_ID_SIZE bytes): 1, 0 if there is no "current" yet. -EINVAL
 * with a sentence if it is anything but a link to versions/ID. */
int export_current(const struct export_dir *dir, char *ret_id, struct err *err);

/* Opens a version, complete or not. -ENOENT with a sentence if there is none of that name. */
int export_enter(const struct export_dir *dir, const char *id, struct folder *ret, struct err *err);

/* Reads the record of a version that is open: its id is id, so it is complete. */
int export_record(const struct folder *version, const char *id, struct version_record *ret,
		  struct err *err);

/* Reads the record of a version: its id is the name, so it is complete. -ENOENT with a sentence if
 * there is no such version. */
int export_version(const struct export_dir *dir, const char *id, struct version_record *ret,
		   struct err *err);

/* All complete versions in the order of their publishing. Caller frees *ret. What has a version's
 * name but no record is passed over and counted in *ret_strange (unless NULL). */
int export_list(const struct export_dir *dir, struct version_record **ret, size_t *ret_n,
		size_t *ret_strange, struct err *err);

/* Makes "current" name the version, which must be on disk: by a rename, then its directory is
 * synced. Whoever looks sees the one before or this one. */
int export_switch(const struct export_dir *dir, const char *id, struct err *err);

/* Gives an open version another name in "versions", on disk. -EAGAIN with a sentence if something
 * else has its name, which then keeps it. */
int export_rename(const struct export_dir *dir, const struct folder *version, const char *from,
		  const char *to, struct err *err);

/* Removes an open version with all in it, and its name in "versions", if that is still its own. */
int export_remove(const struct export_dir *dir, const struct folder *version, const char *name,
		  struct err *err);

/* fsync of a directory; an error that means that the file system has no such thing is none. */
int export_sync(const struct folder *folder, struct err *err);

/* Removes what an interrupted writer has left. Only for who holds the lock: then nobody is at work
 * on it. */
int export_clean(const struct export_dir *dir, struct err *err);

#endif
