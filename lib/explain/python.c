/* SPDX-License-Identifier: MIT */
/* Where a Python finds its standard library (Modules/getpath.py), and what of it takes part in
 * every start. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysroot.h"
#include "core/broken.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_call.h"
#include "core/python_name.h"
#include "core/str.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/world.h"

enum {
	PYTHON_FAILED = 1, /* the exit status of a fatal error at start */
	FROZEN_SINCE = 11, /* 3.11 has most modules of its start inside */
};

/* encodings is never frozen: the first module that is read from a file. */
static const char *const always[] = { "encodings/__init__.py", "encodings/aliases.py",
				      "encodings/utf_8.py", NULL };
static const char *const before_frozen[] = { "codecs.py",
					     "io.py",
					     "abc.py",
					     "site.py",
					     "os.py",
					     "stat.py",
					     "posixpath.py",
					     "genericpath.py",
					     "_collections_abc.py",
					     "_sitebuiltins.py",
					     NULL };

static bool exists(const struct world *world, const char *format, const char *dir,
		   const char *minor)
{
	char path[2 * PATH_SIZE], real[PATH_SIZE];
	struct text text;

	text_init(&text, path, sizeof(path));
	text_add(&text, dir);
	for (const char *s = format; *s; s++) {
		if (*s == '%')
			text_add(&text, minor);
		else
			text_add_bytes(&text, s, 1);
	}
	return text_check(&text) == 0 && sysroot_find(world->root, path, real) == 0;
}

/* The prefix: the first directory, from the program's own upwards, that has the landmark os.py;
 * else the one that it was built for. */
static void find_prefix(const struct world *world, const char *program, const char *minor,
			bool ignores, char prefix[PATH_SIZE])
{
	bool own = world->here && !world->in_view && !world->bare && !ignores;
	const char *home = own ? getenv("PYTHONHOME") : NULL;

	if (home && *home) {
		(void)str_copy_bytes(prefix, PATH_SIZE, home, strcspn(home, ":"));
		return;
	}
	(void)str_copy(prefix, PATH_SIZE, program); /* as large */
	for (char *slash = strrchr(prefix, '/'); slash; slash = strrchr(prefix, '/')) {
		*slash = '\0';
		if (exists(world, "/lib/python3.%/os.py", prefix, minor))
			return;
	}
	(void)str_copy(prefix, PATH_SIZE,
		       str_starts(program, "/usr/local/") ? "/usr/local" : "/usr");
}

static int check_module(struct world *world, const char *program, const char *prefix,
			const char *minor, const char *module, struct err *err)
{
	struct found file;
	char path[2 * PATH_SIZE];
	struct text text;
	int step, r;

	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/lib/python3.%s/%s", prefix, minor, module);
	if (text_check(&text) < 0 || strlen(path) >= PATH_SIZE)
		return 0;
	step = world_step(world, "python", path, NULL);
	r = world_find(world, step, path, &file, err);
	if (r == 0) {
		world->out->n_steps = (size_t)step; /* only what is missing is worth a line */
		return 0;
	}
	world->out->steps[step].failed = false;
	(void)broken_python(program, path, -r, err);
	return world_exit(world, step, PYTHON_FAILED);
}

static int check_modules(struct world *world, const char *program, const char *prefix,
			 const char *minor, const char *const *modules, struct err *err)
{
	for (; *modules; modules++) {
		int r = check_module(world, program, prefix, minor, *modules, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int check_library(struct world *world, const char *program, unsigned minor, bool ignores,
			 struct err *err)
{
	char prefix[PATH_SIZE], digits[16];
	int r;

	(void)snprintf(digits, sizeof(digits), "%u", minor); /* fits */
	find_prefix(world, program, digits, ignores, prefix);
	if (exists(world, "/lib/python3%.zip", prefix, digits))
		return 0; /* it may hold them all */
	world->reads = true;
	r = check_modules(world, program, prefix, digits, always, err);
	if (r < 0)
		return r;
	r = minor < FROZEN_SINCE ? check_modules(world, program, prefix, digits, before_frozen, err)
				 : 0;
	if (r < 0)
		return r;
	(void)world_step(world, "python", prefix, "standard library in lib/python3.%s%s%s", digits,
			 exists(world, "/lib/python3.%/os.py", prefix, digits) ? ""
									       : ", without os.py",
			 exists(world, "/lib/python3.%/lib-dynload", prefix, digits)
				 ? ""
				 : ", without lib-dynload");
	return 0;
}

int replay_python(struct world *world, const struct found *program, struct err *err)
{
	unsigned minor = python_name_minor(path_base(program->at));
	struct python_call call;
	int end, r;

	if (!minor)
		return 0;
	r = replay_python_words(world, program, minor, &call, &end, err);
	if (r == 0)
		r = check_library(world, program->at, minor, call.ignores, err);
	return r < 0 ? r : replay_python_main(world, program, &call, end, err);
}
