/* SPDX-License-Identifier: MIT */
/* Copies each item from where it is to where it goes. */
#include "add/place.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/work.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/source.h"
#include "stage/copy.h"

static int make_executable(const struct add *add, const char *name, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", add->build, name);

	if (r < 0)
		return r;
	return chmod(path, 0755) < 0 ? err_set(err, errno, "cannot chmod %s", path) : 0;
}

/* Below a runtime's usr files are shared with the other runtimes. ret_name is the place below
 * copy->to; peers has room for two of each runtime. */
static int choose_place(const struct add *add, const struct add_item *item, struct copy *copy,
			const char **peers, const char **ret_name, struct err *err)
{
	char usr[64];
	struct text text;
	int which;

	*ret_name = item->to;
	if (!item->arch)
		return 0;
	which = add_runtime_find(add, item->arch, err);
	if (which < 0)
		return which;
	if (add->runtimes[which].source->root)
		copy->root = add->runtimes[which].source->root;
	text_init(&text, usr, sizeof(usr));
	text_addf(&text, TREE_USR_OF "/", item->arch->name);
	if (!str_starts(item->to, usr))
		return 0;
	copy->to = add->runtimes[which].usr;
	copy->peers = peers;
	copy->n_peers = add_runtime_peers(add, (size_t)which, peers);
	*ret_name = item->to + text.used;
	return 0;
}

static int place_item(struct add *add, const struct add_item *item, struct err *err)
{
	static const char *const skip[] = { "**/__pycache__", "**/*.pyc", NULL };
	const char *peers[2 * ADD_RUNTIMES_MAX], *name;
	struct copy copy = { .root = add->host, .to = add->build, .skip = skip };
	char real[PATH_SIZE];
	struct stat st;
	int r = choose_place(add, item, &copy, peers, &name, err);

	if (r < 0)
		return r;
	r = sysroot_find(copy.root, item->source, real);
	if (r < 0 || lstat(real, &st) < 0)
		return err_set(err, r < 0 ? -r : errno, "cannot read %s", item->source);
	r = S_ISDIR(st.st_mode) ? copy_tree(&copy, item->source, name, err)
				: copy_file(&copy, item->source, name, err);
	if (r < 0)
		return r;
	return str_starts(item->to, "bin/") ? make_executable(add, item->to, err) : 0;
}

int add_place_items(struct add *add, struct err *err)
{
	for (size_t i = 0; i < add->items->n; i++) {
		int r = place_item(add, &add->items->items[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
