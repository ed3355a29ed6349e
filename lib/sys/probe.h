/* SPDX-License-Identifier: MIT */
/* Reads facts from kernel and disk. The only way host state gets into lib/core. */
#ifndef BUSYPY_SYS_PROBE_H
#define BUSYPY_SYS_PROBE_H

#include <stdbool.h>

struct contract_file;
struct facts;
struct view_sandbox;
struct place;
struct err;

/* Which mount, device and inode path (or, with an empty path, dirfd itself) is; never asks a server
 * and never mounts (AT_STATX_DONT_SYNC, AT_NO_AUTOMOUNT). *ret_unique (may be NULL) tells whether
 * the mount id is one that is never used again. 0 or -errno. */
int probe_place(int dirfd, const char *path, struct place *ret, bool *ret_unique);

/* True if something is mounted on path: a process that has changed root says no for "/". */
bool probe_is_mount(int dirfd, const char *path);

/* Which file it is, and when it changed last; follows links. 0 or -errno. */
int probe_file(const char *path, struct contract_file *ret);

/* The same of a runtime's interpreter, which is root's on a file system of ours: when it was
 * written last, for it gets other names as long as it stands (link(2)). */
int probe_runtime(const char *path, struct contract_file *ret);

/* As probe_place for an absolute path that has no link in it; -ELOOP if it has one, other errors
 * where that cannot be told. */
int probe_plain_path(const char *path, struct place *ret);

/* Fills in top and children_locked from "/" and sorts them. Entries that are neither directory,
 * link nor file are left out. */
int probe_top(struct facts *facts, struct err *err);

/* The same for the root directory of a tree, with is_empty as far as the sandbox's plan needs it.
 */
int probe_tree_top(struct facts *facts, const char *tree, const struct view_sandbox *sandbox,
		   struct err *err);

/* The shares that the host has and lets all users reach, as bits: a view shows what lies on them
 * without what lies above, so that nothing may be protected by that. */
unsigned probe_host_shares(void);

/* Sets the bits of facts.shares: those that the runtime of tree/arch has as an empty directory,
 * too.
 */
void probe_shares(struct facts *facts, const char *tree, const char *arch);

#endif
