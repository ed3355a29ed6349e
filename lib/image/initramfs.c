/* SPDX-License-Identifier: MIT */
/* The loop around all members: unpack_to_rootfs(). */
#include "image/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/tempdir.h"
#include "base/walk.h"
#include "core/cpio.h"
#include "core/err.h"
#include "core/initramfs.h"
#include "core/str.h"
#include "image/decompress.h"
#include "image/rootfs.h"
#include "image/source.h"
#include "sys/fd.h"

enum { WRITER_MS = 10000, LOOK_MS = 20 };

/* Bytes; what a small image can grow to. */
static const uint64_t unpacked_max = 2ULL << 30;

struct unpack {
	struct source source;
	struct cpio *cpio;
	struct initramfs *out;
	uint64_t unpacked;
};

/* -- members -------------------------------------------------------------------------------- */

/* A cpio archive as it is: up to the end of one of its members, or of the image. */
static int unpack_plain(struct unpack *unpack)
{
	struct source *source = &unpack->source;
	size_t used;
	int r;

	cpio_start(unpack->cpio);
	do {
		r = cpio_write(unpack->cpio, source->bytes, source->n, &used);
		if (r < 0)
			return r;
		source_take(source, used);
		if (unpack->cpio->message || source->n)
			break;
		r = source_want(source, 1);
	} while (r == 0 && source->n);
	return r;
}

static int flush(const uint8_t *bytes, size_t n, void *ctx)
{
	struct unpack *unpack = ctx;

	unpack->unpacked += n;
	if (unpack->unpacked > unpacked_max)
		return -EFBIG;
	return cpio_flush(unpack->cpio, bytes, n);
}

/* What the next stream, begun in the middle of an archive, says of the one before. */
static const char *near_next(struct source *source, enum initramfs_format format)
{
	if (source_want(source, INITRAMFS_NEAR) == 0 &&
	    initramfs_format(source->bytes, source->n) == format)
		return "one archive goes on in a second stream, where the kernel begins anew: "
		       "compress it in one";
	return NULL;
}

static int unpack_stream(struct unpack *unpack)
{
	struct source *source = &unpack->source;
	struct cpio *cpio = unpack->cpio;
	struct decompress job = { .source = source, .flush = flush, .ctx = unpack };
	enum initramfs_format format = initramfs_format(source->bytes, source->n);
	uint64_t saved = cpio->at, begin = source->at;
	int r;

	unpack->out->near = initramfs_near(source->bytes, source->n);
	cpio->at = 0;
	r = decompress_run(&job);
	if (r < 0)
		return r;
	unpack->out->crashes = job.crashes;
	if (r > 0)
		cpio_fail(cpio, job.message ? job.message : "decompressor failed");
	else if (!cpio->message && cpio->state != CPIO_RESET)
		unpack->out->near = near_next(source, format);
	if (cpio->state != CPIO_RESET)
		cpio_fail(cpio, "junk at the end of compressed archive");
	cpio->at = saved + (source->at - begin);
	return 0;
}

static void skip_zeros(struct unpack *unpack)
{
	const struct source *source = &unpack->source;
	size_t n = 1;

	while (n < source->n && !source->bytes[n])
		n++;
	source_take(&unpack->source, n);
	unpack->cpio->at += n;
}

static int unpack_all(struct unpack *unpack)
{
	struct source *source = &unpack->source;
	int r;

	while ((r = source_want(source, INITRAMFS_NEAR)) == 0 && source->n &&
	       !unpack->cpio->message) {
		unpack->out->at = source->at;
		if (*source->bytes == '0' && unpack->cpio->at % 4 == 0) {
			r = unpack_plain(unpack);
		} else if (!*source->bytes) {
			skip_zeros(unpack);
		} else {
			r = unpack_stream(unpack);
		}
		if (r < 0)
			return r;
	}
	return r;
}

/* What stands where a header should be. */
static void look_at_head(struct unpack *unpack)
{
	const uint8_t *head = unpack->cpio->head;
	const char *message = unpack->cpio->message;

	unpack->out->message = message;
	if (!message || (!str_eq(message, "no cpio magic") && !str_starts(message, "incorrect")))
		return;
	unpack->out->near = initramfs_format(head, CPIO_HEAD) ? "it is compressed twice"
							      : initramfs_near(head, CPIO_HEAD);
}

static int cannot_unpack(const struct unpack *unpack, const char *image, int r, struct err *err)
{
	const char *last = rootfs_last(unpack->out->rootfs);

	if (r == -EFBIG)
		return err_say(err, EFBIG, "%s: more than %d MiB, at least when it is unpacked",
			       image, (int)(unpacked_max >> 20));
	if (r == -E2BIG)
		return err_say(err, E2BIG, "%s: it takes more memory than this gives it", image);
	return err_set(err, -r, "%s: cannot unpack %s", image, *last ? last : "it");
}

/* -- the directory -------------------------------------------------------------------------- */

static int unpack_file(const char *image, int fd, struct initramfs *ret, struct err *err)
{
	ARRAY_FREE struct cpio *cpio = malloc(sizeof(*cpio));
	struct unpack unpack = { .source = { .fd = fd }, .cpio = cpio, .out = ret };
	int r;

	if (!cpio)
		return err_set(err, ENOMEM, "cannot unpack %s", image);
	cpio_init(cpio, rootfs_visitor(ret->rootfs));
	r = unpack_all(&unpack);
	look_at_head(&unpack);
	source_drop(&unpack.source);
	return r < 0 ? cannot_unpack(&unpack, image, r, err) : 0;
}

/* Whether somebody has a pipe open for writing; takes no byte of it. */
static bool has_writer(int fd)
{
	FD_CLEANUP int copy_read = -1, copy_write = -1;
	int copy[2];

	if (pipe2(copy, O_CLOEXEC) < 0)
		return true; /* reading will tell */
	copy_read = copy[0];
	copy_write = copy[1];
	return tee(fd, copy_write, 1, SPLICE_F_NONBLOCK) != 0;
}

/* A pipe whose writer never comes does not hold it up. */
static int open_image(const char *image, struct err *err)
{
	FD_CLEANUP int fd = open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || fcntl(fd, F_SETFL, O_RDONLY) < 0)
		return err_set(err, errno, "%s", image);
	/* one that was there, and has gone, hangs up */
	for (int waited = 0; S_ISFIFO(st.st_mode) && !has_writer(fd); waited += LOOK_MS) {
		struct pollfd gone = { .fd = fd };

		if (poll(&gone, 1, LOOK_MS) > 0)
			break;
		if (waited >= WRITER_MS)
			return err_say(err, ETIMEDOUT,
				       "%s: nobody has opened this pipe to write for %d s", image,
				       WRITER_MS / 1000);
	}
	return fd_steal(&fd);
}

static int unpack_into(const char *image, struct initramfs *ret, struct err *err)
{
	FD_CLEANUP int fd = open_image(image, err), dir = -1;
	int r;

	if (fd < 0)
		return fd;
	dir = open(ret->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = dir < 0 ? -errno : rootfs_new(dir, &ret->rootfs);
	if (r < 0)
		return err_set(err, -r, "cannot unpack %s into %s", image, ret->dir);
	r = unpack_file(image, fd, ret, err);
	/* nothing that was unpacked is ever looked at */
	return r == 0 && ret->crashes ? walk_empty(dir, ret->dir, err) : r;
}

int initramfs_unpack(const char *image, struct initramfs *ret, struct err *err)
{
	int r;

	*ret = (struct initramfs){ 0 };
	ret->folder = calloc(1, sizeof(*ret->folder));
	if (!ret->folder)
		return err_set(err, ENOMEM, "cannot unpack %s", image);
	ret->dir = ret->folder->dir;
	r = tempdir_make(ret->folder, err);
	if (r == 0)
		r = unpack_into(image, ret, err);
	if (r < 0)
		initramfs_drop(ret);
	return r;
}

void initramfs_drop(struct initramfs *initramfs)
{
	rootfs_free(initramfs->rootfs);
	initramfs->rootfs = NULL;
	tempdir_drop(initramfs->folder);
	free(initramfs->folder);
	initramfs->folder = NULL;
}

/* -- words ---------------------------------------------------------------------------------- */

void initramfs_explain(const struct initramfs *initramfs, const char *image, const char *path,
		       struct err *why)
{
	const char *message = initramfs->message, *near = initramfs->near;
	int lost = rootfs_lost(initramfs->rootfs, path);

	if (initramfs->crashes)
		(void)err_say(why, ENOENT,
			      "the kernel may crash: the stream at byte %llu of %s ends early, "
			      "and it reads on behind it",
			      (unsigned long long)initramfs->at, image);
	else if (lost == -ENOENT)
		(void)err_hint(why, 0,
			       "%s has it, but no folder for it that comes before it: the kernel "
			       "leaves it out",
			       image);
	else if (lost == -ESTALE)
		(void)err_hint(why, 0,
			       "%s has it as another name of a file whose first name is gone: the "
			       "kernel leaves it out",
			       image);
	else if (lost)
		(void)err_hint(why, 0, "%s has it, but the kernel leaves it out: %s", image,
			       strerror(-lost));
	else if (message && !rootfs_members(initramfs->rootfs))
		(void)err_say(why, ENOENT,
			      "the kernel would panic: of %s it unpacks nothing: %s%s%s%s", image,
			      message, near ? " (Hint: " : "", near ? near : "", near ? ")" : "");
	else if (message)
		(void)err_hint(why, 0, "the kernel unpacks %s up to byte %llu: %s%s%s", image,
			       (unsigned long long)initramfs->at, message, near ? "; " : "",
			       near ? near : "");
}
