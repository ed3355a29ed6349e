/* SPDX-License-Identifier: MIT */
/* Takes files and directories, which stay below the directory; all else is refused. */
#include "source/wheel.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"

static int cannot_read(const char *path, const struct archive_reader *reader, struct err *err)
{
	return err_say(err, EIO, "cannot read the wheel %s: %s", path, archive_why(reader));
}

static int take(const char *path, struct archive_reader *reader,
		const struct archive_member *member, const char *dir, struct err *err)
{
	char to[PATH_SIZE];
	int r = files_path(to, err, "%s/%s", dir, member->path);

	if (r < 0)
		return r;
	if (S_ISDIR(member->mode))
		return exact_mkdirs(to, err);
	if (!S_ISREG(member->mode))
		return err_say(err, EINVAL, "the wheel %s: /%s is neither a file nor a directory",
			       path, member->path);
	if (exact_exists(to))
		return err_say(err, EINVAL, "the wheel %s: /%s is in it twice", path, member->path);
	r = exact_mkdirs_for(to, err);
	if (r == -ENOTDIR || r == -EEXIST)
		return err_say(err, EINVAL, "the wheel %s: /%s is below a file", path,
			       member->path);
	if (r < 0)
		return r;
	r = archive_extract(reader, to, err);
	return r == -EBADMSG ? cannot_read(path, reader, err) : r;
}

static int extract(const char *path, struct archive_reader *reader, const char *dir,
		   struct err *err)
{
	const struct archive_member *member = NULL;
	int r;

	while ((r = archive_next(reader, &member)) > 0) {
		r = take(path, reader, member, dir, err);
		if (r < 0)
			return r;
	}
	if (r == -EBADMSG)
		return cannot_read(path, reader, err);
	if (r == -ENAMETOOLONG)
		return err_set(err, ENAMETOOLONG, "the wheel %s: /%.64s...", path, member->name);
	if (r < 0)
		return err_say(err, EINVAL, "the wheel %s: unsound path /%s", path, member->name);
	return 0;
}

int wheel_extract(int file, const char *path, const char *dir, struct err *err)
{
	struct archive_reader *reader;
	int r = exact_mkdirs(dir, err);

	if (r < 0)
		return r;
	reader = archive_open_fd(file, ARCHIVE_ZIP);
	if (!reader)
		return err_set(err, ENOMEM, "cannot read %s", path);
	r = extract(path, reader, dir, err);
	archive_close(reader);
	return r;
}
