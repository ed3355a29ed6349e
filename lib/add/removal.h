/* SPDX-License-Identifier: MIT */
/* The work in progress of `busypy remove`, and its two larger parts. */
#ifndef BUSYPY_ADD_REMOVAL_H
#define BUSYPY_ADD_REMOVAL_H

#include <stdbool.h>

#include "core/path_size.h"

struct err;
struct folder;
struct going;
struct inventory;
struct remove_request;
struct transaction;

struct removal {
	const struct remove_request *request;
	struct transaction *transaction;
	struct folder *tree;	/* by the transaction's descriptor */
	char build[PATH_SIZE];	/* becomes part of the tree */
	char rootfs[PATH_SIZE]; /* our own programs, which never go */
	struct inventory *all;
	bool *gone; /* for each of its entries */
	struct going *going;
};

/* Adds the files of all entries that go, if each is where something can have been added, and is
 * what was put there. What another entry lists, too, stays. -EINVAL, -EBUSY with a sentence. */
int removal_take_files(struct removal *removal, struct err *err);

/* Checks the tree as it would be, if ELF files go: an error that it has not got now is -EBUSY with
 * a sentence. */
int removal_check(struct removal *removal, struct err *err);

#endif
