/* SPDX-License-Identifier: MIT */
/* The chain that an exec follows: script, interpreter, ELF, PT_INTERP. How long it is, and which
 * link of it is missing: the answer to "No such file or directory" for a file that exists. */
#ifndef BUSYPY_CHAIN_H
#define BUSYPY_CHAIN_H

struct err;

/* How many scripts stand behind one another from path on: 0 if path is no script (or cannot be
 * looked at: then the exec itself will tell), counted up to SHEBANG_DEPTH_MAX + 1. Opens only
 * regular files. fs/exec.c, exec_binprm(). */
int chain_scripts(const char *path);

/* Says why executing path failed with this errno: the first link that is missing, is of another
 * machine or may not be executed, or just errno's own reason. Always returns -errno. */
int chain_explain(const char *path, int code, struct err *err);

#endif
