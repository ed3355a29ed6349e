/* SPDX-License-Identifier: MIT */
/* The order of the tiers; pure. */
#include "core/tier.h"

static bool failed(const struct tier_facts *facts, enum tier_step step)
{
	return facts->failed >> step & 1;
}

/* Without privilege there is only a namespace in which it is not needed. */
static enum tier_step last_tier(const struct tier_facts *facts)
{
	if (facts->same_tree == TIER_UNASKED)
		return TIER_PROBE_SAME_TREE;
	if (facts->same_tree != TIER_YES)
		return TIER_REFUSE_TREE; /* nor is what stands there instead started directly */
	return failed(facts, TIER_USER) ? TIER_NONE : TIER_USER;
}

/* In a chroot the mounts around "/" are out of reach: they cannot be made slaves, and what is
 * mounted there could show up elsewhere. */
static enum tier_step in_place(const struct tier_facts *facts)
{
	if (facts->same_tree == TIER_UNASKED)
		return TIER_PROBE_SAME_TREE;
	if (facts->same_tree != TIER_YES)
		return TIER_REFUSE_TREE;
	if (facts->root_mount == TIER_UNASKED)
		return TIER_PROBE_ROOT_MOUNT;
	if (facts->root_mount == TIER_YES && !failed(facts, TIER_COMPOSE))
		return TIER_COMPOSE;
	return last_tier(facts);
}

/* How the caller of a tree's script gets a view. */
static enum tier_step into_view(const struct tier_facts *facts)
{
	bool pinned = facts->host_root == TIER_YES && facts->pinned;

	if (facts->privileged == TIER_UNASKED)
		return TIER_PROBE_PRIVILEGED;
	if (facts->privileged == TIER_YES)
		return pinned && !failed(facts, TIER_TEMPLATE) ? TIER_TEMPLATE : in_place(facts);
	if (!pinned)
		return last_tier(facts);
	if (facts->gains == TIER_UNASKED)
		return TIER_PROBE_GAINS;
	return facts->gains == TIER_YES && !failed(facts, TIER_ENTER) ? TIER_ENTER
								      : last_tier(facts);
}

/* Beside the host's programs every caller gets the same, from everywhere. */
static enum tier_step beside(const struct tier_facts *facts)
{
	if (facts->runtime == TIER_UNASKED)
		return TIER_PROBE_RUNTIME;
	return facts->runtime == TIER_YES ? TIER_BESIDE : TIER_REFUSE_RUNTIME;
}

/* A nested script keeps its view's runtime. What is not of the tree goes through the view's env. */
static enum tier_step within_view(const struct tier_facts *facts)
{
	if (!facts->by_env)
		return TIER_KERNEL;
	if (facts->shown == TIER_UNASKED)
		return TIER_PROBE_SHOWN;
	return facts->shown == TIER_YES ? TIER_IN_VIEW : TIER_KERNEL;
}

enum tier_step tier_next(const struct tier_facts *facts)
{
	if (!facts->contract)
		return TIER_KERNEL;
	/* Most scripts that are not ours go here, by the fewest steps. */
	if (facts->elsewhere == TIER_UNASKED)
		return TIER_PROBE_ELSEWHERE;
	if (facts->elsewhere == TIER_YES)
		return TIER_KERNEL;
	if (facts->host_root == TIER_UNASKED)
		return TIER_PROBE_HOST_ROOT;
	/* The host's root is no view. */
	if (facts->host_root != TIER_YES && facts->in_view == TIER_UNASKED)
		return TIER_PROBE_IN_VIEW;
	if (facts->in_view == TIER_YES)
		return within_view(facts);
	switch (facts->owner) {
	case OWNER_UNASKED:
		return TIER_PROBE_OWNER;
	case OWNER_FOREIGN:
		return TIER_KERNEL;
	case OWNER_STALE:
		return TIER_REFUSE_STALE;
	case OWNER_OURS:
		if (facts->in_view == TIER_DOUBT)
			return TIER_REFUSE_VIEW;
		return facts->beside ? beside(facts) : into_view(facts);
	case OWNER_DOUBT:
		break;
	}
	return TIER_REFUSE_OWNER;
}

enum tier_answer tier_answer(int result)
{
	return result < 0 ? TIER_DOUBT : result ? TIER_YES : TIER_NO;
}
