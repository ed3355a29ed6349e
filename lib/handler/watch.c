/* SPDX-License-Identifier: MIT */
/* Follows a configured path to the tree that it leads to now, and watches all that may change that.
 * */
#include "handler/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/contract.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/probe.h"
#include "sys/tree.h"

enum {
	WATCHED = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
		  IN_MOVE_SELF | IN_ONLYDIR
};

/* True for file systems on which a rename by another machine causes no event here; statfs(2). */
static bool is_network(long type)
{
	static const long types[] = {
		0x6969,	    /* nfs */
		0x517b,	    /* smb */
		0xff534d42, /* cifs */
		0xfe534d42, /* smb2 */
		0x01021997, /* 9p */
		0x00c36400, /* ceph */
		0x65735546, /* fuse: sshfs and its like */
		0x5346414f, /* afs */
		0x6b414653, /* kafs */
		0x73757245, /* coda */
		0x7461636f, /* ocfs2 */
		0x01161970, /* gfs2 */
		0x0bd00bd0, /* lustre */
		0x47504653, /* gpfs */
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if ((type & 0xffffffff) == types[i])
			return true;
	}
	return false;
}

/* Cuts the last component off; false if there is none. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !slash[1])
		return false;
	slash[slash == path] = '\0';
	return true;
}

/* The directory that the path lies in, or the deepest one above it that is there. */
static void watch_above(const char *wanted, int inotify, enum watch_kind *ret)
{
	char path[WATCH_PATH_MAX];
	struct statfs fs;

	if (str_copy(path, sizeof(path), wanted) < 0)
		return;
	while (go_up(path)) {
		if (inotify_add_watch(inotify, path, WATCHED) < 0)
			continue;
		*ret = statfs(path, &fs) == 0 && is_network(fs.f_type) ? WATCH_POLL : WATCH_INOTIFY;
		return;
	}
}

/* False for a version that is being made or removed. */
static bool is_version(const char *name)
{
	return name[0] != '.' && !str_ends(name, ".tmp") && !str_ends(name, ".gone");
}

static int64_t changed(const struct stat *st)
{
	return (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec;
}

/* A rename sets an inode's ctime, so the youngest version is the one that was published last. */
static void find_other(int folder, const char *versions, struct watch *ret)
{
	struct dirs dirs;
	struct place place;
	const char *name;
	struct stat st;

	dirs_begin(&dirs, folder);
	while (dirs_next(&dirs, &name) > 0) {
		if (!is_version(name) || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISDIR(st.st_mode) || str_eq(name, path_base(ret->path)) ||
		    changed(&st) < ret->other_changed ||
		    probe_place(folder, name, &place, NULL) < 0)
			continue;
		ret->other_changed = changed(&st);
		ret->other_dev = place.dev;
		ret->other_ino = place.ino;
		if (path_join(ret->other, sizeof(ret->other), versions, name) < 0)
			ret->other[0] = '\0';
	}
}

static void look_at_versions(int inotify, struct watch *ret)
{
	char versions[WATCH_PATH_MAX];
	FD_CLEANUP int folder = -1;

	(void)str_copy(versions, sizeof(versions), ret->path); /* as large */
	if (!export_layout_id(versions) || !go_up(versions))
		return;
	(void)inotify_add_watch(inotify, versions, WATCHED); /* `current` will tell, later */
	folder = open(versions, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0)
		find_other(folder, versions, ret);
}

int watch_tree(const char *wanted, int inotify, struct watch *ret, struct err *err)
{
	char path[PATH_SIZE];
	struct place place;
	struct stat st;
	int r;

	*ret = (struct watch){ .kind = WATCH_NOTHING };
	/* watched first, then looked at: what changes in between is seen twice, not never */
	watch_above(wanted, inotify, &ret->kind);
	r = tree_resolve(wanted, path, err);
	if (r < 0)
		return r;
	(void)str_copy(ret->path, sizeof(ret->path), path); /* tree_resolve has looked */
	r = probe_place(AT_FDCWD, path, &place, NULL);
	if (r < 0)
		return err_set(err, -r, "cannot look at %s", path);
	ret->dev = place.dev;
	ret->ino = place.ino;
	ret->changed = stat(path, &st) == 0 ? changed(&st) : 0;
	if (lstat(wanted, &st) == 0 && S_ISLNK(st.st_mode))
		look_at_versions(inotify, ret);
	return 0;
}

void watch_tree_conf(const char *tree, int inotify)
{
	char folder[WATCH_PATH_MAX];

	if (path_join(folder, sizeof(folder), tree, "etc/busypy") == 0)
		(void)inotify_add_watch(inotify, folder, WATCHED | IN_CLOSE_WRITE | IN_MASK_ADD);
}

void watch_rights(const char *path, int inotify)
{
	const unsigned mask = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR | IN_MASK_ADD;
	char above[WATCH_PATH_MAX];

	if (str_copy(above, sizeof(above), path) < 0)
		return;
	do {
		(void)inotify_add_watch(inotify, above, mask); /* else the next round will tell */
	} while (go_up(above));
}
