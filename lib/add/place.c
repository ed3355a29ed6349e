/* SPDX-License-Identifier: MIT */
/* Copies each item from where it is to where it goes. */
#include "add/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/source.h"
#include "stage/copy.h"
#include "sys/below.h"
#include "sys/fd.h"

static int make_executable(const struct add *add, const char *name, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", add->build, name);

	if (r < 0)
		return r;
	return exact_chmod(path, 0755, err);
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

/* A link was copied since it led to something inside; what is between may have been another then.
 * In the copy nothing changes any more. */
struct copied {
	int fd;	    /* what the copy lies in */
	size_t top; /* bytes of a path that are that folder's, with a slash */
};

static int check_link(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct copied *copied = ctx;
	const char *name = entry->path + copied->top;

	if (S_ISLNK(entry->st->st_mode) && below_leads_out(copied->fd, name))
		return err_say(err, EAGAIN, "%s has changed while it was copied", name);
	return 0;
}

static int place_dir(const struct copy *copy, const char *source, const char *name, struct err *err)
{
	struct copied copied = { .top = strlen(copy->to) + 1 };
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE];
	int r = copy_tree(copy, source, name, err);

	if (r < 0)
		return r;
	r = files_path(path, err, "%s/%s", copy->to, name);
	if (r < 0)
		return r;
	copied.fd = fd = exact_open(copy->to, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", copy->to);
	return exact_walk(path, &(struct walk){ .each = check_link, .ctx = &copied }, err);
}

static int place_item(struct add *add, const struct add_item *item, struct err *err)
{
	static const char *const skip[] = { "**/__pycache__", "**/*.pyc", NULL };
	static const char *const skip_wheel[] = { "**/__pycache__", NULL };
	const char *peers[2 * ADD_RUNTIMES_MAX], *name;
	struct copy copy = { .root = add->host,
			     .to = add->build,
			     .skip = item->merges ? skip_wheel : skip };
	char real[PATH_SIZE];
	struct stat st, seen = { .st_dev = (dev_t)item->dev, .st_ino = (ino_t)item->ino };
	int r = choose_place(add, item, &copy, peers, &name, err);

	if (r < 0)
		return r;
	/* what was looked at on this machine is not looked for again: others may own it */
	if (copy.root == add->host)
		copy.flags = COPY_AS_SEEN;
	r = copy.flags ? str_copy(real, sizeof(real), item->source)
		       : sysroot_find(copy.root, item->source, real);
	if (r == 0)
		r = exact_stat(real, &st);
	if (r < 0)
		return err_set(err, -r, "cannot read %s", item->source);
	copy.seen = item->seen ? &seen : NULL;
	r = S_ISDIR(st.st_mode) ? place_dir(&copy, item->source, name, err)
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
