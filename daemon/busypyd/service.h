/* SPDX-License-Identifier: MIT */
/* busypyd's state. One process, one thread, one poll(2); all that may wait is done in a child, of
 * which there is at most one. */
#ifndef BUSYPYD_SERVICE_H
#define BUSYPYD_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct apart;
struct conf;
struct err;
struct round_report;

/* Times in milliseconds. */
enum {
	SOON_MS = 5,	       /* an event is rarely alone */
	SPACING_MAX_MS = 1000, /* between rounds that changed nothing, however many events come */
	EVENTS_MS = 10,	       /* between looks at a storm of them */
	MOUNTS_MS = 1000, /* the same for the mount table, and a look at all of it costs more */
	POLL_MS = 5000,	  /* between looks at trees on network file systems; busypyd(8) */
	TIDY_MS = 1100,	  /* until what was replaced is dropped */
	RETRY_MS = 1000,  /* after a round that failed; doubled each time up to */
	RETRY_MAX_MS = 60 * 1000,
	AGAIN_MAX = 16,		  /* rounds that somebody else's enabling made void */
	ROUND_MS = 5 * 60 * 1000, /* a round that takes longer is stuck */
};

struct service {
	const char *conf_path; /* NULL is the default */
	struct conf *conf;
	int signals, inotify, mounts, state; /* descriptors */
	struct libmnt_monitor *monitor;
	struct apart *round;	     /* at work, if its pid is not 0 */
	struct round_report *report;	     /* shared with it */
	struct round_report *told;	     /* what the journal knows */
	struct err *why, *told_why;  /* why the last round failed */
	uint64_t round_until, stuck; /* when it is stuck; it cannot be killed */
	uint64_t round_due, tidy_due, poll_due, watchdog_due, listen_due, mounts_due;
	uint64_t watchdog_ms;
	unsigned spacing, retry, again;
	uint64_t round_began;
	bool prune, reload, ready, stopping, reloading;
};

/* -- events.c: what wakes -- */

/* Opens signals, inotify and the monitor of the mount table. */
int events_open(struct service *service, struct err *err);
/* Begins anew with inotify: watches for trees that are configured no more go. */
int events_watch(struct service *service, struct err *err);
/* Waits for the next event or time and notes what is to be done; -errno. */
int events_wait(struct service *service, struct err *err);

/* -- rounds.c: what is done -- */

/* Reads the configuration; on failure the one that was stays. */
int rounds_configure(struct service *service, struct err *err);
/* Starts a round if one is due, ends one that is through or stuck. */
void rounds_go_on(struct service *service);
/* Has a round done as soon as may be. */
void rounds_want(struct service *service);

/* -- words.c: what is said -- */

/* One entry in the journal; without one, a line on stderr. */
void words_say(int priority, const char *field, const char *value, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Tells manager, journal and `busypy status` what has changed by a round. */
void words_report(struct service *service);

#endif
