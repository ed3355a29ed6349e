/* SPDX-License-Identifier: MIT */
/* Performs a plan, op by op, in the calling process. No decisions: those are in the plan. */
#ifndef BUSYPY_SYS_RUN_H
#define BUSYPY_SYS_RUN_H

struct plan;
struct err;

/* Performs every op in order. The caller is alone in a mount namespace of its own (unshare(2));
 * after success "/" is the view and the working directory is "/". On failure the namespace is half
 * built and the process must not go on; the sentence names the op, its place and the reason.
 * Needs CAP_SYS_ADMIN and CAP_SYS_CHROOT in the user namespace. Allocates nothing. */
int run_plan(const struct plan *plan, struct err *err);

/* The same without a mount namespace, for a plan that begins with OP_SLAVE: nothing is mounted
 * anywhere, the process changes root into mounts that end with the last process in them. -EINVAL
 * before Linux 6.15, which cannot attach a mount to one that is mounted nowhere. */
int run_plan_detached(const struct plan *plan, struct err *err);

#endif
