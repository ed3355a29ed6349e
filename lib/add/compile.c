/* SPDX-License-Identifier: MIT */
/* Chooses which Python compiles which directory, and shares what other runtimes have compiled. */
#include "add/compile.h"

#include <stdbool.h>
#include <stddef.h>

#include "add/add.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/tree_layout.h"
#include "stage/pyc.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"
#include "sys/tree.h"

enum { COMPILERS_MAX = ADD_RUNTIMES_MAX * PYTHON_MINORS_MAX };

/* The Pythons of all runtimes as compilers, those of this one and of this minor first. */
static size_t list_compilers(const struct add *add, size_t first, unsigned minor,
			     struct pyc_runtime *ret)
{
	size_t n = 1;

	ret[0] = runtime_info_compiler(add->runtimes[first].info);
	ret[0].minor = minor;
	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct runtime_info *info = add->runtimes[(first + i) % add->n_runtimes].info;
		struct python_minors pythons;

		tree_pythons(info->tree, info->arch, &pythons);
		for (size_t k = 0; k < pythons.n && n < COMPILERS_MAX; k++) {
			ret[n] = runtime_info_compiler(info);
			ret[n++].minor = pythons.minor[k];
		}
	}
	return n;
}

static int compile(struct add *add, size_t which, unsigned minor, const char *dir,
		   const char *strip, bool checked, struct err *err)
{
	struct pyc_runtime compilers[COMPILERS_MAX];
	struct pyc_job job = { .dir = dir,
			       .strip = strip,
			       .work = add->transaction->build,
			       .others = true,
			       .checked = checked,
			       .runtimes = compilers };

	if (!exact_exists(dir))
		return 0;
	job.n_runtimes = list_compilers(add, which, minor, compilers);
	return pyc_compile_or_warn(&job, add->request->listener, err);
}

static int share(struct add *add, size_t which, unsigned minor, struct err *err)
{
	const char *peers[2 * ADD_RUNTIMES_MAX];
	size_t n = add_runtime_peers(add, which, peers);

	for (size_t i = 0; i < n; i++) {
		int r = 0;

		if (exact_exists(peers[i]))
			r = pyc_share(add->runtimes[which].usr, peers[i], minor, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compile_python(struct add *add, size_t which, unsigned minor, struct err *err)
{
	const struct add_runtime *runtime = &add->runtimes[which];
	char shared[PATH_SIZE], strip[PATH_SIZE];
	int r = files_path(shared, err, "%s/" TREE_SITE, add->build);

	if (r < 0)
		return r;
	/* the second time the .pyc files of that minor are there */
	r = compile(add, which, minor, shared, add->build, true, err);
	if (r < 0 || !exact_exists(runtime->usr))
		return r;
	r = files_path(strip, err, "%s/" TREE_PYTHON_OF, add->build, runtime->info->arch->name);
	if (r < 0)
		return r;
	r = share(add, which, minor, err);
	return r < 0 ? r : compile(add, which, minor, runtime->usr, strip, false, err);
}

int add_compile(struct add *add, struct err *err)
{
	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct runtime_info *info = add->runtimes[i].info;
		struct python_minors pythons;

		tree_pythons(info->tree, info->arch, &pythons);
		for (size_t k = 0; k < pythons.n; k++) {
			int r = compile_python(add, i, pythons.minor[k], err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
