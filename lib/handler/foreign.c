/* SPDX-License-Identifier: MIT */
/* Checks other people's entries: those that ours need, and those that ours would come before. */
#include "handler/foreign.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/rule.h"
#include "handler/entries.h"
#include "sys/binfmt.h"

/* A runtime for another machine runs only if the kernel finds qemu for it, and that in a view
 * where no path of the host's qemu exists. */
int foreign_check_arch(int instance, const struct arch *arch, struct err *err)
{
	ARRAY_FREE struct rule *present = NULL;
	struct rule elf;
	int n;

	if (arch_runs_on(arch, arch_native()))
		return 0;
	n = entries_list(instance, &present, err);
	if (n < 0)
		return n;
	rule_for_elf(arch, &elf);
	for (int i = 0; i < n; i++) {
		if (present[i].extension[0] || !present[i].enabled ||
		    !rule_overlaps(&present[i], &elf))
			continue;
		if (strchr(present[i].flags, 'F'))
			return 0;
		return err_say(err, ENOEXEC,
			       "the handler '%s' for %s programs lacks the flag F: it would not "
			       "be found in a view (Hint: register it with flags PF)",
			       present[i].name, arch->name);
	}
	return err_say(err, ENOEXEC,
		       "this machine cannot run %s programs: no handler for them is registered "
		       "(Hint: install qemu-user-static)",
		       arch->name);
}

static int check_other(const struct rule *other, const struct rule *rules, size_t n_rules,
		       struct err *err)
{
	for (size_t i = 0; i < n_rules; i++) {
		if (rule_overlaps(other, &rules[i]))
			return err_say(err, EEXIST,
				       "the handler '%s' (%s) serves the same scripts; ours would "
				       "come before it (Hint: remove it with: echo -1 "
				       "> " BINFMT_MOUNT_POINT "/%s)",
				       other->name, other->interpreter, other->name);
	}
	return 0;
}

/* Scripts that another handler serves today would silently change their interpreter. */
int foreign_check_rules(int instance, const struct rule *rules, size_t n_rules, struct err *err)
{
	ARRAY_FREE struct rule *present = NULL;
	int n = entries_list(instance, &present, err);
	unsigned generation;

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		int r;

		if (!present[i].enabled || present[i].extension[0] ||
		    entries_own(present[i].name, &generation))
			continue;
		r = check_other(&present[i], rules, n_rules, err);
		if (r < 0)
			return r;
	}
	return 0;
}
