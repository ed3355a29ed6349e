/* SPDX-License-Identifier: MIT */
/* Writes below one directory with openat2(2), so that no path leads out of it. */
#include "export/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/listener.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "core/version_line.h"
#include "export/file_index.h"
#include "export/manifest.h"
#include "sys/fd.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

#define SPOOL ".busypy-spool"

enum { CHUNK = 256 * 1024, SHARED_MAX = 8 };

struct version_writer {
	char dir[PATH_SIZE];
	int root;
	bool sync_each; /* syncfs(2) does not promise enough here */
	int shared[SHARED_MAX];
	size_t n_shared;
	struct file_index index;
	struct version_manifest manifest;
	struct version_counts counts;
	const struct listener *listener; /* or NULL */
	int spool;
	char a[CHUNK], b[CHUNK];
};

/* syncfs(2) writes all dirty data and metadata of these file systems and reports what failed since
 * the directory was opened (Linux 5.8). Of others, above all FUSE and network file systems, it is
 * not known: there each file and directory is synced. */
static bool syncs_whole(int fd)
{
	static const unsigned long known[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
					       F2FS_SUPER_MAGIC, TMPFS_MAGIC };
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if ((unsigned long)st.f_type == known[i])
			return true;
	}
	return false;
}

struct version_writer *version_writer_new(const char *dir, const struct listener *listener,
					  struct err *err)
{
	struct version_writer *writer = calloc(1, sizeof(*writer));

	if (!writer || str_copy(writer->dir, sizeof(writer->dir), dir) < 0) {
		(void)err_set(err, ENOMEM, "cannot create %s", dir);
		free(writer);
		return NULL;
	}
	writer->listener = listener;
	writer->spool = -1;
	writer->root = -1;
	if (mkdir(dir, 0700) < 0 ||
	    (writer->root = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
	    fchmod(writer->root, 0755) < 0) {
		(void)err_set(err, errno, "cannot create %s", dir);
		version_writer_free(writer);
		return NULL;
	}
	writer->sync_each = !syncs_whole(writer->root);
	return writer;
}

void version_writer_free(struct version_writer *writer)
{
	if (!writer)
		return;
	for (size_t i = 0; i < writer->n_shared; i++)
		fd_close(&writer->shared[i]);
	fd_close(&writer->root);
	fd_close(&writer->spool);
	file_index_free(&writer->index);
	version_manifest_free(&writer->manifest);
	free(writer);
}

const struct version_counts *version_writer_counts(const struct version_writer *writer)
{
	return &writer->counts;
}

/* -- places --------------------------------------------------------------------------------- */

static int open_beneath(int root, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Opens the directory that path lies in; *ret_name is its last part. */
static int open_parent(const struct version_writer *writer, const char *path, const char **ret_name,
		       struct err *err)
{
	char parent[PATH_SIZE];
	const char *name = path_base(path);
	int fd;

	if (!*name || str_eq(name, ".") || str_eq(name, ".."))
		return err_say(err, EINVAL, "'%s' is no name for a file", path);
	if (name == path)
		(void)str_copy(parent, sizeof(parent), "."); /* fits */
	else if (str_copy_bytes(parent, sizeof(parent), path, (size_t)(name - path) - 1) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	fd = open_beneath(writer->root, parent, O_RDONLY | O_DIRECTORY);
	if (fd < 0 && errno == EXDEV)
		return err_say(err, EXDEV, "%s leads out of the tree", path);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_say(err, EINVAL, "%s lies behind something that is no directory", path);
	if (fd < 0)
		return err_set(err, errno, "cannot open the folder of %s", path);
	*ret_name = name;
	return fd;
}

static int cannot_create(const char *path, int code, struct err *err)
{
	if (code == EEXIST)
		return err_say(err, EEXIST, "%s is there twice", path);
	return err_set(err, code, "cannot create %s", path);
}

int version_writer_dir(struct version_writer *writer, const char *path, mode_t mode,
		       struct err *err)
{
	mode_t final = (mode & 0755) | 0700;
	FD_CLEANUP int parent = -1;
	struct version_line line = { .type = VERSION_DIR, .mode = final, .path = path };
	const char *name;

	line.sum = line.target = "";
	parent = open_parent(writer, path, &name, err);
	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, 0700) < 0)
		return cannot_create(path, errno, err);
	if (fchmodat(parent, name, final, 0) < 0)
		return err_set(err, errno, "cannot set the mode of %s", path);
	return version_manifest_add(&writer->manifest, &line, err);
}

int version_writer_link(struct version_writer *writer, const char *path, const char *target,
			struct err *err)
{
	struct version_line line = { .type = VERSION_LINK, .path = path, .target = target };
	FD_CLEANUP int parent = -1;
	const char *name;

	line.sum = "";
	parent = open_parent(writer, path, &name, err);
	if (parent < 0)
		return parent;
	if (symlinkat(target, parent, name) < 0)
		return cannot_create(path, errno, err);
	return version_manifest_add(&writer->manifest, &line, err);
}

/* -- contents ------------------------------------------------------------------------------- */

/* SHA-256 of an open file from its start; its size, or -errno. */
static int64_t sum_of(struct version_writer *writer, int fd, char ret[SHA256_HEX_SIZE])
{
	struct sha256 sha;
	off_t at = 0;
	ssize_t n;

	sha256_init(&sha);
	while ((n = fd_read_at(fd, writer->a, CHUNK, at)) > 0) {
		sha256_add(&sha, writer->a, (size_t)n);
		at += n;
	}
	sha256_end_hex(&sha, ret);
	return n < 0 ? n : at;
}

static bool same_bytes(struct version_writer *writer, int a, int b)
{
	off_t at = 0;
	ssize_t n, m;

	do {
		n = fd_read_at(a, writer->a, CHUNK, at);
		m = fd_read_at(b, writer->b, CHUNK, at);
		if (n < 0 || n != m || memcmp(writer->a, writer->b, (size_t)n) != 0)
			return false;
		at += n;
	} while (n > 0);
	return true;
}

/* A file is published once its place in manifest and index is known. */
struct store {
	const struct version_source *source;
	char sum[SHA256_HEX_SIZE];
	uint64_t size;
	mode_t mode;
	int fd;	    /* its bytes */
	int parent; /* where it goes, as name */
	const char *name;
};

/* How a file got its bytes. */
enum how { COPIED, SHARED, SAME /* as another file of this version */ };

static int note(struct version_writer *writer, const struct store *store, enum how how,
		struct err *err)
{
	const struct version_source *source = store->source;
	struct file_index_entry file = { .mode = store->mode,
					 .size = store->size,
					 .root = writer->root,
					 .path = (char *)source->path, /* is copied */
					 .dev = source->dev,
					 .ino = source->ino };
	struct version_line line = { .type = VERSION_FILE,
				     .mode = store->mode,
				     .size = store->size,
				     .sum = store->sum,
				     .path = source->path,
				     .target = "" };

	memcpy(file.sum, store->sum, sizeof(file.sum));
	writer->counts.files += how != SAME;
	writer->counts.bytes += how != SAME ? store->size : 0;
	writer->counts.new_files += how == COPIED;
	writer->counts.new_bytes += how == COPIED ? store->size : 0;
	if (file_index_add(&writer->index, &file) < 0)
		return err_set(err, ENOMEM, "cannot publish %s", source->path);
	return version_manifest_add(&writer->manifest, &line, err);
}

/* True if the file can stand for what is to be stored: it is ours, unchanged, and no link. */
static bool may_stand(struct version_writer *writer, const struct store *store,
		      const struct file_index_entry *file)
{
	FD_CLEANUP int fd = openat(file->root, file->path,
				   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (st.st_mode & 07777) != store->mode || st.st_uid != geteuid() ||
	    (uint64_t)st.st_size != store->size)
		return false;
	return same_bytes(writer, store->fd, fd);
}

static bool link_to(struct version_writer *writer, const struct store *store, bool own)
{
	const struct file_index_entry *file;
	size_t at = 0;

	while ((file = file_index_find(&writer->index, store->sum, store->mode, &at))) {
		if ((file->root == writer->root) == own && may_stand(writer, store, file) &&
		    linkat(file->root, file->path, store->parent, store->name, 0) == 0)
			return true;
	}
	return false;
}

/* Tries to share it with another file of this version, or with another version. */
static enum how share(struct version_writer *writer, const struct store *store)
{
	if (link_to(writer, store, true))
		return SAME;
	return link_to(writer, store, false) ? SHARED : COPIED;
}

/* Reflinks the bytes where the file system can, else copies them. */
static int fill(struct version_writer *writer, int from, int to)
{
	off_t at = 0;
	ssize_t n;
	int r;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	while ((n = fd_read_at(from, writer->a, CHUNK, at)) > 0) {
		r = fd_write_all(to, writer->a, (size_t)n);
		if (r < 0)
			return r;
		at += n;
	}
	return (int)n;
}

/* Gives a new file its mode and time. */
static int settle(struct version_writer *writer, const struct store *store, int fd, struct err *err)
{
	const char *path = store->source->path;
	struct timespec times[2] = { store->source->mtime, store->source->mtime };

	if (fchmod(fd, store->mode) < 0 || futimens(fd, times) < 0)
		return err_set(err, errno, "cannot set mode and time of %s", path);
	if (writer->sync_each && fsync(fd) < 0)
		return err_set(err, errno, "cannot write %s to disk", path);
	return 0;
}

static int copy(struct version_writer *writer, const struct store *store, struct err *err)
{
	const char *path = store->source->path;
	FD_CLEANUP int fd = openat(store->parent, store->name,
				   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return cannot_create(path, errno, err);
	r = fill(writer, store->fd, fd);
	if (r < 0)
		return err_set(err, -r, "cannot write %s", path);
	r = settle(writer, store, fd, err);
	if (r < 0)
		return r;
	if (close(fd_steal(&fd)) < 0)
		return err_set(err, errno, "cannot write %s", path);
	return 0;
}

static void show(struct version_writer *writer, uint64_t bytes)
{
	writer->counts.seen++;
	writer->counts.seen_bytes += bytes;
	if (writer->counts.seen % 64 == 0)
		listener_amount(writer->listener,
				&(struct listener_amount){ .files = writer->counts.seen,
							   .bytes = writer->counts.seen_bytes,
							   .new_files = writer->counts.new_files });
}

/* A second name in the source is a second name here; its bytes are not read again. */
static int name_again(struct version_writer *writer, const struct file_index_entry *file,
		      const char *path, struct err *err)
{
	struct version_line line = { .type = VERSION_FILE,
				     .mode = file->mode,
				     .size = file->size,
				     .sum = file->sum,
				     .path = path,
				     .target = "" };
	FD_CLEANUP int parent = -1;
	const char *name;

	parent = open_parent(writer, path, &name, err);
	if (parent < 0)
		return parent;
	if (linkat(writer->root, file->path, parent, name, 0) < 0)
		return errno == EMLINK ? -EMLINK : cannot_create(path, errno, err);
	show(writer, file->size);
	return version_manifest_add(&writer->manifest, &line, err);
}

int version_writer_file(struct version_writer *writer, const struct version_source *source, int fd,
			struct err *err)
{
	struct store store = { .source = source, .mode = (source->mode & 0555) | 0400, .fd = fd };
	FD_CLEANUP int parent = -1;
	const struct file_index_entry *known;
	enum how how;
	int64_t size;
	int r;

	known = source->ino ? file_index_find_inode(&writer->index, source->dev, source->ino)
			    : NULL;
	if (known && known->mode == store.mode) {
		r = name_again(writer, known, source->path, err);
		if (r != -EMLINK)
			return r;
	}
	size = sum_of(writer, fd, store.sum);
	if (size < 0)
		return err_set(err, (int)-size, "cannot read %s", source->path);
	store.size = (uint64_t)size;
	parent = open_parent(writer, source->path, &store.name, err);
	if (parent < 0)
		return parent;
	store.parent = parent;
	show(writer, store.size);
	how = share(writer, &store);
	r = how == COPIED ? copy(writer, &store, err) : 0;
	if (r < 0)
		return r;
	return note(writer, &store, how, err);
}

int version_writer_name(struct version_writer *writer, const char *path, const char *other,
			struct err *err)
{
	FD_CLEANUP int fd = open_beneath(writer->root, other, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct version_source source = { .path = path };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_say(err, EINVAL, "%s is a name of %s, which is not there", path, other);
	source.mode = st.st_mode;
	source.mtime = st.st_mtim;
	return version_writer_file(writer, &source, fd, err);
}

/* -- streams -------------------------------------------------------------------------------- */

int version_writer_begin(struct version_writer *writer, const char *path, struct err *err)
{
	fd_close(&writer->spool);
	writer->spool = openat(writer->root, SPOOL,
			       O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (writer->spool < 0)
		return err_set(err, errno, "cannot create a file for %s", path);
	return writer->spool;
}

int version_writer_end(struct version_writer *writer, const struct version_source *source,
		       struct err *err)
{
	int r = version_writer_file(writer, source, writer->spool, err);

	fd_close(&writer->spool);
	if (r < 0)
		return r;
	if (unlinkat(writer->root, SPOOL, 0) < 0)
		return err_set(err, errno, "cannot remove %s/" SPOOL, writer->dir);
	return 0;
}

/* -- the end -------------------------------------------------------------------------------- */

static int share_line(struct version_writer *writer, const struct version_line *line, int root)
{
	struct file_index_entry file = { .mode = line->mode, .size = line->size, .root = root };

	if (line->type != VERSION_FILE)
		return 0;
	file.path = (char *)line->path;			       /* is copied */
	(void)str_copy(file.sum, sizeof(file.sum), line->sum); /* parsed: it fits */
	return file_index_add(&writer->index, &file);
}

int version_writer_share(struct version_writer *writer, const char *version, struct err *err)
{
	struct version_manifest manifest = { 0 };
	FD_CLEANUP int root = -1;
	int r = 0;

	if (writer->n_shared == SHARED_MAX || version_manifest_read(version, &manifest, NULL) < 0)
		return 0; /* nothing is shared, all is copied */
	root = open(version, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; root >= 0 && r == 0 && i < manifest.n; i++)
		r = share_line(writer, &manifest.lines[i], root);
	version_manifest_free(&manifest);
	if (root >= 0)
		writer->shared[writer->n_shared++] = fd_steal(&root);
	return r < 0 ? err_set(err, -r, "cannot share with %s", version) : 0;
}

static int write_final(const struct version_writer *writer, const char *path, const char *bytes,
		       size_t n, struct err *err)
{
	char full[PATH_SIZE];
	int r = files_path(full, err, "%s/%s", writer->dir, path);

	if (r < 0)
		return r;
	return files_write(full, bytes, n, 0444, err);
}

static int make_folders(struct version_writer *writer, struct err *err)
{
	static const char *const folders[] = { "etc", TREE_INFO };
	struct stat st;
	int r = 0;

	for (size_t i = 0; r == 0 && i < 2; i++) {
		if (fstatat(writer->root, folders[i], &st, AT_SYMLINK_NOFOLLOW) < 0)
			r = version_writer_dir(writer, folders[i], 0755, err);
		else if (!S_ISDIR(st.st_mode))
			r = err_say(err, EINVAL, "%s is no directory", folders[i]);
	}
	return r;
}

int version_writer_finish(struct version_writer *writer, uint64_t published, char *id,
			  struct err *err)
{
	struct version_record record = {
		.published = published,
		.files = writer->counts.files,
		.bytes = writer->counts.bytes,
	};
	char bytes[VERSION_RECORD_MAX];
	FILES_FREE char *text = NULL;
	struct sha256 sha;
	size_t n;
	int r = make_folders(writer, err);

	if (r < 0)
		return r;
	r = version_manifest_text(&writer->manifest, &text, &n, err);
	if (r < 0)
		return r;
	sha256_init(&sha);
	sha256_add(&sha, text, n);
	sha256_end_hex(&sha, record.manifest);
	if (!*id)
		version_id_default(published, record.manifest, id);
	(void)str_copy(record.id, sizeof(record.id), id); /* the caller's size is the same */
	r = version_record_format(&record, bytes, sizeof(bytes));
	if (r < 0)
		return err_set(err, -r, "cannot write the record");
	r = write_final(writer, TREE_VERSION_MANIFEST, text, n, err);
	if (r < 0)
		return r;
	return write_final(writer, TREE_VERSION_RECORD, bytes, strlen(bytes), err);
}

static int sync_one(const struct version_writer *writer, const char *path, struct err *err)
{
	FD_CLEANUP int fd = open_beneath(writer->root, path, O_RDONLY);

	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
		return err_set(err, errno, "cannot write %s/%s to disk", writer->dir, path);
	return 0;
}

int version_writer_sync(struct version_writer *writer, struct err *err)
{
	int r;

	if (!writer->sync_each) {
		if (syncfs(writer->root) < 0)
			return err_set(err, errno, "cannot write %s to disk", writer->dir);
		return 0;
	}
	r = sync_one(writer, TREE_VERSION_MANIFEST, err);
	if (r == 0)
		r = sync_one(writer, TREE_VERSION_RECORD, err);
	for (size_t i = 0; r == 0 && i < writer->manifest.n; i++) {
		if (writer->manifest.lines[i].type == VERSION_DIR)
			r = sync_one(writer, writer->manifest.lines[i].path, err);
	}
	if (r < 0)
		return r;
	return sync_one(writer, ".", err);
}
