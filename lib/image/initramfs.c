/* SPDX-License-Identifier: MIT */
/* As the kernel's init/initramfs.c: later members replace earlier ones, and what has no
 * directory to lie in is left out. */
#include "image/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/archive.h"
#include "base/array.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/cpio.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { LINKED_MAX = 4096, NESTED_MAX = 1 };
static const size_t unpacked_max = 2UL << 30; /* bytes: an initramfs lives in memory */

/* A file with several names: the bytes come with one of them. */
struct linked {
	uint32_t ino, major, minor;
	char *name;
};

struct unpack {
	const char *image;
	int root;
	struct linked *linked;
	size_t n_linked, room;
};

/* The directory that a member lies in, with links as if root were "/"; -errno. */
static int open_parent(const struct unpack *unpack, const char *name)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	char dir[PATH_SIZE];
	size_t n = strlen(name) - strlen(path_base(name));

	if (!n)
		return fcntl(unpack->root, F_DUPFD_CLOEXEC, 0);
	if (str_copy_bytes(dir, sizeof(dir), name, n) < 0)
		return -ENAMETOOLONG;
	return below_call(unpack->root, dir, &how);
}

/* The other name of a file that has come already, or NULL; remembers this one. */
static const char *other_name(struct unpack *unpack, const struct cpio_entry *entry,
			      const char *name)
{
	struct linked *linked;

	if (entry->links < 2)
		return NULL;
	for (size_t i = 0; i < unpack->n_linked; i++) {
		linked = &unpack->linked[i];
		if (linked->ino == entry->ino && linked->major == entry->major &&
		    linked->minor == entry->minor)
			return linked->name;
	}
	if (unpack->n_linked < LINKED_MAX &&
	    array_reserve(&unpack->linked, &unpack->room, unpack->n_linked + 1, sizeof(*linked)) ==
		    0) {
		linked = &unpack->linked[unpack->n_linked];
		*linked = (struct linked){ entry->ino, entry->major, entry->minor, strdup(name) };
		unpack->n_linked += linked->name != NULL;
	}
	return NULL;
}

static int make_file(struct unpack *unpack, int dir, const char *name,
		     const struct cpio_entry *entry)
{
	const char *base = path_base(name), *other = other_name(unpack, entry, name);
	FD_CLEANUP int fd = -1;

	if (other) {
		FD_CLEANUP int parent = open_parent(unpack, other);

		if (parent < 0 || linkat(parent, path_base(other), dir, base, 0) < 0)
			return parent < 0 ? parent : -errno;
		if (!entry->size)
			return 0;
	}
	fd = openat(dir, base, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	/* readable in any case: it is only looked at */
	if (fchmod(fd, (entry->mode & 0777) | 0600) < 0)
		return -errno;
	return fd_write_all(fd, entry->bytes, entry->size);
}

static int make_link(int dir, const char *base, const struct cpio_entry *entry)
{
	char target[PATH_SIZE];

	if (str_copy_bytes(target, sizeof(target), (const char *)entry->bytes, entry->size) < 0)
		return -ENAMETOOLONG;
	return symlinkat(target, dir, base) < 0 ? -errno : 0;
}

static bool is_directory(int dir, const char *base)
{
	struct stat st;

	return fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* 0, also for what the kernel would leave out. */
static int make(struct unpack *unpack, const char *name, const struct cpio_entry *entry)
{
	const char *base = path_base(name);
	FD_CLEANUP int dir = open_parent(unpack, name);
	bool was_directory;
	int r = 0;

	if (dir == -ENOENT || dir == -ENOTDIR || dir == -ELOOP)
		return 0;
	if (dir < 0)
		return dir;
	if (!*base || str_eq(base, ".") || str_eq(base, ".."))
		return 0;
	was_directory = is_directory(dir, base);
	if (!(was_directory && S_ISDIR(entry->mode)))
		(void)unlinkat(dir, base, was_directory ? AT_REMOVEDIR : 0); /* if it is there */
	if (S_ISREG(entry->mode))
		r = make_file(unpack, dir, name, entry);
	else if (S_ISLNK(entry->mode))
		r = make_link(dir, base, entry);
	else if (S_ISDIR(entry->mode) && !was_directory)
		r = mkdirat(dir, base, (entry->mode & 0777) | 0700) < 0 ? -errno : 0;
	return r == -EEXIST || r == -EISDIR || r == -ENOENT ? 0 : r;
}

static int decompress(const uint8_t *bytes, size_t n, char **ret, size_t *ret_n, struct err *err)
{
	int r = archive_unpack(bytes, n, unpacked_max, ret, ret_n, err);

	if (r == -ENODATA)
		return err_say(err, EINVAL,
			       "not an initramfs: neither a cpio archive nor compressed");
	return r < 0 ? err_wrap(err, r, "cannot unpack the initramfs") : 0;
}

static int unpack_bytes(struct unpack *unpack, const uint8_t *bytes, size_t n, int nested,
			struct err *err)
{
	struct cpio_entry entry;
	enum cpio_next next;
	size_t at = 0;
	int r;

	while ((next = cpio_next(bytes, n, &at, &entry)) == CPIO_ENTRY) {
		const char *name = entry.name + strspn(entry.name, "/");

		name += str_starts(name, "./") ? 2 : 0;
		r = make(unpack, name, &entry);
		if (r < 0)
			return err_set(err, -r, "%s: cannot unpack %s", unpack->image, name);
	}
	if (next == CPIO_COMPRESSED && nested < NESTED_MAX) {
		FILES_FREE char *inner = NULL;
		size_t n_inner;

		r = decompress(bytes + at, n - at, &inner, &n_inner, err);
		return r < 0 ? err_wrap(err, r, "%s", unpack->image)
			     : unpack_bytes(unpack, (const uint8_t *)inner, n_inner, nested + 1,
					    err);
	}
	if (next == CPIO_END)
		return 0;
	return err_say(err, EINVAL, "%s: %s", unpack->image,
		       next == CPIO_CUT ? "the archive is cut" : "not a cpio archive of a kernel");
}

static void wait_for_signals(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(how, &set, NULL);
}

static void free_linked(struct unpack *unpack)
{
	for (size_t i = 0; i < unpack->n_linked; i++)
		free(unpack->linked[i].name);
	free(unpack->linked);
}

static int unpack_into(const char *image, const char *dir, struct err *err)
{
	__attribute__((cleanup(free_linked))) struct unpack unpack = { .image = image };
	FILES_FREE char *bytes = NULL;
	FD_CLEANUP int root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n;
	int r;

	if (root < 0)
		return err_set(err, errno, "cannot open %s", dir);
	unpack.root = root;
	r = files_read(image, &bytes, &n, err);
	if (r < 0)
		return r;
	return unpack_bytes(&unpack, (const uint8_t *)bytes, n, 0, err);
}

int initramfs_unpack(const char *image, char *ret_dir, struct err *err)
{
	int r = files_temporary(ret_dir, "busypy-", err);

	if (r < 0)
		return r;
	wait_for_signals(SIG_BLOCK);
	if (!mkdtemp(ret_dir)) {
		r = err_set(err, errno, "cannot make %s", ret_dir);
		wait_for_signals(SIG_UNBLOCK);
		return r;
	}
	r = unpack_into(image, ret_dir, err);
	if (r < 0)
		initramfs_drop(ret_dir);
	return r;
}

void initramfs_drop(const char *dir)
{
	(void)walk_remove(dir, NULL); /* nobody to tell; it is a temporary one */
	wait_for_signals(SIG_UNBLOCK);
}
