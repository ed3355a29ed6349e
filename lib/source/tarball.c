/* SPDX-License-Identifier: MIT */
/* Which names of the archive are looked at, and where they go. */
#include "source/tarball.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/python_name.h"
#include "core/str.h"
#include "source/unpack.h"
#include "sys/fd.h"

static const char *const prefixes[] = { "python/install/", "python/" };

/* -- reading -------------------------------------------------------------------------------- */

static int open_file(const char *path, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_say(err, EINVAL, "%s is no regular file", path);
	return fd_steal(&fd);
}

static int cannot_read(const char *path, struct archive_reader *reader, struct err *err)
{
	return err_say(err, EIO, "cannot read the archive %s: %s", path, archive_why(reader));
}

/* The next member, or a sentence: a path that leads out is none that is passed over. */
static int next(const char *path, struct archive_reader *reader, const struct archive_member **ret,
		struct err *err)
{
	int r = archive_next(reader, ret);

	if (r >= 0)
		return r;
	if (r == -EBADMSG)
		return cannot_read(path, reader, err);
	if (r == -ENAMETOOLONG)
		return err_set(err, ENAMETOOLONG, "%s: %.64s...", path, (*ret)->name);
	return err_say(err, EINVAL, "%s: unsound %s %s", path, (*ret)->path[0] ? "link to" : "path",
		       (*ret)->name);
}

/* -- looking -------------------------------------------------------------------------------- */

/* The prefix, if that is the name of an interpreter. */
static const char *interpreter_prefix(const char *name)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *rest = name + strlen(prefixes[i]);

		if (str_starts(name, prefixes[i]) && str_starts(rest, "bin/") &&
		    python_name_minor(rest + strlen("bin/")))
			return prefixes[i];
	}
	return NULL;
}

/* The arch of the program that was read last. */
static int read_arch(struct archive_reader *reader, const char *name, struct tarball *ret,
		     struct err *err)
{
	FD_CLEANUP int fd = memfd_create("busypy-python", MFD_CLOEXEC);
	uint8_t bytes[ELF_HEAD_READ] = { 0 };
	struct elf_head head;
	ssize_t n;
	int r = fd < 0 ? -errno : archive_save(reader, fd);

	if (r == -EBADMSG)
		return cannot_read(ret->path, reader, err);
	n = r < 0 ? r : pread(fd, bytes, sizeof(bytes), 0);
	if (n < 0)
		return err_set(err, r < 0 ? -r : errno, "cannot read %s of %s", name, ret->path);
	r = elf_head_parse(bytes, (size_t)n, &head);
	ret->arch = r < 0 ? NULL : elf_head_arch(&head);
	return ret->arch ? 0
			 : err_say(err, ENOEXEC, "%s: %s is no program for an arch that is known",
				   ret->path, name);
}

static int look(struct archive_reader *reader, struct tarball *ret, struct err *err)
{
	const struct archive_member *member = NULL;
	int r;

	while ((r = next(ret->path, reader, &member, err)) > 0) {
		ret->prefix = S_ISREG(member->mode) ? interpreter_prefix(member->path) : NULL;
		if (ret->prefix)
			return read_arch(reader, member->path, ret, err);
	}
	return r < 0 ? r
		     : err_say(err, ENOENT,
			       "%s: there is no python/bin/python3.X in it, nor one in "
			       "python/install (Hint: tar: takes archives that are laid out like "
			       "python-build-standalone's)",
			       ret->path);
}

int tarball_look(const char *path, struct tarball *ret, struct err *err)
{
	FD_CLEANUP int fd = open_file(path, err);
	struct archive_reader *reader;
	int r;

	if (fd < 0)
		return fd;
	*ret = (struct tarball){ .path = path };
	reader = archive_open_fd(fd, ARCHIVE_TAR);
	if (!reader)
		return err_set(err, ENOMEM, "cannot read %s", path);
	r = look(reader, ret, err);
	archive_close(reader);
	return r;
}

/* -- extracting ----------------------------------------------------------------------------- */

/* Where a name of the archive goes: usr/..., or "" if it is not wanted. */
static int place(const struct tarball *tarball, const char *name, char ret[PATH_SIZE],
		 struct err *err)
{
	const char *rest = name + strlen(tarball->prefix);

	ret[0] = '\0';
	if (!str_starts(name, tarball->prefix) ||
	    (!str_starts(rest, "bin/python3") && !str_starts(rest, "lib/")))
		return 0;
	return files_path(ret, err, "usr/%s", rest);
}

static int take(const struct tarball *tarball, struct archive_reader *reader,
		const struct archive_member *member, const char *dir, struct err *err)
{
	char name[PATH_SIZE], same_as[PATH_SIZE] = "";
	int r = place(tarball, member->path, name, err);

	if (r < 0 || !name[0])
		return r;
	if (member->same_as[0]) {
		r = place(tarball, member->same_as, same_as, err);
		if (r < 0)
			return r;
		if (!same_as[0])
			return err_say(err, EINVAL, "%s: unsound link to %s", tarball->path,
				       member->same_as);
	}
	r = unpack_member(reader, member, &(struct unpack){ dir, name, same_as }, err);
	return r == -EBADMSG ? cannot_read(tarball->path, reader, err) : r < 0 ? r : 0;
}

static int extract(const struct tarball *tarball, struct archive_reader *reader, const char *dir,
		   struct err *err)
{
	const struct archive_member *member = NULL;
	int r;

	while ((r = next(tarball->path, reader, &member, err)) > 0) {
		r = take(tarball, reader, member, dir, err);
		if (r < 0)
			return r;
	}
	return r;
}

int tarball_extract(struct tarball *tarball, const char *dir, struct err *err)
{
	FD_CLEANUP int fd = open_file(tarball->path, err);
	struct archive_reader *reader;
	uint64_t size;
	int r = fd < 0 ? fd : files_sum_open(fd, tarball->path, tarball->sum, &size, err);

	if (r < 0)
		return r;
	r = exact_mkdirs(dir, err);
	if (r < 0)
		return r;
	reader = archive_open_fd(fd, ARCHIVE_TAR);
	if (!reader)
		return err_set(err, ENOMEM, "cannot read %s", tarball->path);
	r = extract(tarball, reader, dir, err);
	archive_close(reader);
	return r;
}
