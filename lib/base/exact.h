/* SPDX-License-Identifier: MIT */
/* Files by exact paths: absolute ones on which no component is a link, whoever puts one there
 * meanwhile. base/folder from "/" down, for what is known by its whole name: in sources, trees,
 * workspaces and caches, once it is known where they are. All return 0 or -errno with a sentence,
 * unless they say else. */
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

/* Opens it with open(2)'s flags but O_CREAT. -errno without a sentence. */
int exact_open(const char *path, int flags);

/* Opens a regular file for reading; nothing else is opened, nor waited for. */
int exact_open_file(const char *path, struct err *err);

/* Opens a regular file that a user has named, following links, once, and tells where it is. */
int exact_open_named(const char *path, char ret_path[PATH_SIZE], struct err *err);

/* lstat(2). -errno without a sentence. */
int exact_stat(const char *path, struct stat *ret);

/* True if something is there; a link itself counts. */
bool exact_exists(const char *path);

/* Makes a directory, mode 0755, and those above it that are missing; exact_mkdirs_for: but the
 * last name. */
int exact_mkdirs(const char *path, struct err *err);
int exact_mkdirs_for(const char *path, struct err *err);

/* Makes a file, which must not exist, with mode and FILES_TIME. */
int exact_write(const char *path, const char *bytes, size_t n, unsigned mode, struct err *err);

/* Makes a file, which must not exist, of mode 0600, and opens it for reading and writing. */
int exact_create(const char *path, struct err *err);

/* Makes a symbolic link. */
int exact_symlink(const char *target, const char *path, struct err *err);

/* The target of a link. -errno without a sentence: -EINVAL where none is. */
int exact_readlink(const char *path, char ret[PATH_SIZE]);

/* A second name for the open file. -errno without a sentence. */
int exact_link(int fd, const char *path);

int exact_rename(const char *from, const char *to, struct err *err);
int exact_chmod(const char *path, unsigned mode, struct err *err);

/* Reads a whole file, terminated by a NUL that is not counted. Caller frees. */
int exact_read(const char *path, char **ret_bytes, size_t *ret_n, struct err *err);

/* SHA-256 of a file as hexadecimal (65 bytes), and its size. */
int exact_sum(const char *path, char *ret_hex, uint64_t *ret_size, struct err *err);

/* As walk_at and walk_remove_at. */
int exact_walk(const char *path, const struct walk *walk, struct err *err);
int exact_remove(const char *path, struct err *err);

/* As files_each_name; files_settle_one for everything below path. */
int exact_each_name(const char *path, const struct files_names *names, struct err *err);
int exact_settle(const char *path, struct err *err);

#endif
