/* SPDX-License-Identifier: MIT */
/* env(1) as an interpreter: what it makes of a first line, and where it finds the program;
 * execvp(3) of glibc. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/sysroot.h"
#include "core/env_call.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/words.h"
#include "explain/world.h"

static const char no_path[] = "/bin:/usr/bin"; /* confstr(3), _CS_PATH */

static const char *variable(const char *name, void *ctx)
{
	const struct world *world = ctx;

	if (world->here)
		return getenv(name);
	return str_eq(name, "PATH") ? "/sbin:/usr/sbin:/bin:/usr/bin" : NULL; /* init(8) sets it */
}

static bool is_env(const char *at)
{
	return str_eq(at, ENV_PROGRAM) || str_eq(at, "/bin/env");
}

void replay_env_note(struct world *world, const char *name, const char *at)
{
	if (!str_eq(path_base(name), "env") || (at && !is_env(at)))
		return;
	world->env = at ? WORLD_ENV : WORLD_MAYBE_ENV;
	world->env_words = world->words->n - 1;
	world->env_script = world->words->script;
	(void)str_copy(world->env_file, sizeof(world->env_file), world->script); /* as large */
}

void replay_env_found(struct world *world, const char *at)
{
	if (world->env == WORLD_MAYBE_ENV)
		world->env = is_env(at) ? WORLD_ENV : WORLD_NO_ENV;
}

/* 0 if the process may execute what stands there, else -errno. */
static int look(const struct world *world, const char *path)
{
	char real[PATH_SIZE];
	struct stat st;
	int r = sysroot_find(world->root, path, real);

	if (r < 0)
		return r;
	if (stat(real, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return -EACCES;
	return !world->here || faccessat(AT_FDCWD, real, X_OK, AT_EACCESS) == 0 ? 0 : -errno;
}

/* One directory of PATH; an empty one is the working directory. */
static int join(const char *cwd, const char *dir, size_t n, const char *name, char *dst)
{
	struct text text;

	text_init(&text, dst, PATH_SIZE);
	if (dir[0] != '/')
		text_addf(&text, "%s/", cwd);
	text_add_bytes(&text, dir, n);
	text_addf(&text, "/%s", name);
	return text_check(&text);
}

/* execvp(3). 0, or the -errno that it ends with. */
static int search(const struct world *world, const char *path, const char *cwd, const char *name,
		  char *ret)
{
	int end = -ENOENT;

	if (!*name)
		return -ENOENT;
	if (strchr(name, '/'))
		return name[0] == '/' ? str_copy(ret, PATH_SIZE, name)
				      : join(cwd, "", 0, name, ret);
	for (const char *dir = path;; dir++) {
		size_t n = strcspn(dir, ":");
		int r = join(cwd, dir, n, name, ret);

		if (r == 0)
			r = look(world, ret);
		if (r == 0)
			return 0;
		if (r == -EACCES)
			end = r;
		dir += n;
		if (!*dir)
			return end;
	}
}

/* Where env has gone by -C. */
static int enter(const struct world *world, const struct env_call *call, char *ret, struct err *err)
{
	char real[PATH_SIZE];
	struct stat st;
	int r;

	if (!call->directory)
		return str_copy(ret, PATH_SIZE, str_eq(world->cwd, "/") ? "" : world->cwd);
	r = call->directory[0] == '/' ? str_copy(ret, PATH_SIZE, call->directory)
				      : join(world->cwd, "", 0, call->directory, ret);
	if (r == 0)
		r = sysroot_find(world->root, ret, real);
	if (r == 0 && (stat(real, &st) < 0 || !S_ISDIR(st.st_mode)))
		r = -ENOTDIR;
	if (r == 0 && world->here && faccessat(AT_FDCWD, real, X_OK, AT_EACCESS) < 0)
		r = -errno;
	return r < 0 ? err_set(err, -r, "env: cannot change directory to '%s'", call->directory)
		     : 0;
}

/* Whose first line named env, or env itself. */
static const char *subject(const struct world *world)
{
	const struct words *words = world->words;

	return words->script ? words->at[words->n - words->script] : ENV_PROGRAM;
}

/* It is found, or env says that it is not. */
static int start(struct world *world, const struct env_call *call, char *ret_next, struct err *err)
{
	const char *name = call->words[call->program];
	char cwd[PATH_SIZE];
	int step = world_step(world, "env", name, NULL);
	int r = enter(world, call, cwd, err);

	if (r < 0)
		return world_exit(world, step, ENV_STATUS);
	r = search(world, call->path ? call->path : no_path, cwd, name, ret_next);
	if (r < 0) {
		(void)err_set(err, -r, "env: '%s'", name);
		if (r == -ENOENT && strpbrk(name, " \t"))
			(void)err_hint(err, 0,
				       "without -S env takes all that follows for one "
				       "name: #!" ENV_PROGRAM " -S %s",
				       name);
		else if (r == -ENOENT && str_ends(name, "\r"))
			(void)err_hint(err, 0,
				       "the first line ends in a carriage return: sed -i "
				       "'s/\\r$//' %s",
				       subject(world));
		return world_fail(world, step, -r);
	}
	if (call->n - call->program == world->words->script) {
		(void)err_say(err, ELOOP, "%s: env is told to start the script again, for ever",
			      name);
		return world_cannot_tell(world, step);
	}
	world_set(world, step, NULL, "%s", ret_next);
	world->parent = step;
	return 1;
}

static int follow(struct world *world, struct env_call *call, char *ret_next, struct err *err)
{
	const struct env_variables variables = { .get = variable, .ctx = world };
	struct err why = { 0 };
	int step;

	switch (env_call_parse(call, &variables, &why)) {
	case ENV_PRINTS:
		step = world_step(world, "env", subject(world), NULL);
		(void)err_say(err, EINVAL, "env prints the environment, and starts nothing");
		return world_exit(world, step, 0);
	case ENV_FAILS:
		(void)err_say(err, EINVAL, "env: %s", why.text);
		return world_exit(world, world_step(world, "env", subject(world), NULL),
				  ENV_STATUS);
	case ENV_UNKNOWN:
		(void)err_say(err, EINVAL, "%s: not every env has that option", subject(world));
		return world_cannot_tell(world, world_step(world, "env", subject(world), NULL));
	case ENV_RUNS:
		break;
	}
	return start(world, call, ret_next, err);
}

/* The words of the program that env starts: what call has of them, and those beyond. */
static int take_words(struct world *world, const struct env_call *call, size_t beyond)
{
	size_t n = call->n - call->program, all = n + world->words->n - beyond;
	const char **list = calloc(all, sizeof(*list));
	int r;

	if (!list)
		return -ENOMEM;
	memcpy(list, call->words + call->program, n * sizeof(*list));
	for (size_t i = n; i < all; i++)
		list[i] = world->words->at[beyond + i - n];
	r = words_take(world->words, list, all,
		       world->words->script <= all ? world->words->script : 0);
	free(list);
	return r;
}

int replay_env(struct world *world, char *ret_next, struct err *err)
{
	enum { WORDS_READ = ENV_WORDS_MAX / 2 }; /* nobody gives so many options */
	struct env_call *call;
	size_t n;
	int r;

	if (world->env != WORLD_ENV)
		return 0;
	call = calloc(1, sizeof(*call));
	if (!call)
		return err_set(err, ENOMEM, "cannot replay");
	world->env = WORLD_NO_ENV;
	world->started = true;
	world->by_env = true;
	/* a tree's env is a script, whose own words stand before */
	words_drop(world->words, world->words->n - world->env_words);
	world->words->script = world->env_script;
	(void)str_copy(world->script, sizeof(world->script), world->env_file); /* as large */
	n = world->words->n < WORDS_READ ? world->words->n : WORDS_READ;
	call->words[call->n++] = "env";
	for (size_t i = 0; i < n; i++)
		call->words[call->n++] = world->words->at[i];
	call->path = variable("PATH", world);
	r = follow(world, call, ret_next, err);
	world->bare = world->bare || call->ignores;
	if (r == 1 && take_words(world, call, n) < 0)
		r = err_set(err, ENOMEM, "cannot replay");
	free(call);
	return r;
}
