/* SPDX-License-Identifier: MIT */
/* Which facts each kind of view needs. */
#include "sys/view_gather.h"

#include "core/facts.h"
#include "core/view.h"
#include "core/view_sandbox.h"
#include "sys/probe.h"
#include "sys/sockets.h"

int view_gather_host(const struct view *view, struct facts *ret, struct err *err)
{
	int r;

	facts_init(ret);
	r = probe_top(ret, err);
	if (r < 0)
		return r;
	probe_shares(ret, view->tree, view->arch);
	return 0;
}

int view_gather(const struct view *view, struct facts *ret, struct err *err)
{
	int r;

	facts_init(ret);
	switch (view->kind) {
	case VIEW_HOST:
		return view_gather_host(view, ret, err);
	case VIEW_SANDBOX:
		r = view->sandbox->flags & VIEW_SANDBOX_HOST
			    ? view_gather_host(view, ret, err)
			    : probe_tree_top(ret, view->tree, view->sandbox, err);
		return r < 0 ? r : sockets_probe(ret, view->sandbox, err);
	case VIEW_BOOT:
		break;
	}
	return 0;
}
