/* SPDX-License-Identifier: MIT */
/* The host's mount table, through libmount. */
#ifndef BUSYPY_HANDLER_MOUNTS_H
#define BUSYPY_HANDLER_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct conf;
struct facts;
struct sha256;
struct err;

/* Adds to facts every mount point that the configuration prunes, parents before children. */
int mounts_find_pruned(const struct conf *conf, struct facts *facts, struct err *err);

struct mounts_summary {
	size_t n;	      /* mounts in this namespace */
	size_t n_pruned;      /* of these, how many a template does without */
	bool root_propagates; /* "/" is shared: later mounts reach the views */
};

int mounts_summarise(const struct conf *conf, struct mounts_summary *ret, struct err *err);

/* Adds every mount that a template would have to a checksum. */
int mounts_add_to(const struct conf *conf, struct sha256 *sha, struct err *err);

#endif
