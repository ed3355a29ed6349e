/* SPDX-License-Identifier: MIT */
/* Facts of a script and its caller, by lib/sys's other files. */
#include "sys/tier_probe.h"

#include <errno.h>
#include <fcntl.h>

#include "core/contract.h"
#include "core/err.h"
#include "core/tier.h"
#include "sys/priv.h"
#include "sys/probe.h"
#include "sys/script.h"

static enum tier_answer probe_in_view(struct err *err)
{
	int r = script_in_view();

	if (r < 0)
		(void)err_set(err, -r, "cannot tell whether this is a view");
	return tier_answer(r);
}

static void probe_owner(const struct tier_subject *subject, struct tier_facts *facts)
{
	struct script *script = subject->script;

	script_identify(subject->contract, subject->request, facts->host_root == TIER_YES, script);
	facts->owner = (enum tier_owner)script->owner;
	facts->beside = facts->owner == OWNER_OURS && script->tree->flags & CONTRACT_TREE_HOST;
	facts->pinned = facts->owner == OWNER_OURS && script->tree->namespace_ino;
}

static enum tier_answer probe_privileged(struct priv *priv)
{
	(void)priv_get(priv); /* on failure: no privilege, hence the last tier */
	return tier_answer((priv->effective & PRIV_ENTER) == PRIV_ENTER);
}

bool tier_probe(int step, const struct tier_subject *subject, struct tier_facts *facts)
{
	const struct contract *contract = subject->contract;

	switch (step) {
	case TIER_PROBE_ELSEWHERE:
		facts->elsewhere =
			tier_answer(!(facts->by_env && script_may_show(subject->request)) &&
				    script_elsewhere(contract, subject->request));
		return true;
	case TIER_PROBE_HOST_ROOT:
		facts->host_root = tier_answer(script_host_root(contract));
		return true;
	case TIER_PROBE_IN_VIEW:
		facts->in_view = probe_in_view(subject->err);
		return true;
	case TIER_PROBE_OWNER:
		probe_owner(subject, facts);
		return true;
	case TIER_PROBE_RUNTIME:
		facts->runtime = tier_answer(script_runtime(subject->script->tree, subject->err));
		return true;
	case TIER_PROBE_SHOWN:
		facts->shown = tier_answer(script_shown(contract, subject->request));
		return true;
	case TIER_PROBE_PRIVILEGED:
		facts->privileged = probe_privileged(subject->priv);
		return true;
	case TIER_PROBE_GAINS:
		facts->gains = tier_answer(priv_gain(subject->priv, PRIV_ENTER) == PRIV_GAINED);
		return true;
	case TIER_PROBE_SAME_TREE:
		facts->same_tree =
			tier_answer(script_same_tree(subject->script->tree, subject->err));
		return true;
	case TIER_PROBE_ROOT_MOUNT:
		facts->root_mount = tier_answer(probe_is_mount(AT_FDCWD, "/"));
		return true;
	}
	return false;
}
