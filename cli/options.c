/* SPDX-License-Identifier: MIT */
/* A table becomes what getopt_long(3) takes. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

enum { OPTIONS_MAX = 48, FIRST_LONG = 256 };

static int value_of(const struct command_option *options, size_t i)
{
	return options[i].letter ? options[i].letter : FIRST_LONG + (int)i;
}

static int use(const char *command, const struct command_option *option)
{
	if (option->text)
		*option->text = optarg;
	if (option->flag)
		*option->flag = true;
	if (option->bits)
		*option->bits |= option->bit;
	if (!option->take)
		return 0;
	return option->take(&(struct option_given){ command, option->name, optarg }, option->ctx);
}

static int use_value(const char *command, int value, const struct command_option *options)
{
	for (size_t i = 0; options[i].name; i++) {
		if (value_of(options, i) == value)
			return use(command, &options[i]);
	}
	return say_usage(command);
}

/* order: how the letters begin, "" or "+", as getopt_long has it. */
static int parse(int argc, char **argv, const char *help, const struct command_option *options,
		 const char *order)
{
	struct option longs[OPTIONS_MAX + 2] = { 0 };
	char shorts[2 * OPTIONS_MAX + 4], *end = stpcpy(shorts, order);
	size_t n;
	int value, r = 0;

	for (n = 0; n < OPTIONS_MAX && options[n].name; n++) {
		bool argument = options[n].text || options[n].take;

		longs[n] = (struct option){ options[n].name, argument, NULL, value_of(options, n) };
		if (options[n].letter)
			*end++ = options[n].letter;
		if (options[n].letter && argument)
			*end++ = ':';
	}
	longs[n] = (struct option){ "help", no_argument, NULL, 'h' };
	*end++ = 'h';
	*end = '\0';
	while (r == 0 && (value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (value == 'h') {
			(void)fputs(help, stdout);
			exit(0);
		}
		r = use_value(argv[0], value, options);
	}
	return r;
}

int options_parse(int argc, char **argv, const char *help, const struct command_option *options)
{
	return parse(argc, argv, help, options, "");
}

int options_parse_first(int argc, char **argv, const char *help,
			const struct command_option *options)
{
	return parse(argc, argv, help, options, "+");
}

int options_words(int argc, char **argv, int least, int most, const char *what)
{
	if (argc - optind >= least && argc - optind <= most)
		return 0;
	return say_error(argv[0], "needs %s (Hint: see 'busypy %s --help')", what, argv[0]);
}

int options_word(const struct option_given *given, const char *const *words)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(given->text, words[i]) == 0)
			return i;
	}
	return -1;
}
