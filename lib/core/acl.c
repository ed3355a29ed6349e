/* SPDX-License-Identifier: MIT */
/* Reads an access list: linux/posix_acl_xattr.h, little-endian whatever the arch. */
#include "core/acl.h"

#include <stdint.h>

enum { VERSION = 2, HEAD_SIZE = 4, ENTRY_SIZE = 8, WRITE = 2 };
enum { USER_OBJ = 1, USER = 2, GROUP_OBJ = 4, GROUP = 8, MASK = 16, OTHER = 32 };

static unsigned read16(const uint8_t *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

bool acl_lets_others_write(const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	bool listed = false, masked = false;

	if (n < HEAD_SIZE || (n - HEAD_SIZE) % ENTRY_SIZE || read16(at) != VERSION ||
	    read16(at + 2))
		return true;
	for (size_t i = HEAD_SIZE; i < n; i += ENTRY_SIZE) {
		unsigned tag = read16(at + i);
		bool writes = read16(at + i + 2) & WRITE;

		switch (tag) {
		case USER_OBJ:
			break;
		case USER:
		case GROUP_OBJ:
		case GROUP:
			listed |= writes;
			break;
		case MASK: /* of the three */
			masked |= !writes;
			break;
		default:
			if (writes || tag != OTHER)
				return true;
			break;
		}
	}
	return listed && !masked;
}
