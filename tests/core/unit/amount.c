/* SPDX-License-Identifier: MIT */
/* Amounts with units. */
#include "core/amount.h"

#include <errno.h>

#include "check.h"

static void bytes(const char *s, int wanted_r, uint64_t wanted)
{
	uint64_t value = 0;

	CHECK(amount_bytes(s, &value) == wanted_r && value == wanted, s[0] ? s : "nothing");
}

static void ms(const char *s, int wanted_r, uint64_t wanted)
{
	uint64_t value = 0;

	CHECK(amount_ms(s, &value) == wanted_r && value == wanted, s[0] ? s : "nothing");
}

int main(void)
{
	bytes("0", 0, 0);
	bytes("4096", 0, 4096);
	bytes("512K", 0, 512 * 1024);
	bytes("2G", 0, 2ULL << 30);
	bytes("17179869183G", 0, 17179869183ULL << 30);
	bytes("17179869184G", -ERANGE, 0);
	bytes("18446744073709551616", -ERANGE, 0);
	bytes("99999999999999999999999999", -ERANGE, 0);
	bytes("", -EINVAL, 0);
	bytes("M", -EINVAL, 0);
	bytes("1k", -EINVAL, 0);
	bytes("1MB", -EINVAL, 0);
	bytes("-1", -EINVAL, 0);
	bytes(" 1", -EINVAL, 0);
	ms("10", 0, 10000);
	ms("10s", 0, 10000);
	ms("500ms", 0, 500);
	ms("5m", 0, 300000);
	ms("1h", 0, 3600000);
	ms("1.5s", -EINVAL, 0);
	ms("s", -EINVAL, 0);
	return done();
}
