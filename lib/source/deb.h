/* SPDX-License-Identifier: MIT */
/* Extracts Debian's packages with libarchive; no dpkg, no tar. */
#ifndef BUSYPY_SOURCE_DEB_H
#define BUSYPY_SOURCE_DEB_H

#include <stddef.h>

struct err;
struct owners;

/* Extracts the files of the package that is open as file (path is for sentences) into the directory
 * dir, an exact path, and notes in owners that they
 * are of the package with that index. Never writes outside dir, whatever the archive says. What no
 * runtime needs (manuals, translations) is left out. */
int deb_extract(int file, const char *path, const char *dir, struct owners *owners, size_t package,
		struct err *err);

/* What the package says of itself: the text of its control file (deb-control(5)). Caller frees. */
int deb_control(int file, const char *path, char **ret, struct err *err);

#endif
