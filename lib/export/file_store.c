/* SPDX-License-Identifier: MIT */
/* Hard links to files with the same bytes, else reflinks, else copies. */
#include "export/file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "core/version_line.h"
#include "export/file_index.h"
#include "export/manifest.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { CHUNK = 256 * 1024, SHARED_MAX = 8 };

struct file_store {
	int root;
	bool sync_each;
	int shared[SHARED_MAX];
	size_t n_shared;
	struct file_index index;
	char a[CHUNK], b[CHUNK];
};

struct file_store *file_store_new(int root, bool sync_each)
{
	struct file_store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	store->root = root;
	store->sync_each = sync_each;
	return store;
}

void file_store_free(struct file_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->n_shared; i++)
		fd_close(&store->shared[i]);
	file_index_free(&store->index);
	free(store);
}

static int share_line(struct file_store *store, const struct version_line *line, int root)
{
	struct file_index_entry entry = { .mode = line->mode, .size = line->size, .root = root };

	if (line->type != VERSION_FILE)
		return 0;
	entry.path = (char *)line->path;			 /* is copied */
	(void)str_copy(entry.sum, sizeof(entry.sum), line->sum); /* parsed: it fits */
	return file_index_add(&store->index, &entry);
}

int file_store_share(struct file_store *store, const struct folder *version, struct err *err)
{
	VERSION_MANIFEST_CLEANUP struct version_manifest manifest = { 0 };
	int root;

	if (store->n_shared == SHARED_MAX || version_manifest_read(version, &manifest, NULL) < 0)
		return 0; /* nothing is shared, all is copied */
	root = below_open(version->fd, ".", O_PATH | O_DIRECTORY);
	if (root < 0)
		return 0; /* the same */
	store->shared[store->n_shared++] = root;
	for (size_t i = 0; i < manifest.n; i++) {
		int r = share_line(store, &manifest.lines[i], root);

		if (r < 0)
			return err_set(err, -r, "cannot share with %s", version->path);
	}
	return 0;
}

const struct file_index_entry *file_store_find(const struct file_store *store, uint64_t dev,
					       uint64_t ino)
{
	return ino ? file_index_find_inode(&store->index, dev, ino) : NULL;
}

static bool same_bytes(struct file_store *store, int a, int b)
{
	off_t at = 0;
	ssize_t n, m;

	do {
		n = fd_read_at(a, store->a, CHUNK, at);
		m = fd_read_at(b, store->b, CHUNK, at);
		if (n < 0 || n != m || memcmp(store->a, store->b, (size_t)n) != 0)
			return false;
		at += n;
	} while (n > 0);
	return true;
}

/* Opens the other file if it can stand for what is to be stored: it is ours, unchanged, and no
 * link. -1 if not. */
static int open_same(struct file_store *store, const struct file_store_file *file,
		     const struct file_index_entry *other)
{
	FD_CLEANUP int fd =
		below_open(other->root, other->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & 07777) != file->mode || st.st_uid != geteuid() ||
	    (uint64_t)st.st_size != file->size || !same_bytes(store, file->fd, fd))
		return -1;
	return fd_steal(&fd);
}

/* The very file that was compared, not what its name leads to by now. */
static bool link_same(struct file_store *store, const struct file_store_file *file,
		      const struct file_index_entry *other)
{
	FD_CLEANUP int fd = open_same(store, file, other);

	return fd >= 0 && below_link(fd, file->parent, file->name) == 0;
}

static bool link_to(struct file_store *store, const struct file_store_file *file, bool own)
{
	const struct file_index_entry *other;
	size_t at = 0;

	while ((other = file_index_find(&store->index, file->sum, file->mode, &at))) {
		if ((other->root == store->root) == own && link_same(store, file, other))
			return true;
	}
	return false;
}

/* Tries to share it with another file of this version, or with another version. */
static enum file_store_how share(struct file_store *store, const struct file_store_file *file)
{
	if (link_to(store, file, true))
		return FILE_STORE_SAME;
	return link_to(store, file, false) ? FILE_STORE_SHARED : FILE_STORE_COPIED;
}

/* Reflinks the bytes where the file system can, else copies them. */
static int fill(struct file_store *store, int from, int to)
{
	off_t at = 0;
	ssize_t n;
	int r;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	while ((n = fd_read_at(from, store->a, CHUNK, at)) > 0) {
		r = fd_write_all(to, store->a, (size_t)n);
		if (r < 0)
			return r;
		at += n;
	}
	return (int)n;
}

/* Gives a new file its mode and time. */
static int settle(const struct file_store *store, const struct file_store_file *file, int fd,
		  struct err *err)
{
	const char *path = file->path;
	struct timespec times[2] = { file->mtime, file->mtime };

	if (fchmod(fd, file->mode) < 0 || futimens(fd, times) < 0)
		return err_set(err, errno, "cannot set mode and time of %s", path);
	if (store->sync_each && fsync(fd) < 0)
		return err_set(err, errno, "cannot write %s to disk", path);
	return 0;
}

static int copy(struct file_store *store, const struct file_store_file *file, struct err *err)
{
	const char *path = file->path;
	FD_CLEANUP int fd = openat(file->parent, file->name,
				   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return errno == EEXIST ? err_say(err, EEXIST, "%s is there twice", path)
				       : err_set(err, errno, "cannot create %s", path);
	r = fill(store, file->fd, fd);
	if (r < 0)
		return err_set(err, -r, "cannot write %s", path);
	r = settle(store, file, fd, err);
	if (r < 0)
		return r;
	if (close(fd_steal(&fd)) < 0)
		return err_set(err, errno, "cannot write %s", path);
	return 0;
}

int file_store_put(struct file_store *store, const struct file_store_file *file,
		   enum file_store_how *ret, struct err *err)
{
	struct file_index_entry entry = { .mode = file->mode,
					  .size = file->size,
					  .root = store->root,
					  .path = (char *)file->path, /* is copied */
					  .dev = file->dev,
					  .ino = file->ino };
	enum file_store_how how = share(store, file);

	if (how == FILE_STORE_COPIED) {
		int r = copy(store, file, err);

		if (r < 0)
			return r;
	}
	memcpy(entry.sum, file->sum, sizeof(entry.sum));
	if (file_index_add(&store->index, &entry) < 0)
		return err_set(err, ENOMEM, "cannot publish %s", file->path);
	*ret = how;
	return 0;
}
