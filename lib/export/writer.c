/* SPDX-License-Identifier: MIT */
/* Writes below one directory with openat2(2), so that no path leads out of it. */
#include "export/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/listener.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "core/version_line.h"
#include "export/file_index.h"
#include "export/file_store.h"
#include "export/file_sum.h"
#include "export/manifest.h"
#include "sys/below.h"
#include "sys/fd.h"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* Of all files, each once. */
#define BYTES_MAX (64ULL << 30)

struct version_writer {
	struct folder root;
	int parent;		     /* the directory that was written to last, or -1 */
	char parent_path[PATH_SIZE]; /* its path below the root */
	bool sync_each;		     /* syncfs(2) does not promise enough here */
	struct file_store *store;
	struct version_manifest manifest;
	struct version_counts counts;
	const struct listener *listener; /* or NULL */
	int spool;
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

static int open_root(struct version_writer *writer, const struct folder *versions, const char *name,
		     struct err *err)
{
	char path[PATH_SIZE];
	int r = path_join(path, sizeof(path), versions->path, name), fd;

	if (r < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", versions->path);
	fd = below_mkdir(versions->fd, name, 0755);
	if (fd < 0)
		return err_set(err, -fd, "cannot create %s", path);
	r = folder_take(fd, path, &writer->root, err);
	if (r < 0)
		return r;
	writer->sync_each = !syncs_whole(fd);
	writer->store = file_store_new(fd, writer->sync_each);
	return writer->store ? 0 : err_set(err, ENOMEM, "cannot create %s", path);
}

struct version_writer *version_writer_new(const struct folder *versions, const char *name,
					  const struct listener *listener, struct err *err)
{
	struct version_writer *writer = calloc(1, sizeof(*writer));

	if (!writer) {
		(void)err_set(err, ENOMEM, "cannot create %s/%s", versions->path, name);
		return NULL;
	}
	writer->listener = listener;
	writer->spool = writer->parent = -1;
	writer->root.fd = -1;
	if (open_root(writer, versions, name, err) < 0) {
		version_writer_free(writer);
		return NULL;
	}
	return writer;
}

void version_writer_free(struct version_writer *writer)
{
	if (!writer)
		return;
	file_store_free(writer->store);
	folder_close(&writer->root);
	fd_close(&writer->spool);
	fd_close(&writer->parent);
	version_manifest_free(&writer->manifest);
	free(writer);
}

const struct folder *version_writer_folder(const struct version_writer *writer)
{
	return &writer->root;
}

const struct version_counts *version_writer_counts(const struct version_writer *writer)
{
	return &writer->counts;
}

/* -- places --------------------------------------------------------------------------------- */

/* Keeps the descriptor of the directory whose path is the first n bytes. */
static void keep_parent(struct version_writer *writer, int fd, const char *path, size_t n)
{
	fd_close(&writer->parent);
	writer->parent = fd;
	if (str_copy_bytes(writer->parent_path, sizeof(writer->parent_path), path, n) < 0) {
		fd_close(&writer->parent);
		writer->parent = -1;
	}
}

/* The directory that path lies in, kept open for the next of its files, since nothing that was
 * made is ever moved or removed; *ret_name is the last part of path. */
static int open_parent(struct version_writer *writer, const char *path, const char **ret_name,
		       struct err *err)
{
	const char *name = path_base(path);
	size_t n = name == path ? 0 : (size_t)(name - path) - 1;
	int fd;

	*ret_name = name;
	if (below_is_name(path))
		return writer->root.fd;
	if (n && writer->parent >= 0 && strlen(writer->parent_path) == n &&
	    memcmp(writer->parent_path, path, n) == 0 && below_is_name(name))
		return writer->parent;
	fd = below_open_parent(writer->root.fd, path, ret_name);
	if (fd == -EINVAL)
		return err_say(err, EINVAL, "'%s' is no name for a file", path);
	if (fd == -ENAMETOOLONG)
		return err_set(err, ENAMETOOLONG, "%.64s...", path);
	if (fd == -EXDEV)
		return err_say(err, EXDEV, "%s leads out of the tree", path);
	if (fd == -ELOOP || fd == -ENOTDIR)
		return err_say(err, EINVAL, "%s lies behind something that is no directory", path);
	if (fd < 0)
		return err_set(err, -fd, "cannot open the folder of %s", path);
	keep_parent(writer, fd, path, n);
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
	struct version_line line = { .type = VERSION_DIR, .mode = final, .path = path };
	const char *name;
	int parent, fd;

	line.sum = line.target = "";
	parent = open_parent(writer, path, &name, err);
	if (parent < 0)
		return parent;
	fd = below_mkdir(parent, name, final);
	if (fd < 0)
		return cannot_create(path, -fd, err);
	keep_parent(writer, fd, path, strlen(path)); /* what it holds comes next */
	return version_manifest_add(&writer->manifest, &line, err);
}

int version_writer_link(struct version_writer *writer, const char *path, const char *target,
			struct err *err)
{
	struct version_line line = { .type = VERSION_LINK, .path = path, .target = target };
	const char *name;
	int parent;

	line.sum = "";
	parent = open_parent(writer, path, &name, err);
	if (parent < 0)
		return parent;
	if (symlinkat(target, parent, name) < 0)
		return cannot_create(path, errno, err);
	return version_manifest_add(&writer->manifest, &line, err);
}

/* -- files ----------------------------------------------------------------------------------- */

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

/* Gives a file one name more. -EMLINK without a sentence if it cannot have one. */
static int name_again(struct version_writer *writer, const struct file_index_entry *file,
		      const char *path, struct err *err)
{
	struct version_line line = { .type = VERSION_FILE,
				     .mode = file->mode,
				     .size = file->size,
				     .sum = file->sum,
				     .path = path,
				     .target = "" };
	FD_CLEANUP int fd = -1;
	const char *name;
	int r, parent;

	parent = open_parent(writer, path, &name, err);
	if (parent < 0)
		return parent;
	fd = below_open(writer->root.fd, file->path, O_PATH | O_NOFOLLOW);
	r = fd < 0 ? fd : below_link(fd, parent, name);
	if (r == -EEXIST)
		return cannot_create(path, EEXIST, err);
	if (r < 0)
		return -EMLINK;
	show(writer, file->size);
	return version_manifest_add(&writer->manifest, &line, err);
}

static void count(struct version_writer *writer, uint64_t size, enum file_store_how how)
{
	if (how == FILE_STORE_SAME)
		return;
	writer->counts.files++;
	writer->counts.bytes += size;
	if (how == FILE_STORE_SHARED)
		return;
	writer->counts.new_files++;
	writer->counts.new_bytes += size;
}

/* A hole has no end: what could not be unpacked from an archive is not published either. */
static int check_size(const struct version_writer *writer, int fd, const char *path,
		      struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot look at %s", path);
	if ((uint64_t)st.st_size > BYTES_MAX ||
	    writer->counts.bytes > BYTES_MAX - (uint64_t)st.st_size)
		return err_say(err, EFBIG, "%s: more than 64 GiB of files", path);
	return 0;
}

static mode_t file_mode(const struct version_source *source)
{
	return (source->mode & 0555) | 0400;
}

int version_writer_again(struct version_writer *writer, const struct version_source *source,
			 struct err *err)
{
	const struct file_index_entry *known =
		file_store_find(writer->store, source->dev, source->ino);
	int r;

	if (!known || known->mode != file_mode(source))
		return 0;
	r = name_again(writer, known, source->path, err);
	return r == -EMLINK ? 0 : r < 0 ? r : 1;
}

int version_writer_file(struct version_writer *writer, const struct version_source *source, int fd,
			struct err *err)
{
	struct file_store_file file = { .path = source->path,
					.fd = fd,
					.mode = file_mode(source),
					.mtime = source->mtime,
					.dev = source->dev,
					.ino = source->ino };
	struct version_line line = { .type = VERSION_FILE, .mode = file.mode, .path = file.path };
	enum file_store_how how;
	int64_t size;
	int r;

	r = check_size(writer, fd, source->path, err);
	if (r < 0)
		return r;
	size = file_sum(fd, file.sum);
	if (size < 0)
		return err_set(err, (int)-size, "cannot read %s", source->path);
	file.parent = open_parent(writer, source->path, &file.name, err);
	if (file.parent < 0)
		return file.parent;
	file.size = (uint64_t)size;
	show(writer, file.size);
	r = file_store_put(writer->store, &file, &how, err);
	if (r < 0)
		return r;
	count(writer, file.size, how);
	line.size = file.size;
	line.sum = file.sum;
	line.target = "";
	return version_manifest_add(&writer->manifest, &line, err);
}

int version_writer_share(struct version_writer *writer, const struct folder *version,
			 struct err *err)
{
	return file_store_share(writer->store, version, err);
}

int version_writer_name(struct version_writer *writer, const char *path, const char *other,
			struct err *err)
{
	FD_CLEANUP int fd = below_open_file(writer->root.fd, other);
	struct version_source source = { .path = path };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_say(err, EINVAL, "%s is a name of %s, which is not there", path, other);
	source.mode = st.st_mode;
	source.mtime = st.st_mtim;
	return version_writer_file(writer, &source, fd, err);
}

/* -- streams -------------------------------------------------------------------------------- */

/* A file without a name: nothing that a source can name is ever opened for writing, since it may be
 * a link to a file of a published version. */
int version_writer_begin(struct version_writer *writer, const char *path, struct err *err)
{
	fd_close(&writer->spool);
	writer->spool = below_create_unnamed(writer->root.fd);
	if (writer->spool < 0)
		return err_set(err, -writer->spool, "cannot create a file for %s", path);
	return writer->spool;
}

int version_writer_end(struct version_writer *writer, const struct version_source *source,
		       struct err *err)
{
	int r = version_writer_file(writer, source, writer->spool, err);

	fd_close(&writer->spool);
	writer->spool = -1; /* the number may be another's by now */
	return r;
}

/* -- the end -------------------------------------------------------------------------------- */

static int make_folders(struct version_writer *writer, struct err *err)
{
	static const char *const folders[] = { "etc", TREE_INFO };
	struct stat st;

	for (size_t i = 0; i < 2; i++) {
		int r = below_stat(writer->root.fd, folders[i], &st);

		if (r < 0)
			r = version_writer_dir(writer, folders[i], 0755, err);
		else if (!S_ISDIR(st.st_mode))
			r = err_say(err, EINVAL, "%s is no directory", folders[i]);
		if (r < 0)
			return r;
	}
	return 0;
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
	r = folder_write(&writer->root, TREE_VERSION_MANIFEST, text, n, 0444, err);
	if (r < 0)
		return r;
	return folder_write(&writer->root, TREE_VERSION_RECORD, bytes, strlen(bytes), 0444, err);
}

static int sync_one(const struct version_writer *writer, const char *path, struct err *err)
{
	FD_CLEANUP int fd = below_open(writer->root.fd, path, O_RDONLY);

	if (fd < 0)
		return err_set(err, -fd, "cannot write %s/%s to disk", writer->root.path, path);
	if (fsync(fd) < 0 && errno != EINVAL)
		return err_set(err, errno, "cannot write %s/%s to disk", writer->root.path, path);
	return 0;
}

int version_writer_sync(struct version_writer *writer, struct err *err)
{
	int r;

	if (!writer->sync_each) {
		if (syncfs(writer->root.fd) < 0)
			return err_set(err, errno, "cannot write %s to disk", writer->root.path);
		return 0;
	}
	r = sync_one(writer, TREE_VERSION_MANIFEST, err);
	if (r < 0)
		return r;
	r = sync_one(writer, TREE_VERSION_RECORD, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < writer->manifest.n; i++) {
		if (writer->manifest.lines[i].type != VERSION_DIR)
			continue;
		r = sync_one(writer, writer->manifest.lines[i].path, err);
		if (r < 0)
			return r;
	}
	return sync_one(writer, ".", err);
}
