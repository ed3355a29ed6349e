/* SPDX-License-Identifier: MIT */
/* Checks with libelf that a staged runtime can start: in the view's terms, never the host's. */
#ifndef BUSYPY_CHECK_CLOSURE_H
#define BUSYPY_CHECK_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;
struct findings;

/* Checks the runtime of arch in a tree: usr/bin/python3 is there and of this arch; its PT_INTERP is
 * in the view (/lib is etc/clib/<arch>, /lib64 is /lib, /usr is etc/python/<arch>/usr); every
 * DT_NEEDED of the interpreter and, transitively, of its libraries is found by RUNPATH, $ORIGIN or
 * the default directories, with the symbol versions and symbols that are needed. Returns 0, or
 * -ENOENT, -ENOEXEC, ... with a sentence that names the first file that is missing or wrong and who
 * needs it. Runs nothing and reads nothing of the host's. */
int closure_check(const char *tree, const struct arch *arch, struct err *err);

/* The same for every ELF file of the runtime, and all that is wrong with them. */
struct closure_request {
	const char *tree;
	const struct arch *arch;
	const char *const *paths; /* ELF files, as the view names them: /usr/..., /lib/... */
	size_t n_paths;
	struct findings *findings;
	/* Is called for each file with NULLs, then for each library that ld.so would load for it;
	 * may be NULL. */
	void (*resolved)(const char *file, const char *name, const char *path, void *ctx);
	void *ctx;
};

/* 0 if it could be done, whatever was found; -ENOMEM, ... */
int closure_check_all(const struct closure_request *request, struct err *err);

/* The runtime is there and can start: tree_need_runtime and closure_check. */
int closure_check_runtime(const char *tree, const struct arch *arch, struct err *err);

#endif
