/* SPDX-License-Identifier: MIT */
/* Asks check/needs about the tree as it will be. */
#include "add/needed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "add/add.h"
#include "add/dist.h"
#include "add/going.h"
#include "add/work.h"
#include "base/dists.h"
#include "base/listener.h"
#include "check/needs.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "stage/runtime_info.h"

enum { VERSION_MAX = 64 };

/* The distributions that will be there: borrowed from those that come and those that stand. */
struct future {
	const struct add *add;
	struct dists coming, all;
};

static bool comes(const struct dists *coming, const char *info)
{
	for (size_t i = 0; i < coming->n; i++) {
		if (str_eq(coming->dists[i].info, info))
			return true;
	}
	return false;
}

static int foresee(struct future *future, struct err *err)
{
	const struct add *add = future->add;
	struct dists *all = &future->all;
	int r = dists_read(add->build, &future->coming, err);

	if (r < 0)
		return r;
	all->dists = calloc(future->coming.n + add->there->n + 1, sizeof(*all->dists));
	if (!all->dists)
		return err_set(err, ENOMEM, "cannot list what is needed");
	for (size_t i = 0; i < future->coming.n; i++)
		all->dists[all->n++] = future->coming.dists[i];
	for (size_t i = 0; i < add->there->n; i++) {
		const struct dist *dist = &add->there->dists[i];

		if (!comes(&future->coming, dist->info) && !going_has(add->going, dist->info))
			all->dists[all->n++] = *dist;
	}
	return 0;
}

static void warn(const struct dist *dist, const struct arch *arch, const char *what, void *ctx)
{
	const struct add *add = ctx;

	listener_warn(add->request->listener, "%s: %s %s %s", arch->name, dist->name, dist->version,
		      what);
}

static void check_for(const struct future *future, const struct add_dist *dist, size_t which)
{
	const struct runtime_info *info = future->add->runtimes[which].info;
	char version[VERSION_MAX];
	const struct needs_runtime runtime = { .arch = info->arch,
					       .minor = info->minor,
					       .version = version };

	if (!runtime_info_version(info, "python", version, sizeof(version)))
		(void)snprintf(version, sizeof(version), "3.%u", info->minor);
	for (size_t i = 0; i < future->coming.n; i++) {
		if (str_eq(future->coming.dists[i].info, dist->info))
			needs_find(&future->all, &future->coming.dists[i], &runtime, warn,
				   (void *)future->add);
	}
}

static void check_archs(const struct future *future, const struct add_dist *dist)
{
	const struct add *add = future->add;
	const struct arch *archs[ADD_RUNTIMES_MAX], *lacking = NULL;

	for (size_t i = 0; i < add->n_runtimes; i++)
		archs[i] = add->runtimes[i].info->arch;
	for (size_t i = 0; !lacking && i < future->coming.n; i++) {
		if (str_eq(future->coming.dists[i].info, dist->info))
			lacking = needs_lacking(&future->all, &future->coming.dists[i], archs,
						add->n_runtimes);
	}
	if (lacking)
		listener_warn(add->request->listener, "%s is for %s, and not there for %s",
			      dist->name, dist->arch->name, lacking->name);
}

int add_needed_check(struct add *add, struct err *err)
{
	struct future future = { .add = add };
	int r = add->dists->n ? foresee(&future, err) : 0;

	for (size_t i = 0; r == 0 && i < add->dists->n; i++) {
		const struct add_dist *dist = &add->dists->dists[i];

		if (dist->chosen || dist->same)
			continue;
		for (size_t j = 0; j < add->n_runtimes; j++)
			check_for(&future, dist, j);
		check_archs(&future, dist);
	}
	dists_free(&future.coming);
	free(future.all.dists);
	return r;
}
