/* SPDX-License-Identifier: MIT */
/* The loader's decision: in which order facts are asked for, and what each combination comes to. */
#include "core/tier.h"

#include <stddef.h>

#include "check.h"

/* A world, as probing would find it, and what could be had in it. */
struct world {
	struct tier_facts facts;
	unsigned possible; /* 1 << step */
};

/* Asks and tries until the end; the steps in between go to ret, a letter each. '\0' at the end, or
 * "!" if something was asked for or tried twice. */
static enum tier_step play(const struct world *world, char ret[16])
{
	static const char letters[] = "evVorspgtmTECU"; /* by step */
	const struct tier_facts *all = &world->facts;
	struct tier_facts facts = { .contract = all->contract, .by_env = all->by_env };
	unsigned seen = 0;

	for (size_t n = 0;; n++) {
		enum tier_step step = tier_next(&facts);

		ret[n] = '\0';
		if (step >= TIER_KERNEL || world->possible >> step & 1)
			return step;
		ret[n] = seen >> step & 1 ? '!' : letters[step];
		ret[n + 1] = '\0';
		if (ret[n] == '!')
			return step;
		seen |= 1U << step;
		switch ((int)step) {
		case TIER_PROBE_ELSEWHERE:
			facts.elsewhere = all->elsewhere;
			break;
		case TIER_PROBE_HOST_ROOT:
			facts.host_root = all->host_root;
			break;
		case TIER_PROBE_IN_VIEW:
			facts.in_view = all->in_view;
			break;
		case TIER_PROBE_OWNER:
			facts.owner = all->owner;
			facts.pinned = all->pinned;
			facts.beside = all->beside;
			break;
		case TIER_PROBE_RUNTIME:
			facts.runtime = all->runtime;
			break;
		case TIER_PROBE_SHOWN:
			facts.shown = all->shown;
			break;
		case TIER_PROBE_PRIVILEGED:
			facts.privileged = all->privileged;
			break;
		case TIER_PROBE_GAINS:
			facts.gains = all->gains;
			break;
		case TIER_PROBE_SAME_TREE:
			facts.same_tree = all->same_tree;
			break;
		case TIER_PROBE_ROOT_MOUNT:
			facts.root_mount = all->root_mount;
			break;
		default:
			facts.failed |= 1U << step;
		}
	}
}

/* Root on the host, with a template: all that may be asked for is known, all is possible. */
static const struct world sound = {
	.facts = { .contract = true,
		   .pinned = true,
		   .elsewhere = TIER_NO,
		   .host_root = TIER_YES,
		   .in_view = TIER_NO,
		   .owner = OWNER_OURS,
		   .runtime = TIER_YES,
		   .privileged = TIER_YES,
		   .gains = TIER_YES,
		   .same_tree = TIER_YES,
		   .root_mount = TIER_YES },
	.possible = 1U << TIER_TEMPLATE | 1U << TIER_ENTER | 1U << TIER_COMPOSE | 1U << TIER_USER,
};

static void comes_to(struct world world, const char *asked, enum tier_step end, const char *what)
{
	char path[16];

	CHECK(play(&world, path) == end, what);
	CHECK_TEXT(path, asked, "by these steps");
}

#define WITH(change)                    \
	({                              \
		struct world w = sound; \
		change;                 \
		w;                      \
	})

static void test_whose(void)
{
	comes_to(WITH(w.facts.contract = false), "", TIER_KERNEL, "no contract: nothing is asked");
	comes_to(WITH(w.facts.elsewhere = TIER_YES), "e", TIER_KERNEL, "a script elsewhere");
	comes_to(WITH((w.facts.host_root = TIER_NO, w.facts.in_view = TIER_YES)), "evV",
		 TIER_KERNEL, "in a view already");
	comes_to(WITH((w.facts.host_root = TIER_NO, w.facts.in_view = TIER_YES,
		       w.facts.by_env = true, w.facts.shown = TIER_YES)),
		 "evVs", TIER_IN_VIEW, "by env in a view: the view's Python for a tree's script");
	comes_to(WITH((w.facts.host_root = TIER_NO, w.facts.in_view = TIER_YES,
		       w.facts.by_env = true, w.facts.shown = TIER_NO)),
		 "evVs", TIER_KERNEL, "and env for any other");
	comes_to(WITH(w.facts.by_env = true), "evop", TIER_TEMPLATE, "by env, not in a view");
	comes_to(WITH(w.facts.owner = OWNER_FOREIGN), "evo", TIER_KERNEL, "a foreign script");
	comes_to(WITH(w.facts.owner = OWNER_STALE), "evo", TIER_REFUSE_STALE, "another tree");
	comes_to(WITH(w.facts.owner = OWNER_DOUBT), "evo", TIER_REFUSE_OWNER, "no telling whose");
	comes_to(WITH((w.facts.host_root = TIER_NO, w.facts.in_view = TIER_DOUBT)), "evVo",
		 TIER_REFUSE_VIEW, "no telling whether this is a view");
	comes_to(WITH((w.facts.host_root = TIER_NO, w.facts.in_view = TIER_DOUBT,
		       w.facts.owner = OWNER_FOREIGN)),
		 "evVo", TIER_KERNEL, "which does not matter to a foreign script");
}

static void test_privileged(void)
{
	comes_to(sound, "evop", TIER_TEMPLATE, "root enters the template");
	comes_to(WITH(w.possible &= ~(1U << TIER_TEMPLATE)), "evopTtm", TIER_COMPOSE,
		 "or composes, where the kernel lets it not in");
	comes_to(WITH(w.facts.pinned = false), "evoptm", TIER_COMPOSE, "or where there is none");
	comes_to(WITH(w.facts.host_root = TIER_NO), "evVoptm", TIER_COMPOSE,
		 "or under another root");
	comes_to(WITH((w.facts.pinned = false, w.facts.root_mount = TIER_NO)), "evoptm", TIER_USER,
		 "not in a chroot");
	comes_to(WITH((w.facts.pinned = false, w.facts.same_tree = TIER_NO)), "evopt",
		 TIER_REFUSE_TREE, "nor of another tree");
	comes_to(WITH((w.facts.pinned = false, w.possible = 1U << TIER_USER)), "evoptmC", TIER_USER,
		 "root without a mount namespace");
}

static void test_ordinary(void)
{
	comes_to(WITH(w.facts.privileged = TIER_NO), "evopg", TIER_ENTER, "a user enters by enter");
	comes_to(WITH((w.facts.privileged = TIER_NO, w.possible = 1U << TIER_USER)), "evopgEt",
		 TIER_USER, "or composes, where enter cannot be executed");
	comes_to(WITH((w.facts.privileged = TIER_NO, w.facts.gains = TIER_NO)), "evopgt", TIER_USER,
		 "or where enter gains nothing");
	comes_to(WITH((w.facts.privileged = TIER_NO, w.facts.pinned = false)), "evopt", TIER_USER,
		 "or where there is no template");
	comes_to(WITH((w.facts.privileged = TIER_NO, w.facts.gains = TIER_NO,
		       w.facts.same_tree = TIER_DOUBT)),
		 "evopgt", TIER_REFUSE_TREE, "nobody starts a tree that cannot be looked at");
	comes_to(WITH((w.facts.privileged = TIER_NO, w.facts.gains = TIER_NO, w.possible = 0)),
		 "evopgtU", TIER_NONE, "no user namespaces: a sentence");
}

static void test_beside(void)
{
	comes_to(WITH(w.facts.beside = true), "evor", TIER_BESIDE, "root, beside the host");
	comes_to(WITH((w.facts.beside = true, w.facts.privileged = TIER_NO, w.possible = 0)),
		 "evor", TIER_BESIDE, "and anybody else: nothing of a view is asked for");
	comes_to(WITH((w.facts.beside = true, w.facts.host_root = TIER_NO)), "evVor", TIER_BESIDE,
		 "in a container, too");
	comes_to(WITH((w.facts.beside = true, w.facts.host_root = TIER_NO,
		       w.facts.in_view = TIER_YES)),
		 "evV", TIER_KERNEL, "a view keeps its own interpreter");
	comes_to(WITH((w.facts.beside = true, w.facts.runtime = TIER_NO)), "evor",
		 TIER_REFUSE_RUNTIME, "without its runtime nothing else is tried");
}

/* Each combination of answers ends, and nothing is asked for or tried twice. */
static void test_all(void)
{
	static const unsigned sizes[] = { 3, 3, 3, 4, 2, 3, 3, 3, 3, 2, 2, 2, 2, 2, 3, 3, 2 };
	enum { N = sizeof(sizes) / sizeof(sizes[0]) };
	unsigned at[N] = { 0 }, i = 0, bad = 0;
	char path[16];

	while (i < N) {
		struct world world = {
			.facts = { .contract = true,
				   .elsewhere = TIER_NO + at[0],
				   .host_root = TIER_NO + at[1],
				   .in_view = TIER_NO + at[2],
				   .owner = OWNER_FOREIGN + at[3],
				   .pinned = at[4],
				   .privileged = TIER_NO + at[5],
				   .gains = TIER_NO + at[6],
				   .same_tree = TIER_NO + at[7],
				   .root_mount = TIER_NO + at[8],
				   .beside = at[9],
				   .runtime = TIER_NO + at[14],
				   .shown = TIER_NO + at[15],
				   .by_env = at[16] },
			.possible = at[10] << TIER_TEMPLATE | at[11] << TIER_ENTER |
				    at[12] << TIER_COMPOSE | at[13] << TIER_USER,
		};

		(void)play(&world, path);
		bad += strchr(path, '!') != NULL;
		for (i = 0; i < N && ++at[i] == sizes[i]; i++)
			at[i] = 0;
	}
	CHECK(bad == 0, "no combination of facts asks for anything twice");
}

int main(void)
{
	test_whose();
	test_privileged();
	test_ordinary();
	test_beside();
	test_all();
	CHECK(tier_answer(1) == TIER_YES && tier_answer(0) == TIER_NO &&
		      tier_answer(-1) == TIER_DOUBT,
	      "results as answers");
	return done();
}
