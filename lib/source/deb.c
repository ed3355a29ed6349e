/* SPDX-License-Identifier: MIT */
/* Which files of a package are taken, and where they go. */
#include "source/deb.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "source/owners.h"
#include "source/unpack.h"

enum { CONTROL_MAX = 1024 * 1024 };

/* One package being extracted. */
struct deb {
	const char *path; /* of the package */
	const char *dir;
	struct owners *owners;
	size_t package;
	struct archive_reader *reader;
};

/* Paths as deb(5) archives have them, for path_match(). */
static const char *const skipped[] = {
	"/usr/share/man/**",	"/usr/share/locale/**",	 "/usr/share/lintian/**",
	"/usr/lib/**/gconv/**", "/usr/share/pixmaps/**",
};

static int cannot_read(const struct deb *deb, struct err *err)
{
	return err_say(err, EIO, "cannot read the package %s: %s", deb->path,
		       archive_why(deb->reader));
}

static int take(struct deb *deb, const struct archive_member *member, struct err *err)
{
	char name[PATH_SIZE];
	int r = files_path(name, err, "/%s", member->path);

	if (r < 0)
		return r;
	if (!member->path[0])
		return 0;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
		if (path_match(skipped[i], name))
			return 0;
	}
	r = unpack_member(deb->reader, member,
			  &(struct unpack){ deb->dir, member->path, member->same_as }, err);
	if (r == -EBADMSG)
		return cannot_read(deb, err);
	return r <= 0 ? r : owners_add_file(deb->owners, name, deb->package, err);
}

static int extract(struct deb *deb, struct err *err)
{
	const struct archive_member *member = NULL;
	const char *name;
	int r;

	while ((r = archive_next(deb->reader, &member)) > 0) {
		r = take(deb, member, err);
		if (r < 0)
			return r;
	}
	if (r == -EBADMSG)
		return cannot_read(deb, err);
	if (r == -ENAMETOOLONG)
		return err_set(err, ENAMETOOLONG, "%s: %.64s...", deb->path, member->name);
	if (r == 0)
		return 0;
	name = member->name + (str_starts(member->name, "./") ? 2 : 0);
	return err_say(err, EINVAL, "%s: unsound %s %s", deb->path,
		       member->path[0] ? "link to" : "path", name);
}

int deb_extract(int file, const char *path, const char *dir, struct owners *owners, size_t package,
		struct err *err)
{
	struct deb deb = { .path = path, .dir = dir, .owners = owners, .package = package };
	int r;

	deb.reader = archive_open_fd(file, ARCHIVE_DEB);
	if (!deb.reader)
		return err_set(err, ENOMEM, "cannot read %s", path);
	r = extract(&deb, err);
	archive_close(deb.reader);
	return r;
}

/* A member of that name; 0 if there is none. */
static int find_member(struct deb *deb, const char *name, struct err *err)
{
	const struct archive_member *member = NULL;
	int r;

	while ((r = archive_next(deb->reader, &member)) > 0) {
		if (str_eq(member->path, name) && S_ISREG(member->mode))
			return 1;
	}
	return r < 0 ? cannot_read(deb, err) : 0;
}

static int read_control(struct deb *deb, char **ret, struct err *err)
{
	int r = find_member(deb, "control", err);

	if (r <= 0)
		return r < 0 ? r : err_say(err, EINVAL, "%s: it has no control file", deb->path);
	r = archive_text(deb->reader, CONTROL_MAX, ret);
	if (r == -EBADMSG)
		return cannot_read(deb, err);
	return r < 0 ? err_set(err, -r, "cannot read the package %s", deb->path) : 0;
}

int deb_control(int file, const char *path, char **ret, struct err *err)
{
	struct deb deb = { .path = path };
	int r;

	deb.reader = archive_open_fd(file, ARCHIVE_DEB_CONTROL);
	if (!deb.reader)
		return err_set(err, ENOMEM, "cannot read %s", path);
	r = read_control(&deb, ret, err);
	archive_close(deb.reader);
	return r;
}
