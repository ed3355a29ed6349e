/* SPDX-License-Identifier: MIT */
/* Whether a command could be started, found out without starting it. */
#ifndef BUSYPY_DAEMON_INIT_PROVE_H
#define BUSYPY_DAEMON_INIT_PROVE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct init;

/* The file that execvp(3) would execute for this name; -ENOENT if there is none. */
int prove_resolve(const char *name, char *dst, size_t size);

/* True if the file begins like a text: no ELF, no NUL in its first line. */
bool prove_is_text(const char *path);

/* 0 if the tree that is mounted at has a runtime for arch; else -errno and a sentence that names it
 * by where it came from. */
int prove_runtime(const char *source, const char *arch, const char *at, struct err *err);

/* 0 if the command's exec chain is whole; else -errno and a sentence that names what is missing. */
int prove_command(const char *text, struct err *err);

/* Proves the first program that the table starts, and says so if it cannot be. False if nothing
 * that the table keeps running can be started either. */
bool prove_table(const struct init *init);

#endif
