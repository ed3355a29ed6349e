/* SPDX-License-Identifier: MIT */
/* Proves with libelf that a staged runtime can start: in the view's terms, never the host's. */
#ifndef BUSYPY_CLOSURE_H
#define BUSYPY_CLOSURE_H

struct arch;
struct err;

/* Checks the runtime of arch in a tree: usr/bin/python3 is there and of this arch; its PT_INTERP is
 * in the view (/lib is etc/clib/<arch>, /lib64 is /lib, /usr is etc/python/<arch>/usr); every
 * DT_NEEDED of the interpreter and, transitively, of its libraries is found by RUNPATH, $ORIGIN or
 * the default directories. Returns 0, or -ENOENT, -ENOEXEC, ... with a sentence that names the
 * first file that is missing or wrong and who needs it. Runs nothing and reads nothing of the
 * host's. */
int closure_check(const char *tree, const struct arch *arch, struct err *err);

#endif
