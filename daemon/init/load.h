/* SPDX-License-Identifier: MIT */
/* Reading an inittab into a table. */
#ifndef BUSYPY_DAEMON_INIT_LOAD_H
#define BUSYPY_DAEMON_INIT_LOAD_H

struct init;

/* Fills the table from /etc/inittab, or with the defaults where there is none. */
void load_inittab(struct init *init);

/* `init --check FILE`: says on standard output what is wrong or hardly meant. The exit status: 0
 * nothing, 1 something, 2 the file cannot be read. */
int load_check(const char *path);

#endif
