/* SPDX-License-Identifier: MIT */
/* The head of compiled files. CPython's Lib/importlib/_bootstrap_external.py (magic numbers) and
 * Python/pyhash.c (siphash). A magic number never changes after a version's first release
 * candidate. */
#include "core/pyc_head.h"

#include <errno.h>

enum { FLAG_HASH = 1 << 0, FLAG_CHECK = 1 << 1 };

static const struct {
	unsigned minor;
	uint16_t magic;
} magics[] = {
	{ 7, 3394 },  { 8, 3413 },  { 9, 3425 },  { 10, 3439 },
	{ 11, 3495 }, { 12, 3531 }, { 13, 3571 }, { 14, 3627 },
};

static uint64_t little(const uint8_t *bytes, size_t n)
{
	uint64_t value = 0;

	while (n)
		value = value << 8 | bytes[--n];
	return value;
}

int pyc_head_parse(const uint8_t *bytes, size_t n, struct pyc_head *ret)
{
	struct pyc_head head = { 0 };
	uint64_t flags;

	if (n < PYC_HEAD_SIZE || bytes[2] != '\r' || bytes[3] != '\n')
		return -EINVAL;
	flags = little(bytes + 4, 4);
	if (flags & ~(uint64_t)(FLAG_HASH | FLAG_CHECK) || flags == FLAG_CHECK)
		return -EINVAL;
	head.magic = (uint16_t)little(bytes, 2);
	if (flags & FLAG_HASH) {
		head.kind = flags & FLAG_CHECK ? PYC_CHECKED : PYC_UNCHECKED;
		head.hash = little(bytes + 8, 8);
	} else {
		head.kind = PYC_TIMED;
		head.mtime = (uint32_t)little(bytes + 8, 4);
		head.size = (uint32_t)little(bytes + 12, 4);
	}
	*ret = head;
	return 0;
}

uint16_t pyc_magic(unsigned minor)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (magics[i].minor == minor)
			return magics[i].magic;
	}
	return 0;
}

unsigned pyc_minor(uint16_t magic)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (magics[i].magic == magic)
			return magics[i].minor;
	}
	return 0;
}

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

/* SipHash-c-d, Aumasson and Bernstein, 2012; Python's key is the magic number, and 0. */
uint64_t pyc_source_hash(unsigned minor, const uint8_t *bytes, size_t n)
{
	unsigned c = minor < 11 ? 2 : 1, d = minor < 11 ? 4 : 3;
	uint64_t key = pyc_magic(minor) | (uint64_t)'\r' << 16 | (uint64_t)'\n' << 24;
	uint64_t v[4] = { key ^ 0x736f6d6570736575, 0x646f72616e646f6d, key ^ 0x6c7967656e657261,
			  0x7465646279746573 };
	uint64_t last = (uint64_t)n << 56 | little(bytes + n / 8 * 8, n % 8);

	for (size_t i = 0; i <= n / 8; i++) {
		uint64_t word = i < n / 8 ? little(bytes + i * 8, 8) : last;

		v[3] ^= word;
		for (unsigned k = 0; k < c; k++)
			sip_round(v);
		v[0] ^= word;
	}
	v[2] ^= 0xff;
	for (unsigned k = 0; k < d; k++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
