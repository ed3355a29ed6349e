/* SPDX-License-Identifier: MIT */
/* A generation: everything below /run/busypy.handler that one enabling made. Templates, loader
 * and enter with their contract, and the handler entries' names. Generations replace one another;
 * none is ever changed. */
#ifndef BUSYPY_HANDLER_GENERATION_H
#define BUSYPY_HANDLER_GENERATION_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct contract;
struct err;
struct python_minors;

#define GENERATION_ROOT "/run/busypy.handler"

enum { GENERATION_PATH_MAX = 128, GENERATION_MAX = 64 };

/* GENERATION_ROOT/gN/name, or the folder itself with an empty name. */
void generation_path(unsigned generation, const char *name, char dst[GENERATION_PATH_MAX]);

/* Makes GENERATION_ROOT a small tmpfs of its own if it is none: private and unbindable, so that
 * views and containers do not carry it. *ret_made tells whether that was done. */
int generation_root_make(bool *ret_made, struct err *err);
/* Takes it away. */
int generation_root_drop(struct err *err);

/* The numbers of the generations that are there, ascending; returns how many, or -errno. */
int generation_list(unsigned ret[GENERATION_MAX], struct err *err);

/* Reads the contract of a generation. */
int generation_read(unsigned generation, struct contract *ret, struct err *err);

/* Calls each with every contract that there is. One that cannot be read is just being made or
 * removed, of an enabling that was killed, or of another BusyPy. */
int generation_each(void (*each)(const struct contract *contract, void *ctx), void *ctx,
		    struct err *err);

/* True if the generation was made from what this fingerprint is of. */
bool generation_is_from(unsigned generation, const char *fingerprint);

/* The Pythons that the trees of a generation have side by side, as tree_several; none if it does
 * not tell. */
void generation_pythons(unsigned generation, struct python_minors *ret);

/* Makes a generation's templates: contract->trees[].path, id, arch, place are filled in by the
 * caller, the rest here. A tree that has a template already (namespace_path and namespace_ino, of a
 * generation that is still there) keeps it. On failure the folder is gone again. */
int generation_make(const struct conf *conf, unsigned generation,
		    const struct python_minors *several, struct contract *contract,
		    struct err *err);

/* Bakes its loader and enter, which then can be entered by: the contract is what it promises. */
int generation_complete(unsigned generation, const struct contract *contract, struct err *err);

/* Lets go of a generation's templates and removes its files. What runs in it goes on. */
int generation_drop(unsigned generation, struct err *err);

/* 1 if a process is just being started by a generation's loader or enter, 0 if none is. */
int generation_in_use(unsigned generation, struct err *err);

/* Drops those that were replaced at least ms milliseconds ago and that nobody is just entering by;
 * returns how many of the replaced are left. */
int generation_drop_older(unsigned ms);

#endif
