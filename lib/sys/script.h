/* SPDX-License-Identifier: MIT */
/* The script that the kernel handed over: whose it is, and what its first line says. */
#ifndef BUSYPY_SYS_SCRIPT_H
#define BUSYPY_SYS_SCRIPT_H

#include <stdbool.h>

#include "core/path_size.h"

struct contract;
struct contract_tree;
struct request;
struct shebang;
struct err;

struct script {
	int owner;			  /* enum tier_owner */
	const struct contract_tree *tree; /* where it is ours, or stale */
	const char *path; /* canonical, where it is ours; the request's, near or the kernel's */
	char near[192];	  /* a path by a link of an export, as it is in the version */
};

/* 1 if the process is in a view already, 0 if not, -errno if that cannot be told. */
int script_in_view(void);

/* True if "/" is the contract's. */
bool script_host_root(const struct contract *contract);

/* True if the script is in no tree, whatever "/" is and whether this is a view: its path, as given,
 * lies below none and proves to be its own. False if that is not so or cannot be told. */
bool script_elsewhere(const struct contract *contract, const struct request *request);

/* True if the path as given is one that a view has from its tree, wherever the tree stands. */
bool script_may_show(const struct request *request);

/* In a view: true if the script is on a tree's device, where the view shows the tree. */
bool script_shown(const struct contract *contract, const struct request *request);

/* Finds out whose the open script is, by its descriptor: no path in a tree is touched, unless the
 * script itself lies below it. The path as given is believed only where it proves true. */
void script_identify(const struct contract *contract, const struct request *request, bool host_root,
		     struct script *ret);

/* True if the tree's root as seen from here is the one of the contract: not another that was put at
 * the same path in a chroot or container. Else a sentence. */
bool script_same_tree(const struct contract_tree *tree, struct err *err);

/* True if the runtime of a tree with `programs = host` is there, and the one of the contract. Else
 * a sentence. */
bool script_runtime(const struct contract_tree *tree, struct err *err);

/* What to execute for a first line that names interp, of a tree with such a runtime: the program
 * there (RUNTIME_PROGRAM_MAX bytes), and where interp is itself a script of the tree, as /bin/shell
 * is, that script and its first line; else script is "". -errno with a sentence. */
int script_beside(const struct contract_tree *tree, const char *interp, char *program,
		  char script[PATH_SIZE], struct shebang *line, struct err *err);

/* Reads the first line from the descriptor; -ENOEXEC or -EACCES with a sentence if the kernel would
 * not take it for a script or its name is empty, -errno if it cannot be read. */
int script_shebang(int fd, struct shebang *ret, struct err *err);

#endif
