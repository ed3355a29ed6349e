/* SPDX-License-Identifier: MIT */
/* Makes bases file by file: whoever else makes the same one at the same time makes the same
 * files. */
#include "handler/runtime_base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/runtime_layout.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "handler/bake.h"
#include "handler/runtime_libraries.h"
#include "sys/apart.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { WORD_ATTEMPTS = 16, NAME_ROOM = 64, LOOK_MS = 1000 };

void runtime_base_word(const uint8_t *sum, char *ret)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | sum[i];
	for (size_t i = 0; i < RUNTIME_WORD_SIZE - 1; i++) {
		ret[i] = digits[number % (sizeof(digits) - 1)];
		number /= sizeof(digits) - 1;
	}
	ret[RUNTIME_WORD_SIZE - 1] = '\0';
}

/* True if the base of this word is none, unfinished, or that of the key. */
static bool is_ours(const char *word, const char *key)
{
	char path[NAME_ROOM], has[SHA256_HEX_SIZE];

	(void)snprintf(path, sizeof(path), RUNTIME_ROOT "/%s" RUNTIME_BASE_END "/" RUNTIME_KEY,
		       word);
	return fd_read_file(AT_FDCWD, path, has, sizeof(has)) <= 0 || str_eq(has, key);
}

int runtime_base_choose(const char *key, char *ret, struct err *err)
{
	for (uint8_t attempt = 0; attempt < WORD_ATTEMPTS; attempt++) {
		uint8_t sum[SHA256_SIZE];
		struct sha256 sha;

		sha256_init(&sha);
		sha256_add(&sha, key, strlen(key));
		sha256_add(&sha, &attempt, sizeof(attempt));
		sha256_end(&sha, sum);
		runtime_base_word(sum, ret);
		if (is_ours(ret, key))
			return 0;
	}
	return err_say(err, EEXIST, "no free name for a runtime's files below " RUNTIME_ROOT);
}

int runtime_base_open(const char *word, const char *key, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char path[NAME_ROOM];
	int r;

	(void)snprintf(path, sizeof(path), RUNTIME_ROOT "/%s" RUNTIME_BASE_END, word);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot make %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = fd < 0 ? -errno : fd_chmod(fd, 0755);
	if (r < 0)
		return err_set(err, -r, "cannot make %s", path);
	r = runtime_base_put(fd, RUNTIME_KEY, 0644, key, strlen(key), err);
	return r < 0 ? r : fd_steal(&fd);
}

static bool has_bytes(int dir, const char *name, mode_t mode, const void *bytes, size_t n)
{
	FD_CLEANUP int fd = below_open_file(dir, name);
	ARRAY_FREE uint8_t *has = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || (size_t)st.st_size != n || (st.st_mode & 07777) != mode)
		return false;
	has = malloc(n + 1);
	return has && fd_read_all(fd, has, n) == (ssize_t)n && memcmp(has, bytes, n) == 0;
}

/* A temporary name; no other process's. */
static void name_new(const char *name, char ret[NAME_ROOM])
{
	(void)snprintf(ret, NAME_ROOM, ".%s.%d", name, (int)getpid());
}

/* Moves what was made under its temporary name to its own. */
static int put_in_place(int dir, const char *made, const char *name, int r, struct err *err)
{
	if (r >= 0) {
		r = below_rename(dir, made, dir, name, 0);
		if (r < 0)
			(void)err_set(err, -r, "cannot replace a runtime's %s", name);
	}
	if (r < 0)
		(void)below_unlink(dir, made, 0); /* the reason is in err */
	return r;
}

int runtime_base_put(int dir, const char *name, mode_t mode, const void *bytes, size_t n,
		     struct err *err)
{
	char made[NAME_ROOM];

	if (has_bytes(dir, name, mode, bytes, n))
		return 0;
	name_new(name, made);
	(void)below_unlink(dir, made, 0); /* of one that was killed */
	return put_in_place(dir, made, name, bake_file(dir, made, name, mode, bytes, n, err), err);
}

static int put_link(int dir, const char *target, const char *name, struct err *err)
{
	char has[PATH_SIZE], made[NAME_ROOM];
	int r = below_readlink(dir, name, has, sizeof(has));

	if (r >= 0 && str_eq(has, target))
		return 0;
	name_new(name, made);
	(void)below_unlink(dir, made, 0); /* of one that was killed */
	r = below_symlink(target, dir, made);
	if (r < 0)
		(void)err_set(err, -r, "cannot make a runtime's %s", name);
	return put_in_place(dir, made, name, r, err);
}

/* True if the libraries are looked up in a tree that is still there. */
static bool leads(int dir)
{
	struct stat st;

	return fstatat(dir, RUNTIME_CLIB, &st, 0) == 0;
}

/* RUNTIME_ROOT/BASE, which ld.so names. */
static int link_cache(const char *word, struct err *err)
{
	FD_CLEANUP int root = open(RUNTIME_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char target[NAME_ROOM];

	if (root < 0)
		return err_set(err, errno, "cannot open " RUNTIME_ROOT);
	(void)snprintf(target, sizeof(target), "%s" RUNTIME_BASE_END "/" RUNTIME_CACHE, word);
	return put_link(root, target, word, err);
}

int runtime_base_finish(int dir, const char *word, const char *tree, const struct arch *arch,
			int clib, struct err *err)
{
	ARRAY_FREE uint8_t *bytes = NULL;
	char path[NAME_ROOM], target[NAME_ROOM];
	int r, n;

	(void)snprintf(path, sizeof(path), RUNTIME_ROOT "/%s" RUNTIME_BASE_END "/" RUNTIME_CLIB,
		       word);
	n = runtime_libraries_cache(clib, path, arch, &bytes, err);
	r = n < 0 ? n : runtime_base_put(dir, RUNTIME_CACHE, 0644, bytes, (size_t)n, err);
	if (r < 0)
		return r;
	(void)snprintf(target, sizeof(target), RUNTIME_TREE "/" TREE_CLIB "/%s", arch->name);
	r = put_link(dir, target, RUNTIME_CLIB, err);
	if (r >= 0 && !leads(dir))
		r = put_link(dir, tree, RUNTIME_TREE, err);
	return r < 0 ? r : link_cache(word, err);
}

static int look(struct err *err, void *ctx)
{
	const char *path = ctx;

	return access(path, F_OK) < 0 ? err_set(err, errno, "cannot find %s", path) : 0;
}

bool runtime_base_is_there(const char *path)
{
	char copy[PATH_SIZE];
	int r = str_copy(copy, sizeof(copy), path);

	if (r == 0)
		r = apart_do_within(look, copy, LOOK_MS, NULL);
	return r != -ENOENT && r != -ENOTDIR;
}

int runtime_base_lead(const char *word, const char *tree, struct err *err)
{
	FD_CLEANUP int dir = -1;
	char path[NAME_ROOM];

	(void)snprintf(path, sizeof(path), RUNTIME_ROOT "/%s" RUNTIME_BASE_END, word);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_set(err, errno, "cannot open %s", path);
	return put_link(dir, tree, RUNTIME_TREE, err);
}
