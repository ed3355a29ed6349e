/* SPDX-License-Identifier: MIT */
/* Listens to the rooms for the user: steps become progress, warnings are printed. */
#ifndef BUSYPY_CLI_LISTEN_H
#define BUSYPY_CLI_LISTEN_H

struct listener;

/* Listens in the name of a command, a string that is borrowed. */
void listen_as(const char *command, struct listener *ret);

/* Its warning alone, for a listener with other words for progress: ctx is the command. */
void listen_warning(const char *sentence, void *ctx);

#endif
