/* SPDX-License-Identifier: MIT */
/* The end of a zip archive, and the names in its directory; pure. zipimport._read_directory(). */
#include "core/zip_end.h"

#include <errno.h>
#include <string.h>

#include "core/number.h"

enum {
	END_SIZE = 22,
	ENTRY_SIZE = 46,
	END_DIRECTORY_SIZE = 12, /* where in the end */
	END_DIRECTORY_AT = 16,
	ENTRY_NAME_SIZE = 28, /* where in an entry; the sizes of two more parts follow */
};

static uint32_t word(const uint8_t *at, size_t bytes)
{
	return (uint32_t)number_get(at, bytes, false);
}

/* The last end in the tail; the file's own end is looked at first. */
static const uint8_t *find_end(const uint8_t *tail, size_t n)
{
	static const uint8_t mark[] = { 'P', 'K', 5, 6 };

	for (size_t at = n < END_SIZE ? 0 : n - END_SIZE + 1; at-- > 0;) {
		if (memcmp(tail + at, mark, sizeof(mark)) == 0)
			return tail + at;
	}
	return NULL;
}

int zip_end_find(const uint8_t *tail, size_t n, uint64_t size, struct zip_end *ret)
{
	const uint8_t *end = find_end(tail, n);
	uint64_t at, from;

	if (!end || size < n)
		return -EINVAL;
	at = size - n + (uint64_t)(end - tail);
	ret->size = word(end + END_DIRECTORY_SIZE, 4);
	from = word(end + END_DIRECTORY_AT, 4);
	if (at < ret->size || at - ret->size < from)
		return -EINVAL;
	ret->at = at - ret->size;
	return 0;
}

static bool is_main(const uint8_t *name, size_t n)
{
	static const char main[] = "__main__.py";

	return (n == sizeof(main) - 1 && memcmp(name, main, n) == 0) ||
	       (n == sizeof(main) && memcmp(name, main, n - 1) == 0 && name[n - 1] == 'c');
}

bool zip_end_has_main(const uint8_t *directory, size_t n)
{
	static const uint8_t mark[] = { 'P', 'K', 1, 2 };

	while (n >= ENTRY_SIZE && memcmp(directory, mark, sizeof(mark)) == 0) {
		size_t name = word(directory + ENTRY_NAME_SIZE, 2);
		size_t all = ENTRY_SIZE + name + word(directory + ENTRY_NAME_SIZE + 2, 2) +
			     word(directory + ENTRY_NAME_SIZE + 4, 2);

		if (n < ENTRY_SIZE + name)
			return false;
		if (is_main(directory + ENTRY_SIZE, name))
			return true;
		if (n < all)
			return false;
		directory += all;
		n -= all;
	}
	return false;
}
