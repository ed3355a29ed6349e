/* SPDX-License-Identifier: MIT */
/* The monotonic clock, for deadlines and for how long something took. */
#ifndef BUSYPY_SYS_CLOCK_H
#define BUSYPY_SYS_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC of clock_gettime(2): does not jump when the date is set. Cannot fail. */
uint64_t clock_us(void);
uint64_t clock_ms(void);

#endif
