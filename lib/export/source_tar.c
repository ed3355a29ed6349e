/* SPDX-License-Identifier: MIT */
/* A version from a tar archive, entry by entry. */
#include "export/source.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "export/writer.h"

struct reading {
	struct version_writer *writer;
	struct archive_reader *archive;
	struct err *err;
};

static int failed(const struct reading *reading)
{
	return err_say(reading->err, EINVAL, "cannot be read: %s", archive_why(reading->archive));
}

static int refuse(const struct reading *reading, int r, const char *name)
{
	switch (r) {
	case -EXDEV:
		return err_say(reading->err, EINVAL, "the entry '%s' leads out of the tree", name);
	case -ENAMETOOLONG:
		return err_set(reading->err, ENAMETOOLONG, "%.64s...", name);
	}
	return err_say(reading->err, EINVAL, "the entry '%s' is no relative path", name);
}

static int add_data(const struct reading *reading, const struct archive_member *member)
{
	struct version_source source = {
		.path = member->path,
		.mode = member->mode,
		.mtime = member->mtime,
	};
	int fd = version_writer_begin(reading->writer, member->path, reading->err);

	if (fd < 0)
		return fd;
	if (archive_save(reading->archive, fd) < 0)
		return failed(reading);
	return version_writer_end(reading->writer, &source, reading->err);
}

static int add_member(const struct reading *reading, const struct archive_member *member)
{
	const char *path = member->path;

	if (!*path || str_eq(path, TREE_VERSION_RECORD) || str_eq(path, TREE_VERSION_MANIFEST))
		return 0;
	if (member->same_as[0])
		return version_writer_name(reading->writer, path, member->same_as, reading->err);
	if (S_ISDIR(member->mode))
		return version_writer_dir(reading->writer, path, member->mode, reading->err);
	if (S_ISLNK(member->mode) && member->link)
		return version_writer_link(reading->writer, path, member->link, reading->err);
	if (S_ISREG(member->mode))
		return add_data(reading, member);
	return err_say(reading->err, EINVAL, "%s is neither file, directory nor link", path);
}

static int read_all(const struct reading *reading)
{
	const struct archive_member *member = NULL;
	int r;

	while ((r = archive_next(reading->archive, &member)) > 0) {
		r = add_member(reading, member);
		if (r < 0)
			return r;
	}
	if (r == -EBADMSG)
		return failed(reading);
	return r < 0 ? refuse(reading, r, member->name) : 0;
}

int source_tar_add(struct version_writer *writer, const struct folder *file, struct err *err)
{
	struct reading reading = { .writer = writer, .err = err };
	int r;

	reading.archive = archive_open_tar(file->fd);
	if (!reading.archive)
		return err_set(err, ENOMEM, "cannot read %s", file->path);
	r = read_all(&reading);
	archive_close(reading.archive);
	if (r < 0)
		return err_wrap(err, r, "%s", file->path);
	return 0;
}
