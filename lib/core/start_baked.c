/* SPDX-License-Identifier: MIT */
/* Finds and checks what is written into the restorer. */
#include "core/start_baked.h"

#include <string.h>

static bool magic_at(const char *bytes)
{
	return memcmp(bytes, START_BAKED_MAGIC_A, 8) == 0 &&
	       memcmp(bytes + 8, START_BAKED_MAGIC_B, 8) == 0;
}

struct start_baked *start_baked_find(void *program, size_t n)
{
	char *bytes = program, *found = NULL;

	for (size_t at = 0; n >= sizeof(struct start_baked) && at <= n - sizeof(struct start_baked);
	     at += 8) {
		if (!magic_at(bytes + at))
			continue;
		if (found)
			return NULL;
		found = bytes + at;
	}
	return (struct start_baked *)(void *)found;
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool is_path(const char *text)
{
	return text[0] == '/' && ends(text, START_PATH_SIZE);
}

bool start_baked_valid(const struct start_baked *baked)
{
	return magic_at(baked->magic) && baked->size == sizeof(*baked) &&
	       baked->version == START_BAKED_VERSION && baked->serials && is_path(baked->folder) &&
	       is_path(baked->interpreter) && is_path(baked->program) &&
	       ends(baked->locale, sizeof(baked->locale)) && ends(baked->id, sizeof(baked->id));
}
