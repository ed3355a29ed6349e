/* SPDX-License-Identifier: MIT */
/* Copies of loader and enter with a contract filled in, and reading such a contract back. */
#ifndef BUSYPY_HANDLER_BAKE_H
#define BUSYPY_HANDLER_BAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct contract;
struct err;

/* Writes a copy of program to path with this contract: mode 0755, owned by the caller, labelled
 * like the system's own programs where SELinux is on, with the two capabilities of enter if wanted.
 * The file is complete before it gets its name. */
int bake_program(const char *program, const struct contract *contract, const char *path,
		 bool capabilities, struct err *err);

/* Reads the contract of a baked program. -ENOENT if the file is not there. */
int bake_read(const char *path, struct contract *ret, struct err *err);

/* Makes a file of a runtime in dir, of this mode whatever the umask, labelled as programs are. name
 * is for the sentence, where the file gets it later. -EEXIST if made is there. */
int bake_file(int dir, const char *made, const char *name, mode_t mode, const void *bytes, size_t n,
	      struct err *err);

#endif
