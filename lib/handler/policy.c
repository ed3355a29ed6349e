/* SPDX-License-Identifier: MIT */
/* Finds out what is enabled, and what this kernel and its policies allow. */
#include "handler/policy.h"

#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/rule.h"
#include "handler/entries.h"
#include "handler/generation.h"
#include "handler/mounts.h"
#include "sys/apart.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/ns.h"
#include "sys/priv.h"

enum { ORDINARY_USER = 65534 };

int policy_live_contract(struct contract *ret, struct err *err)
{
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, err);

	if (n <= 0)
		return n;
	/* the rest of a killed enabling has no loader */
	for (int i = n; i > 0; i--) {
		if (generation_read(generations[i - 1], ret, NULL) == 0)
			return 1;
	}
	return 0;
}

static bool is_live(const struct rule *rule, const struct contract *contract)
{
	unsigned generation;

	return contract && entries_own(rule->name, &generation) &&
	       generation == contract->generation;
}

static enum policy_note note_other(const struct rule *rules, size_t n, size_t at,
				   const struct contract *contract)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_live(&rules[i], contract) || !rule_overlaps(&rules[i], &rules[at]))
			continue;
		return at < i ? POLICY_BEFORE : POLICY_AFTER;
	}
	return POLICY_UNRELATED;
}

void policy_notes(const struct rule *rules, size_t n, const struct contract *contract,
		  enum policy_note *ret)
{
	unsigned generation;

	for (size_t i = 0; i < n; i++) {
		if (is_live(&rules[i], contract))
			ret[i] = POLICY_OURS;
		else if (entries_own(rules[i].name, &generation))
			ret[i] = POLICY_STALE;
		else
			ret[i] = rules[i].enabled ? note_other(rules, n, i, contract)
						  : POLICY_UNRELATED;
	}
}

static int count_mounts(struct err *err, void *ctx)
{
	const struct contract_tree *tree = ctx;
	static const struct conf nothing_pruned;
	FD_CLEANUP int template_fd =
		ns_open_template(tree->namespace_path, tree->namespace_ino, err);
	struct mounts_summary summary;
	int entered, r;

	if (template_fd < 0)
		return template_fd;
	r = ns_enter(template_fd, 1, &entered, err);
	if (r < 0)
		return r;
	r = mounts_summarise(&nothing_pruned, &summary, err);
	if (r < 0)
		return r;
	return (int)summary.n;
}

int policy_template_mounts(const struct contract_tree *tree, struct err *err)
{
	return apart_do(count_mounts, (void *)tree, err);
}

/* Root would get another answer. In a namespace with a single user it has to do. */
static void become_ordinary(void)
{
	if (setgroups(0, NULL) == 0 && setresgid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER) == 0)
		(void)!setresuid(ORDINARY_USER, ORDINARY_USER, ORDINARY_USER);
}

static int try_user_namespace(struct err *err, void *ctx)
{
	(void)ctx;
	become_ordinary();
	return ns_unshare_user(err);
}

int policy_user_namespace(struct err *err)
{
	return apart_do(try_user_namespace, NULL, err);
}

static int try_own_instance(struct err *err, void *ctx)
{
	FD_CLEANUP int instance = -1;
	int r = ns_unshare_user(err);

	(void)ctx;
	if (r < 0)
		return r;
	instance = binfmt_new_instance(err);
	return instance < 0 ? instance : 0;
}

int policy_own_instance(struct err *err)
{
	return apart_do(try_own_instance, NULL, err);
}

int policy_enter(const struct contract *contract, struct err *err)
{
	struct statvfs fs;
	cap_flag_value_t admin = CAP_CLEAR, root = CAP_CLEAR;
	cap_t caps;

	if (statvfs(contract->enter, &fs) < 0)
		return err_set(err, errno, "cannot look at %s", contract->enter);
	if (fs.f_flag & ST_NOSUID)
		return err_say(err, EPERM, GENERATION_ROOT " is mounted nosuid");
	if (fs.f_flag & ST_NOEXEC)
		return err_say(err, EPERM, GENERATION_ROOT " is mounted noexec");
	caps = cap_get_file(contract->enter);
	if (caps) {
		(void)cap_get_flag(caps, CAP_SYS_ADMIN, CAP_PERMITTED, &admin);
		(void)cap_get_flag(caps, CAP_SYS_CHROOT, CAP_PERMITTED, &root);
		(void)cap_free(caps); /* cannot fail for a cap_t */
	}
	if (admin != CAP_SET || root != CAP_SET)
		return err_say(err, EPERM, "%s has lost its file capabilities", contract->enter);
	return 0;
}
