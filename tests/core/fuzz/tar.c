/* SPDX-License-Identifier: MIT */
/* Any bytes as a tar archive, as publish reads it: paths stay below the folder, and the reader
 * comes to an end. */
#include "base/archive.h"

#include <errno.h>

#include "place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Canonical and relative, or empty. */
static void check_path(const char *path)
{
	if (path[0] == '/' || strstr(path, "//") || strncmp(path, "../", 3) == 0 ||
	    strstr(path, "/../") || strcmp(path, "..") == 0 || strcmp(path, ".") == 0)
		abort();
	if (path[0] && path[strlen(path) - 1] == '/')
		abort();
}

static int take(struct archive_reader *reader, const struct archive_member *member, int fd)
{
	if (!member->name)
		abort();
	check_path(member->path);
	check_path(member->same_as);
	if (member->same_as[0] && member->mode)
		abort();
	if (ftruncate(fd, 0) < 0)
		abort();
	return S_ISREG(member->mode) ? archive_save(reader, fd) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	const struct archive_member *member = NULL;
	struct archive_reader *reader;
	int file, fd, r;

	place_fill(&place, data, size);
	fd = open(place.out, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	file = open(place.file, O_RDONLY | O_CLOEXEC);
	reader = archive_open_tar(file);
	if (file < 0 || fd < 0 || !reader)
		abort();
	while ((r = archive_next(reader, &member)) > 0) {
		r = take(reader, member, fd);
		if (r < 0)
			break;
	}
	if (r == -EBADMSG && !archive_why(reader)[0])
		abort();
	if ((r == -EINVAL || r == -EXDEV || r == -ENAMETOOLONG) && !member)
		abort();
	archive_close(reader);
	(void)close(fd);
	(void)close(file);
	place_check(&place, size);
	return 0;
}
