/* SPDX-License-Identifier: MIT */
/* What busypyd says: to the journal, to the manager, and to `busypy status`. */
#ifndef BUSYPY_DAEMON_BUSYPYD_WORDS_H
#define BUSYPY_DAEMON_BUSYPYD_WORDS_H

#include <stdbool.h>

#include "core/err.h"
#include "handler/round.h"

struct words {
	int state;		      /* the file that `busypy status` reads; a descriptor */
	struct round_report told;     /* what the journal knows */
	struct err told_why;	      /* why the last round failed, as far as was told */
	bool ready, reloading, ended; /* what the manager knows */
};

/* Opens the state file, and so becomes the machine's only busypyd. */
int words_open(struct words *words, struct err *err);
void words_close(struct words *words);

/* A line in the journal; without one, on stderr. */
void words_say(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Tells the manager, once for each, that a reload or the end has begun. */
void words_reload(struct words *words);
void words_stop(struct words *words);

/* Tells all three what a round has changed, or why it has failed (why's sentence, or ""). */
void words_report(struct words *words, const struct round_report *report, const struct err *why);

#endif
