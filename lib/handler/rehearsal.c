/* SPDX-License-Identifier: MIT */
/* A child in new user and mount namespaces, with an instance that is mounted nowhere. */
#include "handler/rehearsal.h"

#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/rule.h"
#include "handler/selftest.h"
#include "sys/apart.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/ns.h"

enum { FOREIGN_MAX = 128 };

/* An instance of one's own hides the host's handlers: take those along that a runtime needs. */
static int take_along(const struct rehearsal *rehearsal, int instance, struct err *err)
{
	static struct rule present[FOREIGN_MAX];
	int n = binfmt_list(rehearsal->instance, present, FOREIGN_MAX, err);
	int r = n < 0 ? n : 0;

	for (size_t t = 0; r == 0 && t < rehearsal->contract->n_trees; t++) {
		const struct arch *arch = arch_by_name(rehearsal->contract->trees[t].arch);
		struct rule elf;

		if (!arch || arch_runs_on(arch, arch_native()))
			continue;
		rule_for_elf(arch, &elf);
		/* the list has the first to be asked first; registering turns that around */
		for (int i = n; r == 0 && i > 0; i--) {
			if (present[i - 1].enabled && !present[i - 1].extension[0] &&
			    rule_overlaps(&present[i - 1], &elf))
				r = binfmt_register(instance, &present[i - 1], err);
		}
		n = 0; /* once is enough for all trees of a contract, which have one arch */
	}
	return r;
}

static int perform(void *data, struct err *err)
{
	const struct rehearsal *rehearsal = data;
	FD_CLEANUP int instance = -1;
	int r;

	if (ns_unshare_user(err) < 0)
		return -ECANCELED;
	instance = binfmt_new_instance(err);
	if (instance < 0)
		return -ECANCELED;
	r = take_along(rehearsal, instance, err);
	for (size_t i = 0; r == 0 && i < rehearsal->n_rules; i++)
		r = binfmt_register(instance, &rehearsal->rules[i], err);
	for (size_t i = 0; r == 0 && i < rehearsal->contract->n_trees; i++) {
		const struct contract_tree *tree = &rehearsal->contract->trees[i];

		if (!(rehearsal->which & (1U << i)))
			continue;
		r = selftest_run(&(struct selftest){ .tree = tree->path,
						     .arch = arch_by_name(tree->arch),
						     .how = SELFTEST_EXEC },
				 err);
	}
	return r;
}

int rehearse(const struct rehearsal *rehearsal, struct err *err)
{
	return apart_do(perform, (void *)rehearsal, err);
}
