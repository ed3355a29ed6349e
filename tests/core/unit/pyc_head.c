/* SPDX-License-Identifier: MIT */
/* Headers of .pyc files, and hashes as CPython makes them. */
#include "core/pyc_head.h"

#include <errno.h>

#include "check.h"

static void test_heads(void)
{
	static const uint8_t timed[] = {
		0xa7, 0x0d, '\r', '\n', 0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0
	};
	uint8_t bytes[16];
	struct pyc_head head;

	CHECK(pyc_head_parse(timed, 16, &head) == 0 && head.kind == PYC_TIMED &&
		      head.magic == 3495 && head.mtime == 0x04030201 && head.size == 5,
	      "time and size");
	CHECK(pyc_head_parse(timed, 15, &head) == -EINVAL, "a byte too few");
	memcpy(bytes, timed, 16);
	bytes[4] = 1;
	CHECK(pyc_head_parse(bytes, 16, &head) == 0 && head.kind == PYC_UNCHECKED &&
		      head.hash == 0x504030201,
	      "a hash that is not compared");
	bytes[4] = 3;
	CHECK(pyc_head_parse(bytes, 16, &head) == 0 && head.kind == PYC_CHECKED,
	      "a hash that is compared");
	bytes[4] = 2;
	CHECK(pyc_head_parse(bytes, 16, &head) == -EINVAL, "flags that mean nothing");
	bytes[4] = 7;
	CHECK(pyc_head_parse(bytes, 16, &head) == -EINVAL, "unknown flags");
	bytes[4] = 0;
	bytes[2] = 'x';
	CHECK(pyc_head_parse(bytes, 16, &head) == -EINVAL, "no magic");
	bytes[2] = '\r';
	bytes[3] = '\r';
	CHECK(pyc_head_parse(bytes, 16, &head) == -EINVAL, "half a magic");
}

int main(void)
{
	uint8_t hundred[100];

	for (uint8_t i = 0; i < 100; i++)
		hundred[i] = i;
	test_heads();
	CHECK(pyc_magic(11) == 3495 && pyc_magic(13) == 3571 && pyc_magic(2) == 0, "magics");
	CHECK(pyc_minor(3495) == 11 && pyc_minor(3571) == 13 && pyc_minor(1) == 0, "minors");
	/* importlib.util.source_hash(), little-endian */
	CHECK(pyc_source_hash(11, (const uint8_t *)"hello", 5) == 0xaaa2b78be50b367c,
	      "a hash of Python 3.11");
	CHECK(pyc_source_hash(11, (const uint8_t *)"", 0) == 0x737fe8d5d59c8d73, "of nothing");
	CHECK(pyc_source_hash(11, hundred, 100) == 0x88b2ea3e32e9dfbc, "of 100 bytes");
	/* siphash24, as _imp.source_hash() of Python 3.10 has it */
	CHECK(pyc_source_hash(10, (const uint8_t *)"", 0) != 0x737fe8d5d59c8d73,
	      "another hash before Python 3.11");
	CHECK(pyc_source_hash(13, (const uint8_t *)"hello", 5) == 0x0dcf97b268994daa,
	      "a hash of Python 3.13");
	return done();
}
