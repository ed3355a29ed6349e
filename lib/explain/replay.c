/* SPDX-License-Identifier: MIT */
/* The kernel's loaders in their order: binfmt_misc, scripts, ELF; exec_binprm() in fs/exec.c. */
#include "explain/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/broken.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/rule.h"
#include "core/shebang.h"
#include "core/str.h"
#include "explain/parts.h"
#include "explain/words.h"
#include "explain/world.h"
#include "handler/entries.h"

/* What the kernel carries from one file of the chain to the next. */
struct chain {
	char path[PATH_SIZE]; /* bprm->interp: the file as the one before it names it */
	const struct rule *rule;
	bool keeps_file; /* a handler wants the file open */
	bool has_file;	 /* and has got it */
};

/* A handler's interpreter. With F the kernel has it open since it was registered: where it is not
 * to be seen from here it is taken to be sound. 1 if that is so. */
static int open_handler(struct world *world, const struct rule *rule, int step,
			struct found *program, struct err *err)
{
	int r = world_find(world, step, rule->interpreter, program, err);

	if (r == 0 || !strchr(rule->flags, 'F'))
		return r;
	world->out->steps[step].failed = false;
	world->out->end = REPLAY_RUNS;
	err->text[0] = '\0';
	return 1;
}

/* The first entry that takes the file, or NULL. */
static const struct rule *ask_handlers(const struct world *world, const struct found *file,
				       const char *path)
{
	for (size_t i = 0; i < world->n_rules && !world->rules_off; i++) {
		if (rule_matches(&world->rules[i], file->head, path))
			return &world->rules[i];
	}
	return NULL;
}

/* exec_binprm() between two files: a handler with O keeps the file, but only one. */
static int hand_over(struct world *world, struct chain *chain, int step, struct err *err)
{
	if (chain->keeps_file && chain->has_file) {
		(void)err_say(
			err, ENOEXEC,
			"the handler %s keeps a file open (flag O), and its interpreter needs "
			"another one behind it",
			chain->rule->name);
		(void)world_fail(world, step, ENOEXEC);
		return -ENOEXEC;
	}
	chain->has_file = chain->keeps_file;
	return 0;
}

/* binfmt_misc: 1 if an entry took the file, 2 if its interpreter is out of sight. */
static int try_handlers(struct world *world, struct chain *chain, int step, struct found *file,
			struct found *subject, struct last_program *ret, struct err *err)
{
	const struct rule *rule = ask_handlers(world, file, chain->path);
	int next, r;

	if (!rule)
		return 0;
	world->parent = step;
	next = world_step(world, "handler", rule->interpreter, "entry %s, flags %s", rule->name,
			  rule->flags[0] ? rule->flags : "none");
	*subject = *file;
	ret->subject_step = step;
	r = open_handler(world, rule, next, file, err);
	if (r < 0)
		return r;
	chain->rule = rule;
	chain->keeps_file = chain->keeps_file || strchr(rule->flags, 'O');
	if (hand_over(world, chain, step, err) < 0)
		return -ENOEXEC;
	ret->rule = rule;
	ret->step = next;
	if (r == 1) {
		world_set(world, next, NULL, "entry %s, flags %s; not to be seen from here",
			  rule->name, rule->flags);
		ret->arch = NULL;
		ret->interp[0] = '\0';
		return 2;
	}
	if (words_handler(world->words, rule->interpreter, chain->path,
			  strchr(rule->flags, 'P') != NULL) < 0)
		return err_set(err, ENOMEM, "cannot replay");
	(void)str_copy(chain->path, sizeof(chain->path), rule->interpreter);
	return 1;
}

/* A carriage return before the line's end is a part of the name, and the commonest reason. */
static int explain_interp(const char *path, const struct shebang *line, int code, struct err *err)
{
	if (code == -ENOENT && !line->has_arg && shebang_returns(line))
		return broken_return(path, line->interp, err);
	if (code != -EAGAIN)
		(void)err_wrap(err, code, "the interpreter of %s", path);
	return code;
}

/* binfmt_script: 1 if it took the file. */
static int try_script(struct world *world, struct chain *chain, int step, struct found *file,
		      struct last_program *ret, struct err *err)
{
	char shown[SHEBANG_SHOWN];
	struct shebang line;
	int next, r;

	if (shebang_parse((const char *)file->head, sizeof(file->head), &line) < 0)
		return 0;
	world->by_script = true;
	shebang_show_line(&line, shown);
	world_set(world, step, "script", "%s", shown);
	(void)str_copy(world->script, sizeof(world->script), file->real); /* as large */
	if (words_script(world->words, &line, chain->path) < 0)
		return err_set(err, ENOMEM, "cannot replay");
	world->parent = step;
	next = world_step(world, "program", line.interp, NULL);
	r = world_find(world, next, line.interp, file, err);
	if (r < 0)
		return explain_interp(chain->path, &line, r, err);
	if (hand_over(world, chain, step, err) < 0)
		return -ENOEXEC;
	replay_env_note(world, line.interp, file->at);
	ret->step = next;
	(void)str_copy(chain->path, sizeof(chain->path), line.interp);
	return 1;
}

/* Up to the program that the kernel starts. depth: scripts that count already. subject receives the
 * file that a handler is asked for, or the program itself. 0 or negative. */
static int replay_formats(struct world *world, const char *path, int depth, struct found *program,
			  struct found *subject, struct last_program *ret, struct err *err)
{
	struct chain chain = { 0 };
	int r;

	*ret = (struct last_program){ .step = world_step(world, "program", path, NULL) };
	ret->subject_step = ret->step;
	if (!*path && !world->started) { /* in a first line it would be the working directory */
		(void)world_fail(world, ret->step, ENOENT);
		return broken_start("''", ENOENT, err);
	}
	r = world_find(world, ret->step, path, program, err);
	if (r < 0)
		return r;
	if (!world->asked[0])
		(void)str_copy(world->asked, sizeof(world->asked), program->at); /* as large */
	if (!world->started)
		replay_env_note(world, program->at, program->at);
	replay_env_found(world, program->at);
	(void)str_copy(chain.path, sizeof(chain.path), path);
	*subject = *program;
	for (;; depth++) {
		int step = ret->step;

		if (depth > SHEBANG_DEPTH_MAX) {
			(void)broken_depth(err);
			return world_fail(world, step, ELOOP);
		}
		r = try_handlers(world, &chain, step, program, subject, ret, err);
		if (r == 0)
			r = try_script(world, &chain, step, program, ret, err);
		if (r < 0)
			return r;
		if (r == 2)
			return 0;
		if (r == 1)
			continue;
		r = replay_elf(world, step, chain.path, program, ret, err);
		if (r < 0)
			return r;
		if (r == 1)
			return 0;
		(void)replay_elf_refused(world, chain.path, program, err);
		return world->by_env ? world_cannot_tell(world, step)
				     : world_fail(world, step, ENOEXEC);
	}
}

static bool is_ours(const struct rule *rule)
{
	unsigned generation;

	return rule && entries_own(rule->name, &generation);
}

static bool is_qemu(const struct rule *rule)
{
	return rule && str_starts(path_base(rule->interpreter), "qemu-");
}

/* One execve(2) and what the program does. 1 if that is another one, of ret_next. */
static int replay_one(struct world *world, const char *path, int depth, struct found files[2],
		      char ret_next[PATH_SIZE], struct err *err)
{
	struct last_program last;
	int r = replay_formats(world, path, depth, &files[0], &files[1], &last, err);

	if (r < 0)
		return r;
	world->parent = last.step;
	if (is_ours(last.rule))
		return replay_loader(world, &files[1], &last, ret_next, err);
	if (is_qemu(last.rule))
		return replay_qemu(world, &files[1], &last, err);
	(void)str_copy(world->program, sizeof(world->program), files[0].at); /* as large */
	r = last.arch ? replay_program(world, &files[0], &last, err) : 0;
	return r < 0 ? r : replay_env(world, ret_next, err);
}

static int replay_all(struct world *world, const char *path, struct err *err)
{
	struct found *files = calloc(2, sizeof(*files));
	char next[2][PATH_SIZE];
	int r;

	if (!files)
		return err_set(err, ENOMEM, "cannot replay");
	r = replay_one(world, path, 0, files, next[0], err);
	for (int i = 0, n = 0; r == 1; i = !i) {
		/* the loader counts scripts as the kernel does; env begins a new count */
		r = replay_one(world, next[i], !world->by_env, files, next[!i], err);
		if (r == 1 && ++n == REPLAY_STEPS_MAX) {
			(void)err_say(err, ELOOP,
				      "%s: more programs start one another than this "
				      "can follow",
				      path);
			r = world_cannot_tell(world, world->parent);
		}
	}
	free(files);
	return r;
}

void replay_exec(const struct replay_request *request, struct replay *ret, struct err *why)
{
	struct world world;
	int r = world_open(&world, request, ret, why);

	ret->end = r < 0 ? REPLAY_UNKNOWN : REPLAY_RUNS;
	if (r == 0)
		r = replay_all(&world, request->path, why);
	if (r < 0 && ret->end == REPLAY_RUNS)
		ret->end = REPLAY_UNKNOWN;
	if (ret->end == REPLAY_RUNS) {
		why->text[0] = '\0';
		replay_whose(&world, why);
	}
	world_close(&world);
}

void replay_free(struct replay *replay)
{
	for (size_t i = 0; i < REPLAY_STEPS_MAX; i++) {
		free(replay->steps[i].path);
		free(replay->steps[i].note);
	}
	memset(replay, 0, sizeof(*replay));
}
