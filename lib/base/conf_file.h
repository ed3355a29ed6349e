/* SPDX-License-Identifier: MIT */
/* Reads busypy.conf(5), and a tree's own configuration, with inih; what keys mean is
 * lib/core/conf's and lib/core/tree_conf's. */
#ifndef BUSYPY_BASE_CONF_FILE_H
#define BUSYPY_BASE_CONF_FILE_H

struct conf;
struct err;
struct tree_conf;

#define CONF_FILE_DEFAULT "/etc/busypy/busypy.conf"

#define CONF_PARTS ".d" /* after the file's name: a folder of further ones */

/* Fills in conf: defaults, then the file, then, in the order of their names, the files
 * FILE.d/NAME.conf, each of which begins without a section. path NULL is the default file, which
 * need not exist. An error's sentence begins "FILE:LINE:COLUMN: ". */
int conf_file_read(const char *path, struct conf *ret, struct err *err);

/* The same of TREE/etc/busypy/tree.conf, which need not exist. */
int conf_file_read_tree(const char *tree, struct tree_conf *ret, struct err *err);

#endif
