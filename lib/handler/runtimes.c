/* SPDX-License-Identifier: MIT */
/* Makes runtimes under a temporary name, compares them with what stands, and removes them. */
#include "handler/runtimes.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/runtime_layout.h"
#include "core/scrub.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/tree_layout.h"
#include "handler/runtime.h"
#include "handler/runtime_base.h"
#include "handler/said.h"
#include "sys/fd.h"
#include "sys/mount_api.h"
#include "sys/probe.h"
#include "sys/tree.h"

/* linux/mount.h and sys/mount.h; they clash in glibc 2.36, and these never change. */
enum { ATTR_NOSUID = 2, ATTR_NODEV = 4, PROPAGATE_PRIVATE = 1 << 18 };

enum { START_MAX = 16 * 1024 }; /* bytes of busypy_start.py */

bool runtimes_mounted(void)
{
	return probe_is_mount(AT_FDCWD, RUNTIME_ROOT);
}

/* Not what is mounted here later, but bindable: a container gets it so. */
static int settle(int mount)
{
	return mount_attributes(mount, ATTR_NODEV | ATTR_NOSUID, PROPAGATE_PRIVATE, false);
}

void runtimes_settle_mount(void)
{
	FD_CLEANUP int mount = open(RUNTIME_ROOT, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (mount >= 0)
		(void)settle(mount); /* without it no container gets it, and nothing else */
}

static int note_name(const char *dir, const char *name, struct err *err, void *ctx)
{
	(void)dir, (void)name, (void)err;
	*(bool *)ctx = true;
	return 0;
}

void runtimes_unmount_empty(void)
{
	bool found = false;
	struct files_names names = { .each = note_name, .ctx = &found };

	if (files_each_name(RUNTIME_ROOT, &names, NULL) == 0 && !found &&
	    mount_detach(AT_FDCWD, RUNTIME_ROOT) == 0)
		(void)rmdir(RUNTIME_ROOT); /* not ours, if it holds anything else */
}

static int attach(int mount, int target)
{
	int r = mount_attach(mount, target);

	return r < 0 ? r : settle(mount);
}

static int make_root(uint64_t space, struct err *err)
{
	FD_CLEANUP int mount = -1;
	FD_CLEANUP int target = -1;
	char options[64];
	int r;

	(void)snprintf(options, sizeof(options), "mode=0755,size=%" PRIu64, space);
	if (runtimes_mounted()) {
		r = mount_reconfigure(RUNTIME_ROOT, options);
		return r < 0 ? err_set(err, -r, "cannot give " RUNTIME_ROOT " %" PRIu64 " MiB",
				       space >> 20)
			     : 0;
	}
	if (mkdir(RUNTIME_ROOT, 0755) < 0 && errno != EEXIST)
		return err_set(err, errno, "cannot create " RUNTIME_ROOT);
	target = open(RUNTIME_ROOT, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return err_set(err, errno, "cannot open " RUNTIME_ROOT);
	mount = mount_new("tmpfs", "busypy-runtimes", options, ATTR_NODEV | ATTR_NOSUID);
	r = mount < 0 ? mount : attach(mount, target);
	return r < 0 ? err_set(err, -r, "cannot mount a tmpfs on " RUNTIME_ROOT) : 0;
}

/* True if both have this file, with the same bytes. */
static bool same_bytes(const char *a, const char *b, const char *name)
{
	FILES_FREE char *bytes_a = NULL;
	FILES_FREE char *bytes_b = NULL;
	char path[PATH_SIZE];
	size_t n_a, n_b;

	if (path_join(path, sizeof(path), a, name) < 0 ||
	    files_read(path, &bytes_a, &n_a, NULL) < 0 ||
	    path_join(path, sizeof(path), b, name) < 0 ||
	    files_read(path, &bytes_b, &n_b, NULL) < 0)
		return false;
	return n_a == n_b && memcmp(bytes_a, bytes_b, n_a) == 0;
}

/* True if both are names for the same file. */
static bool same_file(const char *a, const char *b, const char *name)
{
	struct contract_file file_a, file_b;
	char path[PATH_SIZE];

	return path_join(path, sizeof(path), a, name) == 0 && probe_runtime(path, &file_a) == 0 &&
	       path_join(path, sizeof(path), b, name) == 0 && probe_runtime(path, &file_b) == 0 &&
	       contract_same_file(&file_a, &file_b);
}

static int put_starter(const char *made, const char *place, const char *name, struct err *err)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	if (same_bytes(made, place, name))
		return 0;
	if (path_join(from, sizeof(from), made, name) < 0 ||
	    path_join(to, sizeof(to), place, name) < 0)
		return err_set(err, ENAMETOOLONG, "cannot replace %s", place);
	return rename(from, to) < 0 ? err_set(err, errno, "cannot replace %s", to) : 0;
}

/* The starters may be of another BusyPy now; the interpreters' files, of which a contract knows
 * one, and all else stays. */
static int put_starters(const char *made, const char *place, const struct python_minors *pythons,
			struct err *err)
{
	int r = put_starter(made, place, RUNTIME_STARTER, err);

	for (size_t i = 1; r == 0 && i < pythons->n; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), RUNTIME_STARTER_OF, pythons->minor[i]);
		r = put_starter(made, place, name, err);
	}
	return r;
}

/* What was made gets its name. One that stands already gets what has changed: BusyPy itself, or
 * what was damaged. Who runs in it finds the same paths. */
static int put_in_place(const char *made, const struct contract_tree *tree,
			const struct python_minors *pythons, const char *word, struct err *err)
{
	char place[64];

	(void)snprintf(place, sizeof(place), RUNTIME_ROOT "/%s" RUNTIME_DIR_END, word);
	if (renameat2(AT_FDCWD, made, AT_FDCWD, place, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EEXIST)
		return err_set(err, errno, "cannot create %s", place);
	if (same_file(made, place, RUNTIME_PROGRAM) && same_file(made, place, RUNTIME_LDSO))
		return put_starters(made, place, pythons, err);
	if (tree->runtime.ino) /* a contract knows what stands */
		return err_say(err, ESTALE, "%s has another interpreter or library now",
			       tree->path);
	return renameat2(AT_FDCWD, made, AT_FDCWD, place, RENAME_EXCHANGE) < 0
		       ? err_set(err, errno, "cannot replace %s", place)
		       : 0;
}

/* True if the Python of this name, python3.X, gives its children the environment back. */
static bool gives_back(int dir, const char *name)
{
	char path[128], text[START_MAX];

	return snprintf(path, sizeof(path), "usr/lib/%s/%s", name, path_base(TREE_START)) <
		       (int)sizeof(path) &&
	       fd_read_file(dir, path, text, sizeof(text)) > 0 && strstr(text, SCRUB_KEPT);
}

/* The loader puts aside what children need back: a runtime that was staged before this was so does
 * not know of it. */
static int check_start(int dir, const struct python_minors *pythons, struct err *err)
{
	char name[64];
	bool all = fd_read_link(dir, RUNTIME_PROGRAM, name, sizeof(name)) == 0 &&
		   gives_back(dir, path_base(name));

	for (size_t i = 1; all && i < pythons->n; i++) {
		(void)snprintf(name, sizeof(name), "python3.%u", pythons->minor[i]); /* fits */
		all = gives_back(dir, name);
	}
	return all ? 0
		   : err_say(err, ENOENT,
			     "the start of its Python gives no environment back (Hint: 'busypy "
			     "stage' lays down the busypy_start.py of this version)");
}

static int build_at(const char *dir, const struct arch *arch, enum runtimes_flags flags,
		    struct contract_tree *tree, struct err *err)
{
	FD_CLEANUP int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct runtime_request request = {
		.tree = tree->path, .arch = arch, .user_site = flags & RUNTIMES_USER_SITE, .dir = fd
	};
	struct runtime_result result;
	struct python_minors pythons;
	int r;

	if (fd < 0)
		return err_set(err, errno, "cannot open %s", dir);
	tree_pythons(tree->path, arch, &pythons);
	r = runtime_build(&request, &result, err);
	if (r == -ENOSPC)
		return err_hint(err, r, "'runtime-space' in busypy.conf(5) gives more");
	if (r < 0)
		return r;
	r = check_start(fd, &pythons, err);
	if (r < 0)
		return r;
	r = put_in_place(dir, tree, &pythons, result.word, err);
	return r < 0 ? r : str_copy(tree->word, sizeof(tree->word), result.word);
}

int runtimes_build(const struct arch *arch, enum runtimes_flags flags, struct contract_tree *tree,
		   struct err *err)
{
	char dir[64];
	int r;

	(void)snprintf(dir, sizeof(dir), RUNTIME_ROOT "/" RUNTIMES_TEMPORARY "%d", (int)getpid());
	r = walk_remove(dir, err);
	if (r < 0)
		return r;
	if (mkdir(dir, 0755) < 0 || chmod(dir, 0755) < 0)
		return err_set(err, errno, "cannot create %s", dir);
	r = build_at(dir, arch, flags, tree, err);
	(void)walk_remove(dir, NULL); /* else the next who looks for leftovers does it */
	return r;
}

static int find_program(const char *word, struct contract_file *ret)
{
	char program[64];
	int r = runtime_layout_path(word, RUNTIME_PROGRAM, program, sizeof(program));

	return r < 0 ? r : probe_runtime(program, ret);
}

int runtimes_provide(const struct conf *conf, const struct arch *arch, struct contract_tree *tree,
		     struct err *err)
{
	struct tree_conf said;
	int r = said_of_tree(conf, tree->path, &said, err);

	tree->start = (uint32_t)said.start;
	tree->restorer[0] = tree->plainly[0] = '\0'; /* made with the generation */
	tree->flags &= ~(uint32_t)CONTRACT_TREE_HOST;
	tree->word[0] = '\0';
	memset(&tree->runtime, 0, sizeof(tree->runtime));
	if (r < 0 || said.programs != PROGRAMS_HOST)
		return r;
	tree->flags |= CONTRACT_TREE_HOST;
	r = make_root(conf->runtime_space, err);
	if (r < 0)
		return r;
	r = runtimes_build(arch, conf->user_site ? RUNTIMES_USER_SITE : 0, tree, err);
	if (r < 0)
		return err_wrap(err, r, "the runtime of %s beside the host's programs", tree->path);
	r = find_program(tree->word, &tree->runtime);
	return r < 0 ? err_set(err, -r, "cannot look at the runtime of %s", tree->path) : 0;
}

bool runtimes_stand(const struct contract_tree *tree)
{
	static const char *const names[] = { RUNTIME_LDSO, RUNTIME_CACHE };
	struct contract_file there;
	char path[64];

	if (!(tree->flags & CONTRACT_TREE_HOST))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (runtime_layout_path(tree->word, names[i], path, sizeof(path)) < 0 ||
		    access(path, F_OK) < 0)
			return false;
	}
	return tree->word[0] && find_program(tree->word, &there) == 0 &&
	       contract_same_file(&there, &tree->runtime) &&
	       runtime_layout_path(tree->word, RUNTIME_BASE "/" RUNTIME_CLIB, path, sizeof(path)) ==
		       0 &&
	       runtime_base_is_there(path);
}
