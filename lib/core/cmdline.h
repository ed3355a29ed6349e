/* SPDX-License-Identifier: MIT */
/* What the kernel command line (or, in a container, the argument vector) tells PID 1: the words
 * that begin with "busypy.", and the kernel's own about a root over the network. Documented in
 * init(8). */
#ifndef BUSYPY_CORE_CMDLINE_H
#define BUSYPY_CORE_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum { CMDLINE_VALUE_MAX = 1024, CMDLINE_ARCH_MAX = 32, CMDLINE_WORD_MAX = 256 };

/* What runs once the machine is composed. */
enum cmdline_start {
	CMDLINE_INITTAB, /* the default */
	CMDLINE_INIT,	 /* busypy.init=: program becomes PID 1 */
	CMDLINE_RUN,	 /* busypy.run=: the machine ends when program does */
	CMDLINE_SHELL	 /* busypy.shell: a shell instead of the inittab */
};

/* What follows when nothing useful can be started, or init itself crashes. */
enum cmdline_fail { CMDLINE_RESCUE, CMDLINE_REBOOT };

struct cmdline {
	enum cmdline_start start;
	enum cmdline_fail fail;
	bool debug, overlay;
	char program[CMDLINE_VALUE_MAX]; /* of busypy.init= and busypy.run= */
	char arch[CMDLINE_ARCH_MAX];	 /* empty: what uname says */
	char image[CMDLINE_VALUE_MAX];	 /* busypy.image=: a file that holds the root */
	char lease[CMDLINE_VALUE_MAX];	 /* busypy.lease=: a share for our lease, core/nfs.h */
	/* The kernel's words, as they stand, without quotes; empty if not given. */
	char root[CMDLINE_WORD_MAX], nfsroot[CMDLINE_VALUE_MAX], ip[CMDLINE_WORD_MAX];
	char init[CMDLINE_WORD_MAX];
	unsigned shutdown_s;	/* for all shutdown actions together */
	unsigned grace_s;	/* between TERM and KILL */
	unsigned respawn_count; /* starts of an entry within respawn_s; 0: no limit */
	unsigned respawn_s;
};

/* The documented defaults. */
void cmdline_init(struct cmdline *cmdline);

/* Takes the next word at or after *at (0 at first) from n bytes; quoted as the kernel quotes:
 * "a b", key="a b". Returns 1 (a word was taken, whoever's it is), 0 after the last; -EINVAL with
 * "1:COLUMN: sentence" where a word of ours is wrong or contradicts an earlier one: it was skipped,
 * or has replaced the earlier one; go on calling. */
int cmdline_next(const char *bytes, size_t n, size_t *at, struct cmdline *cmdline, struct err *err);

/* The same for one word that needs no unquoting: an argument of a container's init. */
int cmdline_take(const char *word, size_t column, struct cmdline *cmdline, struct err *err);

#endif
