/* SPDX-License-Identifier: MIT */
/* glibc, sysdeps/x86/dl-prop.h: between the versions and the symbols ld.so compares the level of
 * x86-64 that each file needs with the processor's. */
#include <stdbool.h>
#include <string.h>

#include "core/arch.h"
#include "core/broken.h"
#include "core/err.h"
#include "core/x86_level.h"
#include "elf/image.h"
#include "elf/link_map.h"
#include "elf/x86.h"
#include "explain/parts.h"
#include "explain/world.h"
#include "sys/processor.h"

enum { TOO_OLD = 127 }; /* ld.so's exit status */

/* True if this ld.so, glibc's since 2.33, looks. */
static bool looks(const struct link_object *ldso)
{
	static const char words[] = "CPU ISA level is lower than required";

	return ldso && !ldso->flaw &&
	       memmem(ldso->image->bytes, ldso->image->size, words, strlen(words));
}

/* True if what is foretold is an exec on this processor. */
static bool is_here(const struct world *world, const struct last_program *last)
{
	return world->here && (last->arch == world->kernel || last->arch == world->compat);
}

int replay_level(struct world *world, const struct link_load *load, const struct link_object *ldso,
		 const struct last_program *last, struct err *err)
{
	const struct link_object *most = NULL;
	unsigned level = 1, has; /* which each of them has */
	int step;

	/* the last file is asked first, and the loader never */
	for (size_t i = load->n; i-- > 0;) {
		const struct link_object *object = load->entries[i].object;
		unsigned needed = object->flaw || object == ldso ? 0 : elf_x86_level(object->image);

		if (needed > level) {
			level = needed;
			most = object;
		}
	}
	if (!most || !looks(ldso))
		return 0;
	has = is_here(world, last) ? processor_x86_level() : 0;
	if (has >= level)
		return 0;
	step = world_step(world, "libraries", most->path, "needs a processor with %s",
			  x86_level_name(level));
	if (!has)
		return 0;
	(void)broken_level(most->path, level, has, err);
	return world_exit(world, step, TOO_OLD);
}
