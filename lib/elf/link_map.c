/* SPDX-License-Identifier: MIT */
/* The table of a runtime's ELF files and of the symbols that they define. */
#include "elf/link_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/ldso.h"
#include "elf/link_map_own.h"
#include "elf/symbols.h"

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

int link_map_new(struct elf_ldso *ldso, struct link_map **ret)
{
	struct link_map *map = calloc(1, sizeof(*map));

	if (!map)
		return -ENOMEM;
	map->ldso = ldso;
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
	for (size_t i = 0; i < map->n_known; i++)
		free(map->known[i].at);
	for (size_t i = 0; i < map->n_kept; i++)
		free(map->kept[i]);
	free(map->objects);
	free(map->known);
	free(map->kept);
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
	return map->ldso->musl;
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
		map->defined.unversioned |= !object->symbols->has_versions;
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
		object->flaw = r == -E2BIG
				       ? "its dynamic section has too many names"
				       : "the names in its dynamic section lie outside of the file";
		return r == -ENOMEM ? r : 0;
	}
	object->fits = elf_dynamic_fits(object->file, map->ldso->arch);
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
	struct stat st;
	int r = sysroot_canonical(map->ldso->root, path, canonical);

	if (r < 0)
		return r;
	r = sysroot_find(map->ldso->root, path, real);
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
	if (stat(real, &st) == 0) {
		object->dev = st.st_dev;
		object->ino = st.st_ino;
	}
	if (!object->path || !object->real)
		return -ENOMEM;
	*ret = object;
	return read_object(map, object);
}
