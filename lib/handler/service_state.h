/* SPDX-License-Identifier: MIT */
/* What a running busypyd tells about itself: a file that it holds a lock on, so that nobody can
 * take what a dead one left for a living one's. */
#ifndef BUSYPY_HANDLER_SERVICE_STATE_H
#define BUSYPY_HANDLER_SERVICE_STATE_H

#include <stdint.h>

#include <sys/types.h>

struct round_report;
struct err;

/* Becomes the machine's only busypyd: a descriptor that holds the lock; -EBUSY with a sentence. */
int service_state_open(struct err *err);

/* Writes the report of a round; err's sentence, if it has one, is why the round has failed. */
int service_state_write(int fd, const struct round_report *report, const struct err *why,
			struct err *err);

/* Ends it: the file goes. */
void service_state_close(int *fd);

/* 1 and the last report (and why that round failed: "" if it did not), 0 if no busypyd is running,
 * -errno. ret_pid may be NULL, and so may the others. */
int service_state_read(struct round_report *ret, struct err *ret_why, pid_t *ret_pid,
		       struct err *err);

#endif
