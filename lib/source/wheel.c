/* SPDX-License-Identifier: MIT */
/* Names as they are in the archive, below the directory; all else is refused. */
#include "source/wheel.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/fd.h"

enum { BUFFER_SIZE = 64 * 1024 };

static int fail(const char *path, struct archive *archive, struct err *err)
{
	const char *why = archive_error_string(archive);

	return err_say(err, EIO, "cannot read the wheel %s: %s", path,
		       why ? why : "no zip archive");
}

static int write_file(const char *path, struct archive *archive, struct archive_entry *entry,
		      const char *to, struct err *err)
{
	FD_CLEANUP int fd = -1;
	int r = files_mkdirs_for(to, err);

	if (r < 0)
		return r;
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  archive_entry_perm(entry) & 0111 ? 0755 : 0644);
	if (fd < 0)
		return err_set(err, errno, "cannot create %s", to);
	if (archive_read_data_into_fd(archive, fd) != ARCHIVE_OK)
		return archive_errno(archive) == ENOSPC
			       ? err_set(err, ENOSPC, "cannot write %s", to)
			       : fail(path, archive, err);
	if (close(fd_steal(&fd)) < 0)
		return err_set(err, errno, "cannot write %s", to);
	return 0;
}

static int take_entry(const char *path, struct archive *archive, struct archive_entry *entry,
		      const char *dir, struct err *err)
{
	const char *name = archive_entry_pathname(entry);
	char inside[PATH_SIZE], to[PATH_SIZE];
	size_t n;
	int r = files_path(inside, err, "/%s", name ? name : "");

	if (r < 0)
		return r;
	n = strlen(inside);
	if (n > 1 && inside[n - 1] == '/')
		inside[n - 1] = '\0';
	if (!name || !path_canonical(inside))
		return err_say(err, EINVAL, "the wheel %s: unsound path %s", path, inside);
	r = files_path(to, err, "%s%s", dir, inside);
	if (r < 0)
		return r;
	if (archive_entry_filetype(entry) == AE_IFDIR)
		return files_mkdirs(to, err);
	if (archive_entry_filetype(entry) != AE_IFREG)
		return err_say(err, EINVAL, "the wheel %s: %s is neither a file nor a directory",
			       path, inside);
	return write_file(path, archive, entry, to, err);
}

static int extract(const char *path, struct archive *archive, const char *dir, struct err *err)
{
	struct archive_entry *entry;
	int r = files_mkdirs(dir, err), status;

	if (r == 0 && archive_read_open_filename(archive, path, BUFFER_SIZE) != ARCHIVE_OK)
		r = fail(path, archive, err);
	while (r == 0) {
		status = archive_read_next_header(archive, &entry);
		if (status == ARCHIVE_EOF)
			break;
		r = status == ARCHIVE_OK || status == ARCHIVE_WARN
			    ? take_entry(path, archive, entry, dir, err)
			    : fail(path, archive, err);
	}
	return r;
}

int wheel_extract(const char *path, const char *dir, struct err *err)
{
	struct archive *archive = archive_read_new();
	int r;

	if (!archive || archive_read_support_format_zip_seekable(archive) != ARCHIVE_OK)
		r = err_set(err, ENOMEM, "cannot read %s", path);
	else
		r = extract(path, archive, dir, err);
	if (archive)
		(void)archive_read_free(archive); /* was only read */
	return r;
}
