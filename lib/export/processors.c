/* SPDX-License-Identifier: MIT */
/* By the level of x86-64 that each lease tells, core/x86_level.h. */
#include "export/processors.h"

#include <inttypes.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/listener.h"
#include "check/level.h"
#include "core/arch.h"
#include "core/export_layout.h"
#include "core/lease.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/x86_level.h"
#include "export/dir.h"
#include "export/leases.h"

struct comparison {
	const struct arch *arch;
	uint64_t age; /* seconds */
	unsigned needs;
	uint64_t n;
	struct lease first;
};

static int compare(const struct leases_entry *entry, struct err *err, void *ctx)
{
	struct comparison *comparison = ctx;
	const struct lease *lease = entry->lease;

	(void)err;
	if (lease && entry->age < comparison->age && lease->x86_level &&
	    lease->x86_level < comparison->needs && str_eq(lease->arch, comparison->arch->name) &&
	    comparison->n++ == 0)
		comparison->first = *lease;
	return 0;
}

static int compare_all(const struct export_dir *dir, const char *tree,
		       struct comparison *comparison, const struct listener *listener,
		       struct err *err)
{
	char file[PATH_SIZE];
	int r = level_find(tree, comparison->arch, &comparison->needs, file, err);

	if (r < 0 || comparison->needs <= 1)
		return r;
	r = leases_read(dir, &(struct leases_visitor){ .each = compare, .ctx = comparison }, err);
	if (r < 0 || !comparison->n)
		return r;
	listener_warn(listener,
		      "%s (%s) needs %s, and of the clients %" PRIu64
		      " cannot run it; the first: %s has %s",
		      file, comparison->arch->name, x86_level_name(comparison->needs),
		      comparison->n, comparison->first.host,
		      x86_level_name(comparison->first.x86_level));
	return 0;
}

int processors_warn(const struct export_dir *dir, const char *id, uint64_t age,
		    const struct listener *listener, struct err *err)
{
	static const char *const archs[] = { "x86_64", "i386" };
	char tree[PATH_SIZE];
	int r = files_path(tree, err, "%s/" EXPORT_VERSIONS "/%s", export_root(dir)->path, id);

	for (size_t i = 0; r >= 0 && i < sizeof(archs) / sizeof(archs[0]); i++) {
		struct comparison comparison = { .arch = arch_by_name(archs[i]), .age = age };

		r = compare_all(dir, tree, &comparison, listener, err);
	}
	return r < 0 ? r : 0;
}
