/* SPDX-License-Identifier: MIT */
/* What is published: a tree, or a tar that `busypy pack` wrote. */
#ifndef BUSYPY_EXPORT_SOURCE_H
#define BUSYPY_EXPORT_SOURCE_H

struct err;
struct folder;
struct version_writer;

/* Adds everything below a directory, which is walked without following links. -EINVAL with a
 * sentence for what is neither file, directory nor link; -EPERM, for root, for what others than
 * root could have written (sys/trust). Its own record and manifest, if it was
 * published once, are left out. */
int source_tree_add(struct version_writer *writer, const struct folder *tree, struct err *err);

/* The same from an open archive, in any compression that libarchive knows. */
int source_tar_add(struct version_writer *writer, const struct folder *file, struct err *err);

#endif
