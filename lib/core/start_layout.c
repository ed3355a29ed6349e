/* SPDX-License-Identifier: MIT */
/* Names of what core/start_layout.h lists; pure. */
#include "core/start_layout.h"

#include <string.h>

#include "core/sha256.h"

/* With its end: "ab", "c" is not "a", "bc". */
static void add_text(struct sha256 *sha, const char *text)
{
	sha256_add(sha, text, strlen(text) + 1);
}

void start_layout_key(const struct start_key *key, char ret[START_KEY_SIZE])
{
	const uint64_t numbers[] = { key->dev, key->ino, key->changed, key->made };
	char hex[SHA256_HEX_SIZE];
	struct sha256 sha;

	sha256_init(&sha);
	add_text(&sha, key->tree);
	add_text(&sha, key->arch);
	add_text(&sha, key->program);
	add_text(&sha, key->boot);
	sha256_add(&sha, numbers, sizeof(numbers));
	sha256_end_hex(&sha, hex);
	memcpy(ret, hex, START_KEY_SIZE - 1);
	ret[START_KEY_SIZE - 1] = '\0';
}
