/* SPDX-License-Identifier: MIT */
/* The part of lib/core/sha256 that depends on the processor. */
#ifndef BUSYPY_CORE_SHA256_X86_H
#define BUSYPY_CORE_SHA256_X86_H

#include <stdbool.h>
#include <stdint.h>

/* True if this processor has the instructions. */
bool sha256_x86_can(void);

/* One block, where it can. k: the constants of FIPS 180-4, 4.2.2. */
void sha256_x86_compress(uint32_t state[8], const uint8_t *block, const uint32_t k[64]);

#endif
