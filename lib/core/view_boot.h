/* SPDX-License-Identifier: MIT */
/* The view of a booted client, which PID 1 makes of the root that it has. Pure. */
#ifndef BUSYPY_CORE_VIEW_BOOT_H
#define BUSYPY_CORE_VIEW_BOOT_H

struct plan;
struct view;
struct err;

/* As view_plan(), for VIEW_BOOT. */
int view_boot_plan(const struct view *view, struct plan *ret, struct err *err);

#endif
