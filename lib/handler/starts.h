/* SPDX-License-Identifier: MIT */
/* Images for trees whose Python starts from one (`start` of busypy.conf): when they are made, and
 * how long they stay. What one is, and how it is made and proven: lib/start. */
#ifndef BUSYPY_HANDLER_STARTS_H
#define BUSYPY_HANDLER_STARTS_H

#include <stdbool.h>

struct conf;
struct contract;
struct contract_tree;
struct err;

/* Sees to it that each tree of a contract that wants them has images, and fills in restorer and
 * plainly; its templates are there already. A tree that has both of a contract before keeps them.
 * Fails, with the reason, only for `start = image`. */
int starts_provide(const struct conf *conf, struct contract *contract, struct err *err);

/* Makes images of one more kind for the Python of the live contract that has this restorer. What is
 * asked for so takes half of the space at most. Nothing is done where they are there. */
int starts_add_kind(const struct conf *conf, const char *restorer, unsigned kind, struct err *err);

/* True if the images that a contract promises are there, or none are. */
bool starts_stand(const struct contract_tree *tree);

/* Removes images that no contract names and that no process was started from. */
int starts_unused_drop(struct err *err);

/* Calls each for the tree, and the word of the runtime beside the host or "", of all images from
 * which a process runs that was started by them. */
int starts_each_used(int (*each)(const char *tree, const char *word, struct err *err, void *ctx),
		     void *ctx, struct err *err);

#endif
