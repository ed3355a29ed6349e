/* SPDX-License-Identifier: MIT */
/* Builds in TREE/.busypy-stage and puts in place what is decided. It has lock, build (being made),
 * ready (decided) and trash (replaced). */
#include "stage/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/fd.h"
#include "sys/trust.h"

#define HIDDEN TREE_STAGING

void transaction_init(struct transaction *transaction)
{
	memset(transaction, 0, sizeof(*transaction));
	transaction->lock = -1;
}

static int hidden(const struct transaction *transaction, const char *name, char *ret,
		  struct err *err)
{
	return files_path(ret, err, "%s/" HIDDEN "/%s", transaction->tree, name);
}

static int remove_hidden(const struct transaction *transaction, const char *name, struct err *err)
{
	char path[PATH_SIZE];
	int r = hidden(transaction, name, path, err);

	if (r < 0)
		return r;
	return walk_remove(path, err);
}

/* -- commit --------------------------------------------------------------------------------- */

/* Makes renames in a directory last; a file system that cannot is taken as it is. */
static void sync_dir(const char *path)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		(void)fsync(fd); /* EINVAL on some file systems: nothing better is left to do */
}

static int move(const char *from, const char *to, struct err *err)
{
	int r = files_mkdirs_for(to, err);

	if (r < 0)
		return r;
	if (rename(from, to) < 0)
		return err_set(err, errno, "cannot move %s to %s", from, to);
	return 0;
}

/* Where one of the three folders of a runtime is, goes to, and leaves its old one. */
struct part {
	char from[PATH_SIZE], to[PATH_SIZE], old[PATH_SIZE];
};

static int name_part(const struct transaction *transaction, const char *folder, const char *arch,
		     struct part *ret, struct err *err)
{
	int r = files_path(ret->from, err, "%s/" HIDDEN "/ready/runtimes/etc/%s/%s",
			   transaction->tree, folder, arch);

	if (r < 0)
		return r;
	r = files_path(ret->to, err, "%s/etc/%s/%s", transaction->tree, folder, arch);
	if (r < 0)
		return r;
	return files_path(ret->old, err, "%s/" HIDDEN "/trash/%s.%s", transaction->tree, arch,
			  folder);
}

static int remove_old(const struct part *part, struct err *err)
{
	return files_exist(part->to) ? move(part->to, part->old, err) : 0;
}

/* The old interpreter goes first and the new one comes last: in between there is no runtime, so
 * nobody can find an interpreter with another one's libraries. */
static int place_runtime(const struct transaction *transaction, const char *arch, struct err *err)
{
	static const char *const folders[] = { "clib", "busypy", "python" };
	struct part part;
	int r = name_part(transaction, "python", arch, &part, err);

	if (r < 0 || !files_exist(part.from))
		return r; /* not staged, or placed before an interruption */
	r = remove_old(&part, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		r = name_part(transaction, folders[i], arch, &part, err);
		if (r < 0)
			return r;
		if (!files_exist(part.from))
			continue;
		r = remove_old(&part, err);
		if (r < 0)
			return r;
		r = move(part.from, part.to, err);
		if (r < 0)
			return r;
	}
	return r;
}

struct placing {
	const struct transaction *transaction;
	size_t top; /* bytes of ready/tree */
};

/* The tree's owner may have changed his passwd or inittab; programs and runtimes are ours. */
static bool is_kept(const char *name)
{
	static const char *const ours[] = { "/" TREE_INFO "/", "/" TREE_PYTHON "/",
					    "/" TREE_CLIB "/" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (str_starts(name, ours[i]))
			return false;
	}
	return str_starts(name, "/etc/");
}

static int place_file(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	const struct placing *placing = ctx;
	const char *name = path + placing->top;
	char to[PATH_SIZE];
	struct stat there;
	int r = files_path(to, err, "%s%s", placing->transaction->tree, name);

	if (r < 0)
		return r;
	if (S_ISDIR(st->st_mode))
		return files_mkdirs(to, err);
	if (lstat(to, &there) == 0 && (is_kept(name) || S_ISDIR(there.st_mode)))
		return 0;
	return move(path, to, err);
}

/* One rename, so that nobody sees half of a package; what was there goes first. */
static int place_whole(const struct transaction *transaction, const char *name, size_t which,
		       struct err *err)
{
	char from[PATH_SIZE], to[PATH_SIZE], old[PATH_SIZE];
	int r = files_path(from, err, "%s/" HIDDEN "/ready/tree/%s", transaction->tree, name);

	if (r < 0)
		return r;
	r = files_path(to, err, "%s/%s", transaction->tree, name);
	if (r < 0)
		return r;
	r = files_path(old, err, "%s/" HIDDEN "/trash/%zu", transaction->tree, which);
	if (r < 0 || !files_exist(from))
		return r; /* placed before an interruption */
	if (files_exist(to))
		r = move(to, old, err);
	if (r < 0)
		return r;
	return move(from, to, err);
}

static int place_listed(const struct transaction *transaction, struct err *err)
{
	FILES_FREE char *text = NULL;
	char list[PATH_SIZE];
	size_t n, which = 0;
	int r = hidden(transaction, "ready/whole", list, err);

	if (r < 0 || !files_exist(list))
		return r;
	r = files_read(list, &text, &n, err);
	if (r < 0)
		return r;
	for (char *name = text; name < text + n; name += strlen(name) + 1) {
		r = place_whole(transaction, name, which++, err);
		if (r < 0)
			return r;
	}
	return r;
}

static int place_tree(const struct transaction *transaction, struct err *err)
{
	char from[PATH_SIZE];
	struct placing placing = { .transaction = transaction };
	int r = hidden(transaction, "ready/tree", from, err);

	if (r < 0 || !files_exist(from))
		return r;
	r = place_listed(transaction, err);
	if (r < 0)
		return r;
	placing.top = strlen(from);
	return walk_all(from, &(struct walk){ .each = place_file, .ctx = &placing }, err);
}

static int place_all(const struct transaction *transaction, struct err *err)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	char path[PATH_SIZE];
	int r = hidden(transaction, "trash", path, err);

	if (r < 0)
		return r;
	r = files_mkdirs(path, err);
	if (r < 0)
		return r;
	r = place_tree(transaction, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = place_runtime(transaction, table[i].name, err);
		if (r < 0)
			return r;
	}
	if (r < 0)
		return r;
	sync_dir(transaction->tree);
	r = remove_hidden(transaction, "ready", err);
	if (r < 0)
		return r;
	return remove_hidden(transaction, "trash", err);
}

/* Everything built reaches the disk before its final names do. */
static int sync_build(const struct transaction *transaction, struct err *err)
{
	FD_CLEANUP int fd = open(transaction->build, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || syncfs(fd) < 0)
		return err_set(err, errno, "cannot write %s to disk", transaction->build);
	return 0;
}

int transaction_commit(struct transaction *transaction, struct err *err)
{
	char ready[PATH_SIZE];
	int r = hidden(transaction, "ready", ready, err);

	if (r < 0)
		return r;
	r = sync_build(transaction, err);
	if (r < 0)
		return r;
	if (rename(transaction->build, ready) < 0)
		return err_set(err, errno, "cannot rename %s", transaction->build);
	transaction->committed = true;
	return place_all(transaction, err);
}

/* -- opening and closing -------------------------------------------------------------------- */

/* The topmost part of path that does not exist yet. */
static void find_created(const char *path, char *ret)
{
	ret[0] = '\0';
	for (size_t n = strlen(path); n > 0; n--) {
		char part[TRANSACTION_PATH_MAX];

		if (path[n] != '\0' && path[n] != '/')
			continue;
		if (str_copy_bytes(part, sizeof(part), path, n) < 0 || files_exist(part))
			return;
		(void)str_copy(ret, TRANSACTION_PATH_MAX, part); /* shorter than path */
	}
}

/* What is found in the tree's folder, or in ours there, is believed: it must not be another user's,
 * nor a link. -ENOENT without a sentence if it has just been removed. */
static int check_hidden(const struct transaction *transaction, struct err *err)
{
	struct err why = { 0 };
	struct trust trust;
	char dir[PATH_SIZE];
	struct stat st;
	int fd, r = files_path(dir, err, "%s/" HIDDEN, transaction->tree);

	if (r < 0)
		return r;
	if (lstat(dir, &st) < 0)
		return errno == ENOENT ? -ENOENT : err_set(err, errno, "cannot look at %s", dir);
	if (S_ISLNK(st.st_mode))
		return err_say(err, ELOOP, "%s is a symbolic link (Hint: rm it)", dir);
	trust_init(&trust);
	if (trust.uid != 0)
		return 0; /* it is the caller's own that can be lost */
	fd = trust_open(&trust, dir, &why);
	if (fd < 0 && fd != -ENOENT && err)
		*err = why;
	if (fd < 0)
		return fd;
	fd_close(&fd);
	return 0;
}

/* Locks TREE/.busypy-stage/lock. Whoever held it before may have removed that file meanwhile: then
 * the lock is on a file without a name, and is tried again. */
static int take_lock(struct transaction *transaction, struct err *err)
{
	char path[PATH_SIZE], dir[PATH_SIZE];
	int r = hidden(transaction, "lock", path, err);

	if (r < 0)
		return r;
	r = hidden(transaction, "", dir, err);
	while (r == 0) {
		FD_CLEANUP int fd = -1;
		struct stat mine, named;
		bool is_new = !files_exist(dir);

		r = files_mkdirs(dir, err);
		if (r < 0)
			break;
		r = check_hidden(transaction, err);
		if (r == -ENOENT) {
			r = 0;
			continue; /* its last user has just removed it */
		}
		if (r < 0) {
			if (is_new)
				(void)rmdir(dir); /* what is refused stays as it was */
			break;
		}
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 && errno == ENOENT)
			continue; /* the directory has just been removed */
		if (fd < 0 || fstat(fd, &mine) < 0)
			return err_set(err, errno, "cannot create %s", path);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			return errno == EWOULDBLOCK
				       ? err_say(err, EBUSY,
						 "%s: another busypy is staging there right now",
						 transaction->tree)
				       : err_set(err, errno, "cannot lock %s", path);
		if (stat(path, &named) == 0 && named.st_ino == mine.st_ino &&
		    named.st_dev == mine.st_dev) {
			/* Inherited: a compiler that outlives us, killed, still writes into build.
			 */
			(void)fcntl(fd, F_SETFD, 0); /* cannot fail: the descriptor is open */
			transaction->lock = fd_steal(&fd);
			return 0;
		}
	}
	return r;
}

/* Goes on where a decided run was interrupted, and throws away what was not decided. */
static int recover(const struct transaction *transaction, struct err *err)
{
	char ready[PATH_SIZE];
	int r = hidden(transaction, "ready", ready, err);

	if (r < 0)
		return r;
	if (files_exist(ready))
		r = place_all(transaction, err);
	if (r < 0)
		return r;
	r = remove_hidden(transaction, "build", err);
	if (r < 0)
		return r;
	return remove_hidden(transaction, "trash", err);
}

int transaction_open(struct transaction *transaction, const char *tree, struct err *err)
{
	FILES_FREE char *real = NULL;
	char created[TRANSACTION_PATH_MAX];
	int r;

	find_created(tree, created);
	r = files_mkdirs(tree, err);
	if (r < 0)
		return r;
	real = realpath(tree, NULL);
	if (!real)
		return err_set(err, errno, "%s", tree);
	r = files_path(transaction->tree, err, "%s", real);
	if (r < 0)
		return r;
	r = files_path(transaction->created, err, "%s", created);
	if (r < 0)
		return r;
	r = hidden(transaction, "build", transaction->build, err);
	if (r < 0)
		return r;
	r = take_lock(transaction, err);
	if (r < 0)
		return r;
	r = recover(transaction, err);
	if (r < 0)
		return r;
	return files_mkdirs(transaction->build, err);
}

void transaction_close(struct transaction *transaction)
{
	char dir[PATH_SIZE], lock[PATH_SIZE], ready[PATH_SIZE];

	/* On the way out after a success or with a sentence already said: what cannot be removed
	 * now is removed by the next run. */
	if (transaction->lock >= 0 && hidden(transaction, "", dir, NULL) == 0 &&
	    hidden(transaction, "lock", lock, NULL) == 0 &&
	    hidden(transaction, "ready", ready, NULL) == 0) {
		(void)remove_hidden(transaction, "build", NULL);
		if (!files_exist(ready)) {
			(void)unlink(lock);
			(void)rmdir(dir);
		}
	}
	fd_close(&transaction->lock);
	transaction->lock = -1;
	if (transaction->created[0] && !transaction->committed)
		(void)walk_remove(transaction->created, NULL);
}
