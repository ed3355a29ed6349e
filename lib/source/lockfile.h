/* SPDX-License-Identifier: MIT */
/* A file that lists packages exactly, as etc/busypy/<arch>/packages does (core/package.h). */
#ifndef BUSYPY_SOURCE_LOCKFILE_H
#define BUSYPY_SOURCE_LOCKFILE_H

#include <stddef.h>

struct arch;
struct err;
struct package;

/* Reads it; several such files one after another are fine. Caller frees *ret. -EINVAL with
 * "FILE:LINE: ..." for what is no such line, or names a package without a checksum. */
int lockfile_read(const char *path, struct package **ret, size_t *ret_n, struct err *err);

/* The n-th arch that a list has packages for, or NULL after the last. */
const struct arch *lockfile_arch(const struct package *packages, size_t n_packages, size_t n);

/* The suite of whose packages the list has this Python, 13 for 3.13; "" if it has none, or minor is
 * 0: then any will do. ret has PACKAGE_WORD_MAX bytes. */
void lockfile_suite(const struct package *packages, size_t n_packages, unsigned minor, char *ret);

#endif
