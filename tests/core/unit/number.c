/* SPDX-License-Identifier: MIT */
/* Numbers of either byte order. */
#include "core/number.h"

#include "check.h"

int main(void)
{
	static const uint8_t bytes[] = { 0x81, 2, 3, 4, 5, 6, 7, 0xf8 };

	CHECK(number_get(bytes, 8, true) == 0x81020304050607f8,
	      "eight bytes, the first weighs most");
	CHECK(number_get(bytes, 8, false) == 0xf807060504030281, "eight bytes, the last does");
	CHECK(number_get(bytes, 3, true) == 0x810203, "three bytes");
	CHECK(number_get(bytes, 2, false) == 0x0281, "two bytes");
	CHECK(number_get(bytes + 7, 1, true) == 0xf8, "one");
	CHECK(number_get(bytes, 0, false) == 0, "none");
	return done();
}
