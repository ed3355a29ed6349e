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
struct version_record;

/* Follows path to an existing export's canonical path; -ENOENT with a sentence if it has no
 * "versions". */
int export_resolve(const char *path, char ret[PATH_SIZE], struct err *err);

/* EXPORT and the id of a version's canonical path, EXPORT/versions/ID; false for any other path. */
bool export_of_tree(const char *tree, char ret_export[PATH_SIZE], const char **ret_id);

/* EXPORT/versions/ID, or EXPORT/versions with an empty id; ret has PATH_SIZE bytes. */
int export_version_path(const char *export, const char *id, char *ret, struct err *err);

/* The id that "current" names (VERSION_ID_SIZE bytes): 1, 0 if there is no "current" yet. -EINVAL
 * with a sentence if it is anything but a link to versions/ID. */
int export_current(const char *export, char *ret_id, struct err *err);

/* Reads the record of a version: its id is the name, so it is complete. -ENOENT with a sentence if
 * there is no such version. */
int export_version(const char *export, const char *id, struct version_record *ret, struct err *err);

/* All complete versions in the order of their publishing. Caller frees *ret. What has a version's
 * name but no record is passed over and counted in *ret_strange (unless NULL). */
int export_list(const char *export, struct version_record **ret, size_t *ret_n, size_t *ret_strange,
		struct err *err);

/* Makes "current" name the version, which must be on disk: by a rename, then its directory is
 * synced. Whoever looks sees the one before or this one. */
int export_switch(const char *export, const char *id, struct err *err);

/* fsync of a directory; an error that means that the file system has no such thing is none. */
int export_sync_dir(const char *path, struct err *err);

/* Removes what an interrupted writer has left. Only for who holds the lock: then nobody is at work
 * on it. */
int export_clean(const char *export, struct err *err);

#endif
