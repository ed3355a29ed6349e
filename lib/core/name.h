/* SPDX-License-Identifier: MIT */
/* Names of files as others must be able to carry them: NFS servers, cpio archives, disks that know
 * no case; and what a relative link's text says by itself. */
#ifndef BUSYPY_NAME_H
#define BUSYPY_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong with a file's name of n bytes, as the end of a sentence ("has ..."); NULL if
 * nothing is. Static storage. NFSv4 wants UTF-8 (RFC 7530, 1.4.2), tools want no control bytes. */
const char *name_flaw(const char *name, size_t n);

/* True if both are the same but for the case of ASCII letters. Equal texts are not. */
bool name_same_folded(const char *a, const char *b);

/* The same for two such texts. */
uint32_t name_fold_hash(const char *text);

/* True if a relative link at the absolute path at leads above "/" by its "..", which a kernel takes
 * for "/". */
bool name_climbs(const char *at, const char *target);

/* Takes "//", "." and ".." out of an absolute path, in place, as text alone. A relative
 * one stays as it is. */
void name_normalise(char *path);

#endif
