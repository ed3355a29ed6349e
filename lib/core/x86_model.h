/* SPDX-License-Identifier: MIT */
/* The processors that QEMU's -cpu names, by their level of x86-64: core/x86_level.h. */
#ifndef BUSYPY_CORE_X86_MODEL_H
#define BUSYPY_CORE_X86_MODEL_H

/* The level of a model as its name stands for it, before an accelerator takes from it: also of its
 * later editions (-v3, -IBRS, -noTSX, ...), and of the names x86-64-v2, x86-64-v2-AES, ... 0 where
 * that cannot be told: max, host, a model that is not known, or one with features of its own
 * ("Haswell,-avx2"). */
unsigned x86_model_level(const char *cpu);

/* The oldest model of a level from 1 to 4, for hints. Static storage. */
const char *x86_model_example(unsigned level);

#endif
