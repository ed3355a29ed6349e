/* SPDX-License-Identifier: MIT */
/* One directory with a lock; a folder in it for each key. */
#include "start/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/cache_home.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/own_lock.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/trust.h"

enum { STORE_MAX = 1024 };

struct start_store {
	struct folder folder;
	int lock;
};

static int path_of(enum start_store_of of, char ret[PATH_SIZE], struct err *err)
{
	char home[PATH_SIZE];
	int r = cache_home(home, err);

	if (r == -ENOENT)
		return err_say(err, ENOENT, "HOME is not set, so there is no place for images");
	return r < 0 ? r
		     : files_path(ret, err, "%s/%s", home,
				  of == START_STORE_RUNS ? START_RUNS_BELOW_CACHE
							 : START_BELOW_CACHE);
}

static int lock(struct start_store *store, struct err *err)
{
	store->lock = own_lock_open(store->folder.fd, "lock");
	if (store->lock < 0)
		return err_set(err, -store->lock, "cannot create %s/lock", store->folder.path);
	while (flock(store->lock, LOCK_EX) < 0) {
		if (errno != EINTR)
			return err_set(err, errno, "cannot lock %s/lock", store->folder.path);
	}
	return 0;
}

static int take(const char *path, struct start_store **ret, struct err *err)
{
	START_STORE_CLEANUP struct start_store *store = malloc(sizeof(*store));
	int r;

	if (!store)
		return err_set(err, ENOMEM, "cannot open %s", path);
	store->lock = -1;
	store->folder.fd = -1;
	r = folder_open_trusted(path, &store->folder, err);
	if (r == 0)
		r = lock(store, err);
	if (r < 0)
		return r;
	*ret = store;
	store = NULL;
	return 0;
}

/* Nothing is made where others could lead it elsewhere. */
static int make_way(const char *path, struct err *err)
{
	struct trust_found found = { .fd = -1 };
	struct trust trust;
	int fd, r;

	trust_init(&trust);
	r = trust_find(&trust, path, &found, err);
	if (r < 0)
		return r;
	fd = below_mkdirs(found.fd, found.rest[0] ? found.rest : ".", 0755);
	fd_close(&found.fd);
	if (fd < 0)
		return err_set(err, -fd, "cannot create %s", path);
	fd_close(&fd);
	return 0;
}

int start_store_open(enum start_store_of of, struct start_store **ret, struct err *err)
{
	char path[PATH_SIZE];
	int r = path_of(of, path, err);

	if (r == 0)
		r = make_way(path, err);
	return r < 0 ? r : take(path, ret, err);
}

int start_store_find(struct start_store **ret, struct err *err)
{
	char path[PATH_SIZE];
	int r = path_of(START_STORE_ENABLED, path, err);

	if (r < 0)
		return r;
	return files_exist(path) ? take(path, ret, err) : -ENOENT;
}

void start_store_close(struct start_store **store)
{
	if (!*store)
		return;
	fd_close(&(*store)->lock);
	folder_close(&(*store)->folder);
	free(*store);
	*store = NULL;
}

static bool is_key(const char *name)
{
	return strlen(name) == START_KEY_SIZE - 1 &&
	       strspn(name, "0123456789abcdef") == START_KEY_SIZE - 1;
}

int start_store_each(const struct start_store *store,
		     int (*each)(const struct folder *folder, const char *key, struct err *err,
				 void *ctx),
		     void *ctx, struct err *err)
{
	FD_CLEANUP int fd = below_open(store->folder.fd, ".", O_RDONLY | O_DIRECTORY);
	struct dirs dirs;
	const char *name;
	int r = 0, more = 0;

	if (fd < 0)
		return err_set(err, -fd, "cannot list %s", store->folder.path);
	dirs_begin(&dirs, fd);
	while (r == 0 && (more = dirs_next(&dirs, &name)) > 0) {
		FOLDER_CLEANUP struct folder folder = FOLDER_NONE;

		if (is_key(name) && folder_enter(&store->folder, name, &folder, NULL) == 0)
			r = each(&folder, name, err, ctx);
	}
	return more < 0 ? err_set(err, -more, "cannot list %s", store->folder.path) : r;
}

/* -- space ---------------------------------------------------------------------------------- */

struct stored {
	char key[START_KEY_SIZE];
	uint64_t bytes;
	struct timespec made;
};

struct stock {
	struct stored folders[STORE_MAX];
	size_t n;
};

static int add_bytes(const struct walk_entry *entry, struct err *err, void *ctx)
{
	(void)err;
	*(uint64_t *)ctx += (uint64_t)entry->st->st_blocks * 512;
	return 0;
}

static int add_folder(const struct folder *folder, const char *key, struct err *err, void *ctx)
{
	struct stock *stock = ctx;
	struct stored *stored = &stock->folders[stock->n];
	const struct walk walk = { .each = add_bytes, .ctx = &stored->bytes };
	struct stat st;
	int r;

	if (stock->n == STORE_MAX) /* another time */
		return 0;
	stored->bytes = 0;
	r = folder_walk(folder, ".", &walk, err);
	if (r == 0)
		r = folder_stat(folder, START_ABOUT, &st, NULL) < 0 ? 0 : 1;
	if (r < 0)
		return r;
	stored->made = r ? st.st_ctim : (struct timespec){ 0 }; /* left by a maker's death */
	memcpy(stored->key, key, START_KEY_SIZE);
	stock->n++;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct timespec *x = &((const struct stored *)a)->made;
	const struct timespec *y = &((const struct stored *)b)->made;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

int start_store_shrink(const struct start_store *store, uint64_t space,
		       const struct start_store_keep *keep, struct err *err)
{
	ARRAY_FREE struct stock *stock = malloc(sizeof(*stock));
	uint64_t bytes = 0;
	int r;

	if (!stock)
		return err_set(err, ENOMEM, "cannot list %s", store->folder.path);
	stock->n = 0;
	r = start_store_each(store, add_folder, stock, err);
	if (r < 0)
		return r;
	qsort(stock->folders, stock->n, sizeof(stock->folders[0]), compare);
	for (size_t i = 0; i < stock->n; i++)
		bytes += stock->folders[i].bytes;
	for (size_t i = 0; i < stock->n && (bytes > space || space == 0); i++) {
		const struct stored *stored = &stock->folders[i];

		if (keep->stays(stored->key, keep->ctx))
			continue;
		r = folder_remove(&store->folder, stored->key, err);
		if (r < 0)
			return r;
		bytes -= stored->bytes;
	}
	return bytes <= space;
}

/* -- one folder ----------------------------------------------------------------------------- */

int start_store_make(const struct start_store *store, const char *key, struct folder *ret,
		     struct err *err)
{
	int r = folder_remove(&store->folder, key, err);

	return r < 0 ? r : folder_make(&store->folder, key, ret, err);
}

int start_store_enter(const struct start_store *store, const char *key, struct folder *ret,
		      struct err *err)
{
	return folder_enter(&store->folder, key, ret, err);
}

void start_store_drop(const struct start_store *store, const char *key)
{
	(void)folder_remove(&store->folder, key, NULL); /* else whoever shrinks it next does */
}
