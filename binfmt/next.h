/* SPDX-License-Identifier: MIT */
/* A version that was published a moment ago has no runtime yet. */
#ifndef BUSYPY_BINFMT_NEXT_H
#define BUSYPY_BINFMT_NEXT_H

struct contract;
struct contract_tree;
struct request;

/* For a script of a tree whose runtime this contract does not name. Where busypyd is at work, which
 * makes runtimes of new versions, waits for its next generation and executes the script anew, so
 * that the next loader gets it. Returns if there is nothing to wait for, or it takes too long. */
void next_loader(const struct contract *contract, const struct contract_tree *tree,
		 const struct request *request);

#endif
