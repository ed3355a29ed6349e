/* SPDX-License-Identifier: MIT */
/* Whole files and directories of a tree under construction: paths, reading, writing.
 * What removes and walks is base/walk. Modes never depend on the umask, times never on the clock.
 */
#ifndef BUSYPY_BASE_FILES_H
#define BUSYPY_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct dirent;
struct err;
struct walk_entry;

enum {
	/* Every staged file's time: the first that a zip archive can hold, 1980-01-01. */
	FILES_TIME = 315532800,
};

/* Formats a path into ret (of PATH_SIZE bytes); -ENAMETOOLONG with a sentence. */
int files_path(char *ret, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The path of something temporary for mkstemp(3) or mkdtemp(3), below $TMPDIR or else /tmp: its
 * name begins with prefix. -ENAMETOOLONG with a sentence. */
int files_temporary(char *ret, const char *prefix, struct err *err);

/* True if something is there; a dangling link counts. */
bool files_exist(const char *path);

/* Creates a directory, mode 0755, and those above it that are missing. */
int files_mkdirs(const char *path, struct err *err);

/* Creates a file, which must not exist, with n bytes and mode. */
int files_write(const char *path, const char *bytes, size_t n, unsigned mode, struct err *err);

/* Gives an open file its last mode and FILES_TIME, and closes it. -errno without a sentence. */
int files_finish(int *fd, unsigned mode);

/* Creates a symbolic link. */
int files_link(const char *target, const char *path, struct err *err);

/* Reads a whole file, terminated by a NUL that is not counted. Caller frees. */
int files_read(const char *path, char **ret_bytes, size_t *ret_n, struct err *err);

/* The same of an open file, from where it stands; path is for sentences. */
int files_read_open(int fd, const char *path, char **ret_bytes, size_t *ret_n, struct err *err);

/* Calls each for every name in dir that select (as of scandir(3)) takes, but "." and "..", in the
 * order of bytes. each returns 0 or -errno with a sentence, which ends it. */
struct files_names {
	int (*select)(const struct dirent *entry); /* NULL: all */
	int (*each)(const char *dir, const char *name, struct err *err, void *ctx);
	void *ctx;
};
int files_each_name(const char *dir, const struct files_names *names, struct err *err);

/* The same of the directory `at` below an open one; dir is what each and sentences get. */
int files_each_name_at(int dirfd, const char *at, const char *dir, const struct files_names *names,
		       struct err *err);

/* For walk_at: gives what is met its final mode (0755 or 0644) and FILES_TIME, but for files that
 * are hard links: those have a second place where that is decided. */
int files_settle_one(const struct walk_entry *entry, struct err *err, void *ctx);

/* SHA-256 of a file as hexadecimal (65 bytes), and its size. */
int files_sum(const char *path, char *ret_hex, uint64_t *ret_size, struct err *err);

/* The same of an open file, from where it stands; path is for sentences. */
int files_sum_open(int fd, const char *path, char *ret_hex, uint64_t *ret_size, struct err *err);

/* free(3) of what a pointer points to, for FILES_FREE. */
void files_free(char **bytes);

/* Frees text when its scope ends: FILES_FREE char *text = NULL; */
#define FILES_FREE __attribute__((cleanup(files_free)))

#endif
