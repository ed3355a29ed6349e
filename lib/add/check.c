/* SPDX-License-Identifier: MIT */
/* Checks the tree as it would be, made of links, before anything is decided. */
#include "add/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "add/add.h"
#include "add/going.h"
#include "add/linked.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

/* -- the tree as it would be ---------------------------------------------------------------- */

/* A runtime into which nothing comes is only named. */
static int link_runtime(const struct add *add, const struct arch *arch, const char *to,
			struct err *err)
{
	static const char *const folders[] = { TREE_PYTHON, TREE_CLIB };
	char name[64];
	int r;

	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", folders[i], arch->name); /* fits */
		r = add_runtime_changes(add, arch) ? linked_all(add->tree, name, to, err)
						   : linked_name(add->tree, name, to, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int link_tree(const struct add *add, const char *to, struct err *err)
{
	static const char *const shared[] = { "bin", "sbin", TREE_SITE, "etc/inittab", TREE_CONF };
	char old[PATH_SIZE];
	int r = exact_mkdirs(to, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		r = linked_all(add->tree, shared[i], to, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < add->n_runtimes; i++) {
		r = link_runtime(add, add->runtimes[i].info->arch, to, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < add->items->n; i++) {
		if (add->request->debian || add->items->items[i].state != ADD_REPLACES)
			continue;
		r = files_path(old, err, "%s/%s", to, add->items->items[i].to);
		if (r < 0)
			return r;
		r = exact_remove(old, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < add->going->n; i++) {
		r = files_path(old, err, "%s/%s", to, add->going->paths[i]);
		if (r < 0)
			return r;
		r = exact_remove(old, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < add->items->n; i++) {
		r = linked_all(add->build, add->items->items[i].to, to, err);
		if (r < 0)
			return r;
	}
	return r;
}

/* -- what is found -------------------------------------------------------------------------- */

struct listening {
	const struct add *add;
	char first[ERR_TEXT_MAX]; /* the first error, as a sentence */
	size_t n_errors;
};

/* What was unsound before is not this run's. */
static bool is_ours(const struct add *add, const char *path)
{
	for (size_t i = 0; i < add->items->n; i++) {
		const struct add_item *item = &add->items->items[i];

		if (item->state != ADD_SAME && path_below(path, item->to))
			return true;
	}
	return false;
}

static void listen(const struct finding *finding, void *ctx)
{
	struct listening *listening = ctx;
	char text[ERR_TEXT_MAX];

	if (finding->severity == FINDING_NOTE || !is_ours(listening->add, finding->path))
		return;
	(void)snprintf(text, sizeof(text), "%s%s%s: %s: %s", finding->arch ? finding->arch : "",
		       finding->arch ? ": " : "", finding->path, finding->what, finding->why);
	if (finding->severity == FINDING_WARNING ||
	    (listening->add->request->flags & ADD_UNCHECKED))
		listener_warn(listening->add->request->listener, "%s", text);
	else if (listening->n_errors++ == 0)
		(void)str_copy(listening->first, sizeof(listening->first), text);
}

int add_check(struct add *add, struct err *err)
{
	struct listening listening = { .add = add };
	const struct arch *archs[ADD_RUNTIMES_MAX + 1] = { NULL };
	char tree[PATH_SIZE], more[64] = "";
	struct check_counts counts;
	struct check_request request = { .tree = tree,
					 .archs = archs,
					 .skip = CHECK_SKIP_LAYOUT | CHECK_SKIP_SUMS |
						 CHECK_SKIP_DISTS,
					 .found = listen,
					 .ctx = &listening };
	size_t n = 0;
	int r = files_path(tree, err, "%s/checked", add->transaction->build);

	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (add_runtime_changes(add, add->runtimes[i].info->arch))
			archs[n++] = add->runtimes[i].info->arch;
	}
	if (!n) {
		request.skip |= CHECK_SKIP_ELF;
		for (size_t i = 0; i < add->n_runtimes; i++)
			archs[n++] = add->runtimes[i].info->arch;
	}
	if (r < 0 || !n)
		return r;
	r = link_tree(add, tree, err);
	if (r < 0)
		return r;
	r = check_run(&request, &counts, err);
	if (r < 0)
		return r;
	if (!listening.n_errors)
		return exact_remove(tree, err);
	if (listening.n_errors > 1)
		(void)snprintf(more, sizeof(more), ", and %zu more", listening.n_errors - 1);
	return err_say(err, ENOEXEC, "%s%s (Hint: --unchecked adds it all the same)",
		       listening.first, more);
}
