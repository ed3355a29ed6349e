/* SPDX-License-Identifier: MIT */
/* What stands on disk and is mounted, as facts. */
#include "sys/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/contract.h"
#include "core/err.h"
#include "core/facts.h"
#include "core/view_sandbox.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view_host.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/mount_api.h"

#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x00004000U /* Linux 6.8 */
#endif

enum { TYPE_MASK = 0170000, TYPE_DIR = 0040000, TYPE_FILE = 0100000, TYPE_LINK = 0120000 };

static int stat_quietly(int dirfd, const char *path, unsigned flags, struct statx *ret)
{
	unsigned mask = STATX_TYPE | STATX_MODE | STATX_INO | STATX_MNT_ID | STATX_MNT_ID_UNIQUE;

	flags |= AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	if (!path[0])
		flags |= AT_EMPTY_PATH;
	return syscall(SYS_statx, dirfd, path, flags, mask, ret) < 0 ? -errno : 0;
}

int probe_place(int dirfd, const char *path, struct place *ret, bool *ret_unique)
{
	struct statx st;
	int r = stat_quietly(dirfd, path, 0, &st);

	if (r < 0)
		return r;
	ret->mount_id = st.stx_mnt_id;
	ret->dev = (uint64_t)st.stx_dev_major << 32 | st.stx_dev_minor;
	ret->ino = st.stx_ino;
	if (ret_unique)
		*ret_unique = st.stx_mask & STATX_MNT_ID_UNIQUE;
	return 0;
}

bool probe_is_mount(int dirfd, const char *path)
{
	struct statx st;

	return stat_quietly(dirfd, path, 0, &st) == 0 &&
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* An entry that went away between listing and looking, or a mount whose server did or lets no one
 * else in, is left out. Anything else is a fault: a view without /proc or /home would be worse. */
static bool is_no_use(int r)
{
	return r == -ENOENT || r == -ENOTCONN || r == -ESTALE || r == -EACCES;
}

static int probe_at(const char *path, bool written, struct contract_file *ret)
{
	struct stat st;
	const struct timespec *time = written ? &st.st_mtim : &st.st_ctim;

	/* not statx(2): a seccomp filter may be older, and kill for it */
	if (fstatat(AT_FDCWD, path, &st, AT_NO_AUTOMOUNT) < 0)
		return -errno;
	ret->dev = (uint64_t)major(st.st_dev) << 32 | minor(st.st_dev);
	ret->ino = st.st_ino;
	ret->changed = (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
	return 0;
}

int probe_file(const char *path, struct contract_file *ret)
{
	return probe_at(path, false, ret);
}

int probe_runtime(const char *path, struct contract_file *ret)
{
	return probe_at(path, true, ret);
}

int probe_plain_path(const char *path, struct place *ret)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS,
	};
	FD_CLEANUP int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	return fd < 0 ? -errno : probe_place(fd, "", ret, NULL);
}

static bool is_empty_directory(int dirfd, const char *path)
{
	FD_CLEANUP int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 && dirs_empty(fd) == 1;
}

static int add_entry(struct facts *facts, int root, const char *name)
{
	struct statx st;
	char target[512];
	ssize_t n;
	bool is_mount;
	int r;

	r = stat_quietly(root, name, AT_SYMLINK_NOFOLLOW, &st);
	if (r < 0)
		return is_no_use(r) ? 0 : r;
	is_mount = st.stx_attributes & STATX_ATTR_MOUNT_ROOT;
	switch (st.stx_mode & TYPE_MASK) {
	case TYPE_DIR:
		return facts_add_top(facts, FACTS_DIR, is_mount, name, NULL);
	case TYPE_FILE:
		return facts_add_top(facts, FACTS_FILE, is_mount, name, NULL);
	case TYPE_LINK:
		n = readlinkat(root, name, target, sizeof(target) - 1);
		if (n < 0 || n == (ssize_t)sizeof(target) - 1)
			return 0;
		target[n] = '\0';
		return facts_add_top(facts, FACTS_LINK, false, name, target);
	default:
		return 0;
	}
}

static int add_entries(struct facts *facts, int root, const char *path, struct err *err)
{
	struct dirs dirs;
	const char *name;
	int r;

	dirs_begin(&dirs, root);
	while ((r = dirs_next(&dirs, &name)) > 0) {
		r = add_entry(facts, root, name);
		if (r == -E2BIG)
			return err_say(err, E2BIG, "%s has more than %d entries", path,
				       FACTS_TOP_MAX);
		if (r < 0)
			return err_set(err, -r, "cannot look at %s%s%s", path,
				       str_ends(path, "/") ? "" : "/", name);
	}
	if (r < 0)
		return err_set(err, -r, "cannot read %s", path);
	facts_sort(facts);
	return 0;
}

/* Whether a directory is empty matters for mount points only: where those are in directories that
 * the tree has, the others need not be looked at. */
static bool needs_all(const struct facts *facts, const struct view_sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->n_extras; i++) {
		if (!facts_find_top(facts, sandbox->extras[i].dst))
			return true;
	}
	return sandbox->flags & VIEW_SANDBOX_WRITE;
}

static bool is_needed(const struct facts *facts, const struct view_sandbox *sandbox,
		      const struct facts_entry *entry)
{
	if (entry->type != FACTS_DIR || view_sandbox_makes(entry->name))
		return false;
	for (size_t i = 0; i < sandbox->n_extras; i++) {
		if (facts_find_top(facts, sandbox->extras[i].dst) == entry)
			return true;
	}
	return false;
}

int probe_tree_top(struct facts *facts, const char *tree, const struct view_sandbox *sandbox,
		   struct err *err)
{
	FD_CLEANUP int root = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool all;
	int r;

	if (root < 0)
		return err_set(err, errno, "cannot read %s", tree);
	r = add_entries(facts, root, tree, err);
	if (r < 0)
		return r;
	all = needs_all(facts, sandbox);
	for (size_t i = 0; i < facts->n_top; i++) {
		struct facts_entry *entry = &facts->top[i];

		if ((all && entry->type == FACTS_DIR) || is_needed(facts, sandbox, entry))
			entry->is_empty = is_empty_directory(root, entry->name);
	}
	return 0;
}

int probe_top(struct facts *facts, struct err *err)
{
	FD_CLEANUP int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	FD_CLEANUP int clone = -1;

	if (root < 0)
		return err_set(err, errno, "cannot read /");
	/* In a mount namespace that is less privileged than its parent, children are locked to
	 * their parents, and a mount cannot be cloned without them: EINVAL (mount_namespaces(7)).
	 */
	clone = mount_clone(root, "", false);
	facts->children_locked = clone == -EINVAL;
	return add_entries(facts, root, "/", err);
}

static bool is_directory(int dirfd, const char *path)
{
	struct statx st;

	return stat_quietly(dirfd, path, AT_SYMLINK_NOFOLLOW, &st) == 0 &&
	       (st.stx_mode & TYPE_MASK) == TYPE_DIR;
}

/* True if all users can search a directory and those above it, by no link but those that lead
 * there: an access list may refuse some, whatever the mode says. */
static bool is_searched_by_all(const char *path)
{
	enum { SEARCH = 0111 };
	char at[PATH_SIZE];
	struct statx st, root;
	struct text text;

	text_init(&text, at, sizeof(at));
	text_add(&text, path);
	if (stat_quietly(AT_FDCWD, "/", 0, &root) < 0)
		return false;
	for (;;) {
		if (text_check(&text) < 0 || stat_quietly(AT_FDCWD, at, 0, &st) < 0 ||
		    (st.stx_mode & SEARCH) != SEARCH ||
		    getxattr(at, "system.posix_acl_access", NULL, 0) >= 0)
			return false;
		if (st.stx_ino == root.stx_ino && st.stx_dev_major == root.stx_dev_major &&
		    st.stx_dev_minor == root.stx_dev_minor)
			return true;
		text_add(&text, "/..");
	}
}

/* The same of all directories that a path leads through before its end. */
static bool is_reached_by_all(const char *path)
{
	char above[PATH_SIZE];

	for (size_t n = strlen(path); n > 0; n--) {
		if (path[n] != '/')
			continue;
		if (str_copy_bytes(above, sizeof(above), path, n) < 0 || !is_searched_by_all(above))
			return false;
	}
	return true;
}

unsigned probe_host_shares(void)
{
	bool reached = false;
	unsigned found = 0;

	for (size_t i = 0; view_share(i); i++) {
		const char *share = view_share(i);
		size_t n = (size_t)(path_base(share) - share);

		/* those of one folder stand side by side */
		if (i == 0 || strncmp(share, view_share(i - 1), n) != 0)
			reached = is_reached_by_all(share);
		if (reached && is_directory(AT_FDCWD, share))
			found |= 1U << i;
	}
	return found;
}

void probe_shares(struct facts *facts, const char *tree, const char *arch)
{
	unsigned host = probe_host_shares();
	char runtime[PATH_SIZE];
	struct text text;
	FD_CLEANUP int fd = -1;

	text_init(&text, runtime, sizeof(runtime));
	text_addf(&text, "%s/" TREE_PYTHON_OF, tree, arch);
	if (text_check(&text) < 0)
		return;
	fd = open(runtime, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; fd >= 0 && view_share(i); i++) {
		if ((host & (1U << i)) && is_empty_directory(fd, view_share(i) + 1))
			facts->shares |= 1U << i;
	}
}
