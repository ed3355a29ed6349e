/* SPDX-License-Identifier: MIT */
/* One walk through what libarchive reads, one policy for paths, one list of compressions. */
#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"

enum { BLOCK = 256 * 1024, MEMBERS_MAX = 1000000 };

/* What is unpacked fills a disk, however small the archive is. */
#define BYTES_MAX (64LL << 30)

struct archive_reader {
	enum archive_kind kind;
	struct archive *archive;
	struct archive *around; /* of a Debian package: the ar archive that the tar is in */
	struct archive_member member;
	bool is_broken;
	locale_t utf8;
	size_t n;	    /* members */
	int64_t bytes;	    /* of those before this one */
	const char *beyond; /* which limit of ours */
	char block[BLOCK];  /* between the two */
};

/* Those that the library has itself: for others it would run a program. */
static int add_filters(struct archive *archive)
{
	static int (*const filters[])(struct archive *) = {
		archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
		archive_read_support_filter_xz,	  archive_read_support_filter_lzma,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4,
	};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (filters[i](archive) != ARCHIVE_OK)
			return -EBADMSG;
	}
	return 0;
}

/* -- members -------------------------------------------------------------------------------- */

/* Feeds the inner archive with the outer one's member. */
static la_ssize_t read_block(struct archive *archive, void *ctx, const void **ret_bytes)
{
	struct archive_reader *reader = ctx;
	la_ssize_t n = archive_read_data(reader->around, reader->block, sizeof(reader->block));

	if (n < 0)
		archive_set_error(archive, EIO, "%s", archive_error_string(reader->around));
	*ret_bytes = reader->block;
	return n;
}

static bool is_deb(enum archive_kind kind)
{
	return kind == ARCHIVE_DEB || kind == ARCHIVE_DEB_CONTROL;
}

/* deb(5): an ar archive, in which data.tar.* is a compressed tar archive of the files, and
 * control.tar.* one of what the package says of itself. */
static int open_deb(struct archive_reader *reader, int fd)
{
	const char *part = reader->kind == ARCHIVE_DEB ? "data.tar" : "control.tar";
	struct archive_entry *entry;

	if (archive_read_support_format_ar(reader->around) != ARCHIVE_OK ||
	    archive_read_open_fd(reader->around, fd, BLOCK) != ARCHIVE_OK)
		return -EBADMSG;
	while (archive_read_next_header(reader->around, &entry) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);

		if (name && str_starts(name, part))
			return archive_read_open(reader->archive, reader, NULL, read_block, NULL) ==
					       ARCHIVE_OK
				       ? 0
				       : -EBADMSG;
	}
	return -EBADMSG;
}

static int open_file(struct archive_reader *reader, int fd)
{
	struct archive *archive = reader->archive;

	if (reader->kind == ARCHIVE_ZIP)
		return archive_read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
				       archive_read_open_fd(archive, fd, BLOCK) == ARCHIVE_OK
			       ? 0
			       : -EBADMSG;
	if (add_filters(archive) < 0 || archive_read_support_format_tar(archive) != ARCHIVE_OK)
		return -EBADMSG;
	if (is_deb(reader->kind))
		return open_deb(reader, fd);
	return archive_read_open_fd(archive, fd, BLOCK) == ARCHIVE_OK ? 0 : -EBADMSG;
}

static struct archive_reader *begin(int fd, enum archive_kind kind)
{
	struct archive_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->kind = kind;
	reader->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	reader->archive = archive_read_new();
	reader->around = is_deb(kind) ? archive_read_new() : NULL;
	if (!reader->archive || (is_deb(kind) && !reader->around)) {
		archive_close(reader);
		return NULL;
	}
	reader->is_broken = open_file(reader, fd) < 0;
	return reader;
}

struct archive_reader *archive_open_tar(int fd)
{
	return begin(fd, ARCHIVE_TAR);
}

struct archive_reader *archive_open_fd(int fd, enum archive_kind kind)
{
	return lseek(fd, 0, SEEK_SET) < 0 ? NULL : begin(fd, kind);
}

void archive_close(struct archive_reader *reader)
{
	if (!reader)
		return;
	if (reader->archive)
		(void)archive_read_free(reader->archive); /* was only read */
	if (reader->around)
		(void)archive_read_free(reader->around);
	if (reader->utf8)
		freelocale(reader->utf8);
	free(reader);
}

/* A path as it is below a folder: without "./", empty components and a last slash. */
static int clean(const char *name, char ret[PATH_SIZE])
{
	size_t used = 0;

	ret[0] = '\0';
	if (!*name || *name == '/')
		return -EINVAL;
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n == 2 && name[0] == '.' && name[1] == '.')
			return -EXDEV;
		if (n && !(n == 1 && name[0] == '.')) {
			if (used + n + 2 > PATH_SIZE)
				return -ENAMETOOLONG;
			if (used)
				ret[used++] = '/';
			memcpy(ret + used, name, n);
			used += n;
			ret[used] = '\0';
		}
		name += n + (name[n] == '/');
	}
	return 0;
}

static int fill_in(struct archive_member *member, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	const char *same_as = archive_entry_hardlink(entry);
	int r;

	*member = (struct archive_member){
		.name = name ? name : "",
		.link = archive_entry_symlink(entry),
		.mode = same_as ? 0 : archive_entry_mode(entry),
		.mtime = { archive_entry_mtime(entry), archive_entry_mtime_nsec(entry) },
	};
	r = clean(member->name, member->path);
	if (r < 0) {
		member->path[0] = '\0';
		return r;
	}
	if (!same_as)
		return 0;
	r = clean(same_as, member->same_as);
	if (r == 0 && !member->same_as[0]) /* the folder itself: no link to it can be made */
		r = -EINVAL;
	if (r < 0)
		member->name = same_as;
	return r;
}

static bool is_too_much(struct archive_reader *reader, struct archive_entry *entry)
{
	if (++reader->n > MEMBERS_MAX)
		reader->beyond = "more than 1000000 files";
	else if (archive_entry_size(entry) > BYTES_MAX - reader->bytes)
		reader->beyond = "more than 64 GiB of files";
	return reader->beyond;
}

/* Other methods than deflate want memory as a header says, lzma and PPMd up to 4 GiB; and no tool
 * makes wheels by them. libarchive tells the method in words alone: "ZIP 2.0 (deflation)". */
static bool is_strange(struct archive_reader *reader)
{
	const char *format = archive_format_name(reader->archive);

	if (reader->kind != ARCHIVE_ZIP ||
	    (format && (str_ends(format, " (deflation)") || str_ends(format, " (uncompressed)"))))
		return false;
	reader->beyond = "a file in it is compressed by another method than deflate";
	return true;
}

static int next(struct archive_reader *reader, const struct archive_member **ret)
{
	struct archive_entry *entry;
	int status, r;

	if (reader->is_broken)
		return -EBADMSG;
	status = archive_read_next_header(reader->archive, &entry);
	if (status == ARCHIVE_EOF)
		return 0;
	/* a warning is about names in another encoding: packages have some, and theirs are bytes */
	if (status != ARCHIVE_OK && (status != ARCHIVE_WARN || reader->kind == ARCHIVE_TAR))
		return -EBADMSG;
	if (archive_entry_is_encrypted(entry)) {
		reader->beyond = "a file in it is encrypted";
		return -EBADMSG;
	}
	if (is_too_much(reader, entry) || is_strange(reader))
		return -EBADMSG;
	r = fill_in(&reader->member, entry);
	*ret = &reader->member;
	return r < 0 ? r : 1;
}

/* Names that an archive says are UTF-8 are converted to the locale's bytes: to the same ones. */
int archive_next(struct archive_reader *reader, const struct archive_member **ret)
{
	locale_t before = uselocale(reader->utf8); /* 0, where there is no such locale, asks only */
	int r = next(reader, ret);

	(void)uselocale(before);
	return r;
}

const char *archive_why(const struct archive_reader *reader)
{
	const char *why = reader->beyond ? reader->beyond : archive_error_string(reader->archive);

	if (!why && reader->around)
		why = archive_error_string(reader->around);
	if (why)
		return why;
	switch (reader->kind) {
	case ARCHIVE_DEB:
	case ARCHIVE_DEB_CONTROL:
		return "not a Debian package";
	case ARCHIVE_ZIP:
		return "no zip archive";
	case ARCHIVE_TAR:
		break;
	}
	return "no reason given";
}

static int go_beyond(struct archive_reader *reader)
{
	reader->beyond = "more than 64 GiB of files";
	return -EBADMSG;
}

/* -EBADMSG is the archive's own word. */
static int cannot_write(struct archive_reader *reader, int code)
{
	archive_set_error(reader->archive, code, "cannot write: %s", strerror(code));
	return code == EBADMSG ? -EIO : -code;
}

static int write_at(struct archive_reader *reader, int fd, const void *bytes, size_t n, off_t at)
{
	int r = lseek(fd, at, SEEK_SET) < 0 ? -errno : fd_write_all(fd, bytes, n);

	return r < 0 ? cannot_write(reader, -r) : 0;
}

/* Sizes that a header tells are not believed; holes count as bytes. */
int archive_save(struct archive_reader *reader, int fd)
{
	const int64_t room = BYTES_MAX - reader->bytes;
	int64_t at = 0, end = 0;
	const void *bytes;
	size_t n;
	int status, r;

	while ((status = archive_read_data_block(reader->archive, &bytes, &n, &at)) == ARCHIVE_OK) {
		if (at < 0 || at > room - (int64_t)n)
			return go_beyond(reader);
		r = write_at(reader, fd, bytes, n, at);
		if (r < 0)
			return r;
		end = at + (int64_t)n;
	}
	if (status != ARCHIVE_EOF)
		return -EBADMSG;
	if (at > room)
		return go_beyond(reader);
	if (at > end && ftruncate(fd, at) < 0) /* a hole at the end */
		return cannot_write(reader, errno);
	reader->bytes += at > end ? at : end;
	return 0;
}

int archive_extract(struct archive_reader *reader, const char *to, struct err *err)
{
	FD_CLEANUP int fd = exact_create(to, err);
	int r;

	if (fd < 0)
		return fd;
	r = archive_save(reader, fd);
	if (r == -EBADMSG)
		return r;
	if (r == 0)
		r = files_finish(&fd, reader->member.mode & 0111 ? 0755 : 0644);
	return r < 0 ? err_set(err, -r, "cannot write %s", to) : 0;
}

/* -- compressed bytes ----------------------------------------------------------------------- */

static int read_all(struct archive *archive, size_t max, char **ret, size_t *ret_n)
{
	FILES_FREE char *bytes = NULL;
	size_t n = 0, room = 0;

	for (;;) {
		la_ssize_t got;

		if (array_reserve(&bytes, &room, n + BLOCK, 1) < 0)
			return -ENOMEM;
		got = archive_read_data(archive, bytes + n, room - n);
		if (got < 0)
			return -EBADMSG;
		if (got == 0)
			break;
		n += (size_t)got;
		if (n > max)
			return -EFBIG;
	}
	bytes[n] = '\0'; /* there was room for more */
	*ret = bytes;
	*ret_n = n;
	bytes = NULL;
	return 0;
}

int archive_text(struct archive_reader *reader, size_t max, char **ret)
{
	size_t n;

	return read_all(reader->archive, max, ret, &n);
}

int archive_read_fd(int fd, size_t max, char **ret, size_t *ret_n, struct err *err)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	const char *why;
	int r = -EBADMSG;

	if (!archive)
		return err_say(err, ENOMEM, "%s", strerror(ENOMEM));
	if (archive_read_support_format_raw(archive) == ARCHIVE_OK && add_filters(archive) == 0 &&
	    archive_read_open_fd(archive, fd, BLOCK) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		r = read_all(archive, max, ret, ret_n);
	why = r == -EBADMSG ? archive_error_string(archive) : NULL;
	if (r == -EFBIG)
		(void)err_say(err, EFBIG, "more than %zu MiB when it is unpacked", max >> 20);
	else if (r < 0)
		(void)err_say(err, -r, "%s", why ? why : strerror(-r));
	(void)archive_read_free(archive); /* was only read */
	return r;
}
