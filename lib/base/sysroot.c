/* SPDX-License-Identifier: MIT */
/* Walks paths component by component, as the kernel would with the sysroot as "/". */
#include "base/sysroot.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

enum { LINKS_MAX = 40 /* as the kernel's MAXSYMLINKS */ };

struct walk {
	char done[PATH_SIZE]; /* resolved, without a trailing slash; "" is "/" */
	char rest[PATH_SIZE]; /* still to be walked */
	char real[PATH_SIZE]; /* where done is on this machine */
	int links;
	struct sysroot_trail *trail; /* or NULL */
};

int sysroot_init(struct sysroot *root, const char *dir)
{
	root->library_path = NULL;
	root->cache_size = 0;
	root->cwd = NULL;
	root->n_mounts = 1;
	root->below = NULL;
	root->mounts[0].at = "";
	return str_copy(root->mounts[0].dir, sizeof(root->mounts[0].dir),
			str_eq(dir, "/") ? "" : dir);
}

int sysroot_init_view(struct sysroot *root, const char *tree, const struct arch *arch)
{
	static const char *const at[] = { "/usr", "/lib", "/lib64" };
	struct text text;

	root->library_path = NULL;
	root->cache_size = 0;
	root->cwd = NULL;
	root->n_mounts = 0;
	root->below = NULL;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		text_init(&text, root->mounts[i].dir, sizeof(root->mounts[i].dir));
		text_addf(&text, i == 0 ? "%s/" TREE_USR_OF : "%s/" TREE_CLIB_OF, tree, arch->name);
		if (text.overflow)
			return -E2BIG;
		root->mounts[i].at = at[i];
		root->n_mounts++;
	}
	return 0;
}

int sysroot_mount(struct sysroot *root, const char *at, const char *dir)
{
	size_t n = root->n_mounts;

	if (n == SYSROOT_MOUNTS_MAX || str_copy(root->mounts[n].dir, sizeof(root->mounts[n].dir),
						str_eq(dir, "/") ? "" : dir) < 0)
		return -E2BIG;
	root->mounts[n].at = at;
	root->n_mounts++;
	return 0;
}

int sysroot_init_client(struct sysroot *root, const char *tree, const struct arch *arch)
{
	int r = sysroot_init_view(root, tree, arch);

	if (r < 0)
		return r;
	/* behind the others, which come first; /lib64 is the tree's link */
	root->mounts[2].at = "";
	return str_copy(root->mounts[2].dir, sizeof(root->mounts[2].dir), tree);
}

/* Sets walk->real for walk->done. Returns 1 if that is a mount's own directory, 0 if not. */
static int locate(const struct sysroot *root, struct walk *walk)
{
	for (size_t i = 0; i < root->n_mounts; i++) {
		size_t n = strlen(root->mounts[i].at);
		struct text text;

		if (strncmp(walk->done, root->mounts[i].at, n) != 0 ||
		    (walk->done[n] && walk->done[n] != '/'))
			continue;
		text_init(&text, walk->real, sizeof(walk->real));
		text_add(&text, root->mounts[i].dir);
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
static int follow(struct walk *walk, const struct stat *link)
{
	const struct sysroot_trail *trail = walk->trail;
	char target[PATH_SIZE];
	ssize_t n = readlink(walk->real, target, sizeof(target));
	struct text text;
	bool last = !walk->rest[strspn(walk->rest, "/")];
	int r = 0;

	if (n < 0)
		return -errno;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if (trail && trail->follow)
		r = trail->follow(walk->real, link, last, trail->context);
	if (r < 0)
		return r;
	if ((size_t)n + 1 + strlen(walk->rest) >= sizeof(target))
		return -ENAMETOOLONG;
	text_init(&text, target + n, sizeof(target) - (size_t)n);
	text_add(&text, "/");
	text_add(&text, walk->rest);
	if (target[0] == '/')
		walk->done[0] = '\0';
	else
		drop_last(walk->done);
	return str_copy(walk->rest, sizeof(walk->rest), target);
}

/* Takes the next component off walk->rest and onto walk->done. */
static int step(const struct sysroot *root, struct walk *walk, bool follow_last)
{
	const char *s = walk->rest + strspn(walk->rest, "/");
	size_t n = strcspn(s, "/"), used = strlen(walk->done);
	bool last = s[n + strspn(s + n, "/")] == '\0';
	struct stat st;
	int r;

	if (walk->trail && walk->trail->enter) {
		r = locate(root, walk);
		if (r >= 0)
			r = walk->trail->enter(walk->real, walk->trail->context);
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
	if (r > 0 || (last && !follow_last))
		return 0;
	if (lstat(walk->real, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return follow(walk, &st);
	return last || S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
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
	if (str_copy(walk->rest, sizeof(walk->rest), path) < 0)
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

	return r < 0 ? r : str_copy(ret_real, PATH_SIZE, walk.real);
}

int sysroot_find_link(const struct sysroot *root, const char *path, char *ret_real)
{
	struct walk walk;
	int r = walk_path(root, path, false, NULL, &walk);

	return r < 0 ? r : str_copy(ret_real, PATH_SIZE, walk.real);
}

int sysroot_canonical(const struct sysroot *root, const char *path, char *ret_path)
{
	struct walk walk;
	int r = walk_path(root, path, true, NULL, &walk);

	return r < 0 ? r : str_copy(ret_path, PATH_SIZE, walk.done[0] ? walk.done : "/");
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
