/* SPDX-License-Identifier: MIT */
/* Registers and executes in a child with namespaces of its own, by an instance of binfmt_misc that
 * is mounted nowhere. */
#include "handler/rehearsal.h"

#include <errno.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/rule.h"
#include "handler/entries.h"
#include "handler/selftest.h"
#include "sys/apart.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/ns.h"

/* An instance of one's own hides the host's handlers: takes those along that a runtime of this arch
 * needs. */
static int take_along(const struct rehearsal *rehearsal, const struct arch *arch, int instance,
		      struct err *err)
{
	ARRAY_FREE struct rule *present = NULL;
	struct rule elf;
	int n = entries_list(rehearsal->instance, &present, err);

	if (n < 0)
		return n;
	rule_for_elf(arch, &elf);
	/* registered from the last to the first: a later entry is asked first */
	for (int i = n; i > 0; i--) {
		int r;

		if (!present[i - 1].enabled || present[i - 1].extension[0] ||
		    !rule_overlaps(&present[i - 1], &elf))
			continue;
		r = binfmt_register(instance, &present[i - 1], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int prepare_instance(const struct rehearsal *rehearsal, int instance, struct err *err)
{
	const struct contract *contract = rehearsal->contract;
	/* all trees of a contract have one */
	const struct arch *arch = contract->n_trees ? arch_by_name(contract->trees[0].arch) : NULL;
	int r = 0;

	if (arch && !arch_runs_on(arch, arch_native()))
		r = take_along(rehearsal, arch, instance, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < rehearsal->n_rules; i++) {
		r = binfmt_register(instance, &rehearsal->rules[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int perform(struct err *err, void *ctx)
{
	const struct rehearsal *rehearsal = ctx;
	FD_CLEANUP int instance = -1;
	int r;

	if (ns_unshare_user(err) < 0)
		return -ECANCELED;
	instance = binfmt_new_instance(err);
	if (instance < 0)
		return -ECANCELED;
	r = prepare_instance(rehearsal, instance, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < rehearsal->contract->n_trees; i++) {
		const struct contract_tree *tree = &rehearsal->contract->trees[i];
		const struct selftest test = { .tree = tree->path,
					       .arch = arch_by_name(tree->arch),
					       .how = SELFTEST_EXEC };

		if (!(rehearsal->which & (1U << i)))
			continue;
		r = selftest_run(&test, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int rehearsal_run(const struct rehearsal *rehearsal, struct err *err)
{
	return apart_do(perform, (void *)rehearsal, err);
}
