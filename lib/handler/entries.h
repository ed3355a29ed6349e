/* SPDX-License-Identifier: MIT */
/* Our entries in binfmt_misc: which there are, putting them in, taking them out. */
#ifndef BUSYPY_HANDLER_ENTRIES_H
#define BUSYPY_HANDLER_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct rule;
struct err;
struct python_minors;

enum { ENTRIES_MAX = (8 + 8 + 2) * 6 /* of a generation */ };

/* Read by systemd-binfmt, whose restart wipes every entry: with this file it puts ours back. */
#define ENTRIES_BINFMT_D "/run/binfmt.d/busypy.conf"

/* The entries of a generation into ret, which has room for ENTRIES_MAX; returns how many. several
 * are the Pythons that its trees have side by side: each has entries of its own, where python3 has.
 */
int entries_make(const struct conf *conf, unsigned generation, const struct python_minors *several,
		 struct rule *ret, struct err *err);

/* True if an entry's name is one of ours; *ret_generation is its generation. */
bool entries_own(const char *name, unsigned *ret_generation);

/* All entries of an instance, ours and others', in the order of asking; returns how many. The
 * caller frees. */
int entries_list(int instance, struct rule **ret, struct err *err);

/* Registers entries of ours, and reads each back. What was registered before a failure stays. */
int entries_register(int instance, const struct rule *rules, size_t n, struct err *err);

/* Removes those of one generation; or those of all others; as far as that goes. */
void entries_remove(int instance, unsigned generation);
void entries_remove_but(int instance, unsigned generation);

/* Removes all of ours. 1 if there were any, 0 if not. */
int entries_remove_all(int instance, struct err *err);

/* Writes ENTRIES_BINFMT_D. */
int entries_write_binfmt_d(const struct rule *rules, size_t n, struct err *err);

/* 1 if all entries of a generation are there and asked, 0 if not. */
int entries_stand(const struct conf *conf, unsigned generation, struct err *err);

/* Registers the entries of a generation that is otherwise whole. Takes the lock, for the
 * service. */
int entries_restore(const struct conf *conf, unsigned generation, struct err *err);

#endif
