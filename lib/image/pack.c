/* SPDX-License-Identifier: MIT */
/* A new file takes the output's place when it is complete and on disk. */
#include "image/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

int pack_write(const struct pack_request *request, struct pack_size ret[PACK_COMPONENTS],
	       struct err *err)
{
	char temporary[PATH_SIZE];
	FD_CLEANUP int fd = -1;
	struct text text;
	int r;

	text_init(&text, temporary, sizeof(temporary));
	text_addf(&text, "%s.%d.tmp", request->output, (int)getpid());
	if (text_check(&text) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the path is too long", request->output);
	if (request->format == PACK_EROFS) {
		r = erofs_write(request, temporary, ret, err);
	} else {
		fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (fd < 0)
			return err_set(err, errno, "cannot create %s", temporary);
		r = write_archive(request, temporary, fd, ret, err);
	}
	if (r == 0 && rename(temporary, request->output) < 0)
		r = err_set(err, errno, "cannot create %s", request->output);
	if (r < 0)
		(void)unlink(temporary); /* the reason is in err; it may not be there */
	return r;
}
