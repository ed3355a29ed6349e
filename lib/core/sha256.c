/* SPDX-License-Identifier: MIT */
/* SHA-256. FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1, 5.3.3 and 6.2; names as there. */
#include "core/sha256.h"

#include <string.h>

#include "core/sha256_x86.h"

static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static void schedule(const uint8_t *block, uint32_t w[64])
{
	for (size_t t = 0; t < 16; t++)
		w[t] = (uint32_t)block[t * 4] << 24 | (uint32_t)block[t * 4 + 1] << 16 |
		       (uint32_t)block[t * 4 + 2] << 8 | block[t * 4 + 3];
	for (size_t t = 16; t < 64; t++) {
		uint32_t x = w[t - 15], y = w[t - 2];

		w[t] = w[t - 16] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + w[t - 7] +
		       (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
	}
}

/* One round. The eight words move on by one place each time; so that nothing has to be moved, the
 * caller names them in another order instead. */
static inline void round_of(const uint32_t *a, const uint32_t *b, const uint32_t *c, uint32_t *d,
			    const uint32_t *e, const uint32_t *f, const uint32_t *g, uint32_t *h,
			    uint32_t k_w)
{
	uint32_t t1 =
		*h + (rotr(*e, 6) ^ rotr(*e, 11) ^ rotr(*e, 25)) + (*g ^ (*e & (*f ^ *g))) + k_w;

	*d += t1;
	*h = t1 + (rotr(*a, 2) ^ rotr(*a, 13) ^ rotr(*a, 22)) + ((*a & *b) | (*c & (*a | *b)));
}

static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t w[64];

	schedule(block, w);
	for (size_t t = 0; t < 64; t += 8) {
		round_of(&a, &b, &c, &d, &e, &f, &g, &h, K[t] + w[t]);
		round_of(&h, &a, &b, &c, &d, &e, &f, &g, K[t + 1] + w[t + 1]);
		round_of(&g, &h, &a, &b, &c, &d, &e, &f, K[t + 2] + w[t + 2]);
		round_of(&f, &g, &h, &a, &b, &c, &d, &e, K[t + 3] + w[t + 3]);
		round_of(&e, &f, &g, &h, &a, &b, &c, &d, K[t + 4] + w[t + 4]);
		round_of(&d, &e, &f, &g, &h, &a, &b, &c, K[t + 5] + w[t + 5]);
		round_of(&c, &d, &e, &f, &g, &h, &a, &b, K[t + 6] + w[t + 6]);
		round_of(&b, &c, &d, &e, &f, &g, &h, &a, K[t + 7] + w[t + 7]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

static void take_block(struct sha256 *sha, const uint8_t *block)
{
	if (sha->fast)
		sha256_x86_compress(sha->state, block, K);
	else
		compress(sha->state, block);
}

void sha256_init(struct sha256 *sha)
{
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(sha->state, start, sizeof(start));
	sha->length = 0;
	sha->fast = sha256_x86_can();
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t n)
{
	const uint8_t *s = bytes;
	size_t used = sha->length % SHA256_BLOCK;

	sha->length += n;
	while (n) {
		size_t room = SHA256_BLOCK - used;
		size_t take = n < room ? n : room;

		if (take == SHA256_BLOCK) {
			take_block(sha, s);
		} else {
			memcpy(sha->block + used, s, take);
			if (take == room)
				take_block(sha, sha->block);
		}
		used = (used + take) % SHA256_BLOCK;
		s += take;
		n -= take;
	}
}

void sha256_end(struct sha256 *sha, uint8_t ret[SHA256_SIZE])
{
	static const uint8_t padding[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = sha->length * 8;
	size_t used = sha->length % SHA256_BLOCK;
	uint8_t length[8];

	for (size_t i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_add(sha, padding, used < 56 ? 56 - used : 120 - used);
	sha256_add(sha, length, sizeof(length));
	for (size_t i = 0; i < SHA256_SIZE; i++)
		ret[i] = (uint8_t)(sha->state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_end_hex(struct sha256 *sha, char ret[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t sum[SHA256_SIZE];

	sha256_end(sha, sum);
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		ret[2 * i] = digits[sum[i] >> 4];
		ret[2 * i + 1] = digits[sum[i] & 15];
	}
	ret[2 * SHA256_SIZE] = '\0';
}
