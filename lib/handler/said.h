/* SPDX-License-Identifier: MIT */
/* What is said of a tree: by the configuration's section of it, else by the tree itself. */
#ifndef BUSYPY_HANDLER_SAID_H
#define BUSYPY_HANDLER_SAID_H

struct conf;
struct err;
struct tree_conf;

/* Fills in every key, those of which nothing is said with their default. tree is canonical; a
 * section may name it by a link, or by EXPORT/current. Touches the tree. */
int said_of_tree(const struct conf *conf, const char *tree, struct tree_conf *ret, struct err *err);

#endif
