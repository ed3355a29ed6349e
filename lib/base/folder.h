/* SPDX-License-Identifier: MIT */
/* An open directory and what it is called: files in it are read, made, renamed and removed below
 * its descriptor, with sentences, and no link on the way is followed (sys/below). For trees,
 * exports, caches and workspaces, which others may change meanwhile.
 *
 * Every path is relative to the folder; all return 0 or -errno with a sentence that names the step
 * and the whole path, unless they say else. */
#ifndef BUSYPY_BASE_FOLDER_H
#define BUSYPY_BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/path_size.h"

struct err;
struct stat;
struct walk;

struct folder {
	int fd;		      /* O_PATH, perhaps */
	char path[PATH_SIZE]; /* for sentences alone */
};

/* Closes it. For FOLDER_CLEANUP: FOLDER_CLEANUP struct folder tree = FOLDER_NONE; */
void folder_close(struct folder *folder);
#define FOLDER_CLEANUP __attribute__((cleanup(folder_close)))
#define FOLDER_NONE      \
	{                \
		.fd = -1 \
	}

/* Opens what the caller was given, once; links on this path are followed. */
int folder_open(const char *path, struct folder *ret, struct err *err);

/* The same for what root must not take from others: where the caller is root, the rule of owners
 * (sys/trust) holds for the path and the folder, or it is refused with its sentence. */
int folder_open_trusted(const char *path, struct folder *ret, struct err *err);

/* The same by a descriptor that is open already: it becomes the folder's, also when
 * this fails. */
int folder_take(int fd, const char *path, struct folder *ret, struct err *err);

/* The same of what was opened below a folder, by this path. */
int folder_take_in(const struct folder *folder, const char *path, int fd, struct folder *ret,
		   struct err *err);

/* Opens a directory in it; it must exist. */
int folder_enter(const struct folder *folder, const char *path, struct folder *ret,
		 struct err *err);

/* The same; it and those above it are made (0755) where they are missing. */
int folder_make(const struct folder *folder, const char *path, struct folder *ret, struct err *err);

/* Makes directories, mode 0755, where they are missing; folder_mkdirs_for: but the last name. */
int folder_mkdirs(const struct folder *folder, const char *path, struct err *err);
int folder_mkdirs_for(const struct folder *folder, const char *path, struct err *err);

/* True if something is there; a dangling link counts. */
bool folder_has(const struct folder *folder, const char *path);

/* lstat(2). */
int folder_stat(const struct folder *folder, const char *path, struct stat *ret, struct err *err);

/* Opens a regular file for reading; -EINVAL for anything else, which is never waited for. Returns
 * the descriptor. */
int folder_open_file(const struct folder *folder, const char *path, struct err *err);

/* Reads a whole file of at most max bytes, terminated by a NUL that is not counted. Caller frees.
 */
int folder_read(const struct folder *folder, const char *path, size_t max, char **ret_bytes,
		size_t *ret_n, struct err *err);

/* SHA-256 of a file as hexadecimal (65 bytes), and its size. */
int folder_sum(const struct folder *folder, const char *path, char *ret_hex, uint64_t *ret_size,
	       struct err *err);

/* Makes a file, which must not exist, with exactly this mode and FILES_TIME. */
int folder_write(const struct folder *folder, const char *path, const char *bytes, size_t n,
		 unsigned mode, struct err *err);

/* Makes a symbolic link. */
int folder_link(const struct folder *folder, const char *target, const char *path, struct err *err);

/* Moves from, a path in folder, to to, one in other, whose directories exist. */
int folder_move(const struct folder *folder, const char *from, const struct folder *other,
		const char *to, struct err *err);

/* Removes a file or a directory with all in it; nothing there is no error. Enters no mount. */
int folder_remove(const struct folder *folder, const char *path, struct err *err);

/* walk_at() from a path in it; "." for all of it. */
int folder_walk(const struct folder *folder, const char *path, const struct walk *walk,
		struct err *err);

#endif
