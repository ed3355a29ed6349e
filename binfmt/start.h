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

/* Puts in the place of a line by which env starts python3 the one that a tree's script gets: its
 * tree's Python, with the same arguments. If they become too long by their variables that ends the
 * process with a sentence. False where env would start nothing: the line is as it was. */
bool start_by_env(const struct request *request, struct shebang *line);

/* Executes exactly what the kernel's own script loader would have executed: interpreter, its
 * argument, the path as given, the arguments; environment and everything else untouched. Does not
 * return: a failure is one sentence and exit status 126 or 127. contract may be NULL. */
_Noreturn void start_as_kernel(const struct contract *contract, const struct request *request,
			       struct shebang *line);

/* In a view that was just entered: goes back to the working directory, cleans the environment
 * (PYTHONHOME and LD_* name things of the host), makes sure that the path leads to the script,
 * and executes. Does not return. */
_Noreturn void start_in_view(const struct contract *contract, const struct request *request,
			     const struct script *script, struct shebang *line,
			     const struct cwd *cwd);

/* For a tree with `programs = host`, whose runtime was found to be there: executes the interpreter
 * at its prefix, in the caller's own file system. No privilege, namespace or attribute of the
 * process is changed, since the host's programs inherit them. Does not return. */
_Noreturn void start_beside(const struct contract *contract, const struct request *request,
			    const struct script *script, struct shebang *line);

#endif
