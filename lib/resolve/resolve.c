/* SPDX-License-Identifier: MIT */
/* Starts the resolver, and reads what it says. */
#include "resolve/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/listener.h"
#include "base/program.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "sys/programs.h"

#define PYTHON "/usr/bin/python3"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

/* The command line under construction. */
struct command {
	const char **words;
	size_t n, room;
	char (*targets)[RESOLVE_TARGET_MAX];
};

static int add_word(struct command *command, const char *word)
{
	int r = array_reserve(&command->words, &command->room, command->n + 1,
			      sizeof(*command->words));

	if (r < 0)
		return r;
	command->words[command->n++] = word;
	return 0;
}

static int add_words(struct command *command, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = add_word(command, words[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_targets(struct command *command, const struct resolve_request *request)
{
	command->targets = calloc(request->n_targets, sizeof(*command->targets));
	if (!command->targets)
		return -ENOMEM;
	for (size_t i = 0; i < request->n_targets; i++) {
		const struct resolve_target *target = &request->targets[i];
		struct text text;
		int r;

		text_init(&text, command->targets[i], RESOLVE_TARGET_MAX);
		text_addf(&text, "%s,%s,%s,%s", target->name, target->machine, target->python,
			  target->libc);
		r = text_check(&text);
		if (r < 0)
			return r;
		r = add_words(command, (const char *const[]){ "--target", command->targets[i] }, 2);
		if (r < 0)
			return r;
	}
	return 0;
}

static int make_command(struct command *command, const struct resolve_request *request,
			const char *program)
{
	int r = add_words(command,
			  (const char *const[]){ PYTHON, "-I", "-B", program, "--to", request->to },
			  6);

	if (r < 0)
		return r;
	r = add_targets(command, request);
	if (r < 0)
		return r;
	r = add_words(command, request->options, request->n_options);
	if (r < 0)
		return r;
	r = add_word(command, "--");
	if (r < 0)
		return r;
	r = add_words(command, request->words, request->n_words);
	return r < 0 ? r : add_word(command, NULL);
}

/* "NAME TARGET VERSION|-", cut up in place. */
static int take_lack(struct resolve_answer *answer, char *line)
{
	char *target = strchr(line, ' '), *version = target ? strchr(target + 1, ' ') : NULL;
	int r;

	if (!version)
		return -EINVAL;
	*target++ = '\0';
	*version++ = '\0';
	r = array_reserve(&answer->lacks, &answer->room_lacks, answer->n_lacks + 1,
			  sizeof(*answer->lacks));
	if (r < 0)
		return r;
	answer->lacks[answer->n_lacks++] = (struct resolve_lack){
		.name = line, .target = target, .version = str_eq(version, "-") ? "" : version
	};
	return 0;
}

static int take_answer(const struct resolve_request *request, struct resolve_answer *answer,
		       struct err *err)
{
	char *next;

	for (char *line = answer->text; line && *line; line = next) {
		int r = 0;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (str_starts(line, "warning "))
			listener_warn(request->listener, "%s", line + strlen("warning "));
		else if (str_starts(line, "lacks "))
			r = take_lack(answer, line + strlen("lacks "));
		else
			r = -EINVAL;
		if (r == -ENOMEM)
			return err_set(err, ENOMEM, "cannot read what the resolver says");
		if (r < 0)
			return err_say(err, EINVAL, "the resolver says '%s'", line);
	}
	return 0;
}

static int run(const struct resolve_request *request, const struct command *command,
	       struct resolve_answer *ret, struct err *err)
{
	char complaint[ERR_TEXT_MAX] = "";
	int status = program_run(
		&(struct program){
			.argv = command->words, .complaint = "E: ", .output_max = OUTPUT_MAX },
		&ret->text, complaint, err);
	int r;

	if (status == -ENOENT)
		return err_say(err, ENOENT,
			       PYTHON " is not installed here, which resolves requirements");
	if (status < 0)
		return status;
	r = take_answer(request, ret, err);
	if (r < 0)
		return r;
	if (status > 0 && complaint[0])
		return err_say(err, EINVAL, "%s", complaint);
	if (status > 0)
		return err_say(err, EINVAL,
			       "the resolver ended with status %d, and did not say why (Hint: is "
			       "there enough memory?)",
			       status);
	return 0;
}

int resolve_run(const struct resolve_request *request, struct resolve_answer *ret, struct err *err)
{
	struct command command = { 0 };
	char program[PATH_SIZE];
	int r = programs_find("resolve", program, sizeof(program), err);

	if (r < 0)
		return r;
	listener_step(request->listener, "resolving requirements");
	r = make_command(&command, request, program);
	if (r < 0)
		(void)err_set(err, -r, "cannot start the resolver");
	else
		r = run(request, &command, ret, err);
	free(command.words);
	free(command.targets);
	return r;
}

void resolve_answer_free(struct resolve_answer *answer)
{
	free(answer->lacks);
	free(answer->text);
	*answer = (struct resolve_answer){ 0 };
}
