/* SPDX-License-Identifier: MIT */
/* Enabling and disabling: generations, rehearsal, the real registration, and the way back. */
#ifndef BUSYPY_HANDLER_ENABLE_H
#define BUSYPY_HANDLER_ENABLE_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct conf;
struct contract;
struct rule;
struct err;

enum { HANDLER_RULES_MAX = 8 * 6 };

/* Read by systemd-binfmt, whose restart wipes every entry: with this file it puts ours back. */
#define HANDLER_BINFMT_D "/run/binfmt.d/busypy.conf"

struct handler_report {
	unsigned generation;
	size_t n_trees, n_rules;
	bool rehearsed;
	char not_rehearsed[512]; /* why not */
	bool tested_as_user;	 /* the self-test ran as an ordinary user, too */
	char not_as_user[512];	 /* why not */
};

/* Adds trees (canonical paths, verified here) to those that are enabled: builds a new generation
 * with all of them, rehearses, registers, reads back, runs the self-tests, and only then takes the
 * older generation's entries away. On failure everything is as it was. */
int handler_enable(const struct conf *conf, char *const *trees, size_t n_trees,
		   const struct arch *arch, struct handler_report *ret, struct err *err);

/* The same for busypyd: brings the handler to exactly these trees. Of each the caller has filled in
 * what generation_make wants; those with a template keep it and are not looked at. expected is the
 * generation that wanted was derived from: -EAGAIN if another one stands by now. Older generations
 * lose their entries, and their files by handler_tidy. */
int handler_renew(const struct conf *conf, const struct contract *wanted, unsigned expected,
		  const struct arch *arch, struct handler_report *ret, struct err *err);

/* 1 if all entries of a generation are there and asked, 0 if not. */
int handler_stands(const struct conf *conf, unsigned generation, struct err *err);

/* Registers the entries of a generation that is otherwise whole. */
int handler_restore(const struct conf *conf, unsigned generation, struct err *err);

/* Drops what was replaced at least ms milliseconds ago and nobody is just entering by. Returns how
 * many generations are left to drop. */
int handler_tidy(unsigned ms, struct err *err);

/* Removes our entries, templates and files. Running scripts go on. Returns 1 if there was anything
 * to remove, 0 if not. */
int handler_disable(struct err *err);

/* The entries of a generation into ret, which has room for HANDLER_RULES_MAX; returns how many. */
int handler_rules(const struct conf *conf, unsigned generation, struct rule *ret, struct err *err);

/* True if an entry's name is one of ours; *ret_generation is its generation. */
bool handler_owns(const char *name, unsigned *ret_generation);

#endif
