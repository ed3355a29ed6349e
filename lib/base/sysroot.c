/* SPDX-License-Identifier: MIT */
/* Walks paths component by component, as the kernel would with the sysroot as "/". */
#include "base/sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/path_size.h"
#include "core/plan.h"
#include "core/str.h"
#include "core/view.h"
#include "core/view_boot.h"
#include "sys/below.h"
#include "sys/fd.h"

enum {
	LINKS_MAX = 40, /* as the kernel's MAXSYMLINKS */
	/* For the kernel a path and each link's target have their limit, but no sum of them has. */
	REST_SIZE = 2 * PATH_SIZE,
};

struct walk {
	char done[PATH_SIZE]; /* resolved, without a trailing slash; "" is "/" */
	char rest[REST_SIZE]; /* still to be walked */
	char real[PATH_SIZE]; /* where done is on this machine */
	int links;
	const struct sysroot_mount *mount; /* which real is of */
	struct sysroot_trail *trail;	   /* or NULL */
};

static void clear(struct sysroot *root)
{
	root->n_mounts = 0;
	root->text_used = 0;
	root->no_links = false;
}

/* Keeps the two as one string; NULL if there is no room. */
static const char *keep(struct sysroot *root, const char *a, const char *b)
{
	char *kept = root->text + root->text_used;
	struct text text;

	if (root->text_used == sizeof(root->text))
		return NULL;
	text_init(&text, kept, sizeof(root->text) - root->text_used);
	text_add(&text, a);
	text_add(&text, b);
	if (text.overflow || text.used >= PATH_SIZE)
		return NULL;
	root->text_used += text.used + 1;
	return kept;
}

/* A mount at "/"at, or without at that of the root. Returns it, or NULL if there is no room. */
static struct sysroot_mount *add(struct sysroot *root, const char *at, const char *dir,
				 const char *below)
{
	struct sysroot_mount *mount = &root->mounts[root->n_mounts];

	if (root->n_mounts == SYSROOT_MOUNTS_MAX)
		return NULL;
	*mount = (struct sysroot_mount){
		.at = keep(root, *at ? "/" : "", at),
		.dir = keep(root, str_eq(dir, "/") ? "" : dir, str_eq(below, "/") ? "" : below),
	};
	if (!mount->at || !mount->dir)
		return NULL;
	root->n_mounts++;
	return mount;
}

int sysroot_mount(struct sysroot *root, const char *at, const char *dir)
{
	return add(root, *at ? at + 1 : "", dir, "") ? 0 : -E2BIG;
}

int sysroot_init(struct sysroot *root, const char *dir)
{
	clear(root);
	return sysroot_mount(root, "", dir);
}

/* What the view makes; for what has to be looked at, what has that name in dir stands in. */
static struct sysroot_mount *add_made(struct sysroot *root, const char *at, const char *dir)
{
	struct sysroot_mount *mount = add(root, at, dir, "");

	if (mount)
		mount->dir = keep(root, mount->dir, mount->at);
	return mount && mount->dir ? mount : NULL;
}

/* A source that need not be there. */
static bool is_left_out(const struct op *op, const struct sysroot_mount *mount)
{
	struct stat st;

	return (op->flags & OP_OPTIONAL) && lstat(mount->dir, &st) < 0;
}

static int add_op(struct sysroot *root, const struct op *op, const char *dir)
{
	struct sysroot_mount *mount;

	switch (op->type) {
	case OP_TREE:
		return add(root, "", dir, op->src) ? 0 : -E2BIG;
	case OP_HERE:
		return add(root, "", dir, "") ? 0 : -E2BIG;
	case OP_BIND:
	case OP_RBIND:
	case OP_OVERLAY:
		if (op->src[0] == '@') /* what another op has put into the view */
			return 0;
		mount = add(root, op->dst, dir, op->src);
		if (mount && is_left_out(op, mount))
			root->n_mounts--;
		return mount ? 0 : -E2BIG;
	case OP_SYMLINK:
		mount = add_made(root, op->dst, dir);
		if (mount)
			mount->target = keep(root, op->data, "");
		return mount && mount->target ? 0 : -E2BIG;
	case OP_ROOT:
	case OP_MOUNT:
		mount = add_made(root, op->type == OP_ROOT ? "" : op->dst, dir);
		if (mount)
			mount->is_alone = true;
		return mount ? 0 : -E2BIG;
	case OP_SLAVE:
	case OP_MKDIR:
	case OP_FILE:
	case OP_COVER:
	case OP_UMOUNT:
	case OP_PRUNE:
	case OP_FLAGS:
	case OP_PIVOT:
		break;
	}
	return 0;
}

int sysroot_from_plan(struct sysroot *root, const struct plan *plan, const char *dir)
{
	clear(root);
	/* A later op covers what an earlier one has put there. */
	for (size_t i = plan->n_ops; i > 0; i--) {
		int r = add_op(root, &plan->ops[i - 1], dir);

		if (r < 0)
			return r;
	}
	return 0;
}

int sysroot_init_client(struct sysroot *root, const char *tree, const struct arch *arch)
{
	const struct view view = { .kind = VIEW_BOOT, .tree = "/", .arch = arch->name };
	ARRAY_FREE struct plan *plan = malloc(sizeof(*plan)); /* too large for a stack */
	int r;

	if (!plan)
		return -ENOMEM;
	r = view_boot_plan(&view, plan, NULL);
	if (r < 0)
		return r;
	return sysroot_from_plan(root, plan, tree);
}

int sysroot_init_view(struct sysroot *root, const char *tree, const struct arch *arch)
{
	int r = sysroot_init_client(root, tree, arch);

	if (r < 0)
		return r;
	root->n_mounts--; /* the tree, which came first and so is last */
	return sysroot_mount(root, "/lib64", sysroot_dir(root, "/lib"));
}

const char *sysroot_dir(const struct sysroot *root, const char *at)
{
	for (size_t i = 0; i < root->n_mounts; i++) {
		if (str_eq(root->mounts[i].at, at))
			return root->mounts[i].dir;
	}
	return NULL;
}

/* Sets walk->real for walk->done. Returns 1 if that is a mount's own place, 0 if not. */
static int locate(const struct sysroot *root, struct walk *walk)
{
	for (size_t i = 0; i < root->n_mounts; i++) {
		const struct sysroot_mount *mount = &root->mounts[i];
		size_t n = strlen(mount->at);
		struct text text;

		if (strncmp(walk->done, mount->at, n) != 0 ||
		    (walk->done[n] && walk->done[n] != '/'))
			continue;
		if (mount->is_alone && walk->done[n])
			return -ENOENT;
		walk->mount = mount;
		text_init(&text, walk->real, sizeof(walk->real));
		text_add(&text, mount->dir);
		text_add(&text, walk->done + n);
		if (!text.used)
			text_add(&text, "/");
		return text.overflow ? -ENAMETOOLONG : walk->done[n] == '\0';
	}
	return -ENOENT;
}

static void drop_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* Puts a link's target before the rest of the walk. */
static int go_on_at(struct walk *walk, const char *target)
{
	char rest[REST_SIZE];
	struct text text;

	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	text_init(&text, rest, sizeof(rest));
	text_add(&text, target);
	if (*walk->rest) /* a slash at the end asks for a directory */
		text_addf(&text, "/%s", walk->rest);
	if (text.overflow)
		return -ENAMETOOLONG;
	if (target[0] == '/')
		walk->done[0] = '\0';
	else
		drop_last(walk->done);
	return str_copy(walk->rest, sizeof(walk->rest), rest);
}

/* Follows a link that stands on this machine. */
static int follow(struct walk *walk, const struct stat *link)
{
	const struct sysroot_trail *trail = walk->trail;
	char target[PATH_SIZE];
	bool last = !walk->rest[strspn(walk->rest, "/")];
	int r = fd_read_link(AT_FDCWD, walk->real, target, sizeof(target));

	if (r < 0)
		return r;
	if (walk->links == LINKS_MAX)
		return -ELOOP;
	if (trail && trail->follow)
		r = trail->follow(walk->real, link, last, trail->ctx);
	if (r < 0)
		return r;
	return go_on_at(walk, target);
}

/* Takes the next component off walk->rest and onto walk->done. */
static int step(const struct sysroot *root, struct walk *walk, bool follow_last)
{
	const char *s = walk->rest + strspn(walk->rest, "/");
	size_t n = strcspn(s, "/"), used = strlen(walk->done);
	bool last = s[n + strspn(s + n, "/")] == '\0', needs_dir = s[n] == '/';
	struct stat st;
	int r;

	if (walk->trail && walk->trail->enter) {
		r = locate(root, walk);
		if (r >= 0)
			r = walk->trail->enter(walk->real, walk->trail->ctx);
		if (r < 0)
			return r;
	}
	if (n == 1 && s[0] == '.') {
		memmove(walk->rest, s + n, strlen(s + n) + 1);
		return 0;
	}
	if (n == 2 && s[0] == '.' && s[1] == '.') {
		drop_last(walk->done);
		memmove(walk->rest, s + n, strlen(s + n) + 1);
		return 0;
	}
	if (used + 1 + n >= sizeof(walk->done))
		return -ENAMETOOLONG;
	walk->done[used] = '/';
	memcpy(walk->done + used + 1, s, n);
	walk->done[used + 1 + n] = '\0';
	memmove(walk->rest, s + n, strlen(s + n) + 1);
	r = locate(root, walk);
	if (r < 0)
		return r;
	if (last && !follow_last)
		return 0;
	if (r > 0)
		return walk->mount->target ? go_on_at(walk, walk->mount->target) : 0;
	if (lstat(walk->real, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return follow(walk, &st);
	return !needs_dir || S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

static int walk_path(const struct sysroot *root, const char *path, bool follow_last,
		     struct sysroot_trail *trail, struct walk *walk)
{
	struct stat st;
	int r;

	walk->done[0] = '\0';
	walk->real[0] = '\0';
	walk->links = 0;
	walk->trail = trail;
	if (str_copy(walk->rest, PATH_SIZE, path) < 0)
		return -ENAMETOOLONG;
	while (walk->rest[strspn(walk->rest, "/")]) {
		r = step(root, walk, follow_last);
		if (r < 0)
			return r;
	}
	r = locate(root, walk);
	if (r < 0)
		return r;
	return lstat(walk->real, &st) < 0 ? -errno : 0;
}

int sysroot_find(const struct sysroot *root, const char *path, char *ret_real)
{
	struct walk walk;
	int r = walk_path(root, path, true, NULL, &walk);

	if (r < 0)
		return r;
	return str_copy(ret_real, PATH_SIZE, walk.real);
}

int sysroot_open(const struct sysroot *root, const char *path, char *ret_real)
{
	int r = sysroot_find(root, path, ret_real);

	if (r < 0)
		return r;
	return root->no_links ? below_open_regular(ret_real) : below_open_found(ret_real);
}

int sysroot_find_link(const struct sysroot *root, const char *path, char *ret_real)
{
	struct walk walk;
	int r = walk_path(root, path, false, NULL, &walk);

	if (r < 0)
		return r;
	return str_copy(ret_real, PATH_SIZE, walk.real);
}

int sysroot_canonical(const struct sysroot *root, const char *path, char *ret_path)
{
	struct walk walk;
	int r = walk_path(root, path, true, NULL, &walk);

	if (r < 0)
		return r;
	return str_copy(ret_path, PATH_SIZE, walk.done[0] ? walk.done : "/");
}

int sysroot_walk(const struct sysroot *root, const char *path, struct sysroot_trail *trail)
{
	struct walk walk;
	int r = walk_path(root, path, true, trail, &walk);

	(void)str_copy(trail->at, sizeof(trail->at), walk.done[0] ? walk.done : "/");
	(void)str_copy(trail->real, sizeof(trail->real), walk.real);
	trail->links = (unsigned)walk.links;
	return r;
}
