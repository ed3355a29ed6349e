/* SPDX-License-Identifier: MIT */
/* What was asked for, and an arch has no wheel of. */
#include "base/left_out.h"

#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "check/finding.h"
#include "check/part.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/str.h"
#include "core/tree_layout.h"

static const struct finding_kind left_out = {
	FINDING_WARNING, "what imports it there ends with ModuleNotFoundError",
	"busypy add --upgrade TREE, once there is a wheel; or Debian's package, if it has one"
};
static const struct finding_kind unsound = {
	FINDING_WARNING, "what was asked for cannot be added again, listed or removed",
	"take it from a copy of the tree, or remove it and add again"
};

static int note(const struct left_out *package, void *ctx)
{
	const struct check_part *part = ctx;
	size_t n = strcspn(package->target, "@");

	for (size_t i = 0; i < part->n_archs; i++) {
		const struct arch *arch = part->archs[i];

		if (strlen(arch->name) == n && memcmp(arch->name, package->target, n) == 0)
			finding_add(part->findings, &left_out, TREE_LOCK, arch,
				    "%s %s is left out for %s, for which it had no wheel",
				    package->name, package->version, package->target);
	}
	return 0;
}

int check_left_out(struct check_part *part, struct err *err)
{
	struct err why = { 0 };
	int r = left_out_each(part->request->tree, note, part, &why);

	(void)err;
	if (r < 0)
		finding_add(part->findings, &unsound, TREE_LOCK, NULL, "%s", why.text);
	return 0;
}
