/* SPDX-License-Identifier: MIT */
/* Reads the entries that are not ours. */
#include "handler/foreign.h"

#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/rule.h"
#include "handler/enable.h"
#include "sys/binfmt.h"

enum { PRESENT_MAX = 512 };

/* A runtime for another machine runs only if the kernel finds qemu for it, and that in a view
 * where no path of the host's qemu exists. */
int others_check_foreign(int instance, const struct arch *arch, struct err *err)
{
	static struct rule present[PRESENT_MAX];
	struct rule elf;
	int n;

	if (arch_runs_on(arch, arch_native()))
		return 0;
	n = binfmt_list(instance, present, PRESENT_MAX, err);
	if (n < 0)
		return n;
	rule_for_elf(arch, &elf);
	for (int i = 0; i < n; i++) {
		if (present[i].extension[0] || !present[i].enabled ||
		    !rule_overlaps(&present[i], &elf))
			continue;
		if (strchr(present[i].flags, 'F'))
			return 0;
		return err_hint(err,
				err_say(err, ENOEXEC,
					"the handler '%s' for %s programs lacks the flag F: it "
					"would not be found in a view",
					present[i].name, arch->name),
				"register it with flags PF");
	}
	return err_hint(err,
			err_say(err, ENOEXEC,
				"this machine cannot run %s programs: no handler for "
				"them is registered",
				arch->name),
			"install qemu-user-static");
}

/* Scripts that another handler serves today would silently change their interpreter. */
int others_check(int instance, const struct rule *rules, size_t n_rules, struct err *err)
{
	static struct rule present[PRESENT_MAX];
	int n = binfmt_list(instance, present, PRESENT_MAX, err);
	unsigned generation;

	for (int i = 0; i < n; i++) {
		if (!present[i].enabled || present[i].extension[0] ||
		    handler_owns(present[i].name, &generation))
			continue;
		for (size_t j = 0; j < n_rules; j++) {
			if (rule_overlaps(&present[i], &rules[j]))
				return err_hint(err,
						err_say(err, EEXIST,
							"the handler '%s' (%s) serves the same "
							"scripts; ours would come before it",
							present[i].name, present[i].interpreter),
						"remove it with: echo -1 > " BINFMT_MOUNT_POINT
						"/%s",
						present[i].name);
		}
	}
	return n < 0 ? n : 0;
}
