/* SPDX-License-Identifier: MIT */
/* Numbers as files have them: of some bytes, in either order. */
#ifndef BUSYPY_CORE_NUMBER_H
#define BUSYPY_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number in n bytes, at most 8; big: the first byte weighs most. */
uint64_t number_get(const uint8_t *bytes, size_t n, bool big);

#endif
