/* SPDX-License-Identifier: MIT */
/* deb(5): an ar archive, in which data.tar.* is a compressed tar archive of the files. */
#include "source/deb.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "source/owners.h"
#include "sys/fd.h"

enum { BUFFER_SIZE = 64 * 1024 };

/* One package being extracted. */
struct deb {
	const char *path; /* of the package */
	const char *dir;
	struct origins *origins;
	size_t package;
	struct archive *outer, *inner;
	char buffer[BUFFER_SIZE]; /* between the two */
};

/* Paths as deb(5) archives have them, for path_match(). */
static const char *const skipped[] = {
	"/usr/share/man/**",	"/usr/share/locale/**",	 "/usr/share/lintian/**",
	"/usr/lib/**/gconv/**", "/usr/share/pixmaps/**",
};

static int fail(const struct deb *deb, struct archive *archive, struct err *err)
{
	const char *why = archive_error_string(archive);

	return err_say(err, EIO, "cannot read the package %s: %s", deb->path,
		       why ? why : "not a Debian package");
}

/* Creates the directories that name (below dir, no leading slash) lies in. A link on the way could
 * lead outside, so it is refused. */
static int make_parents(const char *dir, const char *name, struct err *err)
{
	char path[PATH_SIZE];
	struct stat st;

	for (const char *s = strchr(name, '/'); s; s = strchr(s + 1, '/')) {
		int r = files_path(path, err, "%s/%.*s", dir, (int)(s - name), name);

		if (r < 0)
			return r;
		if (lstat(path, &st) < 0)
			r = files_mkdirs(path, err);
		else if (!S_ISDIR(st.st_mode))
			r = err_set(err, ENOTDIR, "%s", path);
		if (r < 0)
			return r;
	}
	return 0;
}

static int write_file(struct deb *deb, struct archive_entry *entry, const char *to, struct err *err)
{
	FD_CLEANUP int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				 archive_entry_perm(entry) & 0111 ? 0755 : 0644);

	if (fd < 0)
		return err_set(err, errno, "cannot create %s", to);
	if (archive_read_data_into_fd(deb->inner, fd) != ARCHIVE_OK)
		return archive_errno(deb->inner) == ENOSPC
			       ? err_set(err, ENOSPC, "cannot write %s", to)
			       : fail(deb, deb->inner, err);
	if (close(fd_steal(&fd)) < 0)
		return err_set(err, errno, "cannot write %s", to);
	return 0;
}

/* A second name of a file of the same package. */
static int write_hard_link(const struct deb *deb, const char *target, const char *to,
			   struct err *err)
{
	char from[PATH_SIZE], canonical[PATH_SIZE];
	int r;

	target += str_starts(target, "./") ? 2 : 0;
	r = files_path(canonical, err, "/%s", target);
	if (r < 0 || !path_canonical(canonical))
		return err_say(err, EINVAL, "%s: unsound link to %s", deb->path, target);
	r = make_parents(deb->dir, target, err);
	if (r == 0)
		r = files_path(from, err, "%s%s", deb->dir, canonical);
	if (r < 0)
		return r;
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0) < 0 ? err_set(err, errno, "%s", to) : 0;
}

static int write_entry(struct deb *deb, struct archive_entry *entry, const char *name,
		       struct err *err)
{
	const char *hard_link = archive_entry_hardlink(entry);
	const char *target = archive_entry_symlink(entry);
	mode_t type = archive_entry_filetype(entry);
	char to[PATH_SIZE];
	int r = files_path(to, err, "%s%s", deb->dir, name);

	if (r == 0)
		r = make_parents(deb->dir, name + 1, err);
	if (r < 0)
		return r;
	if (hard_link)
		r = write_hard_link(deb, hard_link, to, err);
	else if (type == AE_IFDIR)
		return files_exist(to) ? 0 : files_mkdirs(to, err);
	else if (type == AE_IFREG)
		r = write_file(deb, entry, to, err);
	else if (type == AE_IFLNK && target)
		r = files_link(target, to, err);
	else
		return 0; /* a device or a fifo: no package of ours has one */
	return r < 0 ? r : origins_add_file(deb->origins, name, deb->package, err);
}

static int take_entry(struct deb *deb, struct archive_entry *entry, struct err *err)
{
	const char *path = archive_entry_pathname(entry);
	char name[PATH_SIZE];
	size_t n;
	int r;

	if (!path)
		return fail(deb, deb->inner, err);
	path += str_starts(path, "./") ? 2 : 0;
	r = files_path(name, err, "/%s", path);
	if (r < 0)
		return r;
	n = strlen(name);
	if (n > 1 && name[n - 1] == '/')
		name[n - 1] = '\0';
	if (str_eq(name, "/") || str_eq(name, "/."))
		return 0;
	if (!path_canonical(name))
		return err_say(err, EINVAL, "%s: unsound path %s", deb->path, path);
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
		if (path_match(skipped[i], name))
			return 0;
	}
	return write_entry(deb, entry, name, err);
}

/* Feeds the inner archive with the outer one's member. */
static la_ssize_t read_member(struct archive *inner, void *context, const void **ret_bytes)
{
	struct deb *deb = context;
	la_ssize_t n = archive_read_data(deb->outer, deb->buffer, sizeof(deb->buffer));

	if (n < 0)
		archive_set_error(inner, EIO, "%s", archive_error_string(deb->outer));
	*ret_bytes = deb->buffer;
	return n;
}

static int extract_data(struct deb *deb, struct err *err)
{
	struct archive_entry *entry;
	int r = 0, status;

	if (archive_read_open(deb->inner, deb, NULL, read_member, NULL) != ARCHIVE_OK)
		return fail(deb, deb->inner, err);
	while (r == 0) {
		status = archive_read_next_header(deb->inner, &entry);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return fail(deb, deb->inner, err);
		r = take_entry(deb, entry, err);
	}
	return r;
}

static int find_data(struct deb *deb, struct err *err)
{
	struct archive_entry *entry;

	if (archive_read_open_filename(deb->outer, deb->path, BUFFER_SIZE) != ARCHIVE_OK)
		return fail(deb, deb->outer, err);
	while (archive_read_next_header(deb->outer, &entry) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);

		if (name && str_starts(name, "data.tar"))
			return extract_data(deb, err);
	}
	return fail(deb, deb->outer, err);
}

int deb_extract(const char *path, const char *dir, struct origins *origins, size_t package,
		struct err *err)
{
	struct deb deb = { .path = path, .dir = dir, .origins = origins, .package = package };
	int r;

	deb.outer = archive_read_new();
	deb.inner = archive_read_new();
	if (!deb.outer || !deb.inner || archive_read_support_format_ar(deb.outer) != ARCHIVE_OK ||
	    archive_read_support_format_tar(deb.inner) != ARCHIVE_OK ||
	    archive_read_support_filter_all(deb.inner) < ARCHIVE_WARN)
		r = err_set(err, ENOMEM, "cannot read %s", path);
	else
		r = find_data(&deb, err);
	if (deb.inner)
		(void)archive_read_free(deb.inner); /* was only read */
	if (deb.outer)
		(void)archive_read_free(deb.outer);
	return r;
}
