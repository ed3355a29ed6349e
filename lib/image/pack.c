/* SPDX-License-Identifier: MIT */
/* A new file takes the output's place when it is complete and on disk. */
#include "image/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "image/archive_writer.h"
#include "image/erofs.h"
#include "sys/fd.h"

const char *pack_component_name(enum pack_component component)
{
	static const char *const names[PACK_COMPONENTS] = {
		"interpreter", "stdlib", "bytecode", "extensions",
		"libraries",   "data",	 "programs", "other",
	};

	return names[component];
}

static int write_archive(const struct pack_request *request, const char *temporary, int fd,
			 struct pack_size *ret, struct err *err)
{
	int r = archive_writer_write(request, fd, ret, err);

	if (r < 0)
		return r;
	if (fsync(fd) < 0 && errno != EINVAL) /* not a file but, say, a pipe */
		return err_set(err, errno, "cannot write %s", request->output);
	if (fchmod(fd, 0644) < 0)
		return err_set(err, errno, "cannot set the mode of %s", temporary);
	return 0;
}

#define FILE_NAME "image"

/* A directory of our own beside the output, to be renamed from: whoever else can write there can
 * plant no link under a name that is foreseen. The file in it is named by the directory's
 * descriptor, which is passed on to mkfs.erofs. */
struct beside {
	char dir[PATH_SIZE], file[64];
	int fd;
};

/* A program that we start has other files on 0 to 2, which may be free here. */
static int open_inherited(const char *dir)
{
	FD_CLEANUP int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -1 : fcntl(fd, F_DUPFD, 3);
}

static int make_beside(const struct pack_request *request, struct beside *ret, struct err *err)
{
	struct text text;
	struct stat st;

	text_init(&text, ret->dir, sizeof(ret->dir));
	text_addf(&text, "%s.XXXXXX", request->output);
	if (text_check(&text) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the path is too long", request->output);
	if (!mkdtemp(ret->dir))
		return err_set(err, errno, "cannot create %s", request->output);
	ret->fd = open_inherited(ret->dir);
	if (ret->fd < 0 || fstat(ret->fd, &st) < 0 || st.st_uid != geteuid() ||
	    (st.st_mode & 077)) {
		int code = ret->fd < 0 ? errno : EPERM;

		fd_close(&ret->fd);
		(void)rmdir(ret->dir); /* empty, if it is ours */
		return err_set(err, code, "cannot open %s", ret->dir);
	}
	text_init(&text, ret->file, sizeof(ret->file));
	text_addf(&text, "/proc/self/fd/%d/" FILE_NAME, ret->fd);
	return 0;
}

static void drop_beside(struct beside *beside)
{
	(void)unlinkat(beside->fd, FILE_NAME, 0); /* renamed, or the reason is in err */
	fd_close(&beside->fd);
	(void)rmdir(beside->dir); /* empty, if it is still ours */
}

static int write_new(const struct pack_request *request, const struct beside *beside,
		     struct pack_size *ret, struct err *err)
{
	FD_CLEANUP int fd = openat(beside->fd, FILE_NAME,
				   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0)
		return err_set(err, errno, "cannot create %s", request->output);
	return write_archive(request, beside->file, fd, ret, err);
}

int pack_write(const struct pack_request *request, struct pack_size ret[PACK_COMPONENTS],
	       struct err *err)
{
	struct beside beside;
	int r = make_beside(request, &beside, err);

	if (r < 0)
		return r;
	if (request->format == PACK_EROFS)
		r = erofs_write(request, beside.file, ret, err);
	else
		r = write_new(request, &beside, ret, err);
	if (r == 0 && renameat(beside.fd, FILE_NAME, AT_FDCWD, request->output) < 0)
		r = err_set(err, errno, "cannot create %s", request->output);
	drop_beside(&beside);
	return r;
}
