/* SPDX-License-Identifier: MIT */
/* Each kind of view has its own file. */
#include "core/view.h"

#include "core/view_boot.h"
#include "core/view_host.h"
#include "core/view_sandbox.h"

int view_plan(const struct view *view, const struct facts *facts, struct plan *ret, struct err *err)
{
	switch (view->kind) {
	case VIEW_HOST:
		return view_host_plan(view, facts, ret, err);
	case VIEW_SANDBOX:
		return view_sandbox_plan(view, facts, ret, err);
	case VIEW_BOOT:
		break;
	}
	return view_boot_plan(view, ret, err);
}
