/* SPDX-License-Identifier: MIT */
/* What becomes of a script that the handler caught: the decision of loader and enter, which
 * `busypy explain` foretells. Pure: it asks for one fact at a time, so that none is looked for
 * that does not matter. lib/sys/tier_probe finds them. */
#ifndef BUSYPY_CORE_TIER_H
#define BUSYPY_CORE_TIER_H

#include <stdbool.h>

/* Of a fact. All zeros: nothing has been asked for. */
enum tier_answer {
	TIER_UNASKED,
	TIER_NO,
	TIER_YES,
	TIER_DOUBT /* it cannot be told */
};

/* Whose a script is. */
enum tier_owner {
	OWNER_UNASKED,
	OWNER_FOREIGN, /* not in a tree of the contract */
	OWNER_OURS,
	OWNER_STALE, /* where a tree stands, but that is not the tree that was enabled */
	OWNER_DOUBT  /* it may be ours, and that cannot be told: do not guess */
};

/* What to do next. */
enum tier_step {
	/* find the fact of this name */
	TIER_PROBE_ELSEWHERE,
	TIER_PROBE_HOST_ROOT,
	TIER_PROBE_IN_VIEW,
	TIER_PROBE_OWNER,
	TIER_PROBE_RUNTIME,
	TIER_PROBE_SHOWN,
	TIER_PROBE_PRIVILEGED,
	TIER_PROBE_GAINS,
	TIER_PROBE_SAME_TREE,
	TIER_PROBE_ROOT_MOUNT,

	/* try it; where that cannot be had, note so in failed */
	TIER_TEMPLATE, /* enter the template with one's own privilege */
	TIER_ENTER,    /* enter it with that of the program enter */
	TIER_COMPOSE,  /* make a view in place */
	TIER_USER,     /* make one in a user namespace */

	/* the end */
	TIER_KERNEL,	    /* execute what the kernel itself would */
	TIER_IN_VIEW,	    /* the tree's interpreter, in the view that this is */
	TIER_BESIDE,	    /* the tree's runtime beside the host's programs, without a view */
	TIER_NONE,	    /* say why there is no view, which the last attempt has told */
	TIER_REFUSE_VIEW,   /* say that it cannot be told whether this is a view */
	TIER_REFUSE_OWNER,  /* that it cannot be told whose the script is */
	TIER_REFUSE_STALE,  /* that another tree stands there */
	TIER_REFUSE_TREE,   /* that the tree is not there for this caller */
	TIER_REFUSE_RUNTIME /* that its runtime is not, which the probe has told */
};

struct tier_facts {
	/* of the contract and its tree */
	bool contract; /* there is one */
	bool beside;   /* programs = host; known with owner */
	bool pinned;   /* a template is kept for the tree; known with owner */
	bool by_env; /* the script's line is env python3: the kernel would start another program */

	/* as they are asked for */
	enum tier_answer elsewhere;  /* the script is in no tree: its path proves it */
	enum tier_answer host_root;  /* "/" is the contract's */
	enum tier_answer in_view;    /* the process is in a view already */
	enum tier_answer shown;	     /* the view that this is has the script from its tree */
	enum tier_owner owner;	     /* of the script */
	enum tier_answer runtime;    /* the tree's runtime is the one that enable made */
	enum tier_answer privileged; /* the caller has what entering takes */
	enum tier_answer gains;	     /* enter would have it */
	enum tier_answer
		same_tree; /* the tree at its path, as seen here, is that of the contract */
	enum tier_answer root_mount; /* "/" is a mount: no chroot */

	unsigned failed; /* 1 << step: tried, and not to be had */
};

enum tier_step tier_next(const struct tier_facts *facts);

/* The answer that a result of 1, 0 or -errno is. */
enum tier_answer tier_answer(int result);

#endif
