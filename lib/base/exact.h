/* SPDX-License-Identifier: MIT */
/* Files by exact paths: no component is a link, whoever puts one there meanwhile, so that nothing
 * is read, written or removed but what was named. For what others may own: sources, trees,
 * workspaces, caches. A path is absolute, or relative to the open directory dir; AT_FDCWD stands
 * for "/". Modes never depend on the umask, times never on the clock. */
#ifndef BUSYPY_BASE_EXACT_H
#define BUSYPY_BASE_EXACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct err;
struct files_names;
struct stat;
struct walk;

/* Opens it with open(2)'s flags but O_CREAT. -ELOOP or -ENOTDIR for a link. The caller closes. */
int exact_open(int dir, const char *path, int flags);

/* The same for reading a regular file, with a sentence; nothing else is opened, nor waited for. */
int exact_open_file(int dir, const char *path, struct err *err);

/* Opens the directory that the last name of path lies in (O_PATH); *ret_name points into path,
 * which has no slash at its end. The caller closes. */
int exact_parent(int dir, const char *path, const char **ret_name);

/* lstat(2). 0 or -errno. */
int exact_stat(int dir, const char *path, struct stat *ret);

/* True if something is there; a link itself counts. */
bool exact_exists(int dir, const char *path);

/* Creates a directory, mode 0755, and those above it that are missing. -ENOTDIR or -ELOOP where
 * something else stands. */
int exact_mkdirs(int dir, const char *path, struct err *err);

/* The same for the directory that path lies in. */
int exact_mkdirs_for(int dir, const char *path, struct err *err);

/* Creates a file, which must not exist, for reading and writing by its owner alone. */
int exact_create(int dir, const char *path, struct err *err);

/* Gives an open file its last mode and FILES_TIME. */
int exact_finish(int fd, unsigned mode);

/* Creates a file, which must not exist, with n bytes and mode. */
int exact_write(int dir, const char *path, const char *bytes, size_t n, unsigned mode,
		struct err *err);

/* Creates a symbolic link at path. */
int exact_symlink(int dir, const char *target, const char *path, struct err *err);

/* Reads a link's target; its length, or -errno: -EINVAL where no link is. */
int exact_readlink(int dir, const char *path, char ret[PATH_SIZE]);

/* A second name for a file, which is no link: 0 or -errno. */
int exact_link(int dir, const char *from, const char *to);

/* rename(2) with a sentence. */
int exact_rename(int dir, const char *from, const char *to, struct err *err);

/* Sets a file's or directory's mode by a descriptor of it. */
int exact_chmod(int dir, const char *path, unsigned mode, struct err *err);

/* A whole regular file, terminated by a NUL that is not counted. Caller frees. */
int exact_read(int dir, const char *path, char **ret_bytes, size_t *ret_n, struct err *err);

/* SHA-256 of a regular file as hexadecimal (65 bytes), and its size. */
int exact_sum(int dir, const char *path, char *ret_hex, uint64_t *ret_size, struct err *err);

/* As walk_all and walk_remove. */
int exact_walk(int dir, const char *path, const struct walk *walk, struct err *err);
int exact_remove(int dir, const char *path, struct err *err);

/* As files_each_name, of an absolute path. */
int exact_each_name(const char *path, const struct files_names *names, struct err *err);

#endif
