/* SPDX-License-Identifier: MIT */
/* The plan's executor, on the new mount API: every mount is made detached, given its flags, and
 * only then attached, so that nothing is ever visible with too many rights. */
#include "sys/run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/mount_api.h"

/* From sys/mount.h, which clashes with linux/mount.h in glibc 2.36. */
enum { PROPAGATE_PRIVATE = 1 << 18, PROPAGATE_SLAVE = 1 << 19 };

struct run {
	int root;      /* the new root, -1 before OP_ROOT, OP_TREE or OP_HERE */
	bool detached; /* it is mounted nowhere */
};

static uint64_t attributes(unsigned flags)
{
	uint64_t set = 0;

	if (flags & OP_RDONLY)
		set |= MOUNT_ATTR_RDONLY;
	if (flags & OP_NOSUID)
		set |= MOUNT_ATTR_NOSUID;
	if (flags & OP_NODEV)
		set |= MOUNT_ATTR_NODEV;
	if (flags & OP_NOEXEC)
		set |= MOUNT_ATTR_NOEXEC;
	return set;
}

static int run_slave(void)
{
	FD_CLEANUP int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return -errno;
	return mount_attributes(root, 0, PROPAGATE_SLAVE, true);
}

/* The new root is mounted over "/". Paths from the process's root go on to name the old one, since
 * a look-up starts at the root itself and not at what covers it; nothing else is hidden, as it
 * would be under any other directory. */
static int take_root(struct run *run, int mount)
{
	FD_CLEANUP int new_root = mount;
	FD_CLEANUP int old_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (old_root < 0)
		return -errno;
	r = run->detached ? 0 : mount_attach(new_root, old_root);
	if (r < 0)
		return r;
	run->root = fd_steal(&new_root);
	return 0;
}

static int run_root(struct run *run, const struct op *op)
{
	int mount = mount_new("tmpfs", "busypy", op->data, 0);

	return mount < 0 ? mount : take_root(run, mount);
}

static int clone_source(const struct run *run, const struct op *op, bool recursive)
{
	FD_CLEANUP int src = -1;

	if (str_starts(op->src, "@/"))
		return mount_clone(run->root, op->src + 2, recursive);
	if (!(op->flags & OP_NOLINKS))
		return mount_clone(AT_FDCWD, op->src, recursive);
	src = open_plain(op->src);
	return src < 0 ? src : mount_clone(src, "", recursive);
}

static int run_tree(struct run *run, const struct op *op)
{
	int mount = clone_source(run, op, false);
	int r;

	if (mount < 0)
		return mount;
	r = mount_attributes(mount, attributes(op->flags), PROPAGATE_PRIVATE, false);
	if (r < 0) {
		(void)close(mount); /* the reason is in r */
		return r;
	}
	return take_root(run, mount);
}

static int run_here(struct run *run)
{
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return -errno;
	run->root = root;
	return 0;
}

/* Opens the directory that dst stands in; *ret_name points at dst's last component. A link on the
 * way would lead from the process's root, which is the old one, and is not followed. */
static int open_parent(const struct run *run, const char *dst, const char **ret_name)
{
	const char *name = path_base(dst);
	char parent[PATH_SIZE];

	*ret_name = name;
	if (name == dst)
		return open_beneath(run->root, ".", O_DIRECTORY);
	if (str_copy_bytes(parent, sizeof(parent), dst, (size_t)(name - dst - 1)) < 0)
		return -ENAMETOOLONG;
	return open_beneath(run->root, parent, O_DIRECTORY);
}

/* The same, without a descriptor of its own where it is the root. */
static int find_parent(const struct run *run, const char *dst, const char **ret_name, int *ret_fd)
{
	*ret_name = dst;
	if (!strchr(dst, '/'))
		return run->root;
	return *ret_fd = open_parent(run, dst, ret_name);
}

static int run_mkdir(const struct run *run, const struct op *op)
{
	FD_CLEANUP int fd = -1;
	const char *name;
	int parent = find_parent(run, op->dst, &name, &fd);

	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, op->mode) == 0 || errno == EEXIST)
		return 0;
	/* NFS does not look whether it is there before it says that it is read-only. */
	if (errno != EROFS)
		return -errno;
	return faccessat(parent, name, F_OK, 0) == 0 ? 0 : -EROFS;
}

static int run_symlink(const struct run *run, const struct op *op)
{
	return symlinkat(op->data, run->root, op->dst) < 0 && errno != EEXIST ? -errno : 0;
}

/* The caller's limit on file sizes would end the process by a signal. What counts is that the file
 * is there. */
static bool may_write(size_t n)
{
	struct rlimit limit;

	return n > 0 && (getrlimit(RLIMIT_FSIZE, &limit) < 0 || n <= limit.rlim_cur);
}

static int run_file(const struct run *run, const struct op *op)
{
	FD_CLEANUP int above = -1;
	FD_CLEANUP int fd = -1;
	const char *name;
	int parent = find_parent(run, op->dst, &name, &above);

	if (parent < 0)
		return parent;
	if (!op->data[0]) /* most are: something to mount on */
		return mknodat(parent, name, S_IFREG | op->mode, 0) < 0 && errno != EEXIST ? -errno
											   : 0;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, op->mode);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	return may_write(strlen(op->data)) ? fd_write_all(fd, op->data, strlen(op->data)) : 0;
}

static int run_bind(const struct run *run, const struct op *op)
{
	bool recursive = op->type == OP_RBIND;
	FD_CLEANUP int mount = clone_source(run, op, recursive);
	FD_CLEANUP int target = -1;
	int r;

	if (mount < 0)
		return mount;
	r = mount_attributes(mount, attributes(op->flags),
			     op->flags & OP_PRIVATE ? PROPAGATE_PRIVATE : PROPAGATE_SLAVE,
			     recursive);
	if (r < 0)
		return r;
	target = open_beneath(run->root, op->dst, 0);
	return target < 0 ? target : mount_attach(mount, target);
}

/* Whatever dst may be by now: what is looked at is what is covered. */
static int run_cover(const struct run *run, const struct op *op)
{
	FD_CLEANUP int target = open_beneath(run->root, op->dst, 0);
	FD_CLEANUP int mount = -1;
	struct stat st;
	int r;

	if (target < 0)
		return target == -ENOENT || target == -ENOTDIR || target == -ELOOP ? 0 : target;
	if (fstat(target, &st) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode))
		return 0;
	mount = clone_source(run, op, false);
	if (mount < 0)
		return mount;
	r = mount_attributes(mount, attributes(op->flags), PROPAGATE_PRIVATE, false);
	return r < 0 ? r : mount_attach(mount, target);
}

static int run_mount(const struct run *run, const struct op *op)
{
	FD_CLEANUP int mount = mount_new(op->src, "busypy", op->data, attributes(op->flags));
	FD_CLEANUP int target = -1;

	if (mount < 0)
		return mount;
	target = open_beneath(run->root, op->dst, O_DIRECTORY);
	return target < 0 ? target : mount_attach(mount, target);
}

/* The layers are named by descriptors: their paths are not those of the process's root. */
static int run_overlay(const struct run *run, const struct op *op)
{
	FD_CLEANUP int layer = open_beneath(run->root, op->dst, O_DIRECTORY);
	FD_CLEANUP int lower = op->flags & OP_NOLINKS
				       ? open_plain(op->src)
				       : open(op->src, O_PATH | O_DIRECTORY | O_CLOEXEC);
	FD_CLEANUP int mount = -1;
	char options[256];
	struct text text;

	if (layer < 0)
		return layer;
	if (lower < 0)
		return op->flags & OP_NOLINKS ? lower : -errno;
	text_init(&text, options, sizeof(options));
	text_addf(&text,
		  "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d/upper,"
		  "workdir=/proc/self/fd/%d/work,userxattr",
		  lower, layer, layer);
	mount = mount_new("overlay", "busypy", options, attributes(op->flags));
	return mount < 0 ? mount : mount_attach(mount, layer);
}

static int run_umount(const struct run *run, const struct op *op)
{
	const char *name;
	FD_CLEANUP int parent = open_parent(run, op->dst, &name);

	return parent < 0 ? parent : mount_detach(parent, name);
}

/* What a mount covers is seen through a clone of its parent directory without the mounts on it. A
 * file that holds something may have been masked for that. */
static int covered_is_empty(const struct run *run, const char *dst)
{
	const char *name;
	FD_CLEANUP int parent = open_parent(run, dst, &name);
	FD_CLEANUP int clone = parent < 0 ? parent : mount_clone(parent, "", false);
	FD_CLEANUP int covered = -1;
	struct stat st;

	if (clone < 0)
		return clone;
	if (fstatat(clone, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return S_ISREG(st.st_mode) && st.st_size == 0;
	covered = openat(clone, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return covered < 0 ? -errno : dirs_empty(covered);
}

/* Doing without a mount is an economy: where it is gone already, is on top of something, or cannot
 * be told, it stays. */
static int run_prune(const struct run *run, const struct op *op)
{
	if (covered_is_empty(run, op->dst) == 1)
		(void)run_umount(run, op); /* a mount that stays costs a microsecond per exec */
	return 0;
}

static int run_flags(const struct run *run, const struct op *op)
{
	FD_CLEANUP int target = open_beneath(run->root, op->dst, 0);

	return target < 0 ? target : mount_attributes(target, attributes(op->flags), 0, false);
}

static int run_op(struct run *run, const struct op *op)
{
	switch (op->type) {
	case OP_SLAVE:
		return run->detached ? 0 : run_slave();
	case OP_ROOT:
		return run_root(run, op);
	case OP_TREE:
		return run_tree(run, op);
	case OP_HERE:
		return run_here(run);
	case OP_MKDIR:
		return run_mkdir(run, op);
	case OP_SYMLINK:
		return run_symlink(run, op);
	case OP_FILE:
		return run_file(run, op);
	case OP_BIND:
	case OP_RBIND:
		return run_bind(run, op);
	case OP_OVERLAY:
		return run_overlay(run, op);
	case OP_MOUNT:
		return run_mount(run, op);
	case OP_UMOUNT:
		return run_umount(run, op);
	case OP_COVER:
		return run_cover(run, op);
	case OP_PRUNE:
		return run_prune(run, op);
	case OP_FLAGS:
		return run_flags(run, op);
	case OP_PIVOT:
		return run->detached ? mount_chroot(run->root) : mount_pivot(run->root);
	}
	return -EINVAL;
}

static int run_ops(const struct plan *plan, bool detached, struct err *err)
{
	mode_t mask = umask(0); /* it must not show in the view */
	struct run run = { .root = -1, .detached = detached };
	int failed = 0;

	for (size_t i = 0; i < plan->n_ops && failed == 0; i++) {
		const struct op *op = &plan->ops[i];
		int r = run_op(&run, op);

		/* what is not there, or not allowed, can be done without: no limit is such a reason
		 */
		if (r < 0 && (!(op->flags & OP_OPTIONAL) || r == -ENOSPC || r == -ENOMEM ||
			      r == -EMFILE || r == -ENFILE))
			failed = err_set(err, -r, "cannot %s %s%s/%s", op_name(op->type),
					 op->src ? op->src : "", op->src ? " on " : "",
					 op->dst ? op->dst : "");
		if (r == -ELOOP && failed < 0 && (op->flags & OP_NOLINKS))
			(void)err_hint(err, r, "a symbolic link on the way to %s is not followed",
				       op->src);
		if (r == -ENOSPC && failed < 0 && op->type != OP_FILE)
			(void)err_hint(err, r,
				       "this namespace may hold no more mounts: see "
				       "/proc/sys/fs/mount-max");
	}
	fd_close(&run.root);
	(void)umask(mask); /* cannot fail */
	return failed;
}

int run_plan(const struct plan *plan, struct err *err)
{
	return run_ops(plan, false, err);
}

int run_plan_detached(const struct plan *plan, struct err *err)
{
	return run_ops(plan, true, err);
}
