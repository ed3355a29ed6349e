/* SPDX-License-Identifier: MIT */
/* Access lists. */
#include "core/acl.h"

#include <stdint.h>

#include "check.h"

/* A list of pairs: tag, rights. */
static bool writes(const uint8_t *pairs, size_t n)
{
	uint8_t list[128] = { 2 };

	for (size_t i = 0; i < n / 2; i++) {
		list[4 + 8 * i] = pairs[2 * i];
		list[6 + 8 * i] = pairs[2 * i + 1];
	}
	return acl_lets_others_write(list, 4 + 8 * (n / 2));
}

#define LIST(...) writes((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

int main(void)
{
	const uint8_t other_version[4] = { 3 }, large_version[4] = { 2, 0, 1 };

	CHECK(!LIST(1, 7, 4, 5, 32, 5), "as mode 755");
	CHECK(LIST(1, 7, 4, 7, 32, 5), "as mode 775");
	CHECK(LIST(1, 7, 4, 5, 32, 7), "as mode 757");
	CHECK(LIST(1, 7, 2, 6, 4, 5, 16, 7, 32, 5), "a user");
	CHECK(LIST(1, 7, 4, 5, 8, 2, 16, 7, 32, 5), "a group");
	CHECK(!LIST(1, 7, 2, 7, 4, 7, 8, 7, 16, 5, 32, 5), "none of them, by the mask");
	CHECK(LIST(1, 7, 2, 7, 16, 5, 32, 2), "others have no mask");
	CHECK(LIST(64, 0), "what is not known");
	CHECK(!acl_lets_others_write("\2\0\0", 4), "an empty list");
	CHECK(acl_lets_others_write("\2\0\0", 3), "less than a list");
	CHECK(acl_lets_others_write("\2\0\0\0\1\0\7", 8), "half of an entry");
	CHECK(acl_lets_others_write(other_version, 4) && acl_lets_others_write(large_version, 4),
	      "another version");
	return done();
}
