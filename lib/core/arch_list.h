/* SPDX-License-Identifier: MIT */
/* The archs that a user names: `--arch ARCH`, `--arch A,B` and `--arch all`. */
#ifndef BUSYPY_CORE_ARCH_LIST_H
#define BUSYPY_CORE_ARCH_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct arch;
struct err;

enum { ARCH_LIST_MAX = 16 };

struct arch_list {
	const struct arch *archs[ARCH_LIST_MAX + 1]; /* as they were named, each once; then NULL */
	size_t n;
	bool all;		  /* which those are says the command */
	const struct arch *twice; /* one that was named again, or NULL */
};

/* One arch, or this machine's for NULL; -EINVAL with a sentence that lists those there are. */
int arch_named(const char *name, const struct arch **ret, struct err *err);

/* Adds archs with commas between, or "all", to a list that begins zeroed; -EINVAL with a sentence.
 */
int arch_list_add(struct arch_list *list, const char *words, struct err *err);

#endif
