/* SPDX-License-Identifier: MIT */
/* Names of files as others must be able to carry them: NFS servers, cpio archives, disks that know
 * no case; and what a relative link's text says by itself. */
#ifndef BUSYPY_CORE_NAME_H
#define BUSYPY_CORE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAME_VISIBLE_MAX = 5 };

/* Bytes of the UTF-8 character that n bytes begin with; 0 if they begin with none. */
size_t name_character(const char *text, size_t n);

/* The control character that a text that is not empty begins with: of ASCII, or one of U+0080 to
 * U+009F, which terminals obey too. 0 if it begins with none, and for a NUL. */
unsigned name_control(const char *text);

/* The first character of a text that is not empty, as a terminal may be given it: a control
 * character, or a byte that is no UTF-8, is "\\x1b". Returns how many bytes were taken. */
size_t name_visible(const char *text, char ret[NAME_VISIBLE_MAX]);

/* Copies text to dst as name_visible has it, whole characters as long as they fit into size bytes
 * with a NUL. Returns how many bytes of text were taken: all of them where nothing was cut. */
size_t name_clean(const char *text, char *dst, size_t size);

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
