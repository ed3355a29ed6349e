/* SPDX-License-Identifier: MIT */
/* The files METADATA, WHEEL and PKG-INFO of a Python distribution: fields as a mail's head has
 * them, up to an empty line. */
#ifndef BUSYPY_CORE_METADATA_H
#define BUSYPY_CORE_METADATA_H

#include <stdbool.h>
#include <stddef.h>

/* Where reading stands; initialise with the text. */
struct metadata {
	const char *at;
	size_t left; /* bytes */
};

/* "NAME: VALUE"; both borrowed from the text. A value may go on in lines that begin with a blank.
 */
struct metadata_field {
	const char *name, *value;
	size_t n_name, n_value;
};

/* Reads the next field. 1; 0 after the last; -EINVAL for a line that is none. */
int metadata_next(struct metadata *metadata, struct metadata_field *ret);

/* True if the field has this name, whatever case. */
bool metadata_is(const struct metadata_field *field, const char *name);

/* Finds a field that stands once: copies its value to dst. 1; 0 if it is not there (dst is then
 * ""); -EINVAL where the text is unsound or two such fields have different values; -E2BIG. */
int metadata_find(const char *text, size_t n, const char *name, char *dst, size_t size);

#endif
