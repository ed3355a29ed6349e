/* SPDX-License-Identifier: MIT */
/* The files that go, looked at below the tree's descriptor, and the tree without them. */
#include "add/removal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "add/going.h"
#include "add/inventory.h"
#include "add/linked.h"
#include "add/remove.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/folder.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/transaction.h"

/* -- files ---------------------------------------------------------------------------------- */

/* True where something can have been added: a program, a module, a library. What staging has put
 * there, and the records, are nobody's. */
static bool is_place(const struct removal *removal, const char *path)
{
	static const char *const ours[] = { "busypy.pth", "busypy_start.py", "sitecustomize.py" };
	char arch[TREE_ARCH_SIZE], program[PATH_SIZE];
	const char *below;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (str_eq(path_base(path), ours[i]))
			return false;
	}
	if (!path_relative(path))
		return false;
	if (str_starts(path, "bin/"))
		return path_join(program, sizeof(program), removal->rootfs, path) == 0 &&
		       !exact_exists(program);
	if (str_starts(path, TREE_SITE "/") || tree_layout_below(path, TREE_CLIB, arch) ||
	    tree_layout_data(path, arch))
		return true;
	below = tree_layout_below(path, TREE_PYTHON, arch);
	return below &&
	       (str_starts(below, "/usr/lib/python3") || str_starts(below, "/usr/lib64/python3"));
}

/* True if something that stays has the file, too: folders of several packages, namespaces. */
static bool is_shared(const struct removal *removal, const char *path)
{
	for (size_t i = 0; i < removal->all->n; i++) {
		const struct inventory_entry *entry = &removal->all->entries[i];

		for (size_t j = 0; !removal->gone[i] && j < entry->n_files; j++) {
			if (str_eq(entry->files[j].path, path))
				return true;
		}
	}
	return false;
}

/* 1 if the file is what was put there. */
static int is_same(const struct removal *removal, const struct inventory_file *file,
		   const struct stat *st, struct err *err)
{
	char sum[65];
	uint64_t size;
	int r;

	if (!file->sum[0])
		return 1;
	if (str_eq(file->sum, "link"))
		return S_ISLNK(st->st_mode);
	if (!S_ISREG(st->st_mode))
		return 0;
	r = folder_sum(removal->tree, file->path, sum, &size, err);
	return r < 0 ? r : str_eq(sum, file->sum);
}

static int take_file(struct removal *removal, const struct inventory_entry *entry,
		     const struct inventory_file *file, struct err *err)
{
	struct stat st;
	int r;

	if (!is_place(removal, file->path))
		return err_say(err, EINVAL,
			       "%s: its list of files names %s, which is none of those that are "
			       "added",
			       entry->name, file->path);
	r = folder_stat(removal->tree, file->path, &st, err);
	if (r == -ENOENT || r == -ENOTDIR) /* somebody was faster */
		return going_add_compiled(removal->going, file->path, err);
	if (r < 0)
		return r;
	if (S_ISDIR(st.st_mode) || is_shared(removal, file->path))
		return 0;
	r = removal->request->flags & REMOVE_FORCE ? 1 : is_same(removal, file, &st, err);
	if (r < 0)
		return r;
	if (!r)
		return err_say(err, EBUSY,
			       "%s of %s is not what was added, somebody has changed it (Hint: "
			       "--force removes it all the same)",
			       file->path, entry->name);
	r = going_add(removal->going, file->path, err);
	return r < 0 ? r : going_add_compiled(removal->going, file->path, err);
}

int removal_take_files(struct removal *removal, struct err *err)
{
	for (size_t i = 0; i < removal->all->n; i++) {
		const struct inventory_entry *entry = &removal->all->entries[i];

		if (!removal->gone[i])
			continue;
		if (!entry->n_files && entry->version[0])
			return err_say(err, ENOENT,
				       "%s: which files are of it was not written down when it was "
				       "added (Hint: add it again with --force)",
				       entry->name);
		for (size_t j = 0; j < entry->n_files; j++) {
			int r = take_file(removal, entry, &entry->files[j], err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* -- the tree without them ------------------------------------------------------------------ */

/* True if a file of that name can be something that others are linked with. */
static bool is_library(const char *path)
{
	return str_starts(path, TREE_CLIB "/") || strstr(path_base(path), ".so");
}

static bool goes_of(const struct removal *removal, const struct arch *arch)
{
	char of[TREE_ARCH_SIZE];

	for (size_t i = 0; i < removal->all->n; i++) {
		const struct inventory_entry *entry = &removal->all->entries[i];

		for (size_t j = 0; removal->gone[i] && j < entry->n_files; j++) {
			const char *path = entry->files[j].path;

			if (is_library(path) &&
			    (tree_layout_below(path, TREE_CLIB, of) ||
			     tree_layout_below(path, TREE_PYTHON, of)) &&
			    str_eq(of, arch->name))
				return true;
		}
	}
	return false;
}

static int link_runtime(const struct removal *removal, const struct arch *arch, const char *to,
			struct err *err)
{
	static const char *const folders[] = { TREE_PYTHON, TREE_CLIB };
	char name[64];
	int r = 0;

	for (size_t i = 0; r == 0 && i < 2; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", folders[i], arch->name); /* fits */
		r = linked_all(removal->tree->path, name, to, err);
	}
	return r;
}

/* What goes is taken out of it again. */
static int link_tree(const struct removal *removal, const struct arch *const *archs, const char *to,
		     struct err *err)
{
	static const char *const shared[] = { "bin", "sbin", TREE_SITE, "etc/inittab", TREE_CONF };
	char path[PATH_SIZE];
	int r = exact_mkdirs(to, err);

	for (size_t i = 0; r == 0 && i < sizeof(shared) / sizeof(shared[0]); i++)
		r = linked_all(removal->tree->path, shared[i], to, err);
	for (size_t i = 0; r == 0 && archs[i]; i++)
		r = link_runtime(removal, archs[i], to, err);
	for (size_t i = 0; r == 0 && i < removal->going->n; i++) {
		r = files_path(path, err, "%s/%s", to, removal->going->paths[i]);
		if (r == 0)
			r = exact_remove(path, err);
	}
	return r;
}

/* Errors of one look at a tree, a line each. */
struct errors {
	FILE *out;
};

static void listen(const struct finding *finding, void *ctx)
{
	static const char *const linked[] = { "bin/", TREE_SITE "/", TREE_PYTHON "/",
					      TREE_CLIB "/" };
	const struct errors *errors = ctx;
	bool ours = false;

	/* the tree that is looked at has nothing else */
	for (size_t i = 0; i < sizeof(linked) / sizeof(linked[0]); i++)
		ours = ours || str_starts(finding->path, linked[i]);
	if (ours && finding->severity == FINDING_ERROR)
		(void)fprintf(errors->out, "%s%s%s: %s: %s\n", finding->arch ? finding->arch : "",
			      finding->arch ? ": " : "", finding->path, finding->what,
			      finding->why);
}

static int look(const char *tree, const struct arch *const *archs, char **ret, struct err *err)
{
	struct errors errors;
	struct check_request request = { .tree = tree,
					 .archs = archs,
					 .skip = CHECK_SKIP_LAYOUT | CHECK_SKIP_SUMS |
						 CHECK_SKIP_DISTS,
					 .found = listen,
					 .ctx = &errors };
	struct check_counts counts;
	size_t n;
	int r;

	errors.out = open_memstream(ret, &n);
	if (!errors.out)
		return err_set(err, ENOMEM, "cannot check %s", tree);
	r = check_run(&request, &counts, err);
	if (fclose(errors.out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot check %s", tree);
	return r;
}

/* The first line of after that before has not; NULL if there is none. It is cut off there. */
static char *find_new(char *after, const char *before)
{
	for (char *line = after; *line;) {
		size_t n = strcspn(line, "\n");

		line[n] = '\0';
		if (!strstr(before, line))
			return line;
		line += n + 1;
	}
	return NULL;
}

int removal_check(struct removal *removal, struct err *err)
{
	FILES_FREE char *after = NULL, *before = NULL;
	const struct arch *archs[ARCH_LIST_MAX + 1] = { NULL };
	char tree[PATH_SIZE];
	size_t n, found = 0;
	const struct arch *table = arch_table(&n);
	const char *why;
	int r = files_path(tree, err, "%s/checked", removal->transaction->build);

	for (size_t i = 0; i < n && found < ARCH_LIST_MAX; i++) {
		if (goes_of(removal, &table[i]))
			archs[found++] = &table[i];
	}
	if (r < 0 || !found || (removal->request->flags & REMOVE_FORCE))
		return r;
	r = link_tree(removal, archs, tree, err);
	if (r == 0)
		r = look(tree, archs, &after, err);
	if (r == 0)
		r = exact_remove(tree, err);
	if (r < 0 || !*after)
		return r;
	r = look(removal->tree->path, archs, &before, err);
	if (r < 0)
		return r;
	why = find_new(after, before);
	return why ? err_say(err, EBUSY, "%s (Hint: --force removes it all the same)", why) : 0;
}
