/* SPDX-License-Identifier: MIT */
/* Reads the monotonic clock. */
#include "sys/clock.h"

#include <time.h>

uint64_t clock_us(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_ms(void)
{
	return clock_us() / 1000;
}
