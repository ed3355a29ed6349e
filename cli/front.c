/* SPDX-License-Identifier: MIT */
/* The small busypy: starts a sandbox itself, at once, and leaves everything else to busypy-full.
 * That one has libraries, and finding them takes longer than a whole sandbox. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/tree_layout.h"
#include "sys/fd.h"
#include "sys/programs.h"
#include "commands.h"
#include "run_images.h"
#include "run_tree.h"
#include "say.h"

enum { CONF_FEW = 4096 };

static char **arguments;

static int run_full(void)
{
	static char path[PATH_SIZE];
	struct err err = { 0 };

	if (programs_find("busypy-full", path, sizeof(path), &err) == 0) {
		(void)execve(path, arguments, environ);
		(void)err_set(&err, errno, "cannot run %s", path);
	}
	return say_err("front", &err);
}

void run_elsewhere(void)
{
	_exit(run_full());
}

int run_images(struct sandbox_request *request, const char *config, struct err *err)
{
	(void)request;
	(void)config;
	(void)err;
	_exit(run_full());
}

int run_find_tree(const char *config, const char **ret, struct err *err)
{
	(void)config;
	(void)ret;
	(void)err;
	_exit(run_full());
}

/* A file without these words says nothing of images. */
static bool may_say_start(const char *conf)
{
	return strstr(conf, "start") && (strstr(conf, "auto") || strstr(conf, "image"));
}

int run_tree_start(const char *tree, int *ret, struct err *err)
{
	static char path[PATH_SIZE], conf[CONF_FEW];
	ssize_t n = -E2BIG;

	(void)err;
	if (path_join(path, sizeof(path), tree, TREE_CONF) == 0)
		n = fd_read_file(AT_FDCWD, path, conf, sizeof(conf));
	if (n == -E2BIG || (n > 0 && may_say_start(conf)))
		_exit(run_full());
	*ret = START_PLAIN;
	return 0;
}

/* What is asked about is for its variables, not for us. */
static void hide_from_ldso(void)
{
	for (char **variable = environ; *variable; variable++) {
		if (str_starts(*variable, "LD_"))
			(*variable)[0] = LDSO_HIDDEN;
	}
}

int main(int argc, char **argv)
{
	arguments = argv;
	if (argc > 1 && str_eq(argv[1], "explain"))
		hide_from_ldso();
	if (argc < 2 || strcmp(argv[1], "run") != 0)
		return run_full();
	opterr = 0; /* the other one complains, in its C library's words */
	return cmd_run(argc - 1, argv + 1);
}
