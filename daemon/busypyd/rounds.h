/* SPDX-License-Identifier: MIT */
/* Rounds of lib/handler/round in a child, of which there is at most one: when, how often, and what
 * becomes of them. */
#ifndef BUSYPY_DAEMON_BUSYPYD_ROUNDS_H
#define BUSYPY_DAEMON_BUSYPYD_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/conf.h"
#include "sys/apart.h"
#include "wants.h"

struct err;
struct round_report;
struct words;

/* Each "due" is a time of clock_ms(), 0 for never. */
struct rounds {
	const char *conf_path; /* NULL is the default, which may be missing */
	struct conf conf;
	struct round_report *report; /* shared with the child */
	struct words *words;	     /* to tell of it */
	int inotify;		     /* where the child adds watches */
	struct apart child;	     /* at work, if its pid is not 0 */
	uint64_t began;
	uint64_t until;			   /* when it is stuck */
	uint64_t stuck;			   /* since when; it cannot be killed */
	uint64_t due, older_due, poll_due; /* the next one, and why */
	unsigned spacing, retry;	   /* ms: between rounds that changed nothing, or failed */
	unsigned again;	    /* how often in a row somebody else's enabling has made one void */
	bool prune;	    /* the next one prunes, too */
	struct wants wants; /* images that were asked for */
	bool making;	    /* the child makes one, which is no round */
	const char *restorer;
	unsigned kind; /* of it */
};

int rounds_init(struct rounds *rounds, const char *conf_path, struct words *words, struct err *err);

/* Reads the configuration; on failure the one that was stays. Only between rounds, since a round
 * reads it, and writes the report. */
int rounds_configure(struct rounds *rounds, struct err *err);

/* Has a round done as soon as may be; asked: enum events_asked. */
void rounds_want(struct rounds *rounds, unsigned asked);

/* When there is something to do next; UINT64_MAX for never. */
uint64_t rounds_next(const struct rounds *rounds);

/* Readable when the round has ended; -1 if there is none. */
int rounds_fd(const struct rounds *rounds);

/* True while there is one. */
bool rounds_busy(const struct rounds *rounds);

/* Ends a round that is through or stuck. */
void rounds_collect(struct rounds *rounds);

/* True if none is at work and one is due, or an image was asked for. */
bool rounds_due(const struct rounds *rounds);

/* Begins one. */
void rounds_begin(struct rounds *rounds);

#endif
