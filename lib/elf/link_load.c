/* SPDX-License-Identifier: MIT */
/* What ld.so loads, and in which order: glibc's elf/dl-deps.c and dl-load.c, musl's
 * ldso/dynlink.c. */
#include "elf/link_map.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "core/ldso_path.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/ldso.h"
#include "elf/link_map_own.h"
#include "elf/search.h"

void link_load_free(struct link_load *load)
{
	for (size_t i = 0; i < load->n; i++)
		free(load->entries[i].at);
	free(load->entries);
	free(load->aliases);
	free(load->missing);
	memset(load, 0, sizeof(*load));
}

bool link_object_is(const struct link_object *a, const struct link_object *b)
{
	return a == b || (a->ino && a->ino == b->ino && a->dev == b->dev);
}

size_t link_load_place(const struct link_load *load, const struct link_object *object)
{
	size_t i = 0;

	while (i < load->n && !link_object_is(load->entries[i].object, object))
		i++;
	return i;
}

/* _dl_name_match_p(): what it was asked for as, and the path at which it was found. */
static bool has_name(const struct link_load *load, size_t i, const char *name)
{
	const struct link_load_entry *entry = &load->entries[i];

	return (entry->name && str_eq(entry->name, name)) || (i && str_eq(entry->at, name));
}

/* The first that has the name, by itself or besides. */
struct link_object *link_load_find(const struct link_load *load, const char *name)
{
	size_t first = 0;

	while (first < load->n && !has_name(load, first, name))
		first++;
	for (size_t k = 0; k < load->n_aliases; k++) {
		size_t i = 0;

		if (!str_eq(load->aliases[k].name, name))
			continue;
		while (i < first && load->entries[i].object != load->aliases[k].object)
			i++;
		first = i;
	}
	return first < load->n ? load->entries[first].object : NULL;
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

enum { CHAIN_MAX = 64 /* who needs whom and has directories; beyond, none is inherited */ };

static bool has_dirs(const struct elf_dynamic *file)
{
	return file->rpath || file->runpath;
}

/* Fills in who needs entry i, those who need that and have directories, and the first of all; true
 * if one of them has any, or wants none of ld.so's. */
static bool make_chain(const struct link_load *load, size_t i, struct elf_search_by *chain)
{
	bool own = false;
	size_t n = 0;

	for (size_t steps = 0; steps <= load->n; steps++) {
		const struct link_load_entry *entry = &load->entries[i];
		const struct elf_dynamic *file = entry->object->file;
		bool last = entry->by == i || steps == load->n;

		own = own || has_dirs(file) || file->no_defaults;
		if (!n || last || (has_dirs(file) && n < CHAIN_MAX - 1)) {
			if (n)
				chain[n - 1].parent = &chain[n];
			chain[n++] = (struct elf_search_by){ .file = file, .path = entry->at };
		}
		if (last)
			break;
		i = entry->by;
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
	static const struct elf_dynamic nothing;
	struct elf_search_by chain[CHAIN_MAX];
	bool own = make_chain(load, i, chain) || strchr(name, '/');
	int r;

	/* what musl's preloads, nobody has asked for: by no one's directories */
	if (map->ldso->musl && !load->entries[i].done)
		chain[0] = (struct elf_search_by){ .file = &nothing, .path = "/" };

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
	r = map->loader ? 0 : link_map_get(map, path, &map->loader);
	if (r < 0)
		return r == -ENOMEM ? r : is_it; /* it is not there: nothing is added for it */
	*ret = map->loader;
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
	place = link_load_place(load, result.object);
	*ret = place < load->n ? load->entries[place].object : result.object;
	r = place < load->n ? add_alias(load, *ret, name) : append(load, *ret, i, name, result.at);
	return r < 0 ? r : 1;
}

/* -- in its order ----------------------------------------------------------------------------- */

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

/* A name that a file has, with what its tokens stand for. NULL: no memory. */
static const char *expand(struct link_map *map, const struct link_load_entry *by, const char *name)
{
	char expanded[PATH_SIZE];

	if (map->ldso->musl || !strchr(name, '$') ||
	    elf_search_expand(map->ldso, name, by->at, expanded) < 0)
		return name;
	return keep(map, expanded, strlen(expanded));
}

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
	const char *name = expand(map, &load->entries[*at], filter->name);
	struct link_load_missing missing;
	struct link_object *object = NULL;
	size_t place;
	int r = name ? load_name(map, load, *at, name, &object, &missing) : -ENOMEM;

	if (r < 0)
		return r;
	if (r == 0)
		return filter->optional ? 0 : append_missing(load, &missing);
	if (!object)
		return 0;
	place = link_load_place(load, object);
	if (place < load->n && place > *at)
		move_before(load, place, (*at)++);
	return 0;
}

static int load_needed(struct link_map *map, struct link_load *load, size_t i, const char *name)
{
	struct link_load_missing missing;
	struct link_object *object = NULL;
	int r;

	name = expand(map, &load->entries[i], name);
	if (!name)
		return -ENOMEM;
	r = load_name(map, load, i, name, &object, &missing);
	return r == 0 && !object ? append_missing(load, &missing) : r;
}

static int load_needs(struct link_map *map, struct link_load *load, size_t i)
{
	const struct elf_dynamic *file = load->entries[i].object->file;
	int r = 0;

	load->entries[i].done = true;
	for (size_t k = 0; r >= 0 && k < file->n_needed; k++)
		r = load_needed(map, load, i, file->needed[k]);
	for (size_t k = 0; r >= 0 && !map->ldso->musl && k < file->n_filters; k++)
		r = load_filter(map, load, &i, &file->filters[k]);
	return r < 0 ? r : 0;
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
		if (load->n > before && map->ldso->musl)
			load->entries[before].by = before; /* needed by nobody */
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
