/* SPDX-License-Identifier: MIT */
/* Reads archives and compressed files with libarchive. What an archive says of its paths is not
 * believed, and no program is run to unpack it. */
#ifndef BUSYPY_BASE_ARCHIVE_H
#define BUSYPY_BASE_ARCHIVE_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "core/path_size.h"

struct archive_reader;
struct err;

/* ARCHIVE_DEB_CONTROL: of a Debian package, what it says of itself. */
enum archive_kind { ARCHIVE_DEB, ARCHIVE_DEB_CONTROL, ARCHIVE_ZIP, ARCHIVE_TAR };

/* What stands in an archive: a file, a directory, a link, a device. */
struct archive_member {
	const char *name;     /* as the archive has it, for sentences; never NULL */
	char path[PATH_SIZE]; /* where it goes below a folder: canonical; "" is the folder itself */
	const char *link;     /* the target of a symbolic link, or NULL */
	/* "", or the path of the member that it is another name of */
	char same_as[PATH_SIZE];
	mode_t mode; /* with the type; 0 for a second name */
	struct timespec mtime;
};

/* Opens an archive, from the beginning of a file that stays the caller's, who closes it afterwards;
 * of a Debian package, its files. NULL without memory. What is wrong with it archive_next tells. */
struct archive_reader *archive_open_fd(int fd, enum archive_kind kind);

/* The same for a tar, from where fd stands: it may be a pipe. */
struct archive_reader *archive_open_tar(int fd);

/* An archive of more than 1000000 members or 64 GiB of bytes in files, holes included, is taken for
 * one that cannot be read; a zip archive also where a file is neither deflated nor as it is. */

/* The next member, borrowed until the next call: 1, or 0 after the last one. -EBADMSG if the
 * archive cannot be read: archive_why tells. If a path could not be taken below a folder, then only
 * the name is set, to the unsound path, and path, if it is only same_as that is unsound: -EINVAL
 * for an absolute one, or another name of the folder itself, -EXDEV for one that leads out,
 * -ENAMETOOLONG. */
int archive_next(struct archive_reader *reader, const struct archive_member **ret);

/* The member's bytes, max at most, with a NUL after them. Caller frees. -EBADMSG as above, -EFBIG,
 * -ENOMEM, without a sentence. */
int archive_text(struct archive_reader *reader, size_t max, char **ret);

/* Why the archive could not be read; borrowed. */
const char *archive_why(const struct archive_reader *reader);

/* Writes the member's bytes to an empty file: -EBADMSG as above, or -errno of writing. */
int archive_save(struct archive_reader *reader, int fd);

/* Writes the member into a new file, mode 0755 or 0644: -EBADMSG, as above, without a sentence;
 * any other -errno with one. */
int archive_extract(struct archive_reader *reader, const char *to, struct err *err);

/* NULL is fine. */
void archive_close(struct archive_reader *reader);

/* The bytes of a compressed file, max at most, or of one that is not compressed. Caller frees. On
 * failure err has the bare reason: -EBADMSG, -EFBIG, -ENOMEM. */
int archive_read_fd(int fd, size_t max, char **ret, size_t *ret_n, struct err *err);

#endif
