/* SPDX-License-Identifier: MIT */
/* glibc's elf/dl-load.c, dl-lookup.c; musl's ldso/dynlink.c: what they load, and in which of it
 * they find a symbol. */
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
	const struct object *object;
	uint32_t next; /* index + 1 in the same bucket */
};

struct objects {
	const struct sysroot *root;
	const struct arch *arch;
	const char *ldso;
	bool musl;
	struct object **objects;
	size_t n, room;
	/* what the default directories have for a name; borrowed from who needed it first */
	struct known {
		const char *name;
		struct object *object;
	} * known;
	size_t n_known, room_known;
	struct definition *definitions;
	size_t n_definitions, room_definitions;
	uint32_t *buckets;
};

static void object_free(struct object *object)
{
	if (!object)
		return;
	if (object->symbols)
		elf_symbols_free(object->symbols);
	if (object->file)
		elf_file_free(object->file);
	if (object->image)
		elf_image_close(object->image);
	free(object->symbols);
	free(object->file);
	free(object->image);
	free(object->path);
	free(object->real);
	free(object);
}

int objects_new(const struct sysroot *root, const struct arch *arch, const char *ldso,
		struct objects **ret)
{
	struct objects *objects = calloc(1, sizeof(*objects));

	if (!objects)
		return -ENOMEM;
	objects->root = root;
	objects->arch = arch;
	objects->ldso = ldso;
	objects->musl = needed_is_musl(ldso);
	objects->buckets = calloc(BUCKETS, sizeof(*objects->buckets));
	if (!objects->buckets) {
		free(objects);
		return -ENOMEM;
	}
	*ret = objects;
	return 0;
}

void objects_free(struct objects *objects)
{
	if (!objects)
		return;
	for (size_t i = 0; i < objects->n; i++)
		object_free(objects->objects[i]);
	free(objects->objects);
	free(objects->known);
	free(objects->definitions);
	free(objects->buckets);
	free(objects);
}

size_t objects_count(const struct objects *objects)
{
	return objects->n;
}

struct object *objects_at(const struct objects *objects, size_t i)
{
	return objects->objects[i];
}

bool objects_musl(const struct objects *objects)
{
	return objects->musl;
}

static int add_definitions(struct objects *objects, const struct object *object)
{
	for (size_t i = 0; i < object->symbols->n_symbols; i++) {
		const struct elf_symbol *symbol = &object->symbols->symbols[i];
		uint32_t *bucket = &objects->buckets[symbol->hash % BUCKETS];

		if (!(symbol->flags & ELF_SYMBOL_DEFINED))
			continue;
		if (array_reserve(&objects->definitions, &objects->room_definitions,
				  objects->n_definitions + 1, sizeof(*objects->definitions)) < 0)
			return -ENOMEM;
		objects->definitions[objects->n_definitions++] =
			(struct definition){ symbol, object, *bucket };
		*bucket = (uint32_t)objects->n_definitions;
	}
	return 0;
}

/* Reads image, strings and symbols. A file that is no sound one gets a flaw, no error. */
static int read_object(struct objects *objects, struct object *object)
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
	r = elf_file_take(object->image, object->file);
	if (r < 0) {
		object->flaw = "the names in its dynamic section lie outside of the file";
		return r == -ENOMEM ? r : 0;
	}
	object->fits = elf_file_fits(object->file, objects->arch);
	r = elf_symbols_read(object->image, object->symbols);
	if (r < 0) {
		object->flaw = "its symbol tables lie outside of the file";
		return r == -ENOMEM ? r : 0;
	}
	return object->fits ? add_definitions(objects, object) : 0;
}

/* /lib64 is /lib in every view. */
static void normalise(char *path)
{
	if (str_starts(path, "/lib64/"))
		memmove(path + 4, path + 6, strlen(path + 6) + 1);
}

int objects_get(struct objects *objects, const char *path, struct object **ret)
{
	char canonical[PATH_SIZE], real[PATH_SIZE];
	struct object *object;
	int r = sysroot_canonical(objects->root, path, canonical);

	if (r == 0)
		r = sysroot_find(objects->root, path, real);
	if (r < 0)
		return r;
	normalise(canonical);
	for (size_t i = 0; i < objects->n; i++) {
		if (str_eq(objects->objects[i]->path, canonical)) {
			*ret = objects->objects[i];
			return 0;
		}
	}
	if (objects->n == OBJECTS_MAX)
		return -E2BIG;
	if (array_reserve(&objects->objects, &objects->room, objects->n + 1,
			  sizeof(struct object *)) < 0)
		return -ENOMEM;
	object = calloc(1, sizeof(*object));
	if (!object)
		return -ENOMEM;
	objects->objects[objects->n++] = object;
	object->path = strdup(canonical);
	object->real = strdup(real);
	if (!object->path || !object->real)
		return -ENOMEM;
	*ret = object;
	return read_object(objects, object);
}

/* -- loading -------------------------------------------------------------------------------- */

void load_free(struct load *load)
{
	free(load->entries);
	free(load->missing);
	memset(load, 0, sizeof(*load));
}

struct object *load_find(const struct load *load, const char *name)
{
	for (size_t i = 0; i < load->n; i++) {
		struct object *object = load->entries[i].object;

		if (str_eq(path_base(object->path), name) ||
		    (object->file->soname && str_eq(object->file->soname, name)))
			return object;
	}
	return NULL;
}

static bool is_loaded(const struct load *load, const struct object *object)
{
	for (size_t i = 0; i < load->n; i++) {
		if (load->entries[i].object == object)
			return true;
	}
	return false;
}

static int append(struct load *load, struct object *object, size_t by, const char *name)
{
	if (array_reserve(&load->entries, &load->room, load->n + 1, sizeof(*load->entries)) < 0)
		return -ENOMEM;
	load->entries[load->n++] = (struct load_entry){ object, by, name };
	return 0;
}

static int append_missing(struct load *load, const struct object *by, const char *name)
{
	if (array_reserve(&load->missing, &load->room_missing, load->n_missing + 1,
			  sizeof(*load->missing)) < 0)
		return -ENOMEM;
	load->missing[load->n_missing++] = (struct load_missing){ by, name };
	return 0;
}

enum { CHAIN_MAX = 64 /* who needs whom; deeper, a DT_RPATH is not inherited */ };

/* Fills in who needs entry i, and who needed that; true if one of them has directories of its own.
 */
static bool make_chain(const struct load *load, size_t i, struct needed_by *chain)
{
	bool own = false;

	for (size_t n = 0; n < CHAIN_MAX; n++) {
		const struct object *object = load->entries[i].object;
		size_t by = load->entries[i].by;
		bool last = by == i || n == CHAIN_MAX - 1;

		own = own || object->file->rpath || object->file->runpath;
		chain[n] = (struct needed_by){ .file = object->file,
					       .path = object->path,
					       .parent = last ? NULL : &chain[n + 1] };
		if (last)
			break;
		i = by;
	}
	return own;
}

static int remember(struct objects *objects, const char *name, struct object *object)
{
	if (array_reserve(&objects->known, &objects->room_known, objects->n_known + 1,
			  sizeof(*objects->known)) < 0)
		return -ENOMEM;
	objects->known[objects->n_known++] = (struct known){ name, object };
	return 0;
}

/* 1 and the library of that name which entry i gets; 0 if there is none. */
static int search(struct objects *objects, const struct load *load, size_t i, const char *name,
		  struct object **ret)
{
	struct needed_by chain[CHAIN_MAX];
	char path[PATH_SIZE];
	bool own = make_chain(load, i, chain);
	int r;

	for (size_t k = 0; !own && k < objects->n_known; k++) {
		if (!str_eq(objects->known[k].name, name))
			continue;
		*ret = objects->known[k].object;
		return *ret != NULL;
	}
	if (!needed_find(objects->root, objects->arch, name, chain, objects->musl, path))
		return own ? 0 : remember(objects, name, NULL);
	r = objects_get(objects, path, ret);
	if (r == 0 && !own)
		r = remember(objects, name, *ret);
	return r < 0 ? r : 1;
}

static int load_one(struct objects *objects, struct load *load, size_t i, const char *name)
{
	struct object *object = NULL;
	int r;

	if (objects->musl && needed_in_musl(name)) {
		/* the loader itself, which Alpine's libraries call libc.musl-ARCH.so.1 */
		r = objects_get(objects, objects->ldso, &object);
		return r < 0 || is_loaded(load, object) ? (r == -ENOMEM ? r : 0)
							: append(load, object, i, name);
	}
	if (load_find(load, name))
		return 0;
	r = search(objects, load, i, name, &object);
	if (r < 0)
		return r;
	if (r == 0)
		return append_missing(load, load->entries[i].object, name);
	return is_loaded(load, object) ? 0 : append(load, object, i, name);
}

int objects_load(struct objects *objects, struct object *first, struct load *load)
{
	size_t i = load->n;
	int r = append(load, first, i, NULL);

	for (; r == 0 && i < load->n; i++) {
		const struct elf_file *file = load->entries[i].object->file;

		for (size_t k = 0; r == 0 && k < file->n_needed; k++)
			r = load_one(objects, load, i, file->needed[k]);
	}
	return r;
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

bool objects_define(struct objects *objects, const struct load *load, const char *name,
		    uint32_t hash, const char *version)
{
	uint32_t at = objects->buckets[hash % BUCKETS];

	while (at) {
		const struct definition *definition = &objects->definitions[at - 1];

		if (definition->symbol->hash == hash && str_eq(definition->symbol->name, name) &&
		    (objects->musl || version_suits(definition, version)) &&
		    is_loaded(load, definition->object))
			return true;
		at = definition->next;
	}
	return false;
}
