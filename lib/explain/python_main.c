/* SPDX-License-Identifier: MIT */
/* What a Python that is started makes of its words: whether the program that it runs is the script
 * that was asked for; pymain_run_python() in Modules/main.c. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "base/zipapp.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_call.h"
#include "core/python_source.h"
#include "core/str.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/words.h"
#include "explain/world.h"
#include "sys/fd.h"

enum { NO_FILE = 2, NO_MAIN = 1 /* exit statuses of Python */ };
enum { NO_NUL_SINCE = 12 };

/* The script that was asked for, or NULL: Python itself was. */
static const char *asked(const struct world *world)
{
	const struct words *words = world->words;

	return words->script ? words->at[words->n - words->script] : NULL;
}

/* A word that stands alone between Python and the script may have been meant for several. */
static void hint(const struct world *world, struct err *err)
{
	const struct words *words = world->words;

	if (words->script && words->n - words->script == 2)
		(void)python_call_hint(words->at[1], err);
}

int replay_python_words(struct world *world, const struct found *program, unsigned minor,
			struct python_call *ret, int *ret_end, struct err *err)
{
	struct err why = { 0 };

	*ret = (struct python_call){ .words = (const char *const *)world->words->at,
				     .n = world->words->n,
				     .minor = minor };
	*ret_end = python_call_parse(ret, &why);
	if (*ret_end == PYTHON_PRINTS) {
		(void)err_say(err, EINVAL, "%s tells of itself, and runs nothing", program->at);
		return world_exit(world, world_step(world, "python", program->at, NULL), 0);
	}
	if (*ret_end != PYTHON_FAILS)
		return 0;
	(void)err_say(err, EINVAL, "%s: %s", program->at, why.text);
	hint(world, err);
	return world_exit(world, world_step(world, "python", program->at, NULL), ret->status);
}

/* Something else runs than what was asked for. */
static int run_other(struct world *world, const struct found *program, const char *what,
		     const char *which, struct err *err)
{
	if (!asked(world))
		return 0;
	(void)err_say(err, EINVAL, "%s %s%s; %s is only its argument", program->at, what, which,
		      asked(world));
	hint(world, err);
	return world_other(world, world_step(world, "python", program->at, NULL));
}

/* With -i a prompt follows. */
static int give_up(struct world *world, const char *path, const struct python_call *call,
		   int status)
{
	int step = world_step(world, "python", path, NULL);

	return call->inspects ? world_other(world, step) : world_exit(world, step, status);
}

/* Where the file of a word is on this machine. */
static int find_word(const struct world *world, const char *word, char *ret)
{
	char path[PATH_SIZE];
	int r = world_absolute(world, word, path, sizeof(path));

	return r < 0 ? r : sysroot_find(world->root, path, ret);
}

/* 1: Python runs its __main__, 0: it has none; -ENOEXEC: it is source. */
static int look(const struct world *world, const char *real)
{
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r;

	if (world->here && faccessat(AT_FDCWD, real, R_OK, AT_EACCESS) < 0)
		return -errno;
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return zipapp_look(fd);
	r = faccessat(fd, "__main__.py", F_OK, 0) == 0 ||
	    faccessat(fd, "__main__.pyc", F_OK, 0) == 0;
	return r;
}

/* Source that Python refuses for its bytes. */
static int check_source(struct world *world, const struct found *program, const char *word,
			const char *real, const struct python_call *call, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	unsigned line = 0;
	size_t n;

	if (call->skips || files_read(real, &bytes, &n, NULL) < 0)
		return 0;
	switch (python_source_look(bytes, n, &line)) {
	case PYTHON_SOURCE_FINE:
	case PYTHON_SOURCE_DECLARED:
		return 0;
	case PYTHON_SOURCE_NUL:
		(void)err_say(err, EINVAL, "%s: %s has a NUL byte in line %u", program->at, word,
			      line);
		if (call->minor < NO_NUL_SINCE)
			return world_cannot_tell(world, world_step(world, "python", word, NULL));
		break;
	case PYTHON_SOURCE_NO_UTF8:
		(void)err_say(err, EINVAL,
			      "%s: line %u of %s is no UTF-8, and no encoding is declared",
			      program->at, line, word);
		break;
	}
	return give_up(world, word, call, NO_MAIN);
}

/* The file that Python takes for its program. */
static int run_file(struct world *world, const struct found *program,
		    const struct python_call *call, struct err *err)
{
	const char *word = call->words[call->script];
	bool is_asked = call->n - call->script == world->words->script;
	char real[PATH_SIZE];
	int r = is_asked ? str_copy(real, sizeof(real), world->script)
			 : find_word(world, word, real);

	if (r == 0)
		r = look(world, real);
	if (r == -EACCES || r == -ENOENT || r == -ENOTDIR || r == -ELOOP || r == -ENAMETOOLONG) {
		(void)err_set(err, -r, "%s: can't open file '%s'", program->at, word);
		hint(world, err);
		return give_up(world, word, call, NO_FILE);
	}
	if (r == 1 && is_asked)
		(void)world_step(world, "python", word, "a zip application");
	if (r == 0) {
		(void)err_say(err, ENOEXEC, "%s: can't find '__main__' module in '%s'", program->at,
			      word);
		return give_up(world, word, call, NO_MAIN);
	}
	r = r == -ENOEXEC ? check_source(world, program, word, real, call, err) : 0;
	if (r < 0)
		return r;
	if (!is_asked)
		return run_other(world, program, "runs ", word, err);
	if (call->no_site)
		(void)world_step(world, "python", word,
				 "without site: it finds the standard library alone");
	return 0;
}

int replay_python_main(struct world *world, const struct found *program,
		       const struct python_call *call, int end, struct err *err)
{
	switch ((enum python_end)end) {
	case PYTHON_RUNS:
		return run_file(world, program, call, err);
	case PYTHON_COMMAND:
		return run_other(world, program, "runs the command ", call->text, err);
	case PYTHON_MODULE:
		return run_other(world, program, "runs the module ", call->text, err);
	case PYTHON_STDIN:
		return run_other(world, program, "reads a program from standard input", "", err);
	case PYTHON_PRINTS:
	case PYTHON_FAILS:
		break;
	}
	return 0;
}
