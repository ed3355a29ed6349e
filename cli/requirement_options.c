/* SPDX-License-Identifier: MIT */
/* Hands on to the resolver what pip has the same words for. */
#include "requirement_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/err.h"
#include "core/str.h"
#include "options.h"
#include "say.h"

static int add(struct requirement_options *options, const char *name, const char *value)
{
	char *option = NULL;

	if (array_reserve(&options->options, &options->room, options->n + 1,
			  sizeof(*options->options)) < 0)
		return -ENOMEM;
	if ((value ? asprintf(&option, "--%s=%s", name, value) : asprintf(&option, "--%s", name)) <
	    0)
		return -ENOMEM;
	options->options[options->n++] = option;
	return 0;
}

int requirement_options_take(const struct option_given *given, void *ctx)
{
	struct requirement_options *options = ctx;

	options->files = options->files || str_eq(given->name, "requirement");
	if (add(options, given->name, given->text) < 0)
		return say_error(given->command, "--%s: %s", given->name, strerror(ENOMEM));
	return 0;
}

int requirement_options_end(struct requirement_options *options, struct err *err)
{
	const struct {
		const char *name;
		bool given;
	} flags[] = {
		{ "no-index", options->no_index },
		{ "pre", options->pre },
		{ "require-hashes", options->require_hashes },
		{ "skip-missing", options->skip_missing },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].given && add(options, flags[i].name, NULL) < 0)
			return err_set(err, ENOMEM, "cannot read the options");
	}
	return 0;
}

void requirement_options_free(struct requirement_options *options)
{
	for (size_t i = 0; i < options->n; i++)
		free(options->options[i]);
	free(options->options);
	*options = (struct requirement_options){ 0 };
}
