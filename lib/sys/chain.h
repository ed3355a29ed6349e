/* SPDX-License-Identifier: MIT */
/* The chain that an exec follows: script, interpreter, ELF, PT_INTERP. How long it is, and which
 * link of it is missing: the answer to "No such file or directory" for a file that exists. */
#ifndef BUSYPY_SYS_CHAIN_H
#define BUSYPY_SYS_CHAIN_H

#include <stdbool.h>

struct err;

/* True if the kernel, executing a script with the interpreter path, would say ELOOP: more than
 * SHEBANG_DEPTH_MAX scripts in a row, and the last one's interpreter can be opened (else
 * that is the kernel's reason). Opens only regular files. fs/exec.c, exec_binprm(). */
bool chain_too_long(const char *path);

/* True if path can be looked at and is no script. */
bool chain_is_program(const char *path);

/* Says why executing path failed with this errno: the first link that is missing, is of another
 * machine or may not be executed, or just errno's own reason. Always returns -errno. */
int chain_explain(const char *path, int code, struct err *err);

/* Follows the chain as far as the kernel would, without executing anything: 0 if every link is
 * there and for this machine, else -errno and a sentence that names the broken one. Which libraries
 * a program needs is for its ELF interpreter to say. */
int chain_prove(const char *path, struct err *err);

#endif
