/* SPDX-License-Identifier: MIT */
/* Mount points, kinds, modes, owners, names and links of a tree. */
#include "check/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "check/owners.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/fd.h"
#include "sys/tree.h"

static const struct finding_kind no_mount_point = {
	FINDING_ERROR, "a client cannot mount there: the tree is read-only for it",
	"make the directory, or stage again: busypy stage TREE"
};
static const struct finding_kind no_lib64 = { FINDING_ERROR,
					      "programs whose loader is under /lib64 do not start",
					      "ln -s lib TREE/lib64" };
static const struct finding_kind half_runtime = {
	FINDING_ERROR, "Python without its C library, or the other way round, starts nowhere",
	"stage it again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind unknown_arch = {
	FINDING_WARNING, "no machine will ever use it",
	"rename it to the arch's name in busypy(7), or remove it"
};
static const struct finding_kind device = {
	FINDING_ERROR, "whoever can open it reaches the hardware; views and exports ignore it",
	"remove it: every view has a /dev of its own"
};
static const struct finding_kind special = { FINDING_ERROR,
					     "archives and exports cannot carry it as what it is",
					     "remove it" };
static const struct finding_kind not_readable = {
	FINDING_ERROR, "a file server maps root to nobody, and users of a host are not root",
	"chmod a+r it, and a+x too if it is a directory"
};
static const struct finding_kind writable = {
	FINDING_ERROR, "whoever can write to the tree decides what all its users run",
	"chmod go-w it"
};
static const struct finding_kind owner = { FINDING_ERROR,
					   "its owner could change what other users run",
					   "chown -R root:root TREE" };
static const struct finding_kind tree_owner = { FINDING_WARNING,
						"'busypy enable' refuses a tree that is not root's",
						"chown -R root:root TREE" };
static const struct finding_kind refused = {
	FINDING_WARNING,
	"'busypy enable' refuses it: what all users run must be root's alone to change",
	"chown -R root:root TREE and chmod -R go-w TREE, or the same for what is named"
};
static const struct finding_kind set_id = {
	FINDING_WARNING, "in views, which are nosuid, it means nothing; elsewhere it gives rights",
	"chmod ug-s it"
};
static const struct finding_kind escaping = {
	FINDING_ERROR, "it leads out of the tree, to whatever the machine has there",
	"make it relative and inside of the tree, or replace it by what it leads to"
};
static const struct finding_kind dangling = { FINDING_WARNING, "it leads nowhere in a view",
					      "remove it, or stage what it leads to" };
static const struct finding_kind same_name = {
	FINDING_WARNING, "a server or a disk without difference of case keeps only one of them",
	"rename one"
};
static const struct finding_kind bad_name = {
	FINDING_ERROR, "NFS, cpio or the tools between cannot carry such a name", "rename it"
};
static const struct finding_kind left_over = {
	FINDING_WARNING, "it is what a program left behind that was interrupted", "remove it"
};
static const struct finding_kind being_staged = { FINDING_WARNING,
						  "publish and pack refuse the tree",
						  "'busypy stage' with the tree goes on" };
static const struct finding_kind too_large = { FINDING_ERROR,
					       "the cpio of an initramfs has 32 bits for a size",
					       "split it or remove it" };

static const struct finding_kind not_staged = { FINDING_NOTE,
						"a program that wants it will miss it",
						"stage what it leads to" };

/* What a client mounts on, or expects (lib/stage/skeleton, lib/core/view). */
static const char *const folders[] = { "bin", "sbin", TREE_SITE, "etc",	 "lib",
				       "usr", "dev",  "proc",	 "sys",	 "run",
				       "tmp", "var",  "root",	 "home", "mnt" };

/* What a client's machine brings: links there may lead nowhere today. */
static const char *const machines[] = { "/proc", "/sys", "/dev", "/run", "/tmp", "/var", "/mnt" };

struct layout {
	struct check_part *part;
	const char *tree;
	uid_t uid; /* of the tree */
	struct sysroot view;
	const struct arch *viewed; /* whose view that is, or NULL */
};

static void check_folders(const struct layout *layout)
{
	const struct check_file *file;
	struct findings *findings = layout->part->findings;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		file = check_index_find(layout->part->index, folders[i]);
		if (!file)
			finding_add(findings, &no_mount_point, folders[i], NULL, "is missing");
		else if (!S_ISDIR(file->mode))
			finding_add(findings, &no_mount_point, folders[i], NULL, "is no directory");
	}
	file = check_index_find(layout->part->index, "lib64");
	if (!file)
		finding_add(findings, &no_lib64, "lib64", NULL, "is missing");
	else if (!S_ISLNK(file->mode))
		finding_add(findings, &no_lib64, "lib64", NULL, "is no link to lib");
}

static void check_link_to_lib(const struct layout *layout)
{
	char path[PATH_SIZE], target[PATH_SIZE];

	if (files_path(path, NULL, "%s/lib64", layout->tree) < 0 ||
	    fd_read_link(AT_FDCWD, path, target, sizeof(target)) < 0)
		return; /* said already */
	if (!str_eq(target, "lib") && !str_eq(target, "/lib"))
		finding_add(layout->part->findings, &no_lib64, "lib64", NULL,
			    "leads to %s, not to lib", target);
}

/* Both halves of each arch, and nothing else beside them. */
static void check_runtimes(const struct layout *layout)
{
	static const char *const tops[] = { TREE_PYTHON, TREE_CLIB };
	size_t n, from, to;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < n; i++) {
		char path[2][64], real[PATH_SIZE];
		struct stat st;
		bool there[2];

		for (size_t k = 0; k < 2; k++) {
			struct text text;

			text_init(&text, path[k], sizeof(path[k]));
			text_addf(&text, k ? TREE_CLIB_OF : TREE_USR_OF, table[i].name);
			there[k] = files_path(real, NULL, "%s/%s", layout->tree, path[k]) == 0 &&
				   stat(real, &st) == 0 && S_ISDIR(st.st_mode);
		}
		if (there[0] != there[1])
			finding_add(layout->part->findings, &half_runtime, path[there[0] ? 1 : 0],
				    &table[i], "is missing");
	}
	for (size_t i = 0; i < 2; i++) {
		check_index_below(layout->part->index, tops[i], &from, &to);
		for (; from < to; from++) {
			const char *path = layout->part->index->files[from].path;
			const char *name = path + strlen(tops[i]) + 1;
			const struct arch *arch = arch_by_name(name);

			if (!strchr(name, '/') && (!arch || !str_eq(arch->name, name)))
				finding_add(layout->part->findings, &unknown_arch, path, NULL,
					    "is for no arch that BusyPy knows");
		}
	}
}

static void check_owner(const struct layout *layout, const struct check_file *file)
{
	struct findings *findings = layout->part->findings;
	unsigned mode = file->mode & 07777;
	bool dir = S_ISDIR(file->mode);

	if (file->uid != layout->uid)
		finding_add(findings, &owner, file->path, NULL, "belongs to uid %u, the tree to %u",
			    (unsigned)file->uid, (unsigned)layout->uid);
	if (S_ISLNK(file->mode))
		return;
	if (mode & (S_IWGRP | S_IWOTH))
		finding_add(findings, &writable, *file->path ? file->path : ".", NULL,
			    "can be written by %s (mode %04o)",
			    mode & S_IWOTH ? "everybody" : "its group", mode);
	if ((mode & (dir ? 0555 : 0444)) != (dir ? 0555U : 0444U))
		finding_add(findings, &not_readable, *file->path ? file->path : ".", NULL,
			    "cannot be read by everybody (mode %04o)", mode);
	if (!dir && (mode & (S_ISUID | S_ISGID)))
		finding_add(findings, &set_id, file->path, NULL, "is set-%s-ID (mode %04o)",
			    mode & S_ISUID ? "user" : "group", mode);
}

/* As enable sees it, whose arch is this machine's. A tree that is not root's is a user's own. */
static void check_admission(const struct layout *layout)
{
	const struct check_part *part = layout->part;
	const struct arch *arch = NULL;
	struct err why = { 0 };
	char *hint;

	for (size_t i = 0; i < part->n_archs; i++) {
		if (!arch || part->archs[i] == arch_native())
			arch = part->archs[i];
	}
	if (!arch || layout->uid != 0 || owners_check(layout->tree, arch, &why) != -EPERM)
		return;
	hint = strstr(why.text, " (Hint: ");
	if (hint)
		*hint = '\0';
	finding_add(part->findings, &refused, ".", NULL, "is not root's alone: %s", why.text);
}

static void check_kind(const struct layout *layout, const struct check_file *file)
{
	struct findings *findings = layout->part->findings;

	if (S_ISBLK(file->mode) || S_ISCHR(file->mode))
		finding_add(findings, &device, file->path, NULL, "is a device");
	else if (S_ISFIFO(file->mode) || S_ISSOCK(file->mode))
		finding_add(findings, &special, file->path, NULL, "is a %s",
			    S_ISFIFO(file->mode) ? "fifo" : "socket");
	else if (S_ISREG(file->mode) && file->size > UINT32_MAX)
		finding_add(findings, &too_large, file->path, NULL, "is larger than 4 GiB");
}

static void check_name(const struct layout *layout, const struct check_file *file)
{
	const char *base = path_base(file->path);
	const char *flaw = name_flaw(base, strlen(base));

	if (flaw)
		finding_add(layout->part->findings, &bad_name, file->path, NULL, "%s", flaw);
	if (str_eq(file->path, TREE_STAGING))
		finding_add(layout->part->findings, &being_staged, file->path, NULL,
			    "is of a tree that is being staged, or that was interrupted");
	if (str_starts(base, ".nfs") && strlen(base) >= 20)
		finding_add(layout->part->findings, &left_over, file->path, NULL,
			    "is what NFS keeps of a file that was removed while it was open");
}

/* Two names of one directory that differ in case alone. Sorted by bytes, they are not neighbours:
 * each is compared with those before it by a sum of its folded bytes. terminfo has such folders by
 * design. */
static void check_case(const struct layout *layout)
{
	const struct check_index *index = layout->part->index;
	enum { BUCKETS = 16 * 1024 };
	uint32_t *buckets = calloc(BUCKETS, sizeof(*buckets));
	uint32_t *next = calloc(index->n + 1, sizeof(*next));

	for (size_t i = 0; buckets && next && i < index->n; i++) {
		const char *path = index->files[i].path;
		uint32_t *bucket = &buckets[name_fold_hash(path) % BUCKETS];

		for (uint32_t at = *bucket; at; at = next[at - 1]) {
			const char *other = index->files[at - 1].path;

			if (!name_same_folded(path, other) ||
			    path_base(path) - path != path_base(other) - other ||
			    memcmp(path, other, (size_t)(path_base(path) - path)) != 0 ||
			    strstr(path, "/terminfo/"))
				continue;
			finding_add(layout->part->findings, &same_name, path, NULL,
				    "differs from %s only in case", path_base(other));
		}
		next[i] = *bucket;
		*bucket = (uint32_t)i + 1;
	}
	free(buckets);
	free(next);
}

/* The client's view for arch; links come in the order of their paths, so the last one often serves.
 */
static const struct sysroot *view_for(struct layout *layout, const struct arch *arch)
{
	if (layout->viewed != arch) {
		layout->viewed = NULL;
		if (sysroot_init_client(&layout->view, layout->tree, arch) < 0)
			return NULL;
		layout->viewed = arch;
	}
	return &layout->view;
}

/* The arch whose runtime a path is in, and the path's place in its view; NULL if it is in none. */
static const struct arch *place_in_runtime(const char *path, char *ret_at)
{
	char name[TREE_ARCH_SIZE];
	const char *usr = tree_layout_below(path, TREE_PYTHON, name), *lib = NULL;
	const struct arch *arch;

	if (!usr)
		lib = tree_layout_below(path, TREE_CLIB, name);
	if (!(usr && str_starts(usr, "/usr/")) && !(lib && *lib))
		return NULL; /* perhaps the folder itself: that is the tree's */
	arch = arch_by_name(name);
	if (!arch || !str_eq(arch->name, name)) /* a kernel's word for it is no folder */
		return NULL;
	if (files_path(ret_at, NULL, "%s%s", usr ? "" : "/lib", usr ? usr : lib) < 0)
		return NULL;
	return arch;
}

/* A link's place in the view, and the view itself: that of the runtime which it is in, or of any.
 */
static const struct sysroot *place_link(struct layout *layout, const char *path, char *ret_at)
{
	const struct arch *arch = place_in_runtime(path, ret_at);
	size_t n;

	if (arch)
		return view_for(layout, arch);
	if (files_path(ret_at, NULL, "/%s", path) < 0)
		return NULL;
	return view_for(layout, layout->part->n_archs ? layout->part->archs[0] : arch_table(&n));
}

static bool is_machines(const char *at, const char *target)
{
	char path[PATH_SIZE];

	if (target[0] != '/') {
		if (files_path(path, NULL, "%.*s%s", (int)(path_base(at) - at), at, target) < 0)
			return false;
		name_normalise(path);
		target = path;
	}
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (path_below(target, machines[i]))
			return true;
	}
	return false;
}

/* A runtime may count on the machine's /etc, and the tree on a runtime, which not all archs have.
 */
static bool is_others(const char *at, const char *target)
{
	if (str_starts(at, "/usr/") || str_starts(at, "/lib/"))
		return str_starts(target, "/etc/");
	return str_starts(target, "/usr/") || str_starts(target, "/lib");
}

static void check_link(struct layout *layout, const struct check_file *file)
{
	char path[PATH_SIZE], target[PATH_SIZE], at[PATH_SIZE], real[PATH_SIZE];
	const struct sysroot *view = place_link(layout, file->path, at);
	int r;

	if (!view || files_path(path, NULL, "%s/%s", layout->tree, file->path) < 0 ||
	    fd_read_link(AT_FDCWD, path, target, sizeof(target)) < 0)
		return; /* perhaps it is gone meanwhile */
	if (target[0] != '/' && name_climbs(at, target)) {
		finding_add(layout->part->findings, &escaping, file->path, NULL,
			    "leads to %s, which is above the tree", target);
		return;
	}
	r = sysroot_find(view, at, real);
	if (r == 0 || is_machines(at, target))
		return;
	if (target[0] == '/' && !str_starts(target, "/usr/") && !str_starts(target, "/lib") &&
	    !str_starts(target, "/etc/"))
		finding_add(layout->part->findings, &escaping, file->path, NULL,
			    "leads to %s, which the tree does not have", target);
	else
		finding_add(layout->part->findings, is_others(at, target) ? &not_staged : &dangling,
			    file->path, NULL, "leads to %s, which is %s", target,
			    r == -ELOOP ? "a circle" : "not there");
}

int check_layout(struct check_part *part, struct err *err)
{
	const struct check_index *index = part->index;
	struct layout layout = { .part = part, .tree = part->request->tree };

	if (!index->n)
		return err_set(err, ENOENT, "cannot read %s", layout.tree);
	layout.uid = index->files[0].uid;
	if (layout.uid != 0)
		finding_add(part->findings, &tree_owner, ".", NULL, "belongs to uid %u",
			    (unsigned)layout.uid);
	check_folders(&layout);
	check_link_to_lib(&layout);
	check_runtimes(&layout);
	check_admission(&layout);
	for (size_t i = 0; i < index->n; i++) {
		const struct check_file *file = &index->files[i];

		check_owner(&layout, file);
		check_kind(&layout, file);
		if (i)
			check_name(&layout, file);
		if (S_ISLNK(file->mode))
			check_link(&layout, file);
	}
	check_case(&layout);
	return 0;
}
