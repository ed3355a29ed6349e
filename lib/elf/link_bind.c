/* SPDX-License-Identifier: MIT */
/* In which loaded file ld.so finds a symbol or a version: glibc's elf/dl-lookup.c and dl-version.c,
 * musl's find_sym(). */
#include "elf/link_map.h"

#include <elf.h>

#include "core/ldso.h"
#include "core/str.h"
#include "elf/image.h"
#include "elf/ldso.h"
#include "elf/link_map_own.h"
#include "elf/symbols.h"

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

	if (!(symbol->flags & uses))
		return false;
	return !(symbol->flags & ELF_SYMBOL_DEFINED) || (symbol->flags & ELF_SYMBOL_COPIED);
}

enum { FIRST_VERSION = 2 };

/* As check_match() in dl-lookup.c: without a version, the file's first one will do and any that is
 * not hidden; a definition without one serves everybody. musl knows no versions. */
static enum link_bound match(const struct link_map *map, const struct link_load *load,
			     const struct definition *definition, const struct elf_symbol *symbol)
{
	const struct elf_symbol *found = definition->symbol;
	bool hidden = found->flags & ELF_SYMBOL_HIDDEN;

	if (map->ldso->musl)
		return hidden ? LINK_UNBOUND : LINK_BOUND;
	if (!symbol->version)
		return hidden && found->index > FIRST_VERSION ? LINK_UNBOUND : LINK_BOUND;
	if (!definition->object->symbols->has_versions) {
		const struct link_object *asked =
			symbol->file ? link_load_find(load, symbol->file) : NULL;

		return map->ldso->build->aborts && asked &&
				       link_object_is(asked, definition->object)
			       ? LINK_ABORTS
			       : LINK_BOUND;
	}
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
	/* which one comes first matters only where ld.so may abort at it */
	bool any = map->ldso->musl || !map->ldso->build->aborts || !symbol->version ||
		   !map->defined.unversioned;

	while (at && first) {
		const struct definition *definition = &map->defined.all[at - 1];
		enum link_bound this;
		size_t place;

		at = definition->next;
		if (definition->symbol->hash != symbol->hash ||
		    !str_eq(definition->symbol->name, symbol->name) ||
		    ((symbol->flags & ELF_SYMBOL_COPIED) &&
		     link_object_is(definition->object, object)))
			continue;
		place = link_load_place(load, definition->object);
		if (place >= first)
			continue;
		this = match(map, load, definition, symbol);
		if (this == LINK_UNBOUND)
			continue;
		if (any)
			return this;
		first = place;
		bound = this;
	}
	return bound == LINK_UNBOUND && (symbol->flags & ELF_SYMBOL_WEAK) ? LINK_BOUND : bound;
}
