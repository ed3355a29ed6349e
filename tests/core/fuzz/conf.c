/* SPDX-License-Identifier: MIT */
/* Any bytes as key and value lines; "[" before a key means the section [stage]. */
#include "core/conf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/tree_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line, terminated; NULL after the last. */
static char *next(char **at)
{
	char *line = *at;

	if (!line)
		return NULL;
	*at = strchr(line, '\n');
	if (*at)
		*(*at)++ = '\0';
	return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct tree_conf said = { 0 };
	struct err err = { 0 };
	char text[4096], *at = text, *key, *value;
	bool at_value;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	conf_init(&conf);
	while ((key = next(&at)) && (value = next(&at))) {
		bool stage = key[0] == '[';
		int r = conf_set(&conf, stage ? "stage" : "busypy", key + stage, value, &at_value,
				 &err);

		if (r < 0 && !err.text[0])
			abort();
		if (key[0] == '/') {
			(void)conf_set(&conf, key, "programs", value, &at_value, &err);
			(void)conf_set(&conf, key, "start", value, &at_value, &err);
			(void)tree_conf_set(&said, "", key + 1, value, &at_value, &err);
		}
		(void)conf_prunes(&conf, value);
	}
	if (conf.n_of_trees > CONF_TREES_MAX || said.programs > PROGRAMS_HOST ||
	    said.start > START_IMAGE)
		abort();
	if (conf.n_trees > CONF_TREES_MAX || conf.n_prune > CONF_PRUNE_MAX ||
	    conf.n_interpreters > CONF_INTERPRETERS_MAX)
		abort();
	for (size_t i = 0; i < conf.n_interpreters; i++) {
		if (conf.interpreters[i][0] != '/')
			abort();
	}
	return 0;
}
