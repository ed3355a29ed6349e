/* SPDX-License-Identifier: MIT */
/* The format "newc", the only one that the kernel takes: 070701, or 070702 with checksums. */
#include "core/cpio.h"
#include "core/path_size.h"

#include <stdbool.h>
#include <string.h>

#include "core/str.h"

enum { MAGIC = 6, FIELD = 8, HEAD = MAGIC + 13 * FIELD, ALIGN = 4 };

static bool hex(const uint8_t *at, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < FIELD; i++) {
		uint8_t c = at[i];

		value <<= 4;
		if (c >= '0' && c <= '9')
			value |= c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value |= (c | 0x20) - 'a' + 10;
		else
			return false;
	}
	*ret = value;
	return true;
}

static size_t aligned(size_t n)
{
	return (n + ALIGN - 1) / ALIGN * ALIGN;
}

static bool is_magic(const uint8_t *bytes, size_t n)
{
	return n >= MAGIC && memcmp(bytes, "07070", MAGIC - 1) == 0 &&
	       (bytes[MAGIC - 1] == '1' || bytes[MAGIC - 1] == '2');
}

static enum cpio_next read_entry(const uint8_t *bytes, size_t n, size_t *at, struct cpio_entry *ret)
{
	const uint8_t *head = bytes + *at;
	uint32_t fields[13];
	size_t room = n - *at, data;

	if (room < HEAD)
		return CPIO_CUT;
	for (size_t i = 0; i < 13; i++) {
		if (!hex(head + MAGIC + i * FIELD, &fields[i]))
			return CPIO_UNSOUND;
	}
	*ret = (struct cpio_entry){ .name = (const char *)head + HEAD,
				    .size = fields[6],
				    .ino = fields[0],
				    .mode = fields[1],
				    .links = fields[4],
				    .major = fields[9],
				    .minor = fields[10] };
	if (fields[11] < 1 || fields[11] > PATH_SIZE)
		return CPIO_UNSOUND;
	if (fields[11] > room - HEAD)
		return CPIO_CUT;
	if (ret->name[fields[11] - 1])
		return CPIO_UNSOUND;
	data = aligned(*at + HEAD + fields[11]);
	if (data > n || ret->size > n - data)
		return CPIO_CUT;
	ret->bytes = bytes + data;
	*at = aligned(data + ret->size) < n ? aligned(data + ret->size) : n;
	return CPIO_ENTRY;
}

enum cpio_next cpio_next(const uint8_t *bytes, size_t n, size_t *at, struct cpio_entry *ret)
{
	for (;;) {
		enum cpio_next next;

		while (*at < n && !bytes[*at])
			++*at;
		if (*at == n)
			return CPIO_END;
		if (!is_magic(bytes + *at, n - *at))
			return CPIO_COMPRESSED;
		if (*at % ALIGN) /* the kernel takes no archive that is not aligned */
			return CPIO_UNSOUND;
		next = read_entry(bytes, n, at, ret);
		if (next != CPIO_ENTRY || !str_eq(ret->name, "TRAILER!!!"))
			return next;
	}
}
