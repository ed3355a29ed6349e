/* SPDX-License-Identifier: MIT */
/* Identifies scripts by descriptor, mount and path. */
#include "sys/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "core/broken.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/request.h"
#include "core/runtime_layout.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tier.h"
#include "core/tree_layout.h"
#include "core/view_host.h"
#include "sys/dirs.h"
#include "sys/fd.h"
#include "sys/pages.h"
#include "sys/priv.h"
#include "sys/probe.h"

int script_in_view(void)
{
	if (faccessat(AT_FDCWD, view_marker(), F_OK, 0) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

bool script_host_root(const struct contract *contract)
{
	struct place root;

	return probe_place(AT_FDCWD, "/", &root, NULL) == 0 && contract_root_is(contract, &root);
}

static const struct contract_tree *tree_above(const struct contract *contract, const char *path)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		if (path_below(path, contract->trees[i].path))
			return &contract->trees[i];
	}
	return NULL;
}

/* True if the path as given is the file's own name: canonical, without any link, and leading to
 * this very file. /proc could tell for any path, but for 20 us more: the kernel has to make the
 * entries of a new process first. */
static bool is_own_path(const char *path, const struct place *place)
{
	struct place there;

	return path_canonical(path) && probe_plain_path(path, &there) == 0 &&
	       there.ino == place->ino && there.dev == place->dev &&
	       there.mount_id == place->mount_id;
}

/* By calls that are as old as filters: one that was written before openat2(2) or statx(2) may kill
 * for them, and scripts that are not ours run under it all the same. */
static bool is_elsewhere_for_proc(const struct contract *contract, int fd)
{
	char *path = pages_get(PATH_SIZE);

	return path && fd_where(fd, path, PATH_SIZE) == 0 && path_canonical(path) &&
	       !contract_covers(contract, path);
}

bool script_elsewhere(const struct contract *contract, const struct request *request)
{
	struct place place;

	if (priv_filtered())
		return is_elsewhere_for_proc(contract, request->fd);
	return path_canonical(request->path) && !contract_covers(contract, request->path) &&
	       probe_place(request->fd, "", &place, NULL) == 0 &&
	       is_own_path(request->path, &place);
}

/* EXPORT/current/bin/tool as it is in the version that the link leads to by now. If that is another
 * than a moment ago, when the kernel opened the script, and has the same file, it is as if the
 * script had been started a moment later. -errno if it is no such path. */
static int follow_link(const struct contract *contract, const char *path, char *dst, size_t size)
{
	char target[128];
	size_t export, link;
	struct text text;

	if (!contract_by_link(contract, path, &export, &link) ||
	    str_copy_bytes(dst, size, path, link) < 0 ||
	    fd_read_link(AT_FDCWD, dst, target, sizeof(target)) < 0)
		return -ENOENT;
	text_init(&text, dst, size);
	if (target[0] != '/')
		text_add_bytes(&text, path, export);
	text_add(&text, target);
	text_add(&text, path + link);
	return text_check(&text);
}

/* The path of a file in a tree by the one that was given, if that proves to be so. */
static const char *proven_path(const struct contract *contract, const char *path,
			       const struct place *place, struct script *script)
{
	if (!contract_covers(contract, path)) {
		if (follow_link(contract, path, script->near, sizeof(script->near)) < 0 ||
		    !contract_covers(contract, script->near))
			return NULL;
		path = script->near;
	}
	return is_own_path(path, place) ? path : NULL;
}

/* Where the file is, for the kernel: /proc's entries of a new process take 20 us to make. */
static int kernels_path(const struct request *request, const char **ret)
{
	char *path = pages_get(PATH_SIZE);

	if (!path)
		return -errno;
	*ret = path;
	return fd_where(request->fd, path, PATH_SIZE);
}

static bool may_be_ours(const struct contract *contract, const struct place *place, bool host_root)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		const struct contract_tree *tree = &contract->trees[i];

		if (place->dev == tree->dev || (host_root && place->mount_id == tree->mount_id))
			return true;
	}
	return false;
}

/* For a file below a tree's path that is not on the tree's mount. Looking at that path can wait
 * for the tree's server, but only for what lies there. */
static enum tier_owner on_other_mount(const struct contract_tree *tree, const struct place *file)
{
	struct place root;

	if (probe_place(AT_FDCWD, tree->path, &root, NULL) < 0)
		return OWNER_STALE;
	if (root.mount_id == tree->mount_id)
		return OWNER_FOREIGN; /* something else is mounted inside of the tree */
	if (!contract_tree_is(tree, &root))
		return OWNER_STALE;
	/* Mounted anew, as automounters do: the same files, and the template holds them. */
	return file->mount_id == root.mount_id ? OWNER_OURS : OWNER_FOREIGN;
}

/* Under another root a tree of that path and device may be another one: a container's copy. */
static enum tier_owner under_other_root(const struct contract_tree *tree)
{
	struct place root;

	if (probe_place(AT_FDCWD, tree->path, &root, NULL) < 0)
		return OWNER_DOUBT;
	return contract_tree_is(tree, &root) ? OWNER_OURS : OWNER_FOREIGN;
}

struct search {
	struct dirs dirs;
	char target[PATH_SIZE];
};

/* True if WORD.d is the runtime of the tree, whose word and runtime are then filled in. */
static bool is_runtime_of(struct contract_tree *tree, const char *name, struct search *search)
{
	size_t n = strlen(name), end = sizeof(RUNTIME_DIR_END) - 1;
	char path[64];

	if (!str_ends(name, RUNTIME_DIR_END) ||
	    str_copy_bytes(tree->word, sizeof(tree->word), name, n - end) < 0 ||
	    runtime_layout_path(tree->word, RUNTIME_TREE, path, sizeof(path)) < 0 ||
	    fd_read_link(AT_FDCWD, path, search->target, sizeof(search->target)) < 0)
		return false;
	return str_eq(search->target, tree->path) &&
	       runtime_layout_path(tree->word, RUNTIME_PROGRAM, path, sizeof(path)) == 0 &&
	       probe_runtime(path, &tree->runtime) == 0;
}

/* A runtime outlives its generation while scripts run in it, and they start others of their
 * version. Where it is found, that is how the version runs. */
static void find_runtime(struct contract_tree *tree)
{
	FD_CLEANUP int fd = open(RUNTIME_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct search *search = fd < 0 ? NULL : pages_get(sizeof(*search));
	const char *name;

	if (!search)
		return;
	dirs_begin(&search->dirs, fd);
	while (dirs_next(&search->dirs, &name) > 0) {
		if (!is_runtime_of(tree, name, search))
			continue;
		tree->flags |= CONTRACT_TREE_HOST;
		return;
	}
	tree->word[0] = '\0';
}

/* A version that nobody has enabled (yet) of an export that is enabled: the folder of versions must
 * be the export's own. There is no template for it. */
static enum tier_owner in_sibling(const struct contract *contract, const struct place *file,
				  bool host_root, struct script *ret)
{
	struct contract_tree *tree = pages_get(sizeof(*tree));
	const struct contract_tree *known;
	struct place folder, root;

	if (!tree)
		return OWNER_DOUBT;
	known = contract_sibling(contract, ret->path, tree);
	if (!known)
		return OWNER_FOREIGN;
	ret->tree = known;
	tree->path[known->versions] = '\0';
	if (probe_place(AT_FDCWD, tree->path, &folder, NULL) < 0)
		return OWNER_STALE;
	tree->path[known->versions] = '/';
	if (probe_place(AT_FDCWD, tree->path, &root, NULL) < 0)
		return OWNER_STALE;
	if (folder.dev != known->dev || folder.ino != known->versions_ino)
		return host_root ? OWNER_STALE : OWNER_FOREIGN;
	if (root.mount_id != folder.mount_id || file->mount_id != folder.mount_id)
		return OWNER_FOREIGN; /* something else is mounted there */
	tree->ino = root.ino;
	find_runtime(tree);
	ret->tree = tree;
	return OWNER_OURS;
}

static bool is_shown(const char *path)
{
	for (size_t i = 0; i < TREE_SHARED_FOLDERS; i++) {
		if (path[0] == '/' && str_starts(path + 1, tree_shared[i]) &&
		    path[1 + strlen(tree_shared[i])] == '/')
			return true;
	}
	return false;
}

bool script_may_show(const struct request *request)
{
	return is_shown(request->path);
}

bool script_shown(const struct contract *contract, const struct request *request)
{
	struct place place;
	const char *path = NULL;

	return probe_place(request->fd, "", &place, NULL) == 0 &&
	       may_be_ours(contract, &place, false) && kernels_path(request, &path) == 0 &&
	       (is_shown(path) || contract_covers(contract, path));
}

static enum tier_owner owner_without_path(int r, bool possible, bool host_root)
{
	/* Without /proc nothing can be told. On the host that is a fault, and a silent wrong
	 * interpreter would be worse; elsewhere it is somebody's bare chroot. */
	if (!possible || (!host_root && (r == -ENOENT || r == -ENOTDIR)))
		return OWNER_FOREIGN;
	return OWNER_DOUBT;
}

void script_identify(const struct contract *contract, const struct request *request, bool host_root,
		     struct script *ret)
{
	struct place place;
	bool placed = probe_place(request->fd, "", &place, NULL) == 0;
	bool possible = !placed || may_be_ours(contract, &place, host_root);
	int r = 0;

	ret->owner = OWNER_FOREIGN;
	ret->tree = NULL;
	/* Another device is another tree, in another mount namespace. On the host it may be ours,
	 * mounted anew. */
	if (!possible && !host_root)
		return;
	ret->path = placed && host_root ? proven_path(contract, request->path, &place, ret) : NULL;
	if (!ret->path)
		r = kernels_path(request, &ret->path);
	if (r < 0) {
		ret->owner = owner_without_path(r, possible, host_root);
		return;
	}
	ret->tree = tree_above(contract, ret->path);
	if (!ret->tree && !contract_covers(contract, ret->path))
		return;
	if (!placed)
		ret->owner = OWNER_DOUBT;
	else if (!ret->tree)
		ret->owner = in_sibling(contract, &place, host_root, ret);
	else if (contract_tree_of(contract, ret->path, &place, host_root))
		ret->owner = host_root ? OWNER_OURS : under_other_root(ret->tree);
	else if (host_root)
		ret->owner = on_other_mount(ret->tree, &place);
}

bool script_same_tree(const struct contract_tree *tree, struct err *err)
{
	struct place place;
	int r = probe_place(AT_FDCWD, tree->path, &place, NULL);

	if (r < 0)
		(void)err_set(err, -r, "cannot look at the tree %s", tree->path);
	else if (!contract_tree_is(tree, &place))
		(void)err_say(err, ESTALE, "%s is not the tree that was enabled", tree->path);
	else
		return true;
	return false;
}

bool script_runtime(const struct contract_tree *tree, struct err *err)
{
	struct contract_file there;
	char program[64];
	int r;

	if (!tree->word[0]) {
		(void)broken_runtime_none(tree->path, err);
		return false;
	}
	r = runtime_layout_path(tree->word, RUNTIME_PROGRAM, program, sizeof(program));
	if (r == 0)
		r = probe_runtime(program, &there);
	if (r < 0)
		(void)broken_runtime(tree->path, program, -r, err);
	else if (!contract_same_file(&tree->runtime, &there))
		(void)broken_runtime_changed(tree->path, program, err);
	else
		return true;
	return false;
}

int script_beside(const struct contract_tree *tree, const char *interp, char *program,
		  char script[PATH_SIZE], struct shebang *line, struct err *err)
{
	FD_CLEANUP int fd = -1;
	int r;

	script[0] = '\0';
	if (runtime_layout_program(tree->word, interp, program, RUNTIME_PROGRAM_MAX) == 0)
		return 0;
	if (path_join(script, PATH_SIZE, tree->path, interp + 1) < 0)
		return err_set(err, ENAMETOOLONG, "cannot start %s", interp);
	fd = open(script, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(err, errno, "cannot start %s", script);
	r = script_shebang(fd, line, err);
	if (r < 0)
		return err_wrap(err, r, "%s", script);
	if (runtime_layout_program(tree->word, line->interp, program, RUNTIME_PROGRAM_MAX) < 0)
		return err_say(err, ENOENT,
			       "%s would need a view for its interpreter %s (Hint: it has to be "
			       "below /usr, where a tree uses the host's programs)",
			       script, line->interp);
	return 0;
}

int script_shebang(int fd, struct shebang *ret, struct err *err)
{
	char head[SHEBANG_READ];
	ssize_t n;
	int r;

	do {
		n = pread(fd, head, sizeof(head), 0); /* once, as the kernel has read it */
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(err, errno, "cannot read its first line");
	r = shebang_parse(head, (size_t)n, ret);
	/* The kernel's loader opens an empty name, gets the working directory, and refuses that. */
	if (r == 0 && !ret->interp[0])
		r = -EACCES;
	if (r < 0)
		return err_say(err, -r, "its first line names no interpreter");
	return 0;
}
