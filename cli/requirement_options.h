/* SPDX-License-Identifier: MIT */
/* What options say about requirements and the indexes that answer them. */
#ifndef BUSYPY_CLI_REQUIREMENT_OPTIONS_H
#define BUSYPY_CLI_REQUIREMENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct option_given;

/* Given so far; initialised with { 0 }. */
struct requirement_options {
	char **options; /* for the resolver: "--name=value", "--name" */
	size_t n, room;
	bool files; /* a file of requirements is among them */
	bool no_index, pre, require_hashes, skip_missing;
};

/* Their rows in a command's table. */
#define REQUIREMENT_OPTIONS(given)                                                            \
	{ "requirement", 'r', .take = requirement_options_take, .ctx = (given) },             \
		{ "constraint", .take = requirement_options_take, .ctx = (given) },           \
		{ "index-url", .take = requirement_options_take, .ctx = (given) },            \
		{ "extra-index-url", .take = requirement_options_take, .ctx = (given) },      \
		{ "find-links", .take = requirement_options_take, .ctx = (given) },           \
		{ "extra", .take = requirement_options_take, .ctx = (given) },                \
		{ "group", .take = requirement_options_take, .ctx = (given) },                \
		{ "no-index", .flag = &(given)->no_index }, { "pre", .flag = &(given)->pre }, \
		{ "require-hashes", .flag = &(given)->require_hashes },                       \
	{                                                                                     \
		"skip-missing", .flag = &(given)->skip_missing                                \
	}

/* Notes one that has an argument; ctx is a struct requirement_options. */
int requirement_options_take(const struct option_given *given, void *ctx);

/* After all were read: appends those without an argument. -ENOMEM with a sentence. */
int requirement_options_end(struct requirement_options *options, struct err *err);

void requirement_options_free(struct requirement_options *options);

#endif
