/* SPDX-License-Identifier: MIT */
/* Builds in TREE/.busypy-stage and puts in place what is decided. It has lock, build (being made),
 * ready (decided) and trash (replaced). All by descriptors of the tree and of that directory. */
#include "stage/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/destination.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/own_lock.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/target.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/trust.h"

#define HIDDEN TREE_STAGING

enum { LIST_MAX = 64 * 1024 * 1024 };

void transaction_init(struct transaction *transaction)
{
	memset(transaction, 0, sizeof(*transaction));
	transaction->root = transaction->hidden = transaction->lock = -1;
}

/* Our directory in the tree; closed by the transaction alone. */
static void name_hidden(const struct transaction *transaction, struct folder *ret)
{
	ret->fd = transaction->hidden;
	(void)path_join(ret->path, sizeof(ret->path), transaction->tree, HIDDEN); /* build fits */
}

/* True if something is there in it. */
static bool has(int dir, const char *path)
{
	struct stat st;

	return below_stat(dir, path, &st) == 0;
}

static int remove_hidden(const struct transaction *transaction, const char *name, struct err *err)
{
	struct folder hidden;

	name_hidden(transaction, &hidden);
	return folder_remove(&hidden, name, err);
}

static int walk_hidden(const struct transaction *transaction, const char *name,
		       const struct walk *walk, struct err *err)
{
	struct folder hidden;

	name_hidden(transaction, &hidden);
	return folder_walk(&hidden, name, walk, err);
}

static int make_hidden(const struct transaction *transaction, const char *name, struct err *err)
{
	struct folder hidden;

	name_hidden(transaction, &hidden);
	return folder_mkdirs(&hidden, name, err);
}

/* -- commit --------------------------------------------------------------------------------- */

/* What is put where, and whom the folders there must belong to. */
struct placing {
	const struct transaction *transaction;
	struct trust trust;
	struct target target;
};

static void placing_init(struct placing *ret, const struct transaction *transaction)
{
	ret->transaction = transaction;
	trust_init(&ret->trust);
	ret->target = (struct target){ .root = transaction->root,
				       .tree = transaction->tree,
				       .trust = ret->trust.uid == 0 ? &ret->trust : NULL };
}

/* A name in one of our directories becomes one in the tree. */
static int move_in(const struct placing *placing, int dir, const char *name, const char *to,
		   struct err *err)
{
	const char *base;
	FD_CLEANUP int parent = target_open(&placing->target, to, &base, err);

	if (parent < 0)
		return parent;
	if (renameat(dir, name, parent, base) < 0)
		return err_set(err, errno, "cannot move %s/" HIDDEN "/ready/.../%s to %s",
			       placing->target.tree, name, to);
	return 0;
}

/* What stands at to goes to the trash, under a name of its own. */
static int move_out(const struct placing *placing, const char *to, const char *old, struct err *err)
{
	const char *base;
	FD_CLEANUP int parent = target_open(&placing->target, to, &base, err);
	FD_CLEANUP int trash = -1;
	struct stat st;

	if (parent < 0)
		return parent;
	if (fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0
				       : err_set(err, errno, "cannot look at %s/%s",
						 placing->target.tree, to);
	trash = below_open(placing->transaction->hidden, "trash", O_PATH | O_DIRECTORY);
	if (trash < 0 || renameat(parent, base, trash, old) < 0)
		return err_set(err, trash < 0 ? -trash : errno, "cannot move %s/%s away",
			       placing->target.tree, to);
	return 0;
}

/* One of the three folders of a runtime; 1 if there is none. */
static int place_part(const struct placing *placing, const char *folder, const char *arch,
		      struct err *err)
{
	char from[128], to[128], old[64];
	FD_CLEANUP int dir = -1;
	int r;

	(void)snprintf(from, sizeof(from), "ready/runtimes/etc/%s", folder); /* all fit */
	(void)snprintf(to, sizeof(to), "etc/%s/%s", folder, arch);
	(void)snprintf(old, sizeof(old), "%s.%s", arch, folder);
	dir = below_open(placing->transaction->hidden, from, O_PATH | O_DIRECTORY);
	if (dir < 0 || !has(dir, arch))
		return 1;
	r = move_out(placing, to, old, err);
	return r < 0 ? r : move_in(placing, dir, arch, to, err);
}

/* The old interpreter goes first and the new one comes last: in between there is no runtime, so
 * nobody can find an interpreter with another one's libraries. */
static int place_runtime(const struct placing *placing, const char *arch, struct err *err)
{
	static const char *const folders[] = { "clib", "busypy", "python" };
	char path[128], old[64];
	int r = 0;

	(void)snprintf(path, sizeof(path), "ready/runtimes/" TREE_PYTHON_OF, arch); /* fits */
	if (!has(placing->transaction->hidden, path))
		return 0; /* not staged, or placed before an interruption */
	(void)snprintf(path, sizeof(path), TREE_PYTHON_OF, arch);
	(void)snprintf(old, sizeof(old), "%s.python", arch);
	r = move_out(placing, path, old, err);
	for (size_t i = 0; r >= 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
		r = place_part(placing, folders[i], arch, err);
	return r < 0 ? r : 0;
}

/* The tree's owner may have changed his passwd or inittab; programs and runtimes are ours. */
static bool is_kept(const char *name)
{
	static const char *const ours[] = { TREE_INFO "/", TREE_PYTHON "/", TREE_CLIB "/" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (str_starts(name, ours[i]))
			return false;
	}
	return str_starts(name, "etc/");
}

/* The path below FOLDER/tree of something that a walk has found there; "" for itself. */
static const char *name_in_tree(const struct placing *placing, const struct walk_entry *entry)
{
	const char *name = entry->path + strlen(placing->target.tree) +
			   strlen("/" HIDDEN "/ready/tree"); /* or build, which is as long */

	return *name == '/' ? name + 1 : name;
}

/* The folder itself, made or looked at. */
static int name_folder(const char *name, char ret[PATH_SIZE], struct err *err)
{
	return files_path(ret, err, "%s/.", name);
}

static int place_file(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct placing *placing = ctx;
	const char *name = name_in_tree(placing, entry), *base;
	FD_CLEANUP int parent = -1;
	char folder[PATH_SIZE];
	struct stat there;
	int r;

	if (!*name)
		return 0;
	if (S_ISDIR(entry->st->st_mode)) {
		r = name_folder(name, folder, err);
		if (r < 0)
			return r;
		parent = target_open(&placing->target, folder, &base, err);
		return parent < 0 ? parent : 0;
	}
	parent = target_open(&placing->target, name, &base, err);
	if (parent < 0)
		return parent;
	if (fstatat(parent, base, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (is_kept(name) || S_ISDIR(there.st_mode)))
		return 0;
	return move_in(placing, entry->dir, entry->name, name, err);
}

/* One rename, so that nobody sees half of a package; what was there goes first. */
static int place_whole(const struct placing *placing, const char *name, size_t which,
		       struct err *err)
{
	const char *base;
	char from[PATH_SIZE], old[32];
	FD_CLEANUP int dir = -1;
	int r = files_path(from, err, "ready/tree/%s", name);

	if (r < 0)
		return r;
	dir = below_open_parent(placing->transaction->hidden, from, &base);
	if (dir < 0 || !has(dir, base))
		return 0;				/* placed before an interruption */
	(void)snprintf(old, sizeof(old), "%zu", which); /* fits */
	r = move_out(placing, name, old, err);
	return r < 0 ? r : move_in(placing, dir, base, name, err);
}

/* One path of the list of what goes. */
static int take_away(const struct placing *placing, const char *name, size_t which, struct err *err)
{
	char old[32];

	(void)snprintf(old, sizeof(old), "gone.%zu", which); /* fits */
	return move_out(placing, name, old, err);
}

/* Told of each name of a list, which are counted. */
typedef int listed_fn(const struct placing *placing, const char *name, size_t which,
		      struct err *err);

/* A list in our directory: names with a NUL after each; it need not be there. */
static int each_listed(const struct placing *placing, const char *list, listed_fn *each,
		       struct err *err)
{
	FILES_FREE char *text = NULL;
	struct folder hidden;
	size_t n, which = 0;
	int r;

	if (!has(placing->transaction->hidden, list))
		return 0;
	name_hidden(placing->transaction, &hidden);
	r = folder_read(&hidden, list, LIST_MAX, &text, &n, err);
	if (r < 0)
		return r;
	for (char *name = text; name < text + n; name += strlen(name) + 1) {
		r = each(placing, name, which++, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Once it is done the list goes, too: what is placed next may have the same names. */
static int take_all_away(const struct placing *placing, struct err *err)
{
	int r = each_listed(placing, "ready/gone", take_away, err);

	if (r < 0 || !has(placing->transaction->hidden, "ready/gone"))
		return r;
	return remove_hidden(placing->transaction, "ready/gone", err);
}

static int place_tree(const struct placing *placing, struct err *err)
{
	int r = take_all_away(placing, err);

	if (r < 0 || !has(placing->transaction->hidden, "ready/tree"))
		return r;
	r = each_listed(placing, "ready/whole", place_whole, err);
	if (r < 0)
		return r;
	return walk_hidden(placing->transaction, "ready/tree",
			   &(struct walk){ .each = place_file, .ctx = (void *)placing }, err);
}

static int place_all(const struct transaction *transaction, struct err *err)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	struct placing placing;
	int r = make_hidden(transaction, "trash", err);

	if (r < 0)
		return r;
	placing_init(&placing, transaction);
	r = place_tree(&placing, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		r = place_runtime(&placing, table[i].name, err);
		if (r < 0)
			return r;
	}
	/* renames last then; a file system that cannot is taken as it is */
	(void)fsync(transaction->root);
	r = remove_hidden(transaction, "ready", err);
	if (r < 0)
		return r;
	return remove_hidden(transaction, "trash", err);
}

/* -- before the decision -------------------------------------------------------------------- */

static int check_folder(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct placing *placing = ctx;
	char folder[PATH_SIZE];
	int r;

	if (!S_ISDIR(entry->st->st_mode) || !*name_in_tree(placing, entry))
		return 0;
	r = name_folder(name_in_tree(placing, entry), folder, err);
	return r < 0 ? r : target_check(&placing->target, folder, err);
}

static int check_going(const struct placing *placing, const char *name, size_t which,
		       struct err *err)
{
	(void)which;
	return target_check(&placing->target, name, err);
}

/* Whatever can be refused is refused now: a tree would stay in between. */
static int check_places(const struct transaction *transaction, struct err *err)
{
	static const char *const folders[] = { TREE_CLIB "/.", TREE_INFO "/.", TREE_PYTHON "/." };
	struct placing placing;
	int r = 0;

	placing_init(&placing, transaction);
	if (has(transaction->hidden, "build/runtimes")) {
		for (size_t i = 0; r >= 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
			r = target_check(&placing.target, folders[i], err);
	}
	if (r == 0)
		r = each_listed(&placing, "build/gone", check_going, err);
	if (r < 0 || !has(transaction->hidden, "build/tree"))
		return r;
	return walk_hidden(transaction, "build/tree",
			   &(struct walk){ .each = check_folder, .ctx = &placing }, err);
}

/* Everything built reaches the disk before its final names do. */
static int sync_build(const struct transaction *transaction, struct err *err)
{
	if (syncfs(transaction->hidden) < 0)
		return err_set(err, errno, "cannot write %s to disk", transaction->build);
	return 0;
}

int transaction_commit(struct transaction *transaction, struct err *err)
{
	int r = check_places(transaction, err);

	if (r < 0)
		return r;
	r = sync_build(transaction, err);
	if (r < 0)
		return r;
	if (renameat(transaction->hidden, "build", transaction->hidden, "ready") < 0)
		return err_set(err, errno, "cannot rename %s", transaction->build);
	transaction->committed = true;
	return place_all(transaction, err);
}

/* -- opening and closing -------------------------------------------------------------------- */

static int open_parent(const char *path, const char **ret_name)
{
	FD_CLEANUP int root = below_root();

	return root < 0 ? root : below_open_parent(root, path + 1, ret_name);
}

/* Only what is empty goes, whoever has put something there. */
static void remove_created(const struct transaction *transaction)
{
	char path[TRANSACTION_PATH_MAX];

	(void)str_copy(path, sizeof(path), transaction->tree); /* of that size */
	for (unsigned i = 0; i < transaction->n_created; i++) {
		const char *name;
		FD_CLEANUP int parent = open_parent(path, &name);

		if (parent < 0 || unlinkat(parent, name, AT_REMOVEDIR) < 0)
			return;
		path[name > path + 1 ? name - path - 1 : 0] = '\0';
	}
}

/* Where it was looked whether it may be a tree, what is missing of it is made. */
static int open_tree(struct transaction *transaction, const char *tree, unsigned flags,
		     struct err *err)
{
	DESTINATION_CLEANUP struct destination_place place = DESTINATION_NOWHERE;
	FD_CLEANUP int fd = -1;
	int r = destination_open(tree, DESTINATION_TREE, flags, &place, err);

	if (r < 0)
		return r;
	r = files_path(transaction->tree, err, "%s%s%s", place.path,
		       !*place.rest || str_eq(place.path, "/") ? "" : "/", place.rest);
	if (r < 0)
		return r;
	r = files_path(transaction->build, err, "%s/" HIDDEN "/build", transaction->tree);
	if (r < 0)
		return r;
	fd = below_mkdirs(place.fd, *place.rest ? place.rest : ".", 0755);
	if (fd < 0)
		return err_set(err, -fd, "cannot create %s", tree);
	for (const char *s = place.rest; s && *s; s = strchr(s, '/'), s += s != NULL)
		transaction->n_created++;
	transaction->root = below_open(fd, ".", O_RDONLY | O_DIRECTORY);
	if (transaction->root < 0)
		return err_set(err, -transaction->root, "%s", tree);
	/* what is done in the tree must be in nobody else's hands */
	return trust_for_root(transaction->root, transaction->tree, err);
}

/* What is found in our directory is believed: for root it must not be another user's. Nobody else
 * looks into it. */
static int check_hidden(int fd, const char *dir, struct err *err)
{
	struct trust trust;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", dir);
	trust_init(&trust);
	r = trust.uid == 0 ? trust_state(&trust, &st, dir, err) : 0;
	if (r < 0)
		return r;
	if (st.st_uid == trust.uid && (st.st_mode & 07777) != 0700 && fchmod(fd, 0700) < 0)
		return err_set(err, errno, "cannot chmod %s", dir);
	return 0;
}

/* Makes and opens our directory. */
static int open_hidden(struct transaction *transaction, struct err *err)
{
	char dir[PATH_SIZE], target[PATH_SIZE];
	FD_CLEANUP int fd = -1;
	int r = files_path(dir, err, "%s/" HIDDEN, transaction->tree);

	if (r < 0)
		return r;
	do { /* its last user may have just removed it */
		if (mkdirat(transaction->root, HIDDEN, 0700) < 0 && errno != EEXIST)
			return err_set(err, errno, "cannot create %s", dir);
		fd = below_open(transaction->root, HIDDEN, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	} while (fd == -ENOENT);
	if (fd < 0)
		return below_readlink(transaction->root, HIDDEN, target, sizeof(target)) == 0
			       ? err_say(err, ELOOP,
					 "%s/" HIDDEN " is a symbolic link (Hint: rm it)",
					 transaction->tree)
			       : err_set(err, -fd, "cannot open %s", dir);
	r = check_hidden(fd, dir, err);
	if (r < 0)
		return r;
	fd_close(&transaction->hidden);
	transaction->hidden = fd_steal(&fd);
	return 0;
}

/* Locks TREE/.busypy-stage/lock. Whoever held it before may have removed that file meanwhile, and
 * our directory, too: then the lock is on a file without a name, and is tried again. */
static int take_lock(struct transaction *transaction, struct err *err)
{
	for (;;) {
		FD_CLEANUP int fd = -1;
		struct stat mine, named;
		int r = open_hidden(transaction, err);

		if (r < 0)
			return r;
		fd = own_lock_open(transaction->hidden, "lock");
		if (fd == -ENOENT)
			continue; /* our directory has just been removed */
		if (fd < 0)
			return err_set(err, -fd, "cannot create %s/" HIDDEN "/lock",
				       transaction->tree);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0)
			return errno == EWOULDBLOCK
				       ? err_say(err, EBUSY,
						 "%s: another busypy is staging there right now",
						 transaction->tree)
				       : err_set(err, errno, "cannot lock %s/" HIDDEN "/lock",
						 transaction->tree);
		if (fstat(fd, &mine) < 0 ||
		    below_stat(transaction->root, HIDDEN "/lock", &named) < 0 ||
		    named.st_ino != mine.st_ino || named.st_dev != mine.st_dev)
			continue;
		/* Inherited: a compiler that outlives us, killed, still writes into build. */
		(void)fcntl(fd, F_SETFD, 0); /* cannot fail: the descriptor is open */
		transaction->lock = fd_steal(&fd);
		return 0;
	}
}

static int check_ready(const struct walk_entry *entry, struct err *err, void *ctx)
{
	return trust_state(ctx, entry->st, entry->path, err);
}

/* Goes on where a decided run was interrupted, and throws away what was not decided. */
static int recover(const struct transaction *transaction, struct err *err)
{
	struct trust trust;
	int r = 0;

	trust_init(&trust);
	if (has(transaction->hidden, "ready")) {
		if (trust.uid == 0)
			r = walk_hidden(transaction, "ready",
					&(struct walk){ .each = check_ready, .ctx = &trust }, err);
		if (r == 0)
			r = place_all(transaction, err);
	}
	if (r < 0)
		return r;
	r = remove_hidden(transaction, "build", err);
	if (r < 0)
		return r;
	return remove_hidden(transaction, "trash", err);
}

int transaction_open(struct transaction *transaction, const char *tree, unsigned flags,
		     struct err *err)
{
	int r = open_tree(transaction, tree, flags, err);

	if (r < 0)
		return r;
	r = take_lock(transaction, err);
	if (r < 0)
		return r;
	r = recover(transaction, err);
	if (r < 0)
		return r;
	return make_hidden(transaction, "build", err);
}

void transaction_close(struct transaction *transaction)
{
	/* On the way out after a success or with a sentence already said: what cannot be removed
	 * now is removed by the next run. */
	if (transaction->lock >= 0) {
		(void)remove_hidden(transaction, "build", NULL);
		if (!has(transaction->hidden, "ready")) {
			(void)unlinkat(transaction->hidden, "lock", 0);
			(void)unlinkat(transaction->root, HIDDEN, AT_REMOVEDIR);
		}
	}
	if (!transaction->committed)
		remove_created(transaction);
	fd_close(&transaction->lock);
	fd_close(&transaction->hidden);
	fd_close(&transaction->root);
	transaction->root = transaction->hidden = transaction->lock = -1;
}
