/* SPDX-License-Identifier: MIT */
/* What sys.executable names beside the host's programs, WORD.d/usr/bin/python: starts the tree's
 * interpreter, python3 in the same folder, as the loader would; python-3.13 starts python3.13. A
 * script's children have the caller's LD_LIBRARY_PATH and LD_PRELOAD back, which are right for the
 * host's programs and would lead the tree's interpreter to the host's libraries. argv stays: Python
 * finds a virtual environment by it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/path_size.h"
#include "core/runtime_layout.h"
#include "kept.h"

enum { CANNOT_RUN = 126 };

/* Whether the user's packages are looked for, which the copy in a runtime says. */
static const volatile char user_site[] = RUNTIME_USER_SITE RUNTIME_USER_SITE_YES;

static int fail(const char *what)
{
	(void)dprintf(STDERR_FILENO, "busypy: %s: %s\n", what, strerror(errno));
	return CANNOT_RUN;
}

/* The interpreter that stands beside this program. */
static void name_program(char *path)
{
	size_t n = strlen(path);
	char *dash = strrchr(path, '-');

	if (dash && !strchr(dash, '/'))
		(void)memmove(dash, dash + 1, strlen(dash));
	else
		(void)memcpy(path + n, "3", 2); /* there is room for it */
}

int main(int argc, char **argv)
{
	char path[PATH_SIZE] = "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 2);
	char *few[KEPT_FEW];
	char **envp = kept_environment(
		user_site[sizeof(RUNTIME_USER_SITE) - 1] == RUNTIME_USER_SITE_YES[0], few);

	(void)argc;
	if (n < 0)
		return fail("cannot find the tree's Python by /proc/self/exe");
	if (!envp)
		return fail("cannot prepare the environment");
	name_program(path);
	(void)execve(path, argv, envp);
	return fail(path);
}
