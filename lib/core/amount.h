/* SPDX-License-Identifier: MIT */
/* Amounts as users write them; pure. */
#ifndef BUSYPY_CORE_AMOUNT_H
#define BUSYPY_CORE_AMOUNT_H

#include <stdint.h>

/* "4096", "512K", "512M", "2G": bytes, powers of 1024. -EINVAL, -ERANGE. */
int amount_bytes(const char *s, uint64_t *ret);

/* "10", "10s", "500ms", "5m", "1h": milliseconds; seconds where no unit is given. */
int amount_ms(const char *s, uint64_t *ret);

#endif
