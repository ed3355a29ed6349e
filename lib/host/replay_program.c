/* SPDX-License-Identifier: MIT */
/* What happens behind the exec: ld.so(8) finds libraries, Python its own files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elf_file.h"
#include "err.h"
#include "files.h"
#include "needed.h"
#include "replay_parts.h"
#include "replay_world.h"
#include "str.h"
#include "sysroot.h"

enum { LDSO_NOT_FOUND = 127 };

enum { NAMED = 6 }; /* libraries that are named where all are there */

static void list_libraries(struct world *world, const struct needed *set)
{
	char names[512];
	struct text text;

	text_init(&text, names, sizeof(names));
	for (size_t i = 0; i < set->n_libs && i < NAMED; i++)
		text_addf(&text, "%s%s", i ? " " : "", set->libs[i].name);
	if (set->n_libs > NAMED)
		text_addf(&text, " and %zu more", set->n_libs - NAMED);
	if (set->n_libs)
		(void)world_step(world, "libraries", "libraries", "%s", names);
}

/* LD_LIBRARY_PATH, which the loader does not let into a view, and the cache. Staging gives a tree's
 * ld.so another name for its cache. */
static void give_settings(struct world *world, bool musl, char **ret_cache)
{
	char real[SYSROOT_PATH_MAX];
	const char *path = world->in_view ? "/lib/ld.so.cache" : "/etc/ld.so.cache";
	size_t n;

	world->root->library_path =
		world->here && !world->in_view ? getenv("LD_LIBRARY_PATH") : NULL;
	if (musl || sysroot_find(world->root, path, real) < 0 ||
	    files_read(real, ret_cache, &n, NULL) < 0)
		return;
	world->root->cache = (const uint8_t *)*ret_cache;
	world->root->cache_size = n;
}

static int check_libraries(struct world *world, const struct found *program,
			   const struct last_program *last, struct err *err)
{
	NEEDED_CLEANUP struct needed set = { 0 };
	FILES_FREE char *cache = NULL;
	bool musl = needed_is_musl(last->interp);
	int r, step;

	if (!last->interp[0])
		return 0;
	give_settings(world, musl, &cache);
	r = needed_add(world->root, last->arch, program->at, musl, &set, err);
	world->root->cache_size = 0;
	if (r == 0) {
		list_libraries(world, &set);
		return 0;
	}
	step = world_step(world, "libraries", program->at, NULL);
	return world_exit(world, step, LDSO_NOT_FOUND);
}

int replay_program(struct world *world, const struct found *program,
		   const struct last_program *last, struct err *err)
{
	int r = check_libraries(world, program, last, err);

	return r < 0 ? r : replay_python(world, program, err);
}
