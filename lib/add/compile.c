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
#include "core/tree_layout.h"
#include "stage/pyc.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

/* All runtimes as compilers, the one with this index first. */
static void list_compilers(const struct add *add, size_t first, struct pyc_runtime *ret)
{
	for (size_t i = 0; i < add->n_runtimes; i++)
		ret[i] = runtime_info_compiler(add->runtimes[(first + i) % add->n_runtimes].info);
}

static int compile(struct add *add, size_t which, const char *dir, const char *strip, bool checked,
		   struct err *err)
{
	struct pyc_runtime compilers[ADD_RUNTIMES_MAX];
	struct pyc_job job = { .dir = dir,
			       .strip = strip,
			       .work = add->transaction->build,
			       .others = true,
			       .checked = checked,
			       .runtimes = compilers,
			       .n_runtimes = add->n_runtimes };

	if (!exact_exists(dir))
		return 0;
	list_compilers(add, which, compilers);
	return pyc_compile_or_warn(&job, add->request->listener, err);
}

static int share(struct add *add, size_t which, struct err *err)
{
	const char *peers[2 * ADD_RUNTIMES_MAX];
	size_t n = add_runtime_peers(add, which, peers);

	for (size_t i = 0; i < n; i++) {
		int r = 0;

		if (exact_exists(peers[i]))
			r = pyc_share(add->runtimes[which].usr, peers[i],
				      add->runtimes[which].info->minor, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int compile_runtime(struct add *add, size_t which, struct err *err)
{
	const struct add_runtime *runtime = &add->runtimes[which];
	char strip[PATH_SIZE];
	int r = files_path(strip, err, "%s/" TREE_PYTHON_OF, add->build, runtime->info->arch->name);

	if (r < 0 || !exact_exists(runtime->usr))
		return r;
	r = share(add, which, err);
	if (r < 0)
		return r;
	return compile(add, which, runtime->usr, strip, false, err);
}

int add_compile(struct add *add, struct err *err)
{
	char shared[PATH_SIZE];
	int r = files_path(shared, err, "%s/" TREE_SITE, add->build);

	if (r < 0)
		return r;
	for (size_t i = 0; i < add->n_runtimes; i++) {
		/* the second time the .pyc files of that minor are there */
		r = compile(add, i, shared, add->build, true, err);
		if (r < 0)
			return r;
		r = compile_runtime(add, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}
