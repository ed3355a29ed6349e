/* SPDX-License-Identifier: MIT */
/* SHA-256, FIPS 180-4. Our own because a build may need libmount, libcap and libelf only, and a
 * checksum is all that a cryptographic library would be for: signatures are checked by apt. */
#ifndef BUSYPY_CORE_SHA256_H
#define BUSYPY_CORE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK = 64, SHA256_SIZE = 32, SHA256_HEX_SIZE = 65 };

struct sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	uint8_t block[SHA256_BLOCK];
	bool fast; /* with the processor's own instructions; may be cleared */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t n);
/* Ends the sum; sha may not be used again but by sha256_init. */
void sha256_end(struct sha256 *sha, uint8_t ret[SHA256_SIZE]);
/* The same, as NUL-terminated lower-case hexadecimal. */
void sha256_end_hex(struct sha256 *sha, char ret[SHA256_HEX_SIZE]);

#endif
