/* SPDX-License-Identifier: MIT */
/* The ELF files of one runtime, each read once, and what ld.so would load for one of them. */
#ifndef BUSYPY_ELF_LINK_MAP_H
#define BUSYPY_ELF_LINK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct elf_dynamic;
struct elf_image;
struct elf_symbols;
struct err;
struct sysroot;

enum { LINK_MAP_MAX = 4096 /* of one runtime */ };

struct link_object {
	char *path;		 /* canonical, in the view */
	char *real;		 /* on this machine */
	const char *flaw;	 /* why it cannot be read; NULL if it can. Static storage */
	struct elf_image *image; /* NULL if it cannot */
	struct elf_dynamic *file;
	struct elf_symbols *symbols;
	bool fits; /* it is for this arch */
};

struct link_map;

/* Makes an empty table. ldso is the loader's path in the view, or "". -ENOMEM. */
int link_map_new(const struct sysroot *root, const struct arch *arch, const char *ldso,
		 struct link_map **ret);
void link_map_free(struct link_map *map);

/* The object at a path of the view; what cannot be read has a flaw. -ENOENT, -ENOMEM, -E2BIG. */
int link_map_get(struct link_map *map, const char *path, struct link_object **ret);

size_t link_map_count(const struct link_map *map);
struct link_object *link_map_at(const struct link_map *map, size_t i);

/* What ld.so has loaded, in its order, for a program, or for something that a program opens. */
struct link_load {
	struct link_load_entry {
		struct link_object *object;
		size_t by;	  /* index of who needed it first; its own for the first */
		const char *name; /* how that one called it; NULL for the first */
	} * entries;
	size_t n, room;
	/* Names that were not found: who needs what. */
	struct link_load_missing {
		const struct link_object *by;
		const char *name;
	} * missing;
	size_t n_missing, room_missing;
};

/* Loads path's object and all that it needs after what is in load already. -ENOMEM, ... */
int link_map_load(struct link_map *map, struct link_object *first, struct link_load *load);
void link_load_free(struct link_load *load);

/* Frees it when its scope ends: LINK_LOAD_CLEANUP struct link_load load = { 0 }; */
#define LINK_LOAD_CLEANUP __attribute__((cleanup(link_load_free)))

/* The loaded object that has this name, as ld.so compares them; NULL if there is none. */
struct link_object *link_load_find(const struct link_load *load, const char *name);

/* The object in load that defines a symbol, for one who needs it with a version or without (NULL).
 */
bool link_map_define(struct link_map *map, const struct link_load *load, const char *name,
		     uint32_t hash, const char *version);

bool link_map_musl(const struct link_map *map);

#endif
