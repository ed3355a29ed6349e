/* SPDX-License-Identifier: MIT */
/* A tree on disk: is it one, what is in it, may it serve this machine's users. */
#ifndef BUSYPY_TREE_H
#define BUSYPY_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct contract_tree;
struct err;

enum { TREE_PATH_MAX = 4096 };

/* The script, below a tree, that tells who runs it. */
#define TREE_SELFTEST "etc/busypy/selftest"

/* Follows path (perhaps EXPORT/current) to the tree's canonical path and checks that a tree stands
 * there and may stand there. */
int tree_resolve(const char *path, char ret[TREE_PATH_MAX], struct err *err);

/* The arch that a user named, or this machine's for NULL; the sentence lists those there are. */
int tree_arch(const char *name, const struct arch **ret, struct err *err);

/* True if the tree has both folders of a runtime for arch. */
bool tree_has_runtime(const char *tree, const struct arch *arch);

/* The same as a sentence, and closure_check: the runtime is there and can start. */
int tree_check_runtime(const char *tree, const struct arch *arch, struct err *err);

/* The archs that a tree has a runtime for, separated by blanks; "none" if there is none. */
void tree_archs(const char *tree, char *dst, size_t size);

/* Everything that must hold before the tree's runtime of arch may serve all users: it is there and
 * complete (closure_check), the self-test is there, and nobody but root can write anything that
 * would run. */
int tree_verify(const char *tree, const struct arch *arch, struct err *err);

/* Fills in path, id, arch, linux32 and the root's place. */
int tree_contract(const char *tree, const struct arch *arch, struct contract_tree *ret,
		  struct err *err);

#endif
