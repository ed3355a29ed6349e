/* SPDX-License-Identifier: MIT */
/* What wakes busypyd: signals, directories, the mount table, the end of a round, and times. */
#ifndef BUSYPY_DAEMON_BUSYPYD_EVENTS_H
#define BUSYPY_DAEMON_BUSYPYD_EVENTS_H

#include <stdint.h>

struct err;
struct libmnt_monitor;

/* What is asked for; flags. */
enum events_asked {
	EVENTS_ROUND = 1 << 0,	/* a round */
	EVENTS_PRUNE = 1 << 1,	/* that it also prunes: the mount table has changed */
	EVENTS_RELOAD = 1 << 2, /* to read the configuration again */
	EVENTS_HURRY = 1 << 3,	/* no waiting between rounds: somebody asked by hand */
	EVENTS_STOP = 1 << 4,	/* the end */
	EVENTS_WANTS = 1 << 5	/* to look what images were asked for */
};

struct events {
	const char *conf_path;	      /* whose directory is watched */
	int signals, inotify, mounts; /* descriptors */
	struct libmnt_monitor *monitor;
	uint64_t listen_due, mounts_due,
		wants_due; /* no listening before: a storm of events asks once */
	uint64_t watchdog_ms, watchdog_due;
};

/* Opens signals, inotify and the monitor of the mount table. */
int events_open(struct events *events, const char *conf_path, struct err *err);

/* Starts a new inotify instance, without the watches of trees that are no longer configured. */
int events_watch(struct events *events, struct err *err);

/* Waits for the next event, for round or wants (descriptors, or -1) to become readable, or until a
 * time;
 * returns enum events_asked's flags, or -errno. */
int events_wait(struct events *events, int round, int wants, uint64_t until, struct err *err);

#endif
