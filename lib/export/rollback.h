/* SPDX-License-Identifier: MIT */
/* The way back: an earlier version of an export becomes current again. */
#ifndef BUSYPY_EXPORT_ROLLBACK_H
#define BUSYPY_EXPORT_ROLLBACK_H

struct err;
struct export_dir;

/* Makes an earlier version current: id, or for NULL the one that was published before the current
 * one. ret_id has VERSION_ID_SIZE bytes. -ENOENT or -EINVAL with a sentence for a version that is
 * unknown or incomplete, -EPERM for one that others than root could have written; then nothing has
 * changed. */
int rollback(const struct export_dir *dir, const char *id, char *ret_id, struct err *err);

#endif
