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
struct elf_ldso;
struct elf_symbol;
struct elf_symbols;
struct elf_version_need;

enum { LINK_MAP_MAX = 4096 /* of one runtime */ };

struct link_object {
	char *path;		 /* canonical, in the view */
	char *real;		 /* on this machine */
	uint64_t dev, ino;	 /* two names of one file are one object to ld.so */
	const char *flaw;	 /* why it cannot be read; NULL if it can. Static storage */
	struct elf_image *image; /* NULL if it cannot */
	struct elf_dynamic *file;
	struct elf_symbols *symbols;
	bool fits; /* it is for this arch */
};

struct link_map;

/* Makes an empty table for an ld.so, which is borrowed. -ENOMEM. */
int link_map_new(struct elf_ldso *ldso, struct link_map **ret);
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
		char *at;	  /* the path by which it was found */
		bool done;
	} * entries;
	size_t n, room;
	/* Names that are taken for an object besides, as ld.so has met them. */
	struct link_load_alias {
		const struct link_object *object;
		const char *name;
	} * aliases;
	size_t n_aliases, room_aliases;
	/* What was not found: who needs what; or was, and ld.so ends at that file. */
	struct link_load_missing {
		const struct link_object *by;
		const char *name;
		const struct link_object *refused; /* or NULL */
		const char *why;
	} * missing;
	size_t n_missing, room_missing;
};

/* Loads path's object, then what the environment preloads if nothing is in load, and all that they
 * need after what is in load already. -ENOMEM, ... */
int link_map_load(struct link_map *map, struct link_object *first, struct link_load *load);
void link_load_free(struct link_load *load);

/* Frees it when its scope ends: LINK_LOAD_CLEANUP struct link_load load = { 0 }; */
#define LINK_LOAD_CLEANUP __attribute__((cleanup(link_load_free)))

/* The loaded object that ld.so knows by this name; NULL if there is none. */
struct link_object *link_load_find(const struct link_load *load, const char *name);

/* What looking for a symbol comes to. */
enum link_bound {
	LINK_UNBOUND, /* nothing loaded defines it */
	LINK_BOUND,
	LINK_ABORTS /* the library that it wants a version of has none: ld.so aborts */
};

/* Looks for a symbol of a loaded object as ld.so does, by its version; one that is copied, in
 * others than the object. */
enum link_bound link_map_bind(struct link_map *map, const struct link_load *load,
			      const struct link_object *object, const struct elf_symbol *symbol);

/* True if ld.so must find the symbol: before the program starts, or (now) when it is called. */
bool link_symbol_is_wanted(const struct elf_symbol *symbol, bool now);

/* True if ld.so looks for all of a file's functions before it starts the program. */
bool link_map_binds_now(const struct link_map *map, const struct link_object *object);

/* What becomes of a version that one file needs of another that is loaded. */
enum link_version {
	LINK_VERSION_FOUND,
	LINK_VERSION_NONE,   /* that one has no versions: ld.so complains */
	LINK_VERSION_MISSING /* it ends */
};
enum link_version link_version_find(const struct link_object *by,
				    const struct elf_version_need *need);

bool link_map_musl(const struct link_map *map);

#endif
