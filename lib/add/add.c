/* SPDX-License-Identifier: MIT */
/* The order of adding: what is asked for, workspace, copies, ELF files, clashes, .pyc, records,
 * commit. */
#include "add/add.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add/conflicts.h"
#include "add/work.h"
#include "base/array.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/search.h"
#include "source/debian.h"
#include "source/source.h"
#include "stage/copy.h"
#include "stage/manifest.h"
#include "stage/pyc.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"
#include "sys/tree.h"

/* -- items ---------------------------------------------------------------------------------- */

const char *add_state_word(enum add_state state)
{
	switch (state) {
	case ADD_NEW:
		return "new";
	case ADD_REPLACES:
		return "replaces";
	case ADD_SAME:
		return "same";
	}
	return "?";
}

void add_items_free(struct add_items *items)
{
	for (size_t i = 0; i < items->n; i++) {
		free(items->items[i].to);
		free(items->items[i].from);
		free(items->items[i].source);
	}
	free(items->items);
	memset(items, 0, sizeof(*items));
}

int add_item_note(struct add *add, const char *to, const char *source, const char *from,
		  const struct arch *arch, struct err *err)
{
	struct add_items *items = add->items;
	struct add_item *item;

	for (size_t i = 0; i < items->n; i++) {
		if (str_eq(items->items[i].to, to))
			return err_say(err, EEXIST, "%s and %s would both be %s",
				       items->items[i].from, from, to);
	}
	if (array_reserve(&items->items, &items->room, items->n + 1, sizeof(*items->items)) < 0)
		return err_set(err, ENOMEM, "cannot add %s", to);
	item = &items->items[items->n++];
	*item = (struct add_item){ .arch = arch };
	item->to = strdup(to);
	item->source = strdup(source);
	item->from = strdup(from);
	return item->to && item->source && item->from ? 0
						      : err_set(err, ENOMEM, "cannot add %s", to);
}

/* -- the tree ------------------------------------------------------------------------------- */

/* A version that is published must not change under those who use it. */
static int refuse_published(const char *tree, struct err *err)
{
	char current[PATH_SIZE];

	if (export_layout_current(tree, current, sizeof(current)) < 0 || !files_exist(current))
		return 0;
	return err_hint(err,
			err_say(err, EBUSY, "%s is a published version, which never changes", tree),
			"add to a copy, which 'cp -al' makes, and 'busypy publish' that");
}

/* A runtime that is not sound is no hindrance, unless something is wanted of it. */
static void read_runtimes(struct add *add)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < n && add->n_runtimes < ADD_RUNTIMES_MAX; i++) {
		if (tree_has_runtime(add->tree, &table[i]) &&
		    runtime_info_read(add->tree, &table[i], &add->staged[add->n_runtimes], NULL) ==
			    0)
			add->n_runtimes++;
	}
}

int add_runtime_find(const struct add *add, const struct arch *arch, struct err *err)
{
	struct runtime_info staged;
	int r;

	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (add->staged[i].arch == arch)
			return (int)i;
	}
	r = closure_check_runtime(add->tree, arch, err);
	if (r == 0)
		r = runtime_info_read(add->tree, arch, &staged, err);
	return r < 0 ? r : -ENOENT;
}

static int want_runtimes(struct add *add, struct err *err)
{
	const struct add_request *request = add->request;
	const struct arch *native = arch_native();
	const struct arch *const *arches = request->n_arches ? request->arches : &native;
	size_t n = request->n_arches ? request->n_arches : 1;
	int which = 0;

	if (request->flags & ADD_ALL) {
		for (size_t i = 0; i < add->n_runtimes; i++)
			add->runtimes[i].wanted = true;
		return add->n_runtimes ? 0 : err_say(err, ENOENT, "%s has no runtime", add->tree);
	}
	for (size_t i = 0; which >= 0 && i < n; i++) {
		which = add_runtime_find(add, arches[i], err);
		if (which >= 0)
			add->runtimes[which].wanted = true;
	}
	return which < 0 ? which : 0;
}

/* -- copying -------------------------------------------------------------------------------- */

static int chmod_script(const char *path, struct err *err)
{
	return chmod(path, 0755) < 0 ? err_set(err, errno, "cannot chmod %s", path) : 0;
}

/* Python files are shared with the other archs' runtimes, as staging does. */
static size_t list_peers(const struct add *add, size_t which, const char **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (i == which)
			continue;
		ret[n++] = add->runtimes[i].usr;
		ret[n++] = add->staged[i].usr;
	}
	return n;
}

static int copy_item(struct add *add, const struct add_item *item, struct err *err)
{
	static const char *const skip[] = { "**/__pycache__", "**/*.pyc", NULL };
	const char *peers[2 * ADD_RUNTIMES_MAX];
	struct copy copy = { .root = add->host, .to = add->build, .skip = skip, .peers = peers };
	const char *name = item->to;
	char real[PATH_SIZE], to[PATH_SIZE];
	struct stat st;
	int r = item->arch ? add_runtime_find(add, item->arch, err) : 0;

	if (r < 0)
		return r;
	if (item->arch && add->runtimes[r].source->root)
		copy.root = add->runtimes[r].source->root;
	r = files_path(to, err, TREE_USR_OF "/", item->arch ? item->arch->name : "");
	if (r == 0 && item->arch && str_starts(name, to)) {
		r = add_runtime_find(add, item->arch, err);
		copy.to = add->runtimes[r].usr;
		copy.n_peers = list_peers(add, (size_t)r, peers);
		name += strlen(to);
	}
	if (r >= 0)
		r = sysroot_find(copy.root, item->source, real);
	if (r < 0 || lstat(real, &st) < 0)
		return err_set(err, r < 0 ? -r : errno, "cannot read %s", item->source);
	r = S_ISDIR(st.st_mode) ? copy_tree(&copy, item->source, name, err)
				: copy_file(&copy, item->source, name, err);
	if (r == 0 && str_starts(item->to, "bin/")) {
		r = files_path(to, err, "%s/%s", add->build, item->to);
		if (r == 0)
			r = chmod_script(to, err);
	}
	return r;
}

/* -- compiling ------------------------------------------------------------------------------ */

static int compile(struct add *add, size_t which, const char *dir, const char *strip, bool checked,
		   struct err *err)
{
	struct pyc_runtime compilers[ADD_RUNTIMES_MAX];
	struct pyc_job job = { .dir = dir,
			       .strip = strip,
			       .checked = checked,
			       .runtimes = compilers,
			       .n_runtimes = add->n_runtimes };
	int r;

	if (!files_exist(dir))
		return 0;
	runtime_info_compilers(add->staged, add->n_runtimes, which, compilers);
	r = pyc_compile(&job, err);
	if (r == 1)
		listener_warn(
			add->request->listener,
			"%s: no Python 3.%u runs here, so Python files stay uncompiled and every "
			"start takes longer (Hint: install qemu-user-static)",
			add->staged[which].arch->name, add->staged[which].minor);
	return r < 0 ? r : 0;
}

static int share(struct add *add, size_t which, struct err *err)
{
	const char *peers[2 * ADD_RUNTIMES_MAX];
	size_t n = list_peers(add, which, peers);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (files_exist(peers[i]))
			r = pyc_share(add->runtimes[which].usr, peers[i], add->staged[which].minor,
				      err);
	}
	return r;
}

static int compile_all(struct add *add, struct err *err)
{
	char shared[PATH_SIZE], strip[PATH_SIZE];
	int r = files_path(shared, err, "%s/" TREE_SITE, add->build);

	for (size_t i = 0; r == 0 && i < add->n_runtimes; i++) {
		/* the second time the .pyc files of that minor are there */
		r = compile(add, i, shared, add->build, true, err);
		if (r == 0 && files_exist(add->runtimes[i].usr))
			r = share(add, i, err);
		if (r == 0)
			r = files_path(strip, err, "%s/" TREE_PYTHON_OF, add->build,
				       add->staged[i].arch->name);
		if (r == 0)
			r = compile(add, i, add->runtimes[i].usr, strip, false, err);
	}
	return r;
}

/* -- all of it ------------------------------------------------------------------------------ */

static int name_places(struct add *add, struct err *err)
{
	int r = files_path(add->build, err, "%s/tree", add->transaction->build);

	for (size_t i = 0; r == 0 && i < add->n_runtimes; i++) {
		const char *arch = add->staged[i].arch->name;

		r = files_path(add->runtimes[i].usr, err, "%s/" TREE_USR_OF, add->build, arch);
		if (r == 0)
			r = files_path(add->runtimes[i].clib, err, "%s/" TREE_CLIB_OF, add->build,
				       arch);
	}
	return r < 0 ? r : files_mkdirs(add->build, err);
}

static int look(struct add *add, struct err *err)
{
	int r = 0;

	if (add->request->debian)
		return add_debian_open(add, err);
	for (size_t i = 0; r == 0 && i < add->request->n_words; i++)
		r = add_files_look(add, add->request->words[i], err);
	return r;
}

static int build(struct add *add, struct err *err)
{
	bool any = false;
	int r = name_places(add, err);

	if (r == 0 && add->request->debian)
		r = add_debian_extract(add, err);
	for (size_t i = 0; r == 0 && !add->request->debian && i < add->request->n_words; i++) {
		if (add_is_wheel(add->request->words[i]))
			r = add_wheel(add, add->request->words[i], i, err);
	}
	listener_step(add->request->listener, "copying");
	for (size_t i = 0; r == 0 && i < add->items->n; i++)
		r = copy_item(add, &add->items->items[i], err);
	if (r == 0)
		r = add_native(add, err);
	if (r == 0)
		r = add_conflicts_check(add, &any, err);
	if (r < 0 || !any)
		return r;
	listener_step(add->request->listener, "compiling Python files");
	r = compile_all(add, err);
	if (r == 0)
		r = add_records(add, err);
	if (r == 0)
		r = files_settle(add->build, err);
	if (r == 0) {
		listener_step(add->request->listener, "checking");
		r = add_check(add, err);
	}
	if (r == 0)
		r = add_conflicts_list(add, err);
	if (r < 0 || (add->request->flags & ADD_DRY_RUN))
		return r;
	listener_step(add->request->listener, "writing to disk");
	return transaction_commit(add->transaction, err);
}

static int run(struct add *add, struct err *err)
{
	int r = tree_resolve(add->request->tree, add->tree, err);

	/* Whatever can be refused is refused before the tree is touched. */
	if (r == 0)
		r = refuse_published(add->tree, err);
	if (r == 0)
		r = sysroot_init(add->host, "/");
	if (r < 0)
		return r;
	read_runtimes(add);
	if (add->request->debian)
		r = want_runtimes(add, err);
	if (r == 0)
		r = look(add, err);
	if (r == 0)
		r = transaction_open(add->transaction, add->tree, err);
	return r < 0 ? r : build(add, err);
}

/* All of it, where the parts have room. */
struct memory {
	struct add add;
	struct transaction transaction;
	struct sysroot host;
	struct runtime_info staged[ADD_RUNTIMES_MAX];
	struct add_runtime runtimes[ADD_RUNTIMES_MAX];
	struct source sources[ADD_RUNTIMES_MAX];
	struct manifest manifests[ADD_RUNTIMES_MAX];
	struct needed libs[ADD_RUNTIMES_MAX];
};

static void open_memory(struct memory *memory, const struct add_request *request,
			struct add_items *items)
{
	memory->add.request = request;
	memory->add.items = items;
	memory->add.transaction = &memory->transaction;
	memory->add.host = &memory->host;
	memory->add.staged = memory->staged;
	memory->add.runtimes = memory->runtimes;
	for (size_t i = 0; i < ADD_RUNTIMES_MAX; i++) {
		memory->runtimes[i].source = &memory->sources[i];
		memory->runtimes[i].manifest = &memory->manifests[i];
		memory->runtimes[i].libs = &memory->libs[i];
	}
	transaction_init(&memory->transaction);
}

static void close_memory(struct memory *memory)
{
	transaction_close(&memory->transaction);
	debian_close(memory->add.debian);
	for (size_t i = 0; i < ADD_RUNTIMES_MAX; i++) {
		source_free(&memory->sources[i]);
		manifest_free(&memory->manifests[i]);
		needed_free(&memory->libs[i]);
	}
	for (size_t i = 0; i < memory->add.n_arches; i++)
		free(memory->add.installed[i]);
	free(memory);
}

int add_run(const struct add_request *request, struct add_items *ret, struct err *err)
{
	struct memory *memory = calloc(1, sizeof(*memory));
	int r;

	if (!memory)
		return err_set(err, ENOMEM, "cannot add");
	open_memory(memory, request, ret);
	r = run(&memory->add, err);
	close_memory(memory);
	return r;
}
