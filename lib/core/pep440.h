/* SPDX-License-Identifier: MIT */
/* Versions of Python's distributions, their order, and what is demanded of them (PEP 440). Of
 * Debian's versions and busypy's own: elsewhere. */
#ifndef BUSYPY_CORE_PEP440_H
#define BUSYPY_CORE_PEP440_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEP440_PARTS_MAX = 16, PEP440_LOCAL_MAX = 64, PEP440_TEXT_MAX = 256 };

/* [EPOCH!]N(.N)*[{a|b|rc}N][.postN][.devN][+LOCAL] */
struct pep440 {
	uint64_t epoch;
	uint64_t release[PEP440_PARTS_MAX];
	size_t n_release;
	char pre;	/* 'a', 'b' or 'r'; 0: it is none of these */
	bool post, dev; /* whether it has that */
	uint64_t pre_n, post_n, dev_n;
	char local[PEP440_LOCAL_MAX]; /* lower case, with dots; "" for none */
};

/* Reads a version of n bytes in any spelling that PEP 440 allows. -EINVAL for what is none, or has
 * more parts, or larger numbers, than fit. */
int pep440_parse(const char *text, size_t n, struct pep440 *ret);

/* As strcmp(3). */
int pep440_compare(const struct pep440 *one, const struct pep440 *other);

/* The one spelling of a version that PEP 440 prefers. -E2BIG. */
int pep440_format(const struct pep440 *version, char *dst, size_t size);

/* Whether a version is one of a set, ">=3.8, !=3.9.*" (n bytes; all are of an empty one): 1, 0, or
 * -EINVAL. Pre-releases are versions as others, as for what is installed already. "===" compares
 * the texts: of the version as pep440_format has it. */
int pep440_in_set(const struct pep440 *version, const char *set, size_t n);

#endif
