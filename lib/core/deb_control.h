/* SPDX-License-Identifier: MIT */
/* Fields of a Debian package's control file, and the names in its relations: deb-control(5). */
#ifndef BUSYPY_CORE_DEB_CONTROL_H
#define BUSYPY_CORE_DEB_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text; borrowed. */
struct deb_field {
	const char *at;
	size_t left;
};

/* The field of that name, with its further lines; false without one. */
bool deb_control_field(const char *text, size_t n, const char *name, struct deb_field *ret);

/* The next package that a relation (Depends, Provides, ...) names, alternatives one after another,
 * without versions and archs. Returns 1, or 0 after the last one; what is no name is passed over,
 * and a name that does not fit into size bytes. */
int deb_control_name(struct deb_field *relation, char *dst, size_t size);

#endif
