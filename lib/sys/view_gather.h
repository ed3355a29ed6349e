/* SPDX-License-Identifier: MIT */
/* Facts for a view's plan: the one place where what a plan is made from is collected. */
#ifndef BUSYPY_SYS_VIEW_GATHER_H
#define BUSYPY_SYS_VIEW_GATHER_H

struct facts;
struct view;
struct err;

/* Collects what the plan of this view asks of kernel and disk. Which mounts a template does without
 * is the configuration's to say: handler/template_plan. */
int view_gather(const struct view *view, struct facts *ret, struct err *err);

/* The same for VIEW_HOST, for a small program that makes no other. */
int view_gather_host(const struct view *view, struct facts *ret, struct err *err);

#endif
