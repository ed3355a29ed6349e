/* SPDX-License-Identifier: MIT */
/* Requirements, resolved for all archs of a tree at once by the program resolve/, which the host's
 * Python runs without rights. */
#ifndef BUSYPY_RESOLVE_RESOLVE_H
#define BUSYPY_RESOLVE_RESOLVE_H

#include <stddef.h>

struct err;
struct listener;

enum { RESOLVE_TARGET_MAX = 128 };

/* A runtime that wheels are for: what its markers and tags follow from. */
struct resolve_target {
	const char *name;    /* arch, or arch@3.N for a Python beside the tree's default */
	const char *machine; /* what uname -m says there */
	const char *python;  /* 3.11.2 */
	const char *libc;    /* glibc-2.36, musl-1.2; static-0.0: no extension module is loaded */
};

struct resolve_request {
	const struct resolve_target *targets;
	size_t n_targets;
	const char *const *options; /* the program's own, verbatim */
	size_t n_options;
	const char *const *words; /* requirements */
	size_t n_words;
	const char *to; /* an empty folder: the wheels and requirements.lock */
	const struct listener *listener;
};

/* A package that has no wheel for a target. */
struct resolve_lack {
	const char *name, *target;
	const char *version; /* the newest that has one there; "" if none has */
};

struct resolve_answer {
	char *text; /* what the lacks point into */
	struct resolve_lack *lacks;
	size_t n_lacks, room_lacks;
};

/* Fetches what is wanted. -EINVAL with the sentence of what is wrong, -ENOENT without a Python;
 * what archs lack is told then, too. *ret is initialised with { 0 }; resolve_answer_free in every
 * case. */
int resolve_run(const struct resolve_request *request, struct resolve_answer *ret, struct err *err);

void resolve_answer_free(struct resolve_answer *answer);

#endif
