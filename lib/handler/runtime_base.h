/* SPDX-License-Identifier: MIT */
/* What runtimes have in common, BASE.b of core/runtime_layout: the large files, once for all
 * versions of an export whose interpreter and libraries have the same bytes. */
#ifndef BUSYPY_HANDLER_RUNTIME_BASE_H
#define BUSYPY_HANDLER_RUNTIME_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct arch;
struct err;

/* The word of a SHA-256, that is of its first bytes: RUNTIME_WORD_SIZE with the NUL. */
void runtime_base_word(const uint8_t *sum, char *ret);

/* Finds the word of the base with this key, a SHA-256 in hexadecimal digits: that of the base that
 * stands, else the first one that is free. */
int runtime_base_choose(const char *key, char *ret, struct err *err);

/* Makes the base of a word, if there is none, and opens it. */
int runtime_base_open(const char *word, const char *key, struct err *err);

/* Sees to it that the base, open as dir, has a file of this mode with these bytes. One that has
 * them stays the same file; any other is replaced as a whole, for who executes it. */
int runtime_base_put(int dir, const char *name, mode_t mode, const void *bytes, size_t n,
		     struct err *err);

/* Makes the base whole: its cache, of the libraries in clib, and whose they are. A tree that is
 * still there stays the one that they are looked up in: their bytes are the same in each. */
int runtime_base_finish(int dir, const char *word, const char *tree, const struct arch *arch,
			int clib, struct err *err);

/* True unless a path that leads into a tree leads nowhere. A tree that does not answer within a
 * second is believed to be there. */
bool runtime_base_is_there(const char *path);

/* Has the libraries looked up in another tree. */
int runtime_base_lead(const char *word, const char *tree, struct err *err);

#endif
