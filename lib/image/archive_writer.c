/* SPDX-License-Identifier: MIT */
/* libarchive with every variable detail pinned down. */
#include "image/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "image/pack.h"
#include "image/select.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { CHUNK = 256 * 1024, MTIME = 0 };

struct writing {
	const struct pack_request *request;
	struct archive *archive;
	struct archive_entry_linkresolver *links;
	uint64_t files, bytes;
	int64_t last_ino; /* in the archive: the source's inode numbers must not show */
	char *chunk;
	struct err *err;
};

static int failed(const struct writing *w, const char *what)
{
	const char *reason = archive_error_string(w->archive);

	/* an errno, or ARCHIVE_ERRNO_MISC, which is negative */
	return err_say(w->err, archive_errno(w->archive), "cannot write %s of %s: %s", what,
		       w->request->output, reason ? reason : "no reason given");
}

static int has_changed(const struct writing *w, const char *path)
{
	return err_say(w->err, EAGAIN, "%s/%s has changed while it was packed", w->request->tree,
		       path);
}

/* A file that is not as its head has promised is changing under our hands. */
static int write_data(struct writing *w, const char *path, const struct stat *promised)
{
	FD_CLEANUP int fd = below_open_file(w->request->folder->fd, path);
	int64_t size = promised->st_size;
	struct stat st;
	ssize_t n;

	if (fd == -ELOOP || fd == -ENOTDIR || fd == -EINVAL)
		return has_changed(w, path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(w->err, fd < 0 ? -fd : errno, "cannot open %s/%s", w->request->tree,
			       path);
	if (st.st_mode != promised->st_mode)
		return has_changed(w, path);
	while ((n = fd_read_all(fd, w->chunk, CHUNK)) > 0 && n <= size) {
		if (archive_write_data(w->archive, w->chunk, (size_t)n) != n)
			return failed(w, "data");
		w->bytes += (uint64_t)n;
		size -= n;
	}
	if (n < 0)
		return err_set(w->err, (int)-n, "cannot read %s/%s", w->request->tree, path);
	return n || size ? has_changed(w, path) : 0;
}

static int write_entry(struct writing *w, struct archive_entry *entry)
{
	const char *source = archive_entry_sourcepath(entry);
	struct stat promised = { .st_mode = archive_entry_mode(entry),
				 .st_size = archive_entry_size(entry) };

	if (archive_write_header(w->archive, entry) < ARCHIVE_OK)
		return failed(w, archive_entry_pathname(entry));
	w->files++;
	if (w->files % 64 == 0)
		listener_amount(w->request->listener,
				&(struct listener_amount){ .files = w->files, .bytes = w->bytes });
	if (!S_ISREG(promised.st_mode) || promised.st_size == 0 || !source)
		return 0;
	return write_data(w, source, &promised);
}

/* The resolver holds links back until it knows what the format wants of them. */
static int add_entry(struct writing *w, struct archive_entry *entry)
{
	struct archive_entry *more = NULL;
	int r = 0;

	archive_entry_linkify(w->links, &entry, &more);
	for (struct archive_entry *e = entry; r == 0 && e; e = e == more ? NULL : more)
		r = write_entry(w, e);
	archive_entry_free(more);
	archive_entry_free(entry);
	return r;
}

static struct archive_entry *new_entry(const char *path, mode_t mode)
{
	struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return NULL;
	archive_entry_set_pathname(entry, path);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_uid(entry, 0);
	archive_entry_set_gid(entry, 0);
	archive_entry_set_mtime(entry, MTIME, 0);
	archive_entry_set_dev(entry, 0);
	archive_entry_set_size(entry, 0);
	archive_entry_set_nlink(entry, 1);
	return entry;
}

static int add_file(const struct select_file *file, struct err *err, void *ctx)
{
	struct writing *w = ctx;
	const struct stat *st = file->stat;
	struct archive_entry *entry = new_entry(file->path, st->st_mode);
	char target[PATH_SIZE];
	int r;

	if (!entry)
		return err_set(err, ENOMEM, "cannot pack %s", file->path);
	if (S_ISLNK(st->st_mode)) {
		r = fd_read_link(file->dir, file->name, target, sizeof(target));
		if (r < 0) {
			archive_entry_free(entry);
			return err_set(err, -r, "cannot read the link %s/%s", w->request->tree,
				       file->path);
		}
		archive_entry_set_symlink(entry, target);
		archive_entry_set_mode(entry, AE_IFLNK | 0777);
	}
	if (S_ISREG(st->st_mode)) {
		archive_entry_set_size(entry, st->st_size);
		archive_entry_copy_sourcepath(entry, file->path);
	}
	archive_entry_set_ino64(entry, file->number);
	archive_entry_set_nlink(entry, file->names);
	if (file->number > w->last_ino)
		w->last_ino = file->number;
	return add_entry(w, entry);
}

/* The kernel starts /init of an initramfs; without /dev/console it has no descriptors 0 to 2. */
static int add_boot_files(struct writing *w)
{
	struct archive_entry *entry;
	char target[64];
	struct text text;
	int r;

	text_init(&text, target, sizeof(target));
	text_addf(&text, TREE_INIT_OF, w->request->arch->name);
	entry = new_entry("init", AE_IFLNK | 0777);
	if (!entry)
		return err_set(w->err, ENOMEM, "cannot pack /init");
	archive_entry_set_symlink(entry, target);
	archive_entry_set_ino64(entry, ++w->last_ino);
	r = add_entry(w, entry);
	if (r < 0)
		return r;
	entry = new_entry("dev/console", AE_IFCHR | 0600);
	if (!entry)
		return err_set(w->err, ENOMEM, "cannot pack /dev/console");
	archive_entry_set_rdev(entry, makedev(5, 1));
	archive_entry_set_ino64(entry, ++w->last_ino);
	return add_entry(w, entry);
}

/* What the resolver still holds back. */
static int add_held(struct writing *w)
{
	struct archive_entry *entry = NULL, *more = NULL;
	int r = 0;

	for (;;) {
		archive_entry_linkify(w->links, &entry, &more);
		if (!entry)
			return r;
		if (r == 0)
			r = write_entry(w, entry);
		archive_entry_free(entry);
		entry = NULL;
	}
}

static int set_format(struct writing *w)
{
	struct archive *a = w->archive;
	bool cpio = w->request->format == PACK_CPIO;
	int r = cpio ? archive_write_set_format_cpio_newc(a)
		     : archive_write_set_format_pax_restricted(a);

	if (r == ARCHIVE_OK && w->request->compression == PACK_GZIP) {
		r = archive_write_add_filter_gzip(a);
		if (r == ARCHIVE_OK)
			r = archive_write_set_options(a,
						      "gzip:compression-level=9,gzip:!timestamp");
	}
	if (r == ARCHIVE_OK && w->request->compression == PACK_ZSTD) {
		r = archive_write_add_filter_zstd(a);
		if (r == ARCHIVE_OK)
			r = archive_write_set_options(a, "zstd:compression-level=9");
	}
	if (r < ARCHIVE_OK)
		return failed(w, "the head");
	archive_entry_linkresolver_set_strategy(w->links, archive_format(a));
	return 0;
}

static int write_all(struct writing *w, int fd, struct pack_size *ret)
{
	struct select_visitor visitor = { .each = add_file, .ctx = w };
	int r = set_format(w);

	if (r < 0)
		return r;
	if (archive_write_open_fd(w->archive, fd) < ARCHIVE_OK)
		return failed(w, "the head");
	r = select_files(w->request, &visitor, ret, w->err);
	if (r < 0)
		return r;
	if (w->request->format == PACK_CPIO) {
		r = add_boot_files(w);
		if (r < 0)
			return r;
	}
	r = add_held(w);
	if (r < 0)
		return r;
	return archive_write_close(w->archive) < ARCHIVE_OK ? failed(w, "the end") : 0;
}

int archive_writer_write(const struct pack_request *request, int fd, struct pack_size *ret,
			 struct err *err)
{
	struct writing w = {
		.request = request,
		.archive = archive_write_new(),
		.links = archive_entry_linkresolver_new(),
		.chunk = malloc(CHUNK),
		.err = err,
	};
	int r = w.archive && w.links && w.chunk
			? write_all(&w, fd, ret)
			: err_set(err, ENOMEM, "cannot pack %s", request->tree);

	free(w.chunk);
	if (w.links)
		archive_entry_linkresolver_free(w.links);
	(void)archive_write_free(w.archive); /* closed above, or failed anyway */
	return r;
}
