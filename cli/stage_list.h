/* SPDX-License-Identifier: MIT */
/* `busypy stage --list`: the manifests of a tree's runtimes as one table. */
#ifndef BUSYPY_CLI_STAGE_LIST_H
#define BUSYPY_CLI_STAGE_LIST_H

#include <stdbool.h>

struct err;
struct table;

/* Adds a row for each binary that the tree's runtimes were made from to a stage_list_table().
 * -ENOENT with a sentence if the tree has no runtime with a manifest. */
int stage_list_fill(const char *tree, struct table *table, struct err *err);

/* A table for that; NULL without memory. */
struct table *stage_list_table(void);

#endif
