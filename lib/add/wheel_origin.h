/* SPDX-License-Identifier: MIT */
/* What installers leave beside a distribution's metadata: INSTALLER, REQUESTED, direct_url.json. */
#ifndef BUSYPY_ADD_WHEEL_ORIGIN_H
#define BUSYPY_ADD_WHEEL_ORIGIN_H

struct add_wheel_file;
struct err;

/* Writes them into the .dist-info folder info below dir, an exact path, in the place of those that
 * are there: as pip does for a file that was named. What pip has put into a folder keeps the other
 * two. */
int wheel_origin_write(const struct add_wheel_file *file, const char *dir, const char *info,
		       struct err *err);

#endif
