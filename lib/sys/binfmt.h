/* SPDX-License-Identifier: MIT */
/* The files of one binfmt_misc instance. What the entries mean: core/rule.h. */
#ifndef BUSYPY_SYS_BINFMT_H
#define BUSYPY_SYS_BINFMT_H

#include <stdbool.h>
#include <stddef.h>

struct rule;
struct err;

/* Where systems mount it. */
#define BINFMT_MOUNT_POINT "/proc/sys/fs/binfmt_misc"

/* Opens the instance mounted at BINFMT_MOUNT_POINT (O_PATH). The sentence tells apart: no such file
 * system in this kernel or not mounted, mounted but not writable by the caller, disabled. With
 * write false only the first is an error. */
int binfmt_open(bool write, struct err *err);

/* An instance of the calling process's own user namespace, mounted nowhere; it lives as long as
 * the descriptor. Needs own user and mount namespaces and uid 0 mapped (Linux 6.7). */
int binfmt_new_instance(struct err *err);

/* Registers an entry. EEXIST if the name is taken. */
int binfmt_register(int instance, const struct rule *rule, struct err *err);

/* Removes the entries whose names are wanted, without memory of its own, and goes on where one
 * cannot be: for undoing. How many, or the first error. */
int binfmt_remove_all(int instance, bool (*wanted)(const char *name, void *ctx), void *ctx,
		      struct err *err);

/* Reads one entry. -ENOENT if it is not there. */
int binfmt_read(int instance, const char *name, struct rule *ret, struct err *err);

/* Reads all entries in the order in which the kernel asks them, at most max. Returns how many. */
int binfmt_list(int instance, struct rule *ret, size_t max, struct err *err);

/* 1 if the instance is enabled, 0 if not, -errno. */
int binfmt_enabled(int instance);

#endif
