/* SPDX-License-Identifier: MIT */
/* Argument vector, environment, working directory, execve(2), and a reason if that fails. */
#include "start.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/broken.h"
#include "core/contract.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/request.h"
#include "core/runtime_layout.h"
#include "core/scrub.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/view_host.h"
#include "sys/chain.h"
#include "sys/cwd.h"
#include "sys/fd.h"
#include "sys/pages.h"
#include "sys/probe.h"
#include "kept.h"
#include "sys/script.h"
#include "words.h"

extern char **environ;

enum { ENVIRONMENT_FEW = 100 }; /* slots on the stack; an environment may be larger */

/* Apart from those who call it, whose stack frames would otherwise hold a sentence that is hardly
 * ever needed. */
static void __attribute__((noinline, noreturn)) die(const char *what, int code, const char *wanted)
{
	struct err err = { 0 };

	(void)err_set(&err, code, "%s", wanted);
	words_die(WORDS_OURS, what, &err);
}

static void __attribute__((noinline, noreturn)) die_of_depth(const char *what)
{
	struct err err = { 0 };

	(void)broken_depth(&err);
	words_die(WORDS_CANNOT_RUN, what, &err);
}

static void __attribute__((noinline, noreturn))
die_of_exec(const char *what, const char *program, int code)
{
	struct err err = { 0 };

	(void)chain_explain(program, code, &err);
	if (code == EACCES && access(program, X_OK) == 0)
		(void)err_hint(&err, 0,
			       "a profile of AppArmor or SELinux forbids it: let it execute the "
			       "interpreter, see busypy(7)");
	words_die(err.code == ENOENT ? WORDS_NOT_FOUND : WORDS_CANNOT_RUN, what, &err);
}

/* The arguments of a first line; returns how many. */
static size_t put_arguments(char **argv, struct shebang *line)
{
	char *word = line->arg;
	size_t n = line->has_arg ? 1 + line->more : 0;

	for (size_t i = 0; i < n; i++) {
		argv[i] = word;
		word += strlen(word) + 1;
	}
	return n;
}

/* A vector of its own, for more arguments than there are slots: env -S can give as many. NULL if
 * there is no memory. */
static char **argv_of_many(const struct request *request, char **first, size_t n_first,
			   struct shebang *line)
{
	size_t n = 0, at = 0;
	char **argv;

	while (request->argv[n])
		n++;
	argv = pages_get((n_first + 1 + line->more + n + 1) * sizeof(*argv));
	if (!argv)
		return NULL;
	for (; at < n_first; at++)
		argv[at] = first[at];
	at += put_arguments(argv + at, line);
	memcpy(argv + at, request->argv, (n + 1) * sizeof(*argv));
	return argv;
}

/* Puts the interpreter and its argument into the free slots before the path. */
static char **argv_of(const struct request *request, char *interp, struct shebang *line)
{
	char **argv = request->argv;

	if (line->more)
		return argv_of_many(request, &interp, 1, line);
	if (line->has_arg)
		*--argv = line->arg;
	*--argv = interp;
	return argv;
}

/* What is known to be no script need not be read to count the scripts after it. */
static bool is_known(const struct contract *contract, const char *interp, struct contract_file *ret)
{
	return contract && probe_file(interp, ret) == 0 && contract_knows_program(contract, ret);
}

/* For a script that another has started in a view: the tree that it is of, if that has images. One
 * look more, at the view's own "/", where there is something to be had for it. */
static const struct contract_tree *tree_around(const struct contract *contract,
					       const struct contract_file *program)
{
	struct contract_file root;

	if (!contract_starting(contract, program, NULL) || probe_file("/", &root) < 0)
		return NULL;
	return contract_starting(contract, program, &root);
}

/* Python itself, where that has images: the restorer, which executes the interpreter at any doubt.
 * Returns if there is no restorer any more, or this machine does not let it be executed. */
static void try_restorer(const struct contract_tree *tree, const char *interp, char **argv,
			 char **envp)
{
	if (tree && tree->restorer[0] && contract_is_python(tree, interp))
		(void)execve(tree->restorer, argv, envp);
}

/* In a view of tree; or NULL, wherever this is. */
_Noreturn static void execute(const struct contract *contract, const struct contract_tree *tree,
			      const struct request *request, struct shebang *line, char **envp)
{
	const char *what = request->path;
	char **argv = argv_of(request, line->interp, line);
	struct contract_file program;
	bool known = is_known(contract, line->interp, &program);
	int r;

	if (!argv)
		die(what, errno, "cannot prepare the arguments");
	/* The kernel would count this script and those after it together; our own exec starts a
	 * new count. */
	if (!known && chain_too_long(line->interp))
		die_of_depth(what);
	if (!tree && known)
		tree = tree_around(contract, &program);
	r = fd_cloexec(request->fd);
	if (r < 0)
		die(what, -r, "cannot close the script's descriptor");
	try_restorer(tree, line->interp, argv, envp);
	(void)execve(line->interp, argv, envp);
	die_of_exec(what, line->interp, errno);
}

/* Of the environment, for ${NAME} in a first line. */
static const char *variable(const char *name, void *ctx)
{
	(void)ctx;
	return getenv(name);
}

bool start_by_env(const struct request *request, struct shebang *line)
{
	const struct env_variables variables = { .get = variable };
	struct shebang python;
	int r = env_line_python(line, &variables, &python);

	if (r < 0)
		die(request->path, -r, "cannot read its first line as env does");
	if (r == 1)
		*line = python;
	return r == 1;
}

void start_as_kernel(const struct contract *contract, const struct request *request,
		     struct shebang *line)
{
	execute(contract, NULL, request, line, environ);
}

/* The environment for the view, in a new array: there is no free slot after the kernel's. It is
 * few, where that is large enough. NULL if there is no memory. */
static char **clean_environment(bool user_site, char *few[ENVIRONMENT_FEW])
{
	static char no_user_site[] = "PYTHONNOUSERSITE=1";
	bool given = user_site;
	size_t n = 0, at = 0;
	char **list = few;

	while (environ[n])
		n++;
	if (n + 2 > ENVIRONMENT_FEW)
		list = pages_get((n + 2) * sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!scrub_variable(environ[i]))
			list[at++] = environ[i];
		given = given || scrub_no_user_site(environ[i]);
	}
	if (!given)
		list[at++] = no_user_site;
	list[at] = NULL;
	return list;
}

static char **environment_or_die(const struct contract *contract, const char *what,
				 char *few[ENVIRONMENT_FEW])
{
	char **envp = clean_environment(contract->flags & CONTRACT_USER_SITE, few);

	if (!envp)
		die(what, errno, "cannot prepare the environment");
	return envp;
}

/* True if the path as given leads to the open script in the view, too. */
static bool leads_to(const char *path, int fd)
{
	struct stat by_path, by_fd;

	return stat(path, &by_path) == 0 && fstat(fd, &by_fd) == 0 &&
	       by_path.st_dev == by_fd.st_dev && by_path.st_ino == by_fd.st_ino;
}

/* The name that was given, beside the script itself: for links within the tree. */
static int beside(const struct script *script, const char *path, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_add_bytes(&text, script->path, (size_t)(path_base(script->path) - script->path));
	text_add(&text, path_base(path));
	return text_check(&text);
}

/* A path by EXPORT/current may lead to another version by the time that the interpreter opens it,
 * or a module beside it. So a script of an export gets a path that stays: the same one in its
 * version, else the one beside the script, where its name is a link or its own. */
static void pin_path(const struct request *request, const struct script *script, const char *cwd)
{
	char *pinned;
	const struct contract_tree *tree = script->tree;
	const char *path = request->path;

	if (!tree->versions || path_below(path[0] == '/' ? path : cwd, tree->path))
		return;
	if (script->path == script->near) { /* the link was followed, and proven to lead there */
		request->argv[0] = (char *)script->path;
		return;
	}
	pinned = pages_get(PATH_SIZE);
	if (!pinned)
		die(path, errno, "cannot prepare the arguments");
	if (contract_pin(tree, path, pinned, PATH_SIZE) == 0 && leads_to(pinned, request->fd))
		request->argv[0] = pinned;
	else if (script->path && !str_starts(path, "/dev/fd/") &&
		 beside(script, path, pinned, PATH_SIZE) == 0 && leads_to(pinned, request->fd))
		request->argv[0] = pinned;
}

static void return_to(const char *what, const struct cwd *cwd)
{
	struct err err = { 0 };
	int r = cwd_restore(cwd, view_nowhere());

	if (r == 1)
		return;
	if (r < 0) {
		(void)err_set(&err, -r, "cannot leave the root directory");
		words_die(WORDS_OURS, what, &err);
	}
	(void)err_say(&err, ENOENT,
		      "the working directory %.256s is not in the view; it is an empty one now",
		      cwd->path[0] ? cwd->path : "(deleted)");
	words_say(what, err.text);
}

void start_in_view(const struct contract *contract, const struct request *request,
		   const struct script *script, struct shebang *line, const struct cwd *cwd)
{
	char *few[ENVIRONMENT_FEW];
	char **envp = environment_or_die(contract, request->path, few);

	return_to(request->path, cwd);
	if (script->tree->linux32)
		(void)personality((unsigned long)personality(0xffffffff) |
				  PER_LINUX32); /* as setarch(8) */
	pin_path(request, script, cwd->path);
	if (!leads_to(request->argv[0], request->fd))
		request->argv[0] = (char *)script->path;
	execute(contract, script->tree, request, line, envp);
}

/* For a first line that names a script of the tree: [program its-argument that-script argument path
 * ...]. */
static char **argv_by_script(const struct request *request, const struct contract_tree *tree,
			     struct shebang *line)
{
	struct {
		char program[RUNTIME_PROGRAM_MAX], script[PATH_SIZE]; /* script_beside() */
		struct shebang line;
	} *found = pages_get(sizeof(*found));
	struct err err = { 0 };
	char *first[3];
	size_t n = 0;

	if (!found)
		return NULL;
	if (script_beside(tree, line->interp, found->program, found->script, &found->line, &err) <
	    0)
		words_die(WORDS_CANNOT_RUN, request->path, &err);
	first[n++] = found->program;
	if (found->line.has_arg)
		first[n++] = found->line.arg;
	first[n++] = found->script;
	return argv_of_many(request, first, n, line);
}

/* What most need is on the stack: new pages, and their system calls, are a good part of what a
 * start takes here. */
void start_beside(const struct contract *contract, const struct request *request,
		  const struct script *script, struct shebang *line)
{
	const char *word = script->tree->word;
	char program[RUNTIME_PROGRAM_MAX];
	char *few[KEPT_FEW];
	char **envp = kept_environment(contract->flags & CONTRACT_USER_SITE, few);
	struct cwd cwd = { .path = "" };
	char **argv;

	if (script->tree->versions && request->path[0] != '/')
		cwd_get(&cwd);
	pin_path(request, script, cwd.path);
	if (runtime_layout_program(word, line->interp, program, sizeof(program)) == 0)
		argv = argv_of(request, program, line);
	else
		argv = argv_by_script(request, script->tree, line);
	if (!envp || !argv || fd_cloexec(request->fd) < 0)
		die(request->path, errno, "cannot prepare the arguments");
	try_restorer(script->tree, line->interp, argv, envp);
	(void)execve(argv[0], argv, envp);
	die_of_exec(request->path, argv[0], errno);
}
