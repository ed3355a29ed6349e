/* SPDX-License-Identifier: MIT */
/* Which 32-bit programs this machine's kernel runs besides its own. */
#ifndef BUSYPY_SYS_ABI32_H
#define BUSYPY_SYS_ABI32_H

struct arch;

/* i386 on x86_64, if this kernel has it and it is not switched off: a program of a few bytes is
 * tried, in a child. NULL if there is none. */
const struct arch *compat_arch(void);

#endif
