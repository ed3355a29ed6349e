/* SPDX-License-Identifier: MIT */
/* What the kernel does about a member, name by name: a kind that is another goes first, a file that
 * is there is emptied and keeps its other names, and what fails is left out in silence. */
#include "image/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "core/cpio.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { MEMBERS_MAX = 1000000, LOST_MAX = 1000 };

/* Bytes, of the names that are kept for hard links. */
static const uint64_t names_max = 256 << 20;

/* Bytes: an initramfs lives in memory. */
static const uint64_t bytes_max = 2ULL << 30;

/* A file that had other names when it came: the first of them. */
struct linked {
	uint32_t ino, major, minor, kind;
	char name[];
};

struct lost {
	char *name;
	int why; /* negative errno */
};

struct rootfs {
	struct cpio_visitor visitor;
	int dir, file; /* file: that is being written, or -1 */
	uint64_t members, bytes;
	void *links;	/* of struct linked, for tsearch() */
	uint64_t names; /* bytes of them */
	struct lost *lost;
	size_t n_lost, room;
	char last[CPIO_PATH_MAX];
};

/* A name in a directory; a slash behind it makes a difference to most calls. */
struct place {
	int dir;
	const char *name;
	bool has_slash;
	char text[CPIO_PATH_MAX];
};

/* What the kernel meets too, rather than this machine's own trouble. */
static bool is_kernels(int r)
{
	switch (-r) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case EEXIST:
	case EISDIR:
	case ENOTEMPTY:
	case ENAMETOOLONG:
	case EINVAL:
	case EBUSY:
	case EXDEV:
	case EMLINK:
	case ENXIO:  /* of a pipe that nobody reads */
	case ESTALE: /* of maybe_link() */
		return true;
	default:
		return false;
	}
}

/* -- names ---------------------------------------------------------------------------------- */

static void place_close(struct place *place)
{
	fd_close(&place->dir);
}

#define PLACE_CLEANUP __attribute__((cleanup(place_close)))

static int open_in_root(const struct rootfs *rootfs, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	return below_call(rootfs->dir, path, &how);
}

/* The directory that a name lies in. -EEXIST for the root itself, "." and "..": they are there. */
static int place_find(const struct rootfs *rootfs, const char *name, struct place *ret)
{
	size_t n = strlen(name), dir;

	ret->dir = -1;
	if (!n)
		return -ENOENT;
	ret->has_slash = name[n - 1] == '/';
	while (n && name[n - 1] == '/')
		n--;
	if (str_copy_bytes(ret->text, sizeof(ret->text), name, n) < 0)
		return -ENAMETOOLONG;
	ret->name = path_base(ret->text);
	if (!below_is_name(ret->name))
		return -EEXIST;
	dir = (size_t)(ret->name - ret->text);
	if (dir) {
		char way[CPIO_PATH_MAX];

		(void)str_copy_bytes(way, sizeof(way), ret->text, dir); /* fits */
		ret->dir = open_in_root(rootfs, way);
	} else {
		ret->dir = fcntl(rootfs->dir, F_DUPFD_CLOEXEC, 0);
	}
	return ret->dir < 0 ? (dir ? ret->dir : -errno) : 0;
}

/* -- what was left out ---------------------------------------------------------------------- */

static const char *without_root(const char *name)
{
	while (*name == '/' || str_starts(name, "./"))
		name += *name == '/' ? 1 : 2;
	return name;
}

/* A name that is taken for lost and comes later is found first by whoever looks. */
static void lose(struct rootfs *rootfs, const char *name, int why)
{
	struct lost *lost;

	if (rootfs->n_lost == LOST_MAX ||
	    array_reserve(&rootfs->lost, &rootfs->room, rootfs->n_lost + 1, sizeof(*lost)) < 0)
		return; /* a hint less */
	lost = &rootfs->lost[rootfs->n_lost];
	*lost = (struct lost){ strdup(without_root(name)), why };
	rootfs->n_lost += lost->name != NULL;
}

int rootfs_lost(const struct rootfs *rootfs, const char *path)
{
	for (size_t i = 0; i < rootfs->n_lost; i++) {
		if (str_eq(rootfs->lost[i].name, without_root(path)))
			return rootfs->lost[i].why;
	}
	return 0;
}

/* What a member comes to: r, or 0 where the kernel fails as well. */
static int settle(struct rootfs *rootfs, const char *name, int r)
{
	if (r >= 0 || !is_kernels(r))
		return r;
	if (r != -EEXIST)
		lose(rootfs, name, r);
	return 0;
}

/* -- hard links ----------------------------------------------------------------------------- */

static int compare_linked(const void *a, const void *b)
{
	const struct linked *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->major != y->major)
		return x->major < y->major ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	return x->kind < y->kind ? -1 : x->kind > y->kind;
}

/* The name that a file has already, or NULL: then this one is noted, whatever becomes of it. */
static int known_name(struct rootfs *rootfs, const struct cpio_member *member, const char **ret)
{
	struct linked key = { member->ino, member->major, member->minor, member->mode & S_IFMT };
	struct linked **known = tfind(&key, &rootfs->links, compare_linked), *linked;
	size_t n = strlen(member->name) + 1;

	*ret = known ? (*known)->name : NULL;
	if (known)
		return 0;
	rootfs->names += sizeof(*linked) + n;
	if (rootfs->names > names_max)
		return -E2BIG;
	linked = malloc(sizeof(*linked) + n);
	if (!linked)
		return -ENOMEM;
	*linked = key;
	memcpy(linked->name, member->name, n);
	if (tsearch(linked, &rootfs->links, compare_linked))
		return 0;
	free(linked);
	return -ENOMEM;
}

static int forget_names(void *ctx)
{
	struct rootfs *rootfs = ctx;

	tdestroy(rootfs->links, free);
	rootfs->links = NULL;
	rootfs->names = 0;
	return 0;
}

/* -- members -------------------------------------------------------------------------------- */

/* A device is a named pipe here. */
static mode_t kind_here(mode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode) || S_ISSOCK(mode) ? S_IFIFO : mode & S_IFMT;
}

/* Removes what has the name already, unless it is of this kind. */
static void clean(const struct place *place, mode_t kind)
{
	struct stat st;

	if (fstatat(place->dir, place->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (st.st_mode & S_IFMT) == kind || (place->has_slash && !S_ISDIR(st.st_mode)))
		return;
	(void)unlinkat(place->dir, place->name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
}

/* 1 if the member became another name of a file, 0 if it is none; -ESTALE if that file's first name
 * is gone. */
static int maybe_link(struct rootfs *rootfs, const struct cpio_member *member,
		      const struct place *place)
{
	PLACE_CLEANUP struct place old = { .dir = -1 };
	const char *name;
	int r;

	if (member->links < 2)
		return 0;
	r = known_name(rootfs, member, &name);
	if (r < 0 || !name)
		return r;
	clean(place, 0);
	if (place->has_slash)
		return -ENOENT;
	r = place_find(rootfs, name, &old);
	if (r == 0 && linkat(old.dir, old.name, place->dir, place->name, 0) < 0)
		r = -errno;
	if (r == -EPERM) /* it is a directory now */
		return -ESTALE;
	return r == 0 ? 1 : is_kernels(r) ? -ESTALE : r;
}

/* Opens the file to be written. Not emptied if it has just become another name: its bytes may have
 * come already; and if that is of a link, what the link leads to is written. */
static int open_file(struct rootfs *rootfs, const struct cpio_member *member,
		     const struct place *place, bool is_link)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC,
				.mode = 0600,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	FD_CLEANUP int fd = -1;
	struct stat st;

	if (place->has_slash)
		return -EISDIR;
	if (!is_link)
		how.flags |= O_TRUNC;
	fd = below_call(rootfs->dir, place->text, &how);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENXIO;
	if (fchmod(fd, (member->mode & 0777) | 0600) < 0 ||
	    (member->size && ftruncate(fd, member->size) < 0))
		return -errno;
	rootfs->file = fd_steal(&fd); /* the one before is complete */
	return 1;
}

static int make_directory(const struct cpio_member *member, const struct place *place)
{
	if (mkdirat(place->dir, place->name, 0700) < 0)
		return -errno;
	return fchmodat(place->dir, place->name, (member->mode & 0777) | 0700, 0) < 0 ? -errno : 0;
}

static int make_device(const struct place *place)
{
	if (place->has_slash)
		return -ENOENT;
	return mknodat(place->dir, place->name, S_IFIFO | 0600, 0) < 0 ? -errno : 0;
}

static int make(struct rootfs *rootfs, const struct cpio_member *member, const struct place *place)
{
	int r;

	clean(place, kind_here(member->mode));
	switch (member->mode & S_IFMT) {
	case S_IFREG:
		r = maybe_link(rootfs, member, place);
		return r < 0 ? r : open_file(rootfs, member, place, r == 1);
	case S_IFDIR:
		return make_directory(member, place);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		r = maybe_link(rootfs, member, place);
		return r == 0 ? make_device(place) : r < 0 ? r : 0;
	default: /* only what was there is gone */
		return 0;
	}
}

static int begin(struct rootfs *rootfs, const struct cpio_member *member)
{
	(void)str_copy(rootfs->last, sizeof(rootfs->last), member->name); /* fits */
	return ++rootfs->members > MEMBERS_MAX ? -E2BIG : 0;
}

/* Where there is no way to its name, a file counts for hard links all the same. */
static int make_member(const struct cpio_member *member, void *ctx)
{
	PLACE_CLEANUP struct place place = { .dir = -1 };
	struct rootfs *rootfs = ctx;
	const char *name;
	int r = begin(rootfs, member), way;

	if (r < 0)
		return r;
	way = place_find(rootfs, member->name, &place);
	if (way < 0 && member->links > 1 && !S_ISDIR(member->mode) && (member->mode & S_IFMT)) {
		r = known_name(rootfs, member, &name);
		if (r < 0)
			return r;
	}
	return settle(rootfs, member->name, way < 0 ? way : make(rootfs, member, &place));
}

static int make_link(const struct cpio_member *member, const char *target, void *ctx)
{
	PLACE_CLEANUP struct place place = { .dir = -1 };
	struct rootfs *rootfs = ctx;
	int r = begin(rootfs, member);

	if (r < 0)
		return r;
	r = place_find(rootfs, member->name, &place);
	if (r < 0)
		return settle(rootfs, member->name, r);
	clean(&place, 0);
	if (place.has_slash)
		r = -ENOENT;
	/* no call makes a link to nothing, which leads where it lies itself */
	else if (symlinkat(*target ? target : ".", place.dir, place.name) < 0)
		r = -errno;
	return settle(rootfs, member->name, r);
}

static int write_body(const uint8_t *bytes, size_t n, void *ctx)
{
	struct rootfs *rootfs = ctx;

	rootfs->bytes += n;
	return rootfs->bytes > bytes_max ? -EFBIG : fd_write_all(rootfs->file, bytes, n);
}

static int complete(void *ctx)
{
	struct rootfs *rootfs = ctx;

	fd_close(&rootfs->file);
	rootfs->file = -1;
	return 0;
}

/* -- the whole ------------------------------------------------------------------------------ */

/* usr/default_cpio_list. */
static int make_default(struct rootfs *rootfs)
{
	return mkdirat(rootfs->dir, "dev", 0755) < 0 ||
			       mknodat(rootfs->dir, "dev/console", S_IFIFO | 0600, 0) < 0 ||
			       mkdirat(rootfs->dir, "root", 0700) < 0
		       ? -errno
		       : 0;
}

int rootfs_new(int dir, struct rootfs **ret)
{
	struct rootfs *rootfs = calloc(1, sizeof(*rootfs));
	int r;

	if (!rootfs)
		return -ENOMEM;
	rootfs->dir = dir;
	rootfs->file = -1;
	rootfs->visitor = (struct cpio_visitor){ .trailer = forget_names,
						 .member = make_member,
						 .body = write_body,
						 .complete = complete,
						 .link = make_link,
						 .ctx = rootfs };
	r = make_default(rootfs);
	if (r < 0)
		rootfs_free(rootfs);
	else
		*ret = rootfs;
	return r;
}

void rootfs_free(struct rootfs *rootfs)
{
	if (!rootfs)
		return;
	(void)forget_names(rootfs);
	for (size_t i = 0; i < rootfs->n_lost; i++)
		free(rootfs->lost[i].name);
	free(rootfs->lost);
	fd_close(&rootfs->file);
	free(rootfs);
}

const struct cpio_visitor *rootfs_visitor(struct rootfs *rootfs)
{
	return &rootfs->visitor;
}

const char *rootfs_last(const struct rootfs *rootfs)
{
	return rootfs->last;
}

uint64_t rootfs_members(const struct rootfs *rootfs)
{
	return rootfs->members;
}

bool rootfs_open_file(const struct rootfs *rootfs, dev_t *ret_dev, ino_t *ret_ino)
{
	struct stat st;

	if (rootfs->file < 0 || fstat(rootfs->file, &st) < 0)
		return false;
	*ret_dev = st.st_dev;
	*ret_ino = st.st_ino;
	return true;
}
