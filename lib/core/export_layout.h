/* SPDX-License-Identifier: MIT */
/* Where things stand in an export: EXPORT/versions/ID, complete and never written to again, and
 * EXPORT/current, a link to one of them. Which names are a version's id: core/version. */
#ifndef BUSYPY_CORE_EXPORT_LAYOUT_H
#define BUSYPY_CORE_EXPORT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#define EXPORT_VERSIONS "versions"
#define EXPORT_CURRENT "current"	 /* a link that says versions/ID */
#define EXPORT_CURRENT_TMP "current.tmp" /* while it is switched */

/* True if name, which points at a component of path, stands in a folder called versions. */
bool export_layout_in_versions(const char *path, const char *name);

/* The ID of EXPORT/versions/ID, which points into path and may be any name; NULL if path is not
 * that. A mount's source, SERVER:/EXPORT/versions/ID, has one too. */
const char *export_layout_id(const char *path);

/* EXPORT, and EXPORT/current, of such a path; -ENOENT if path is not that, -E2BIG. */
int export_layout_export(const char *path, char *dst, size_t size);
int export_layout_current(const char *path, char *dst, size_t size);

/* The ID in what the link `current` says: "versions/ID", one component that begins with no dot;
 * NULL if it says anything else. */
const char *export_layout_target(const char *target);

#endif
