/* SPDX-License-Identifier: MIT */
/* An archive's index of packages, the file Packages of each arch: deb822(5) paragraphs. */
#ifndef BUSYPY_CORE_PACKAGE_INDEX_H
#define BUSYPY_CORE_PACKAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the index: no NUL after them. n is 0 for a field that is not there. */
struct index_text {
	const char *bytes;
	size_t n;
};

struct index_package {
	struct index_text name, version, arch, section, depends, pre_depends;
};

/* Reads the next package from *at on and moves *at after it: 1, or 0 if there is none before end.
 * What is no paragraph with a Package is passed over. */
int package_index_next(const char **at, const char *end, struct index_package *ret);

/* Takes the next dependency off the front of a Depends: the first name of its alternatives, without
 * versions. False after the last one. */
bool package_index_depends(struct index_text *depends, struct index_text *ret_name);

/* True if the text is exactly that. */
bool index_text_is(const struct index_text *text, const char *s);

#endif
