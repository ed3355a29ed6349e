/* SPDX-License-Identifier: MIT */
/* The plan by which enable makes a template, and which `busypy plan` prints. */
#ifndef BUSYPY_HANDLER_TEMPLATE_PLAN_H
#define BUSYPY_HANDLER_TEMPLATE_PLAN_H

struct conf;
struct plan;
struct err;

/* The host view of tree (canonical) for arch, pinned, without what the configuration prunes. */
int template_plan(const struct conf *conf, const char *tree, const char *arch, struct plan *ret,
		  struct err *err);

#endif
