/* SPDX-License-Identifier: MIT */
/* Folders, files, links and second names; all else that an archive can hold is left out. */
#include "source/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/path_size.h"
#include "sys/fd.h"

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
		if (exact_stat(path, &st) < 0)
			r = exact_mkdirs(path, err);
		else if (!S_ISDIR(st.st_mode))
			r = err_set(err, ENOTDIR, "%s", path);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A second name of a file of the same archive. */
static int link_same(const struct unpack *unpack, const char *to, struct err *err)
{
	FD_CLEANUP int fd = -1;
	char from[PATH_SIZE];
	int r = make_parents(unpack->dir, unpack->same_as, err);

	if (r < 0)
		return r;
	r = files_path(from, err, "%s/%s", unpack->dir, unpack->same_as);
	if (r < 0)
		return r;
	fd = exact_open(from, O_PATH | O_NOFOLLOW);
	r = fd < 0 ? fd : exact_link(fd, to);
	return r < 0 ? err_set(err, -r, "%s", to) : 0;
}

static int write_member(struct archive_reader *reader, const struct archive_member *member,
			const struct unpack *unpack, const char *to, struct err *err)
{
	int r;

	if (unpack->same_as[0]) {
		r = link_same(unpack, to, err);
	} else if (S_ISDIR(member->mode)) {
		return exact_exists(to) ? 0 : exact_mkdirs(to, err);
	} else if (S_ISREG(member->mode)) {
		r = archive_extract(reader, to, err);
	} else if (S_ISLNK(member->mode) && member->link) {
		r = exact_symlink(member->link, to, err);
	} else {
		return 0;
	}
	return r < 0 ? r : 1;
}

int unpack_member(struct archive_reader *reader, const struct archive_member *member,
		  const struct unpack *unpack, struct err *err)
{
	char to[PATH_SIZE];
	int r = files_path(to, err, "%s/%s", unpack->dir, unpack->name);

	if (r < 0)
		return r;
	r = make_parents(unpack->dir, unpack->name, err);
	return r < 0 ? r : write_member(reader, member, unpack, to, err);
}
