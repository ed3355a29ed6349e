/* SPDX-License-Identifier: MIT */
/* The order of adding: what is asked for, transaction, copies, ELF files, conflicts, .pyc, records,
 * commit. */
#include "add/add.h"

#include <errno.h>
#include <stdbool.h>

#include "add/check.h"
#include "add/compile.h"
#include "add/conflicts.h"
#include "add/debian.h"
#include "add/dist.h"
#include "add/files.h"
#include "add/native.h"
#include "add/needed.h"
#include "add/place.h"
#include "add/pythons.h"
#include "add/records.h"
#include "add/requirements.h"
#include "add/wheel.h"
#include "add/wheel_record.h"
#include "add/work.h"
#include "base/destination.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "stage/transaction.h"
#include "sys/tree.h"

int add_refuse_published(const char *tree, const char *verb, struct err *err)
{
	char current[PATH_SIZE];

	if (export_layout_current(tree, current, sizeof(current)) < 0 || !exact_exists(current))
		return 0;
	return err_say(err, EBUSY,
		       "%s is a published version, which never changes (Hint: %s a copy, which "
		       "'cp -al' makes, and 'busypy publish' that)",
		       tree, verb);
}

static int want_all(struct add *add, struct err *err)
{
	for (size_t i = 0; i < add->n_runtimes; i++)
		add->runtimes[i].wanted = true;
	return add->n_runtimes ? 0 : err_say(err, ENOENT, "%s has no runtime", add->tree);
}

/* The runtimes that packages are for. */
static int want_runtimes(struct add *add, struct err *err)
{
	const struct add_request *request = add->request;
	const struct arch *native = arch_native();
	const struct arch *const *archs = request->n_archs ? request->archs : &native;
	size_t n = request->n_archs ? request->n_archs : 1;

	if (request->flags & ADD_ALL)
		return want_all(add, err);
	for (size_t i = 0; i < n; i++) {
		int which = add_runtime_find(add, archs[i], err);

		if (which < 0)
			return which;
		add->runtimes[which].wanted = true;
	}
	return 0;
}

/* One version of a package is right for all archs only if it was looked for for all. */
static int look_for_wheels(struct add *add, struct err *err)
{
	int r = add->request->n_archs ? want_runtimes(add, err) : want_all(add, err);

	return r < 0 ? r : add_requirements(add, err);
}

/* Notes what the words are, but for what has to be extracted first. */
static int look(struct add *add, struct err *err)
{
	int r;

	if (add->request->debian) {
		r = want_runtimes(add, err);
		if (r < 0)
			return r;
		return add_debian_open(add, err);
	}
	for (size_t i = 0; i < add->request->n_words; i++) {
		if (add_is_requirement(add->request, add->request->words[i]))
			continue;
		r = add_files_look(add, add->request->words[i], err);
		if (r < 0)
			return r;
	}
	return add_requirements_any(add->request) ? look_for_wheels(add, err) : 0;
}

static int extract(struct add *add, struct err *err)
{
	if (add->request->debian)
		return add_debian_extract(add, err);
	for (size_t i = 0; i < add->n_wheels; i++) {
		int r = add_wheel(add, i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Makes everything that is to become part of the tree; *ret_any says whether that is anything. */
static int build(struct add *add, bool *ret_any, struct err *err)
{
	int r = add_work_name_places(add, err);

	if (r < 0)
		return r;
	r = extract(add, err);
	if (r < 0)
		return r;
	listener_step(add->request->listener, "copying");
	r = add_place_items(add, err);
	if (r < 0)
		return r;
	r = add_native(add, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < add->dists->n; i++) {
		r = wheel_record_write(add, &add->dists->dists[i], err);
		if (r < 0)
			return r;
	}
	r = add_conflicts_check(add, ret_any, err);
	if (r < 0 || !*ret_any)
		return r;
	r = add_needed_check(add, err);
	if (r < 0)
		return r;
	listener_step(add->request->listener, "compiling Python files");
	r = add_compile(add, err);
	if (r < 0)
		return r;
	r = add_records(add, err);
	if (r < 0)
		return r;
	return exact_settle(add->build, err);
}

static int decide(struct add *add, struct err *err)
{
	int r;

	listener_step(add->request->listener, "checking");
	r = add_check(add, err);
	if (r < 0)
		return r;
	r = add_pythons_tell(add, err);
	if (r < 0)
		return r;
	r = add_conflicts_list(add, err);
	if (r < 0 || (add->request->flags & ADD_DRY_RUN))
		return r;
	listener_step(add->request->listener, "writing to disk");
	return transaction_commit(add->transaction, err);
}

static int read_tree(struct add *add, struct err *err)
{
	int r = tree_resolve(add->request->tree, add->tree, err);

	if (r < 0)
		return r;
	r = sysroot_init(add->host, "/");
	if (r < 0)
		return r;
	add->host->no_links = true;
	add_work_read_runtimes(add);
	return 0;
}

int add_find_wheels(struct add *add, struct err *err)
{
	int r = read_tree(add, err);

	return r < 0 ? r : look_for_wheels(add, err);
}

static int run(struct add *add, struct err *err)
{
	bool any = false;
	int r = destination_check(add->request->tree, DESTINATION_TREE, DESTINATION_FORCE, err);

	/* Whatever can be refused is refused before the tree is touched. */
	if (r < 0)
		return r;
	r = read_tree(add, err);
	if (r < 0)
		return r;
	r = add_refuse_published(add->tree, "add to", err);
	if (r < 0)
		return r;
	r = look(add, err);
	if (r < 0)
		return r;
	r = transaction_open(add->transaction, add->tree, DESTINATION_FORCE, err);
	if (r < 0)
		return r;
	r = build(add, &any, err);
	return r < 0 || !any ? r : decide(add, err);
}

int add_run(const struct add_request *request, struct add_items *ret, struct err *err)
{
	struct add *add = add_work_new(request, ret);
	int r;

	if (!add)
		return err_set(err, ENOMEM, "cannot add");
	r = run(add, err);
	add_debian_close(add->debian);
	add_requirements_close(add);
	add_work_free(add);
	return r;
}
