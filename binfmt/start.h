/* SPDX-License-Identifier: MIT */
/* The last step of every way through loader and enter: replace the process by the interpreter. */
#ifndef BUSYPY_BINFMT_START_H
#define BUSYPY_BINFMT_START_H

#include <stdbool.h>

struct contract;
struct cwd;
struct request;
struct script;
struct shebang;

/* Executes exactly what the kernel's own script loader would have executed: interpreter, its
 * argument, the path as given, the arguments; environment and everything else untouched. Does not
 * return: a failure is one sentence and exit status 126 or 127. contract may be NULL. */
_Noreturn void start_as_kernel(const struct contract *contract, const struct request *request,
			       const struct shebang *line);

/* In a view that was just entered: goes back to the working directory, cleans the environment
 * (PYTHONHOME and LD_* name things of the host), makes sure that the path leads to the script,
 * and executes. Does not return. */
_Noreturn void start_in_view(const struct contract *contract, const struct request *request,
			     const struct script *script, const struct shebang *line,
			     const struct cwd *cwd);

/* No view can be had and the administrator allowed it: runs the tree's interpreter by its own
 * ld.so, in the caller's file system. Does not return. */
_Noreturn void start_direct(const struct contract *contract, const struct request *request,
			    const struct script *script, const struct shebang *line);

#endif
