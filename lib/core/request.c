/* SPDX-License-Identifier: MIT */
/* Argument vectors and the word between loader and enter; pure. */
#include "core/request.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/str.h"

int request_parse(int argc, char **argv, bool preserved, int fd, struct request *ret)
{
	if (!preserved || argc < 3 || fd < 0)
		return -EINVAL;
	ret->fd = fd;
	ret->path = argv[1];
	ret->argv = argv + 2;
	ret->argv[0] = argv[1];
	return 0;
}

int handoff_format(const struct handoff *handoff, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, "%d,%d,%d,%u,%lu,%llu", handoff->fd, handoff->parent,
		  handoff->death_signal, handoff->closed, handoff->persona,
		  (unsigned long long)handoff->stack_soft);
	return text_check(&text);
}

/* Takes the next number of a comma-separated list; every number has its own upper bound. */
static int next_number(const char **at, uint64_t max, uint64_t *ret)
{
	char word[24];
	size_t n = strcspn(*at, ",");
	uint64_t value;

	if (str_copy_bytes(word, sizeof(word), *at, n) < 0 || str_to_u64(word, 10, &value) < 0 ||
	    value > max)
		return -EINVAL;
	*at += n;
	if (**at == ',')
		(*at)++;
	*ret = value;
	return 0;
}

int handoff_parse(const char *text, struct handoff *ret)
{
	static const uint64_t max[6] = { INT_MAX, INT_MAX, 64, 7, UINT32_MAX, UINT64_MAX };
	uint64_t value[6];
	const char *at = text;

	for (size_t i = 0; i < 6; i++) {
		if (next_number(&at, max[i], &value[i]) < 0)
			return -EINVAL;
	}
	if (*at || str_ends(text, ","))
		return -EINVAL;
	ret->fd = (int)value[0];
	ret->parent = (int)value[1];
	ret->death_signal = (int)value[2];
	ret->closed = (unsigned)value[3];
	ret->persona = (unsigned long)value[4];
	ret->stack_soft = value[5];
	return 0;
}
