/* SPDX-License-Identifier: MIT */
/* Who hears what the rooms tell while they work: steps, amounts, warnings. A library never prints.
 */
#ifndef BUSYPY_BASE_LISTENER_H
#define BUSYPY_BASE_LISTENER_H

#include <stdint.h>

/* How much is done so far. */
struct listener_amount {
	uint64_t files, bytes;
	uint64_t new_files; /* of those files; 0 where none can be old */
};

/* Each may be NULL: nobody listens. Strings are borrowed for the time of the call. */
struct listener {
	void (*step)(const char *step, void *ctx); /* what begins now */
	void (*amount)(const struct listener_amount *amount, void *ctx);
	void (*warning)(const char *sentence, void *ctx);
	void *ctx;
};

/* Tell it; nothing if listener, or what is called, is NULL. */
void listener_step(const struct listener *listener, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void listener_amount(const struct listener *listener, const struct listener_amount *amount);
void listener_warn(const struct listener *listener, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
