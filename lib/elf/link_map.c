/* SPDX-License-Identifier: MIT */
/* Does without executing what ld.so does: what it loads, and in which of it it finds a symbol. As
 * glibc's elf/dl-load.c and dl-lookup.c and musl's ldso/dynlink.c have it. */
#include "elf/link_map.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/search.h"
#include "elf/symbols.h"

enum { BUCKETS = 32 * 1024 /* a runtime has some 25,000 symbols */ };

/* One definition of a symbol. */
struct definition {
	const struct elf_symbol *symbol;
	const struct link_object *object;
	uint32_t next; /* index + 1 in the same bucket */
};

/* All definitions, found by the hash of the name. */
struct definitions {
	struct definition *all;
	size_t n, room;
	uint32_t *buckets; /* index + 1 of the newest in each, or 0 */
};

struct link_map {
	const struct sysroot *root;
	const struct arch *arch;
	const char *ldso;
	bool musl;
	struct link_object **objects;
	size_t n, room;
	/* what the default directories have for a name; borrowed from who needed it first */
	struct known {
		const char *name;
		struct link_object *object;
	} * known;
	size_t n_known, room_known;
	struct definitions defined;
};

static void object_free(struct link_object *object)
{
	if (!object)
		return;
	if (object->symbols)
		elf_symbols_free(object->symbols);
	if (object->file)
		elf_dynamic_free(object->file);
	if (object->image)
		elf_image_close(object->image);
	free(object->symbols);
	free(object->file);
	free(object->image);
	free(object->path);
	free(object->real);
	free(object);
}

int link_map_new(const struct sysroot *root, const struct arch *arch, const char *ldso,
		 struct link_map **ret)
{
	struct link_map *map = calloc(1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	map->root = root;
	map->arch = arch;
	map->ldso = ldso;
	map->musl = elf_search_is_musl(ldso);
	map->defined.buckets = calloc(BUCKETS, sizeof(*map->defined.buckets));
	if (!map->defined.buckets) {
		free(map);
		return -ENOMEM;
	}
	*ret = map;
	return 0;
}

void link_map_free(struct link_map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->n; i++)
		object_free(map->objects[i]);
	free(map->objects);
	free(map->known);
	free(map->defined.all);
	free(map->defined.buckets);
	free(map);
}

size_t link_map_count(const struct link_map *map)
{
	return map->n;
}

struct link_object *link_map_at(const struct link_map *map, size_t i)
{
	return map->objects[i];
}

bool link_map_musl(const struct link_map *map)
{
	return map->musl;
}

static int add_definitions(struct link_map *map, const struct link_object *object)
{
	for (size_t i = 0; i < object->symbols->n_symbols; i++) {
		const struct elf_symbol *symbol = &object->symbols->symbols[i];
		uint32_t *bucket = &map->defined.buckets[symbol->hash % BUCKETS];

		if (!(symbol->flags & ELF_SYMBOL_DEFINED))
			continue;
		if (array_reserve(&map->defined.all, &map->defined.room, map->defined.n + 1,
				  sizeof(*map->defined.all)) < 0)
			return -ENOMEM;
		map->defined.all[map->defined.n++] = (struct definition){ symbol, object, *bucket };
		*bucket = (uint32_t)map->defined.n;
	}
	return 0;
}

/* Reads image, strings and symbols. A file that is no sound one gets a flaw, no error. */
static int read_object(struct link_map *map, struct link_object *object)
{
	int r;

	object->image = calloc(1, sizeof(*object->image));
	object->file = calloc(1, sizeof(*object->file));
	object->symbols = calloc(1, sizeof(*object->symbols));
	if (!object->image || !object->file || !object->symbols)
		return -ENOMEM;
	object->image->fd = -1;
	r = elf_image_open(object->real, object->image, NULL);
	if (r < 0) {
		object->flaw = object->image->flaw ? object->image->flaw : "it cannot be read";
		return r == -ENOMEM ? r : 0;
	}
	r = elf_dynamic_take(object->image, object->file);
	if (r < 0) {
		object->flaw = "the names in its dynamic section lie outside of the file";
		return r == -ENOMEM ? r : 0;
	}
	object->fits = elf_dynamic_fits(object->file, map->arch);
	r = elf_symbols_read(object->image, object->symbols);
	if (r < 0) {
		object->flaw = "its symbol tables lie outside of the file";
		return r == -ENOMEM ? r : 0;
	}
	return object->fits ? add_definitions(map, object) : 0;
}

/* /lib64 is /lib in every view. */
static void normalise(char *path)
{
	if (str_starts(path, "/lib64/"))
		memmove(path + 4, path + 6, strlen(path + 6) + 1);
}

int link_map_get(struct link_map *map, const char *path, struct link_object **ret)
{
	char canonical[PATH_SIZE], real[PATH_SIZE];
	struct link_object *object;
	int r = sysroot_canonical(map->root, path, canonical);

	if (r < 0)
		return r;
	r = sysroot_find(map->root, path, real);
	if (r < 0)
		return r;
	normalise(canonical);
	for (size_t i = 0; i < map->n; i++) {
		if (str_eq(map->objects[i]->path, canonical)) {
			*ret = map->objects[i];
			return 0;
		}
	}
	if (map->n == LINK_MAP_MAX)
		return -E2BIG;
	if (array_reserve(&map->objects, &map->room, map->n + 1, sizeof(struct link_object *)) < 0)
		return -ENOMEM;
	object = calloc(1, sizeof(*object));
	if (!object)
		return -ENOMEM;
	map->objects[map->n++] = object;
	object->path = strdup(canonical);
	object->real = strdup(real);
	if (!object->path || !object->real)
		return -ENOMEM;
	*ret = object;
	return read_object(map, object);
}

/* -- loading -------------------------------------------------------------------------------- */

void link_load_free(struct link_load *load)
{
	free(load->entries);
	free(load->missing);
	memset(load, 0, sizeof(*load));
}

struct link_object *link_load_find(const struct link_load *load, const char *name)
{
	for (size_t i = 0; i < load->n; i++) {
		struct link_object *object = load->entries[i].object;

		if (str_eq(path_base(object->path), name) ||
		    (object->file->soname && str_eq(object->file->soname, name)))
			return object;
	}
	return NULL;
}

static bool is_loaded(const struct link_load *load, const struct link_object *object)
{
	for (size_t i = 0; i < load->n; i++) {
		if (load->entries[i].object == object)
			return true;
	}
	return false;
}

static int append(struct link_load *load, struct link_object *object, size_t by, const char *name)
{
	if (array_reserve(&load->entries, &load->room, load->n + 1, sizeof(*load->entries)) < 0)
		return -ENOMEM;
	load->entries[load->n++] = (struct link_load_entry){ object, by, name };
	return 0;
}

static int append_missing(struct link_load *load, const struct link_object *by, const char *name)
{
	if (array_reserve(&load->missing, &load->room_missing, load->n_missing + 1,
			  sizeof(*load->missing)) < 0)
		return -ENOMEM;
	load->missing[load->n_missing++] = (struct link_load_missing){ by, name };
	return 0;
}

enum { CHAIN_MAX = 64 /* who needs whom; deeper, a DT_RPATH is not inherited */ };

/* Fills in who needs entry i, and who needed that; true if one of them has directories of its own.
 */
static bool make_chain(const struct link_load *load, size_t i, struct elf_search_by *chain)
{
	bool own = false;

	for (size_t n = 0; n < CHAIN_MAX; n++) {
		const struct link_object *object = load->entries[i].object;
		size_t by = load->entries[i].by;
		bool last = by == i || n == CHAIN_MAX - 1;

		own = own || object->file->rpath || object->file->runpath;
		chain[n] = (struct elf_search_by){ .file = object->file,
						   .path = object->path,
						   .parent = last ? NULL : &chain[n + 1] };
		if (last)
			break;
		i = by;
	}
	return own;
}

static int remember(struct link_map *map, const char *name, struct link_object *object)
{
	if (array_reserve(&map->known, &map->room_known, map->n_known + 1, sizeof(*map->known)) < 0)
		return -ENOMEM;
	map->known[map->n_known++] = (struct known){ name, object };
	return 0;
}

/* 1 and the library of that name which entry i gets; 0 if there is none. */
static int search(struct link_map *map, const struct link_load *load, size_t i, const char *name,
		  struct link_object **ret)
{
	struct elf_search_by chain[CHAIN_MAX];
	char path[PATH_SIZE];
	bool own = make_chain(load, i, chain);
	int r;

	for (size_t k = 0; !own && k < map->n_known; k++) {
		if (!str_eq(map->known[k].name, name))
			continue;
		*ret = map->known[k].object;
		return *ret != NULL;
	}
	if (!elf_search_find(map->root, map->arch, name, chain, map->musl, path))
		return own ? 0 : remember(map, name, NULL);
	r = link_map_get(map, path, ret);
	if (r < 0)
		return r;
	if (own)
		return 1;
	r = remember(map, name, *ret);
	return r < 0 ? r : 1;
}

static int load_one(struct link_map *map, struct link_load *load, size_t i, const char *name)
{
	struct link_object *object = NULL;
	int r;

	if (map->musl && elf_search_in_musl(name)) {
		/* the loader itself, which Alpine's libraries call libc.musl-ARCH.so.1 */
		r = link_map_get(map, map->ldso, &object);
		if (r < 0)
			return r == -ENOMEM ? r : 0;
		return is_loaded(load, object) ? 0 : append(load, object, i, name);
	}
	if (link_load_find(load, name))
		return 0;
	r = search(map, load, i, name, &object);
	if (r < 0)
		return r;
	if (r == 0)
		return append_missing(load, load->entries[i].object, name);
	return is_loaded(load, object) ? 0 : append(load, object, i, name);
}

int link_map_load(struct link_map *map, struct link_object *first, struct link_load *load)
{
	size_t i = load->n;
	int r = append(load, first, i, NULL);

	if (r < 0)
		return r;
	for (; i < load->n; i++) {
		const struct elf_dynamic *file = load->entries[i].object->file;

		for (size_t k = 0; k < file->n_needed; k++) {
			r = load_one(map, load, i, file->needed[k]);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* As check_match() in dl-lookup.c: without a version anything will do; a definition without one
 * serves everybody. */
static bool version_suits(const struct definition *definition, const char *version)
{
	const struct elf_symbol *symbol = definition->symbol;

	if (!version)
		return true;
	if (!symbol->version)
		return definition->object->symbols->n_provides == 0;
	return str_eq(symbol->version, version);
}

bool link_map_define(struct link_map *map, const struct link_load *load, const char *name,
		     uint32_t hash, const char *version)
{
	uint32_t at = map->defined.buckets[hash % BUCKETS];

	while (at) {
		const struct definition *definition = &map->defined.all[at - 1];

		if (definition->symbol->hash == hash && str_eq(definition->symbol->name, name) &&
		    (map->musl || version_suits(definition, version)) &&
		    is_loaded(load, definition->object))
			return true;
		at = definition->next;
	}
	return false;
}
