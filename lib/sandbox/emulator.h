/* SPDX-License-Identifier: MIT */
/* qemu-user: what executes programs of another arch. */
#ifndef BUSYPY_SANDBOX_EMULATOR_H
#define BUSYPY_SANDBOX_EMULATOR_H

struct arch;
struct err;
struct rule;

/* The binfmt_misc entry that executes programs of arch. -ENOENT with a sentence if there is no
 * static qemu-user for it on this machine. */
int emulator_rule(const struct arch *arch, struct rule *ret, struct err *err);

#endif
