/* SPDX-License-Identifier: MIT */
/* Any words and variables: a first byte says how many are words, NULs part them. */
#include "core/start_judge.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/start_baked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MANY = 32 };

static const struct start_baked baked = {
	.magic = START_BAKED_MAGIC_A START_BAKED_MAGIC_B,
	.size = sizeof(baked),
	.version = START_BAKED_VERSION,
	.serials = 1,
	.folder = "/f",
	.interpreter = "/i",
	.program = "/usr/bin/python3",
	.locale = "de_DE.UTF-8",
};

static void check(char **argv, const struct start_verdict *verdict)
{
	struct start_words words;
	uint32_t n = 0;

	while (argv[n])
		n++;
	if (verdict->script == 0 || verdict->script >= n || !verdict->home ||
	    verdict->home[0] != '/')
		abort();
	/* each kind that is asked for can be made */
	if (start_kind_words(verdict->kind, &baked, &words) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct start_aux auxv[] = { { AT_SECURE, 0 }, { AT_UID, 0 },  { AT_EUID, 0 },
						 { AT_GID, 0 },	   { AT_EGID, 0 }, { AT_NULL, 0 } };
	char *words[2 * MANY + 2] = { 0 }, *text = malloc(size + 1);
	char **argv = words, **envp = words + MANY + 1;
	size_t n_argv = size ? data[0] % MANY : 0, n = 0;
	struct start_verdict verdict;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 1; at < size && n < 2 * (size_t)MANY; at += strlen(text + at) + 1, n++) {
		if (n < n_argv)
			argv[n] = text + at;
		else if (n - n_argv < MANY)
			envp[n - n_argv] = text + at;
	}
	start_judge(&(struct start_request){ argv, envp, auxv }, &baked, &verdict);
	if (verdict.doubt == START_SURE)
		check(argv, &verdict);
	else if (verdict.doubt >= START_DOUBTS)
		abort();
	free(text);
	return 0;
}
