/* SPDX-License-Identifier: MIT */
/* What happens after the exec: ld.so(8) finds libraries, their versions and symbols. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/broken.h"
#include "core/err.h"
#include "core/runtime_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/damage.h"
#include "elf/image.h"
#include "elf/link_map.h"
#include "elf/symbols.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/world.h"

enum {
	LDSO_NOT_FOUND = 127, /* its exit status without a library or a symbol */
	LDSO_NO_VERSION = 1,  /* and without a version: _dl_check_all_versions() */
	NAMED = 6,	      /* libraries that are named where all are there */
};

/* LD_LIBRARY_PATH, which the loader does not let into a view, and the cache. Staging gives a tree's
 * ld.so another name for its cache. */
static void give_settings(struct world *world, bool musl, char **ret_cache)
{
	const char *path = world->in_view ? "/lib/ld.so.cache" : "/etc/ld.so.cache";
	bool own = world->here && !world->in_view;
	char real[PATH_SIZE];
	size_t n;

	world->root->cwd = world->here ? world->cwd : NULL;
	world->root->library_path = own ? getenv("LD_LIBRARY_PATH") : NULL;
	if (musl || sysroot_find(world->root, path, real) < 0 ||
	    files_read(real, ret_cache, &n, NULL) < 0)
		return;
	world->root->cache = (const uint8_t *)*ret_cache;
	world->root->cache_size = n;
}

/* A file that patchelf, strip or a bad copy has damaged: ld.so may crash, or not. */
static int check_damage(struct world *world, const struct link_object *object,
			const struct arch *arch, struct err *err)
{
	char what[256];
	enum elf_damage mark;

	if (object->flaw) {
		(void)broken_damaged(object->path, object->flaw, err);
		return world_cannot_tell(world, world_step(world, "libraries", object->path, NULL));
	}
	mark = elf_damage_find(object->image, arch->page_size, what, sizeof(what));
	if (mark != ELF_DAMAGE_CUT && mark != ELF_DAMAGE_CONTRADICTION)
		return 0;
	(void)broken_damaged(object->path, what, err);
	return world_cannot_tell(world, world_step(world, "libraries", object->path, NULL));
}

static int fail(struct world *world, const char *path, int status)
{
	return world_exit(world, world_step(world, "libraries", path, NULL), status);
}

/* A version that a loaded file needs and its library, which has some, does not have. */
static int check_versions(struct world *world, const struct link_load *load, struct err *err)
{
	for (size_t i = 0; i < load->n; i++) {
		const struct link_object *object = load->entries[i].object;

		for (size_t k = 0; k < object->symbols->n_needs; k++) {
			const struct elf_version_need *need = &object->symbols->needs[k];
			const struct link_object *by = link_load_find(load, need->file);

			if (!by) {
				(void)broken_stray_version(need->file, object->path, err);
				return fail(world, object->path, LDSO_NOT_FOUND);
			}
			if (need->weak || by->flaw || !by->symbols->n_provides ||
			    elf_symbols_provide(by->symbols, need->version))
				continue;
			(void)broken_version(by->path, need->version, object->path, err);
			return fail(world, by->path, LDSO_NO_VERSION);
		}
	}
	return 0;
}

/* True if ld.so looks for all of a file's functions before it starts the program. */
static bool binds_now(const struct link_map *map, const struct link_object *object)
{
	uint64_t flags;

	return link_map_musl(map) || getenv("LD_BIND_NOW") ||
	       elf_image_value(object->image, DT_BIND_NOW, &flags) ||
	       (elf_image_value(object->image, DT_FLAGS, &flags) && (flags & DF_BIND_NOW)) ||
	       (elf_image_value(object->image, DT_FLAGS_1, &flags) && (flags & DF_1_NOW));
}

/* A symbol that nothing defines. Without BIND_NOW only its first use would fail. */
static int check_symbols(struct world *world, struct link_map *map, const struct link_load *load,
			 struct err *err)
{
	for (size_t i = 0; i < load->n; i++) {
		const struct link_object *object = load->entries[i].object;

		for (size_t k = 0; k < object->symbols->n_symbols; k++) {
			const struct elf_symbol *s = &object->symbols->symbols[k];

			if ((s->flags & (ELF_SYMBOL_DEFINED | ELF_SYMBOL_WEAK)) ||
			    link_map_define(map, load, s->name, s->hash, s->version))
				continue;
			if (!binds_now(map, object)) {
				(void)world_step(world, "libraries", object->path,
						 "uses %s, which no library has", s->name);
				return 0;
			}
			(void)broken_symbol(s->name, object->path, err);
			return fail(world, object->path, LDSO_NOT_FOUND);
		}
	}
	return 0;
}

static void list_libraries(struct world *world, const struct link_load *load)
{
	char names[512];
	struct text text;

	text_init(&text, names, sizeof(names));
	for (size_t i = 1; i < load->n && i <= NAMED; i++)
		text_addf(&text, "%s%s", i > 1 ? " " : "", load->entries[i].name);
	if (load->n > NAMED + 1)
		text_addf(&text, " and %zu more", load->n - NAMED - 1);
	if (load->n > 1)
		(void)world_step(world, "libraries", "libraries", "%s", names);
}

static int check_load(struct world *world, struct link_map *map, const struct link_load *load,
		      const struct arch *arch, struct err *err)
{
	int r;

	for (size_t i = 0; i < load->n; i++) {
		r = check_damage(world, load->entries[i].object, arch, err);
		if (r < 0)
			return r;
	}
	if (load->n_missing) {
		(void)broken_library_missing(load->missing[0].name, load->missing[0].by->path, err);
		return fail(world, load->missing[0].name, LDSO_NOT_FOUND);
	}
	r = link_map_musl(map) ? 0 : check_versions(world, load, err);
	if (r < 0)
		return r;
	list_libraries(world, load);
	return check_symbols(world, map, load, err);
}

static int load_libraries(struct world *world, struct link_map *map, const char *program,
			  struct link_load *ret, char **ret_cache)
{
	struct link_object *object;
	int r;

	give_settings(world, link_map_musl(map), ret_cache);
	r = link_map_get(map, program, &object);
	if (r < 0)
		return r;
	return link_map_load(map, object, ret);
}

static int check_libraries(struct world *world, const struct found *program,
			   const struct last_program *last, struct err *err)
{
	FILES_FREE char *cache = NULL;
	struct link_load load = { 0 };
	struct link_map *map;
	int r;

	if (!last->interp[0])
		return 0;
	r = link_map_new(world->root, last->arch, last->interp, &map);
	if (r < 0)
		return err_set(err, -r, "cannot list the libraries of %s", program->at);
	r = load_libraries(world, map, program->at, &load, &cache);
	if (r < 0)
		(void)err_set(err, -r, "cannot list the libraries of %s", program->at);
	else
		r = check_load(world, map, &load, last->arch, err);
	link_load_free(&load);
	link_map_free(map);
	world->root->cache_size = 0;
	return r;
}

int replay_program(struct world *world, const struct found *program,
		   const struct last_program *last, struct err *err)
{
	int r;

	/* enable has looked at all of them; ld.so there knows no others */
	if (path_below(program->at, RUNTIME_ROOT))
		(void)world_step(world, "libraries", "libraries", "the tree's alone");
	else if ((r = check_libraries(world, program, last, err)) < 0)
		return r;
	return replay_python(world, program, err);
}
