/* SPDX-License-Identifier: MIT */
/* A terminal within a terminal: what is typed at the outer one goes to the inner one, what is
 * written there comes back, and the size follows. Nothing inside ever holds the outer one. */
#ifndef BUSYPY_SANDBOX_RELAY_H
#define BUSYPY_SANDBOX_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum { RELAY_POLLS = 3, RELAY_BUFFER = 4096 };

struct relay_buffer {
	char bytes[RELAY_BUFFER];
	size_t from, to;
};

struct relay {
	int in, out, inner; /* borrowed; in is -1 once nobody can type any more */
	bool raw;
	struct termios before; /* the outer one's settings */
	struct relay_buffer typed, written;
};

/* True if in and out are a terminal whose foreground group the process is in. */
bool relay_possible(int in, int out);

/* Begins: the outer terminal passes on every key, ^C for example, from here on. inner is the
 * master's end. */
void relay_begin(struct relay *relay, int in, int out, int inner);

/* Fills in what to wait for; then does what poll(2) says is possible. */
void relay_poll(const struct relay *relay, struct pollfd ret[RELAY_POLLS]);
void relay_step(struct relay *relay, const struct pollfd ready[RELAY_POLLS]);

/* The outer terminal's size has changed: SIGWINCH. */
void relay_resize(const struct relay *relay);

/* Brings out what was written last, and makes the outer terminal what it was. */
void relay_end(struct relay *relay);

#endif
