/* SPDX-License-Identifier: MIT */
/* Keeps the work's memory, and finds the tree's runtimes. */
#include "add/work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/dist.h"
#include "add/going.h"
#include "base/dists.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/path_list.h"
#include "base/sysroot.h"
#include "base/tempdir.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/search.h"
#include "source/source.h"
#include "stage/manifest.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"
#include "sys/tree.h"
#include "sys/fd.h"

/* All of it, where the parts have room. */
struct memory {
	struct add add;
	struct transaction transaction;
	struct python_minors several;
	struct sysroot host;
	struct tempdir resolved;
	struct runtime_info infos[ADD_RUNTIMES_MAX];
	struct add_runtime runtimes[ADD_RUNTIMES_MAX];
	struct source sources[ADD_RUNTIMES_MAX];
	struct manifest manifests[ADD_RUNTIMES_MAX];
	struct elf_libraries libs[ADD_RUNTIMES_MAX];
	struct add_dists dists;
	struct dists there;
	struct path_list leaving, edited;
	struct going going;
};

/* -- runtimes ------------------------------------------------------------------------------- */

void add_work_read_runtimes(struct add *add)
{
	struct memory *memory = (struct memory *)add; /* its first member */
	size_t n;
	const struct arch *table = arch_table(&n);

	tree_several(add->tree, &memory->several);
	add->several = &memory->several;
	for (size_t i = 0; i < n && add->n_runtimes < ADD_RUNTIMES_MAX; i++) {
		struct runtime_info *info = add->runtimes[add->n_runtimes].info;

		if (tree_has_runtime(add->tree, &table[i]) &&
		    runtime_info_read(add->tree, &table[i], info, NULL) == 0)
			add->n_runtimes++;
	}
}

int add_runtime_find(const struct add *add, const struct arch *arch, struct err *err)
{
	struct runtime_info info;
	int r;

	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (add->runtimes[i].info->arch == arch)
			return (int)i;
	}
	r = closure_check_runtime(add->tree, arch, err);
	if (r < 0)
		return r;
	r = runtime_info_read(add->tree, arch, &info, err);
	if (r < 0)
		return r;
	return -ENOENT;
}

/* True if a path is in the runtime of arch. */
static bool is_of(const struct arch *arch, const char *path)
{
	char of[TREE_ARCH_SIZE];

	return tree_layout_below(path, TREE_PYTHON, of) && str_eq(of, arch->name);
}

bool add_runtime_changes(const struct add *add, const struct arch *arch)
{
	for (size_t i = 0; arch && i < add->leaving->n; i++) {
		if (is_of(arch, add->leaving->paths[i]))
			return true;
	}
	for (size_t i = 0; i < add->items->n; i++) {
		if (add->items->items[i].arch == arch && add->items->items[i].state != ADD_SAME)
			return true;
	}
	return false;
}

int add_runtime_dist(const struct add *add, size_t which, unsigned minor, char *dst, size_t size,
		     struct err *err)
{
	const struct runtime_info *info = add->runtimes[which].info;
	char folder[32];
	const char *at;
	struct text text;

	(void)snprintf(folder, sizeof(folder), "/python3.%u/", info->minor); /* fits */
	at = strstr(info->dist, folder);
	text_init(&text, dst, size);
	if (!minor || minor == info->minor || !at) {
		text_add(&text, info->dist); /* which Debian's Pythons share */
	} else {
		text_add_bytes(&text, info->dist, (size_t)(at - info->dist));
		text_addf(&text, "/python3.%u/%s", minor, at + strlen(folder));
	}
	return text_check(&text) < 0 ? err_set(err, ENAMETOOLONG, "%s", info->dist) : 0;
}

size_t add_runtime_peers(const struct add *add, size_t which, const char **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (i == which)
			continue;
		ret[n++] = add->runtimes[i].usr;
		ret[n++] = add->runtimes[i].info->usr;
	}
	return n;
}

int add_work_name_places(struct add *add, struct err *err)
{
	int r = files_path(add->build, err, "%s/tree", add->transaction->build);

	if (r < 0)
		return r;
	for (size_t i = 0; i < add->n_runtimes; i++) {
		struct add_runtime *runtime = &add->runtimes[i];
		const char *arch = runtime->info->arch->name;

		r = files_path(runtime->usr, err, "%s/" TREE_USR_OF, add->build, arch);
		if (r < 0)
			return r;
		r = files_path(runtime->clib, err, "%s/" TREE_CLIB_OF, add->build, arch);
		if (r < 0)
			return r;
	}
	return exact_mkdirs(add->build, err);
}

/* -- memory --------------------------------------------------------------------------------- */

struct add *add_work_new(const struct add_request *request, struct add_items *items)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return NULL;
	memory->add = (struct add){ .request = request,
				    .items = items,
				    .transaction = &memory->transaction,
				    .host = &memory->host,
				    .resolved = &memory->resolved,
				    .runtimes = memory->runtimes,
				    .dists = &memory->dists,
				    .there = &memory->there,
				    .leaving = &memory->leaving,
				    .edited = &memory->edited,
				    .going = &memory->going };
	for (size_t i = 0; i < ADD_RUNTIMES_MAX; i++) {
		memory->runtimes[i].info = &memory->infos[i];
		memory->runtimes[i].source = &memory->sources[i];
		memory->runtimes[i].manifest = &memory->manifests[i];
		memory->runtimes[i].libs = &memory->libs[i];
	}
	transaction_init(&memory->transaction);
	return &memory->add;
}

void add_work_free(struct add *add)
{
	struct memory *memory = (struct memory *)add; /* its first member */

	transaction_close(&memory->transaction);
	for (size_t i = 0; i < add->n_wheels; i++) {
		fd_close(&add->wheels[i].fd);
		free(add->wheels[i].path);
	}
	free(add->wheels);
	add_dists_free(&memory->dists);
	dists_free(&memory->there);
	path_list_free(&memory->leaving);
	path_list_free(&memory->edited);
	going_free(&memory->going);
	for (size_t i = 0; i < ADD_RUNTIMES_MAX; i++) {
		source_free(&memory->sources[i]);
		manifest_free(&memory->manifests[i]);
		elf_libraries_free(&memory->libs[i]);
	}
	free(memory);
}
