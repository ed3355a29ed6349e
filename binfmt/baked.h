/* SPDX-License-Identifier: MIT */
/* The contract inside this very program. */
#ifndef BUSYPY_BINFMT_BAKED_H
#define BUSYPY_BINFMT_BAKED_H

struct contract;

/* The contract that `busypy enable` wrote into this copy; NULL in a program as built. */
const struct contract *baked(void);

#endif
