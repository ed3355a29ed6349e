/* SPDX-License-Identifier: MIT */
/* The ELF files of one runtime, each read once, and what ld.so would load for one of them. */
#ifndef BUSYPY_ELF_LINK_MAP_H
#define BUSYPY_ELF_LINK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct elf_file;
struct elf_image;
struct elf_symbols;
struct err;
struct sysroot;

enum { OBJECTS_MAX = 4096 /* of one runtime */ };

struct object {
	char *path;		 /* canonical, in the view */
	char *real;		 /* on this machine */
	const char *flaw;	 /* why it cannot be read; NULL if it can. Static storage */
	struct elf_image *image; /* NULL if it cannot */
	struct elf_file *file;
	struct elf_symbols *symbols;
	bool fits; /* it is for this arch */
};

struct objects;

/* Makes an empty table. ldso is the loader's path in the view, or "". -ENOMEM. */
int objects_new(const struct sysroot *root, const struct arch *arch, const char *ldso,
		struct objects **ret);
void objects_free(struct objects *objects);

/* The object at a path of the view; what cannot be read has a flaw. -ENOENT, -ENOMEM, -E2BIG. */
int objects_get(struct objects *objects, const char *path, struct object **ret);

size_t objects_count(const struct objects *objects);
struct object *objects_at(const struct objects *objects, size_t i);

/* What ld.so has loaded, in its order, for a program, or for something that a program opens. */
struct load {
	struct load_entry {
		struct object *object;
		size_t by;	  /* index of who needed it first; its own for the first */
		const char *name; /* how that one called it; NULL for the first */
	} * entries;
	size_t n, room;
	/* Names that were not found: who needs what. */
	struct load_missing {
		const struct object *by;
		const char *name;
	} * missing;
	size_t n_missing, room_missing;
};

/* Loads path's object and all that it needs after what is in load already. -ENOMEM, ... */
int objects_load(struct objects *objects, struct object *first, struct load *load);
void load_free(struct load *load);

/* The loaded object that has this name, as ld.so compares them; NULL if there is none. */
struct object *load_find(const struct load *load, const char *name);

/* The object in load that defines a symbol, for one who needs it with a version or without (NULL).
 */
bool objects_define(struct objects *objects, const struct load *load, const char *name,
		    uint32_t hash, const char *version);

bool objects_musl(const struct objects *objects);

#endif
