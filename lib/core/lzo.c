/* SPDX-License-Identifier: MIT */
/* A block is instructions: each copies bytes that came before, or from the input, and tells how
 * many bytes of the input follow it. */
#include "core/lzo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum {
	LONG_RUN = 4, /* instead of how many literals came last: more than three */
	FAR = 16384,
};

struct lzo {
	const uint8_t *in, *in_end;
	uint8_t *out, *at, *out_end;
	size_t last; /* how many literals came last: 0 to 3, or LONG_RUN */
};

/* What an instruction copies from before, and the literals behind it. */
struct copy {
	size_t distance, length, literals;
};

static bool take(struct lzo *lzo, size_t *ret)
{
	if (lzo->in == lzo->in_end)
		return false;
	*ret = *lzo->in++;
	return true;
}

static bool take_two(struct lzo *lzo, size_t *ret)
{
	size_t high;

	if (!take(lzo, ret) || !take(lzo, &high))
		return false;
	*ret |= high << 8;
	return true;
}

/* A length of some bits; where they are all zero, it goes on in bytes. */
static bool take_length(struct lzo *lzo, size_t bits, size_t max, size_t *ret)
{
	size_t byte = 0;

	*ret = bits;
	if (bits)
		return true;
	*ret = max;
	do {
		if (!take(lzo, &byte))
			return false;
		*ret += byte ? byte : 255;
	} while (!byte);
	return true;
}

static bool copy_literals(struct lzo *lzo, size_t n)
{
	if (n > (size_t)(lzo->in_end - lzo->in) || n > (size_t)(lzo->out_end - lzo->at))
		return false;
	memcpy(lzo->at, lzo->in, n);
	lzo->at += n;
	lzo->in += n;
	return true;
}

/* Byte by byte: it may overlap with itself. */
static bool copy_back(struct lzo *lzo, const struct copy *copy)
{
	if (copy->distance > (size_t)(lzo->at - lzo->out) ||
	    copy->length > (size_t)(lzo->out_end - lzo->at))
		return false;
	for (size_t i = 0; i < copy->length; i++, lzo->at++)
		*lzo->at = *(lzo->at - copy->distance);
	lzo->last = copy->literals;
	return copy_literals(lzo, copy->literals);
}

static bool run_of_literals(struct lzo *lzo, size_t code)
{
	size_t n;

	if (!take_length(lzo, code, 15, &n))
		return false;
	lzo->last = LONG_RUN;
	return copy_literals(lzo, n + 3);
}

/* Below 16, behind literals. */
static bool near_copy(struct lzo *lzo, size_t code, struct copy *ret)
{
	size_t high;

	if (!take(lzo, &high))
		return false;
	ret->length = lzo->last == LONG_RUN ? 3 : 2;
	ret->distance = (code >> 2) + (high << 2) + (lzo->last == LONG_RUN ? 2049 : 1);
	ret->literals = code & 3;
	return true;
}

/* From 64 on. */
static bool short_copy(struct lzo *lzo, size_t code, struct copy *ret)
{
	size_t high;

	if (!take(lzo, &high))
		return false;
	ret->length = (code >> 5) + 1;
	ret->distance = (code >> 2 & 7) + (high << 3) + 1;
	ret->literals = code & 3;
	return true;
}

/* From 16 to 63. A distance of 0 is the end. */
static bool long_copy(struct lzo *lzo, size_t code, struct copy *ret)
{
	bool far = code < 32;
	size_t max = far ? 7 : 31, low;

	if (!take_length(lzo, code & max, max, &ret->length) || !take_two(lzo, &low))
		return false;
	ret->length += 2;
	ret->literals = low & 3;
	ret->distance = (low >> 2) + (far ? (code & 8) << 11 : 1);
	if (far && ret->distance)
		ret->distance += FAR;
	return true;
}

static bool decode(struct lzo *lzo, size_t code, struct copy *ret)
{
	return code < 16   ? near_copy(lzo, code, ret)
	       : code < 64 ? long_copy(lzo, code, ret)
			   : short_copy(lzo, code, ret);
}

/* Above 17 the first byte counts literals; 17 is a version that lzop does not make. */
static bool begin(struct lzo *lzo)
{
	size_t code;

	if (lzo->in == lzo->in_end || *lzo->in == 17)
		return false;
	if (*lzo->in < 17)
		return true;
	code = *lzo->in++ - 17U;
	lzo->last = code < LONG_RUN ? code : LONG_RUN;
	return copy_literals(lzo, code);
}

int lzo_unpack(const uint8_t *bytes, size_t n, uint8_t *out, size_t room, size_t *ret_n)
{
	struct lzo lzo = {
		.in = bytes, .in_end = bytes + n, .out = out, .at = out, .out_end = out + room
	};
	bool sound = begin(&lzo);
	size_t code;

	while (sound && take(&lzo, &code)) {
		struct copy copy;

		if (code < 16 && lzo.last == 0) {
			sound = run_of_literals(&lzo, code);
			continue;
		}
		if (!decode(&lzo, code, &copy))
			break;
		if (!copy.distance) {
			*ret_n = (size_t)(lzo.at - out);
			return copy.length == 3 && lzo.in == lzo.in_end ? 0 : -EBADMSG;
		}
		sound = copy_back(&lzo, &copy);
	}
	return -EBADMSG;
}
