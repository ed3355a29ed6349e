/* SPDX-License-Identifier: MIT */
/* Byte by byte, wherever they stand. */
#include "core/number.h"

uint64_t number_get(const uint8_t *bytes, size_t n, bool big)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[big ? i : n - 1 - i];
	return value;
}
