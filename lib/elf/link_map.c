/* SPDX-License-Identifier: MIT */
/* Does without executing what ld.so does: what it loads, and in which of it it finds a symbol. As
 * glibc's elf/dl-load.c and dl-lookup.c and musl's ldso/dynlink.c have it. */
#include "elf/link_map.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sysroot.h"
#include "core/ldso_path.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/ldso.h"
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
	struct elf_ldso *ldso;
	struct link_object **objects;
	size_t n, room;
	/* what the default directories have for a name; borrowed from who needed it first */
	struct known {
		const char *name;
		struct link_object *object; /* or NULL */
		char *at;
		const char *refused;
	} * known;
	size_t n_known, room_known;
	struct definitions defined;
	char **kept; /* names to preload */
	size_t n_kept, room_kept;
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

/* -- loading -------------------------------------------------------------------------------- */

void link_load_free(struct link_load *load)
{
	for (size_t i = 0; i < load->n; i++)
		free(load->entries[i].at);
	free(load->entries);
	free(load->aliases);
	free(load->missing);
	memset(load, 0, sizeof(*load));
}

/* Two paths may lead to one file. */
static bool is_same(const struct link_object *a, const struct link_object *b)
{
	return a == b || (a->ino && a->ino == b->ino && a->dev == b->dev);
}

/* The place of an object; load->n if it is not loaded. */
static size_t place_of(const struct link_load *load, const struct link_object *object)
{
	size_t i = 0;

	while (i < load->n && !is_same(load->entries[i].object, object))
		i++;
	return i;
}

/* _dl_name_match_p(): what it was asked for as, and the path at which it was found. */
static bool has_name(const struct link_load *load, size_t i, const char *name)
{
	const struct link_load_entry *entry = &load->entries[i];

	if ((entry->name && str_eq(entry->name, name)) || (i && str_eq(entry->at, name)))
		return true;
	for (size_t k = 0; k < load->n_aliases; k++) {
		if (load->aliases[k].object == entry->object && str_eq(load->aliases[k].name, name))
			return true;
	}
	return false;
}

struct link_object *link_load_find(const struct link_load *load, const char *name)
{
	for (size_t i = 0; i < load->n; i++) {
		if (has_name(load, i, name))
			return load->entries[i].object;
	}
	return NULL;
}

static int append(struct link_load *load, struct link_object *object, size_t by, const char *name,
		  const char *at)
{
	struct link_load_entry *entry;

	if (array_reserve(&load->entries, &load->room, load->n + 1, sizeof(*load->entries)) < 0)
		return -ENOMEM;
	entry = &load->entries[load->n];
	*entry = (struct link_load_entry){ .object = object, .by = by, .name = name };
	entry->at = strdup(at);
	if (!entry->at)
		return -ENOMEM;
	load->n++;
	return 0;
}

static int add_alias(struct link_load *load, const struct link_object *object, const char *name)
{
	if (array_reserve(&load->aliases, &load->room_aliases, load->n_aliases + 1,
			  sizeof(*load->aliases)) < 0)
		return -ENOMEM;
	load->aliases[load->n_aliases++] = (struct link_load_alias){ object, name };
	return 0;
}

static int append_missing(struct link_load *load, const struct link_load_missing *missing)
{
	if (array_reserve(&load->missing, &load->room_missing, load->n_missing + 1,
			  sizeof(*load->missing)) < 0)
		return -ENOMEM;
	load->missing[load->n_missing++] = *missing;
	return 0;
}

enum { CHAIN_MAX = 64 /* who needs whom; deeper, a DT_RPATH is not inherited */ };

/* Fills in who needs entry i, and who needed that; true if one of them has directories of its own,
 * or wants none of ld.so's. */
static bool make_chain(const struct link_load *load, size_t i, struct elf_search_by *chain)
{
	bool own = false;

	for (size_t n = 0; n < CHAIN_MAX; n++) {
		const struct link_load_entry *entry = &load->entries[i];
		const struct elf_dynamic *file = entry->object->file;
		size_t by = entry->by;
		bool last = by == i || n == CHAIN_MAX - 1;

		own = own || file->rpath || file->runpath || file->no_defaults;
		chain[n] = (struct elf_search_by){ .file = file,
						   .path = entry->at,
						   .parent = last ? NULL : &chain[n + 1] };
		if (last)
			break;
		i = by;
	}
	return own;
}

/* What a search has come to; at is borrowed. */
struct result {
	struct link_object *object; /* NULL if nothing was found */
	const char *at, *refused;
};

static int remember(struct link_map *map, const char *name, const struct result *result)
{
	char *at = strdup(result->object ? result->at : "");

	if (!at)
		return -ENOMEM;
	if (array_reserve(&map->known, &map->room_known, map->n_known + 1, sizeof(*map->known)) <
	    0) {
		free(at);
		return -ENOMEM;
	}
	map->known[map->n_known++] = (struct known){ name, result->object, at, result->refused };
	return 0;
}

/* What _dl_map_object_from_fd() refuses beyond the header. */
static const char *why_unloadable(const struct link_object *object, bool musl)
{
	const struct elf_image *image = object->image;

	if (musl || object->flaw || !object->fits)
		return NULL;
	if (!elf_image_segment(image, PT_LOAD))
		return "it has no segments to load";
	if (!elf_image_segment(image, PT_DYNAMIC))
		return "it has no dynamic section";
	if (object->file->is_program)
		return "it is a program";
	return NULL;
}

/* What entry i gets for a name; -ENOMEM, ... */
static int search(struct link_map *map, const struct link_load *load, size_t i, const char *name,
		  struct elf_found *found, struct result *ret)
{
	struct elf_search_by chain[CHAIN_MAX];
	bool own = make_chain(load, i, chain) || strchr(name, '/');
	int r;

	*ret = (struct result){ 0 };
	for (size_t k = 0; !own && k < map->n_known; k++) {
		const struct known *known = &map->known[k];

		if (!str_eq(known->name, name))
			continue;
		*ret = (struct result){ known->object, known->at, known->refused };
		return 0;
	}
	if (elf_search_find(map->ldso, name, chain, found)) {
		r = link_map_get(map, found->path, &ret->object);
		if (r < 0)
			return r;
		ret->at = found->path;
		ret->refused = found->refused ? found->refused
					      : why_unloadable(ret->object, map->ldso->musl);
	}
	return own ? 0 : remember(map, name, ret);
}

/* The loader itself, which is there already: by PT_INTERP's name or its own; musl's holds the C
 * library too. 1, 0 if the name is another's. */
static int find_loader(struct link_map *map, const char *name, struct link_object **ret)
{
	const char *path = map->ldso->path;
	bool is_it = *path && str_eq(path, name);
	int r;

	if (map->ldso->musl)
		is_it |= elf_search_in_musl(name);
	if (!*path || (!is_it && !str_starts(name, "ld")))
		return 0;
	r = link_map_get(map, path, ret);
	if (r < 0)
		return r == -ENOMEM ? r : is_it; /* it is not there: nothing is added for it */
	if (!is_it && !((*ret)->file->soname && str_eq((*ret)->file->soname, name)))
		*ret = NULL;
	return *ret != NULL;
}

/* The object that is loaded already and suits a name: _dl_lookup_map(). musl goes by the file that
 * it found for the name. */
static int find_loaded(struct link_map *map, struct link_load *load, const char *name,
		       struct link_object **ret)
{
	*ret = link_load_find(load, name);
	for (size_t i = 0; !*ret && !map->ldso->musl && i < load->n; i++) {
		struct link_object *object = load->entries[i].object;

		if (!object->file->soname || !str_eq(object->file->soname, name))
			continue;
		*ret = object;
		return add_alias(load, object, name);
	}
	return 0;
}

/* Loads a name for entry i: 1 and what it is, 0 if nothing is found or ld.so refuses it. */
static int load_name(struct link_map *map, struct link_load *load, size_t i, const char *name,
		     struct link_object **ret, struct link_load_missing *missing)
{
	struct elf_found found;
	struct result result = { .at = map->ldso->path };
	size_t place;
	int r;

	*ret = NULL;
	r = find_loader(map, name, &result.object);
	if (r < 0 || (r == 1 && !result.object))
		return r;
	if (r == 0) {
		r = find_loaded(map, load, name, ret);
		if (r < 0 || *ret)
			return r < 0 ? r : 1;
		r = search(map, load, i, name, &found, &result);
		if (r < 0)
			return r;
	}
	if (!result.object || result.refused) {
		*missing = (struct link_load_missing){ load->entries[i].object, name, result.object,
						       result.refused };
		return 0;
	}
	place = place_of(load, result.object);
	*ret = place < load->n ? load->entries[place].object : result.object;
	r = place < load->n ? add_alias(load, *ret, name) : append(load, *ret, i, name, result.at);
	return r < 0 ? r : 1;
}

/* -- in its order ----------------------------------------------------------------------------- */

/* Puts entry `from` before entry `to`, which comes earlier. */
static void move_before(struct link_load *load, size_t from, size_t to)
{
	struct link_load_entry moved = load->entries[from];

	memmove(&load->entries[to + 1], &load->entries[to], (from - to) * sizeof(*load->entries));
	load->entries[to] = moved;
	for (size_t i = 0; i < load->n; i++) {
		size_t *by = &load->entries[i].by;

		if (*by == from)
			*by = to;
		else if (*by >= to && *by < from)
			++*by;
	}
}

/* What a filter stands before comes before it. *at is the filter's place, which moves. */
static int load_filter(struct link_map *map, struct link_load *load, size_t *at,
		       const struct elf_dynamic_filter *filter)
{
	struct link_load_missing missing;
	struct link_object *object = NULL;
	size_t place;
	int r = load_name(map, load, *at, filter->name, &object, &missing);

	if (r < 0)
		return r;
	if (r == 0)
		return filter->optional ? 0 : append_missing(load, &missing);
	if (!object)
		return 0;
	place = place_of(load, object);
	if (place < load->n && place > *at)
		move_before(load, place, (*at)++);
	return 0;
}

static int load_needs(struct link_map *map, struct link_load *load, size_t i)
{
	const struct elf_dynamic *file = load->entries[i].object->file;
	int r = 0;

	load->entries[i].done = true;
	for (size_t k = 0; r >= 0 && k < file->n_needed; k++) {
		struct link_load_missing missing;
		struct link_object *object = NULL;

		r = load_name(map, load, i, file->needed[k], &object, &missing);
		if (r == 0 && !object)
			r = append_missing(load, &missing);
	}
	for (size_t k = 0; r >= 0 && !map->ldso->musl && k < file->n_filters; k++)
		r = load_filter(map, load, &i, &file->filters[k]);
	return r < 0 ? r : 0;
}

static const char *keep(struct link_map *map, const char *name, size_t n)
{
	char *copy = strndup(name, n);

	if (!copy ||
	    array_reserve(&map->kept, &map->room_kept, map->n_kept + 1, sizeof(*map->kept)) < 0) {
		free(copy);
		return NULL;
	}
	map->kept[map->n_kept++] = copy;
	return copy;
}

/* One list of names to load before all else; ld.so goes on without those that are missing. */
static int preload(struct link_map *map, struct link_load *load, const char *names,
		   const char *separators)
{
	struct ldso_list list = { names, separators };
	const char *word;
	size_t n;
	int r = 0;

	while (r >= 0 && ldso_list_next_word(&list, &word, &n)) {
		struct link_load_missing missing;
		struct link_object *object;
		const char *name = keep(map, word, n);
		size_t before = load->n;

		if (!name)
			return -ENOMEM;
		if (map->ldso->secure && (map->ldso->musl || strchr(name, '/')))
			continue;
		r = load_name(map, load, 0, name, &object, &missing);
		if (load->n > before)
			load->entries[before].preloaded = true;
	}
	return r < 0 ? r : 0;
}

static int preload_all(struct link_map *map, struct link_load *load)
{
	const struct elf_ldso *ldso = map->ldso;
	int r = preload(map, load, ldso->preload,
			ldso->musl ? LDSO_SEP_MUSL_PRELOAD : LDSO_SEP_PRELOAD);

	return r < 0 ? r : preload(map, load, ldso->preload_file, LDSO_SEP_PRELOAD_FILE);
}

int link_map_load(struct link_map *map, struct link_object *first, struct link_load *load)
{
	size_t i = load->n;
	/* what a program opens has the program for its own: its DT_RPATH counts */
	int r = append(load, first, 0, NULL, first->path);

	if (r >= 0 && i == 0)
		r = preload_all(map, load);
	while (r >= 0) {
		for (i = 0; i < load->n && load->entries[i].done; i++)
			;
		if (i == load->n)
			break;
		r = load_needs(map, load, i);
	}
	return r < 0 ? r : 0;
}

/* -- binding ------------------------------------------------------------------------------------
 */

enum link_version link_version_find(const struct link_object *by,
				    const struct elf_version_need *need)
{
	if (!by->symbols->defines_versions)
		return LINK_VERSION_NONE;
	return need->weak || elf_symbols_provide(by->symbols, need->version) ? LINK_VERSION_FOUND
									     : LINK_VERSION_MISSING;
}

bool link_map_binds_now(const struct link_map *map, const struct link_object *object)
{
	uint64_t flags;

	return map->ldso->musl || map->ldso->bind_now ||
	       elf_image_value(object->image, DT_BIND_NOW, &flags) ||
	       (elf_image_value(object->image, DT_FLAGS, &flags) && (flags & DF_BIND_NOW)) ||
	       (elf_image_value(object->image, DT_FLAGS_1, &flags) && (flags & DF_1_NOW));
}

bool link_symbol_is_wanted(const struct elf_symbol *symbol, bool now)
{
	unsigned uses = ELF_SYMBOL_BOUND | (now ? ELF_SYMBOL_CALLED : 0);

	if (symbol->flags & ELF_SYMBOL_WEAK || !(symbol->flags & uses))
		return false;
	return !(symbol->flags & ELF_SYMBOL_DEFINED) || (symbol->flags & ELF_SYMBOL_COPIED);
}

/* As check_match() in dl-lookup.c: without a version, anything but an old one will do; a definition
 * without one serves everybody. musl knows no versions. */
static enum link_bound match(const struct link_map *map, const struct link_load *load,
			     const struct definition *definition, const struct elf_symbol *symbol)
{
	const struct elf_symbol *found = definition->symbol;
	bool hidden = found->flags & ELF_SYMBOL_HIDDEN;

	if (map->ldso->musl || !symbol->version)
		return hidden && found->version ? LINK_UNBOUND : LINK_BOUND;
	if (!definition->object->symbols->has_versions)
		return symbol->file && link_load_find(load, symbol->file) == definition->object
			       ? LINK_ABORTS
			       : LINK_BOUND;
	if (!found->version)
		return hidden ? LINK_UNBOUND : LINK_BOUND;
	return str_eq(found->version, symbol->version) ? LINK_BOUND : LINK_UNBOUND;
}

enum link_bound link_map_bind(struct link_map *map, const struct link_load *load,
			      const struct link_object *object, const struct elf_symbol *symbol)
{
	uint32_t at = map->defined.buckets[symbol->hash % BUCKETS];
	enum link_bound bound = LINK_UNBOUND;
	size_t first = load->n;

	while (at) {
		const struct definition *definition = &map->defined.all[at - 1];
		enum link_bound this;
		size_t place;

		at = definition->next;
		if (definition->symbol->hash != symbol->hash ||
		    !str_eq(definition->symbol->name, symbol->name) ||
		    ((symbol->flags & ELF_SYMBOL_COPIED) && is_same(definition->object, object)))
			continue;
		place = place_of(load, definition->object);
		if (place >= first)
			continue;
		this = match(map, load, definition, symbol);
		if (this == LINK_UNBOUND)
			continue;
		first = place;
		bound = this;
	}
	return bound;
}
