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

#include "core/arch.h"
#include "core/broken.h"
#include "core/contract.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/request.h"
#include "core/scrub.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/view_host.h"
#include "sys/chain.h"
#include "sys/cwd.h"
#include "sys/fd.h"
#include "sys/pages.h"
#include "sys/probe.h"
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

/* Puts the interpreter and its argument into the free slots before the path. */
static char **argv_of(const struct request *request, struct shebang *line)
{
	char **argv = request->argv;

	if (line->has_arg)
		*--argv = line->arg;
	*--argv = line->interp;
	return argv;
}

/* What is known to be no script need not be read to count the scripts after it. */
static bool is_known(const struct contract *contract, const char *interp)
{
	struct contract_file file;

	return contract && probe_file(interp, &file) == 0 &&
	       contract_knows_program(contract, &file);
}

_Noreturn static void execute(const struct contract *contract, const struct request *request,
			      const struct shebang *line, char **envp)
{
	const char *what = request->path;
	struct shebang copy = *line;
	char **argv = argv_of(request, &copy);
	int r;

	/* The kernel would count this script and those after it together; our own exec starts a
	 * new count. */
	if (!is_known(contract, line->interp) && chain_too_long(line->interp))
		die_of_depth(what);
	r = fd_cloexec(request->fd);
	if (r < 0)
		die(what, -r, "cannot close the script's descriptor");
	(void)execve(copy.interp, argv, envp);
	die_of_exec(what, copy.interp, errno);
}

void start_as_kernel(const struct contract *contract, const struct request *request,
		     const struct shebang *line)
{
	execute(contract, request, line, environ);
}

/* The environment for the view, in a new array: there is no free slot after the kernel's. It is
 * few, where that is large enough. NULL if there is no memory. */
static char **clean_environment(bool user_site, char *few[ENVIRONMENT_FEW])
{
	static char no_user_site[] = "PYTHONNOUSERSITE=1";
	bool given = getenv("PYTHONNOUSERSITE") != NULL;
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
	}
	if (!user_site && !given)
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
	static char pinned[PATH_SIZE];
	const struct contract_tree *tree = script->tree;
	const char *path = request->path;

	if (!tree->versions || path_below(path[0] == '/' ? path : cwd, tree->path))
		return;
	if (contract_pin(tree, path, pinned, sizeof(pinned)) == 0 && leads_to(pinned, request->fd))
		request->argv[0] = pinned;
	else if (script->path && !str_starts(path, "/dev/fd/") &&
		 beside(script, path, pinned, sizeof(pinned)) == 0 && leads_to(pinned, request->fd))
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
		   const struct script *script, const struct shebang *line, const struct cwd *cwd)
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
	execute(contract, request, line, envp);
}

/* The program of a runtime as it stands in the tree: /usr/bin/python3 is .../usr/bin/python3. */
static int path_in_tree(const struct contract_tree *tree, const char *program, char *dst,
			size_t size)
{
	struct text text;

	if (!path_below(program, "/usr"))
		return -ENOENT;
	text_init(&text, dst, size);
	text_addf(&text, "%s/" TREE_PYTHON_OF "%s", tree->path, tree->arch, program);
	return text_check(&text);
}

static int loader_in_tree(const struct contract_tree *tree, const char *clib, char *dst,
			  size_t size)
{
	const struct arch *arch = arch_by_name(tree->arch);
	struct text text;

	if (!arch)
		return -ENOENT;
	text_init(&text, dst, size);
	text_addf(&text, "%s/%s", clib, path_base(arch->interp));
	if (text_check(&text) == 0 && access(dst, X_OK) == 0)
		return 0;
	text_init(&text, dst, size);
	text_addf(&text, "%s/%s", clib, path_base(arch->musl));
	return text_check(&text);
}

void start_direct(const struct contract *contract, const struct request *request,
		  const struct script *script, const struct shebang *line)
{
	enum { WORDS_BEFORE = 5 }; /* ld.so --library-path DIR PROGRAM ARGUMENT */
	static char option[] = "--library-path";
	struct paths {
		char clib[PATH_SIZE], program[PATH_SIZE], loader[PATH_SIZE];
	} *paths = pages_get(sizeof(*paths));
	char *few[ENVIRONMENT_FEW];
	char **envp = environment_or_die(contract, request->path, few);
	struct shebang copy = *line;
	struct err err = { 0 };
	size_t n = 0, at = 0;
	struct text text;
	char **argv;

	if (!paths)
		die(request->path, errno, "cannot prepare the arguments");
	text_init(&text, paths->clib, sizeof(paths->clib));
	text_addf(&text, "%s/" TREE_CLIB_OF, script->tree->path, script->tree->arch);
	if (path_in_tree(script->tree, line->interp, paths->program, sizeof(paths->program)) < 0 ||
	    loader_in_tree(script->tree, paths->clib, paths->loader, sizeof(paths->loader)) < 0) {
		(void)err_say(&err, ENOENT, "no view can be made here, and %s cannot run without",
			      line->interp);
		words_die(WORDS_CANNOT_RUN, request->path, &err);
	}
	/* a relative path is left as it is, for no working directory is at hand */
	pin_path(request, script, script->tree->path);
	while (request->argv[n])
		n++;
	argv = pages_get((n + WORDS_BEFORE + 1) * sizeof(*argv));
	if (!argv || fd_cloexec(request->fd) < 0)
		die(request->path, errno, "cannot prepare the arguments");
	argv[at++] = paths->loader;
	argv[at++] = option;
	argv[at++] = paths->clib;
	argv[at++] = paths->program;
	if (copy.has_arg)
		argv[at++] = copy.arg;
	memcpy(argv + at, request->argv, (n + 1) * sizeof(*argv));
	(void)execve(paths->loader, argv, envp);
	die_of_exec(request->path, paths->loader, errno);
}
