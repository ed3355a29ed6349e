/* SPDX-License-Identifier: MIT */
/* Reads an archive with libarchive, entry by entry; what its paths say is not believed. */
#include "export/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "export/writer.h"

enum { BLOCK = 256 * 1024 };

struct reading {
	struct version_writer *writer;
	const char *file;
	struct archive *archive;
	struct err *err;
};

static int failed(const struct reading *reading)
{
	const char *reason = archive_error_string(reading->archive);

	return err_say(reading->err, EINVAL, "cannot be read: %s",
		       reason ? reason : "no reason given");
}

/* The path as it is below a tree: without "./" and a last slash. -EINVAL with a sentence if it
 * could lead out of it. */
static int clean(const struct reading *reading, const char *name, char ret[PATH_SIZE])
{
	const char *whole = name;
	size_t used = 0;

	ret[0] = '\0';
	if (!name || !*name || name[0] == '/')
		return err_say(reading->err, EINVAL, "the entry '%s' is no relative path",
			       name ? name : "");
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n == 2 && name[0] == '.' && name[1] == '.')
			return err_say(reading->err, EINVAL, "the entry '%s' leads out of the tree",
				       whole);
		if (n && !(n == 1 && name[0] == '.')) {
			if (used + n + 2 > PATH_SIZE)
				return err_set(reading->err, ENAMETOOLONG, "%.64s...", whole);
			if (used)
				ret[used++] = '/';
			memcpy(ret + used, name, n);
			used += n;
			ret[used] = '\0';
		}
		name += n + (name[n] == '/');
	}
	return 0;
}

static int add_data(const struct reading *reading, struct archive_entry *entry, const char *path)
{
	struct version_source source = {
		.path = path,
		.mode = archive_entry_mode(entry),
		.mtime = { archive_entry_mtime(entry), archive_entry_mtime_nsec(entry) },
	};
	int fd = version_writer_begin(reading->writer, path, reading->err);

	if (fd < 0)
		return fd;
	if (archive_read_data_into_fd(reading->archive, fd) < ARCHIVE_OK)
		return failed(reading);
	return version_writer_end(reading->writer, &source, reading->err);
}

static int add_entry(const struct reading *reading, struct archive_entry *entry)
{
	char path[PATH_SIZE], other[PATH_SIZE];
	mode_t type = archive_entry_filetype(entry);
	int r = clean(reading, archive_entry_pathname(entry), path);

	if (r < 0 || !*path || str_eq(path, TREE_VERSION_RECORD) ||
	    str_eq(path, TREE_VERSION_MANIFEST))
		return r;
	if (archive_entry_hardlink(entry)) {
		r = clean(reading, archive_entry_hardlink(entry), other);
		return r < 0 ? r : version_writer_name(reading->writer, path, other, reading->err);
	}
	if (type == AE_IFDIR)
		return version_writer_dir(reading->writer, path, archive_entry_mode(entry),
					  reading->err);
	if (type == AE_IFLNK && archive_entry_symlink(entry))
		return version_writer_link(reading->writer, path, archive_entry_symlink(entry),
					   reading->err);
	if (type == AE_IFREG)
		return add_data(reading, entry, path);
	return err_say(reading->err, EINVAL, "%s is neither file, directory nor link", path);
}

static int read_all(const struct reading *reading)
{
	struct archive *archive = reading->archive;
	struct archive_entry *entry;
	int r = 0, got = 0;

	/* those that the library has itself: others would run a program */
	if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_xz(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_bzip2(archive) != ARCHIVE_OK ||
	    archive_read_support_format_tar(archive) < ARCHIVE_OK ||
	    archive_read_open_filename(archive, reading->file, BLOCK) < ARCHIVE_OK)
		return failed(reading);
	while (r == 0 && (got = archive_read_next_header(archive, &entry)) == ARCHIVE_OK)
		r = add_entry(reading, entry);
	return r == 0 && got != ARCHIVE_EOF ? failed(reading) : r;
}

int source_tar_add(struct version_writer *writer, const char *file, struct err *err)
{
	struct reading reading = { .writer = writer, .file = file, .err = err };
	int r;

	reading.archive = archive_read_new();
	if (!reading.archive)
		return err_set(err, ENOMEM, "cannot read %s", file);
	r = read_all(&reading);
	(void)archive_read_free(reading.archive); /* only read from */
	if (r < 0)
		return err_wrap(err, r, "%s", file);
	return 0;
}
