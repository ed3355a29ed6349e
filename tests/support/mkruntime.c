/* SPDX-License-Identifier: MIT */
/* mkruntime TREE ARCH: builds the runtime of a tree beside the host where enable puts it, without
 * enabling anything, and prints its word. For a throw-away machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/err.h"
#include "core/runtime_layout.h"
#include "handler/runtime.h"

#define NEW RUNTIME_ROOT "/new"

static int fail(const char *what)
{
	(void)fprintf(stderr, "mkruntime: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	struct runtime_request request = { 0 };
	struct runtime_result result;
	struct err err = { 0 };
	char dir[64];

	request.arch = argc == 3 ? arch_by_name(argv[2]) : NULL;
	if (!request.arch) {
		(void)fputs("Usage: mkruntime TREE ARCH\n", stderr);
		return 2;
	}
	request.tree = argv[1];
	if ((mkdir(RUNTIME_ROOT, 0755) < 0 && errno != EEXIST) || mkdir(NEW, 0755) < 0)
		return fail(NEW);
	request.dir = open(NEW, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (request.dir < 0)
		return fail(NEW);
	if (runtime_build(&request, &result, &err) < 0) {
		(void)fprintf(stderr, "mkruntime: %s\n", err.text);
		return 1;
	}
	(void)snprintf(dir, sizeof(dir), RUNTIME_ROOT "/%s" RUNTIME_DIR_END, result.word);
	if (rename(NEW, dir) < 0)
		return fail(dir);
	(void)puts(result.word);
	return 0;
}
