/* SPDX-License-Identifier: MIT */
/* A POSIX shell on another machine, by ssh: functions are sent once, then one step after the other.
 * When the connection or this process ends, so does the shell, and its traps clean up. */
#ifndef BUSYPY_BASE_SSH_H
#define BUSYPY_BASE_SSH_H

#include <stddef.h>
#include <sys/types.h>

struct err;

/* Initialise with { .fd = -1 }. */
struct ssh {
	const char *host;
	int fd;
	pid_t pid;
};

/* The program that connects: $BUSYPY_SSH, else "ssh". */
const char *ssh_program(void);

/* Connects and sends script. host is borrowed; one that begins with '-' is refused. */
int ssh_open(struct ssh *ssh, const char *host, const char *script, struct err *err);

/* Runs a step, which must read no input, and returns what it printed (caller frees; may be NULL).
 * If it fails, that is -EIO and the first line that it printed is the sentence. */
int ssh_do(struct ssh *ssh, const char *step, char **ret_output, struct err *err);

/* Ends the shell. */
void ssh_close(struct ssh *ssh);

/* Writes text as one word of a shell into ret; caller frees, NULL if there is no memory. */
char *ssh_quote(const char *text);

#endif
