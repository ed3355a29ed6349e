/* SPDX-License-Identifier: MIT */
/* libarchive's filters alone: gzip, bzip2, lzma, xz, lz4 and zstd, as kernels have them. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "image/initramfs.h"

enum { GROW = 4 * 1024 * 1024 };
static const unsigned long size_max = 2UL << 30; /* bytes: an initramfs lives in memory */

static int fail(struct archive *archive, struct err *err)
{
	const char *why = archive_error_string(archive);

	return err_say(err, EINVAL, "cannot unpack the initramfs: %s",
		       why ? why : "neither a cpio archive nor compressed");
}

static int read_all(struct archive *archive, char **ret_bytes, unsigned long *ret_n,
		    struct err *err)
{
	unsigned long n = 0, room = 0;
	char *bytes = NULL;

	for (;;) {
		la_ssize_t got;

		if (room - n < GROW) {
			bool fits = room * 2 + GROW <= size_max;
			char *more = fits ? realloc(bytes, room * 2 + GROW) : NULL;

			if (!more) {
				free(bytes);
				return err_set(err, fits ? ENOMEM : E2BIG,
					       "cannot unpack the initramfs");
			}
			bytes = more;
			room = room * 2 + GROW;
		}
		got = archive_read_data(archive, bytes + n, room - n);
		if (got < 0) {
			free(bytes);
			return fail(archive, err);
		}
		if (got == 0)
			break;
		n += (unsigned long)got;
	}
	*ret_bytes = bytes;
	*ret_n = n;
	return 0;
}

int initramfs_decompress(const void *bytes, unsigned long n, char **ret_bytes, unsigned long *ret_n,
			 struct err *err)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int r;

	if (!archive)
		return err_set(err, ENOMEM, "cannot unpack the initramfs");
	if (archive_read_support_format_raw(archive) != ARCHIVE_OK ||
	    archive_read_support_filter_all(archive) < ARCHIVE_WARN ||
	    archive_read_open_memory(archive, bytes, n) != ARCHIVE_OK ||
	    archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		r = fail(archive, err);
	else if (archive_filter_count(archive) < 2) /* the last one is "none" */
		r = err_say(err, EINVAL, "not an initramfs: neither a cpio archive nor compressed");
	else
		r = read_all(archive, ret_bytes, ret_n, err);
	(void)archive_read_free(archive); /* was only read */
	return r;
}
