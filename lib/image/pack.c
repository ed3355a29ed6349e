/* SPDX-License-Identifier: MIT */
/* A new file takes the output's place when it is complete and on disk. */
#include "image/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/destination.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/str.h"
#include "image/archive_writer.h"
#include "image/erofs.h"
#include "sys/below.h"
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
	char dir[64], file[64];
	int fd;
};

static int cannot_create(const struct pack_request *request, int r, struct err *err)
{
	return err_set(err, -r, "cannot create %s", request->output);
}

static int make_beside(const struct pack_request *request, struct beside *ret, struct err *err)
{
	FD_CLEANUP int fd = -1;
	struct text text;
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return cannot_create(request, -errno, err);
	text_init(&text, ret->dir, sizeof(ret->dir));
	text_addf(&text, ".busypy-pack.%llx", (unsigned long long)number); /* fits */
	fd = below_mkdir(request->place->fd, ret->dir, 0700);
	if (fd < 0)
		return cannot_create(request, fd, err);
	/* a program that we start has other files on 0 to 2, which may be free here */
	ret->fd = fcntl(fd, F_DUPFD, 3);
	if (ret->fd < 0)
		return cannot_create(request, -errno, err);
	text_init(&text, ret->file, sizeof(ret->file));
	text_addf(&text, "/proc/self/fd/%d/" FILE_NAME, ret->fd);
	return 0;
}

static void drop_beside(const struct pack_request *request, struct beside *beside)
{
	(void)unlinkat(beside->fd, FILE_NAME, 0); /* renamed, or the reason is in err */
	fd_close(&beside->fd);
	(void)below_unlink(request->place->fd, beside->dir, AT_REMOVEDIR); /* if it is still ours */
}

static int write_new(const struct pack_request *request, const struct beside *beside,
		     struct pack_size *ret, struct err *err)
{
	FD_CLEANUP int fd = below_create(beside->fd, FILE_NAME, 0644);

	if (fd < 0)
		return cannot_create(request, fd, err);
	return write_archive(request, beside->file, fd, ret, err);
}

static int write_all(const struct pack_request *request, struct pack_size *ret, struct err *err)
{
	struct beside beside;
	int r = make_beside(request, &beside, err);

	if (r < 0)
		return r;
	if (request->format == PACK_EROFS)
		r = erofs_write(request, &(struct erofs_file){ beside.fd, FILE_NAME, beside.file },
				ret, err);
	else
		r = write_new(request, &beside, ret, err);
	if (r == 0)
		r = below_rename(beside.fd, FILE_NAME, request->place->fd, request->place->rest, 0);
	if (r < 0 && err && !err->code)
		(void)cannot_create(request, r, err);
	drop_beside(request, &beside);
	return r;
}

int pack_write(const struct pack_request *request, struct pack_size ret[PACK_COMPONENTS],
	       struct err *err)
{
	FOLDER_CLEANUP struct folder tree = FOLDER_NONE;
	struct pack_request opened = *request;
	int r = folder_open_trusted(request->tree, &tree, err);

	if (r < 0)
		return r;
	opened.folder = &tree;
	return write_all(&opened, ret, err);
}
