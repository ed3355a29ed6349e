/* SPDX-License-Identifier: MIT */
/* A folder for what a target unpacks from its bytes, and a look at whether all of it stayed there.
 */
#ifndef BUSYPY_FUZZ_PLACE_H
#define BUSYPY_FUZZ_PLACE_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"

enum { PLACE_FILE_MAX = 8 << 20 /* bytes that a file may have: bombs fill no disk */ };

/* Beside out, which is for the target, are the input and a file that nobody may touch. */
struct place {
	char top[PATH_SIZE], file[PATH_SIZE], out[PATH_SIZE], outside[PATH_SIZE];
	struct stat before; /* of outside */
};

static inline void place_write(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) < 0)
		abort();
}

/* What is too large fails to be written, as on a full disk. */
static inline void place_limit(void)
{
	struct rlimit limit;

	(void)signal(SIGXFSZ, SIG_IGN); /* libFuzzer's own would end us */
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		abort();
	limit.rlim_cur = PLACE_FILE_MAX < limit.rlim_max ? PLACE_FILE_MAX : limit.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		abort();
}

/* Makes all but out, or makes it anew with other bytes. */
static inline void place_fill(struct place *place, const uint8_t *data, size_t size)
{
	if (!place->top[0]) {
		place_limit();
		if (files_temporary(place->top, "fuzz-", NULL) < 0 || !mkdtemp(place->top) ||
		    files_path(place->file, NULL, "%s/file", place->top) < 0 ||
		    files_path(place->out, NULL, "%s/out", place->top) < 0 ||
		    files_path(place->outside, NULL, "%s/outside", place->top) < 0)
			abort();
		place_write(place->outside, "x", 1);
		if (lstat(place->outside, &place->before) < 0)
			abort();
	}
	place_write(place->file, data, size);
}

static inline int place_look(const struct walk_entry *entry, struct err *err, void *ctx)
{
	(void)err;
	(void)ctx;
	if (entry->st->st_mode & (S_ISUID | S_ISGID | S_ISVTX))
		abort();
	if (!S_ISREG(entry->st->st_mode) && !S_ISDIR(entry->st->st_mode) &&
	    !S_ISLNK(entry->st->st_mode))
		abort();
	return 0;
}

/* Nothing is beside out that was not there, and nothing of it has changed, not even its links. In
 * it are files, folders and links, without set-id bits. Removes it. */
static inline void place_check(const struct place *place, size_t size)
{
	struct stat outside, file;
	struct dirent *entry;
	DIR *dir = opendir(place->top);

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "file") != 0 &&
		    strcmp(entry->d_name, "out") != 0 && strcmp(entry->d_name, "outside") != 0)
			abort();
	}
	if (!dir || closedir(dir) < 0)
		abort();
	if (lstat(place->outside, &outside) < 0 || lstat(place->file, &file) < 0 ||
	    outside.st_ctim.tv_sec != place->before.st_ctim.tv_sec ||
	    outside.st_ctim.tv_nsec != place->before.st_ctim.tv_nsec ||
	    outside.st_ino != place->before.st_ino || outside.st_nlink != 1 || file.st_nlink != 1 ||
	    (size_t)file.st_size != size)
		abort();
	if (files_exist(place->out) &&
	    walk_all(place->out, &(struct walk){ .each = place_look }, NULL) < 0)
		abort();
	if (walk_remove(place->out, NULL) < 0)
		abort();
}

#endif
