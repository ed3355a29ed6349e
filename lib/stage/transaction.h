/* SPDX-License-Identifier: MIT */
/* A hidden directory in a tree where everything is built first; then it becomes part of the tree
 * as a whole or not at all, whenever the power fails. */
#ifndef BUSYPY_STAGE_TRANSACTION_H
#define BUSYPY_STAGE_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

struct err;

enum { TRANSACTION_PATH_MAX = 4096 };

/* build/runtimes/etc/{python,clib,busypy}/<arch> (whole runtimes) and build/tree/... (single files)
 * are to be filled; anything else in build is thrown away. build/whole lists, each with a NUL
 * after it, files and directories below build/tree that are placed first, in this order, by one
 * rename each. build/gone lists, likewise, what of the tree goes before anything is placed: files,
 * and directories with all in them; what is not there is no error. */
struct transaction {
	char tree[TRANSACTION_PATH_MAX];  /* canonical */
	char build[TRANSACTION_PATH_MAX]; /* canonical: no link leads there */
	unsigned n_created;		  /* folders at the end of tree that had to be made */
	int root;			  /* the tree, as it was found */
	int hidden;			  /* our directory in it */
	int lock;
	bool committed;
};

/* Initialises an empty transaction, which transaction_close takes. */
void transaction_init(struct transaction *transaction);

/* Creates the tree if it is missing, locks it, finishes what an interrupted run had decided and
 * removes what it had only begun. flags (enum destination_flags): whether it may be a tree is asked
 * of the very folder that is opened. -EBUSY with a sentence if another process stages there; -EPERM
 * with one if it is root who does, and others can write the tree, our directory in it or a folder
 * that leads there. */
int transaction_open(struct transaction *transaction, const char *tree, unsigned flags,
		     struct err *err);

/* Makes what was built the tree's, after it is on disk. The decision is one rename: interrupted
 * before it, nothing has changed; after it, the next transaction_open goes on. A runtime that is
 * replaced is away for a moment, never mixed. Files of the tree's etc that are there already are
 * kept, but for etc/busypy, etc/python and etc/clib. A folder of the tree that is a link is gone
 * into if it stays in the tree; for root none that others can write: -EPERM, before the decision.
 */
int transaction_commit(struct transaction *transaction, struct err *err);

/* Removes the hidden directory, and what transaction_open created if nothing was committed. */
void transaction_close(struct transaction *transaction);
#define TRANSACTION_CLEANUP __attribute__((cleanup(transaction_close)))

#endif
