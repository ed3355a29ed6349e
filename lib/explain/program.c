/* SPDX-License-Identifier: MIT */
/* What happens after the exec: ld.so(8) finds libraries, their versions and symbols. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/broken.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/ldso_path.h"
#include "core/runtime_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/damage.h"
#include "elf/ldso.h"
#include "elf/link_map.h"
#include "elf/machine.h"
#include "elf/symbols.h"
#include "explain/parts.h"
#include "explain/replay.h"
#include "explain/world.h"

enum {
	LDSO_NOT_FOUND = 127, /* its exit status without a library or a symbol */
	LDSO_NO_VERSION = 1,  /* and without a version: _dl_check_all_versions() */
	NAMED = 6,	      /* libraries that are named where all are there */
};

/* What the kernel tells ld.so where a program is not its caller's own: AT_SECURE. */
static bool is_secure(const struct world *world, const struct found *program)
{
	const struct stat *st = &program->st;

	return world->here && !world->in_view &&
	       (((st->st_mode & S_ISUID) && st->st_uid != getuid()) ||
		((st->st_mode & S_ISGID) && (st->st_mode & S_IXGRP) && st->st_gid != getgid()));
}

/* The caller's environment, of which the loader lets nothing into a view, and the processor. */
static void give_settings(struct world *world, const struct found *program,
			  struct ldso_machine *machine, struct elf_ldso *ldso)
{
	bool own = world->here && !world->in_view;
	const char *now = getenv("LD_BIND_NOW");

	ldso->cwd = world->here ? world->cwd : NULL;
	ldso->library_path = own ? getenv("LD_LIBRARY_PATH") : NULL;
	ldso->preload = own ? getenv("LD_PRELOAD") : NULL;
	ldso->secure = is_secure(world, program);
	/* newer than 2.36, it does not hear that from the caller of a set-id program */
	ldso->bind_now = now && *now && (!ldso->secure || !ldso->build || ldso->build->legacy);
	if (arch_runs_on(ldso->arch, arch_native()))
		elf_machine_here(ldso->arch, machine);
	else
		elf_machine_qemu(ldso->arch, machine);
	ldso->machine = machine;
}

/* A file that patchelf, strip or a bad copy has damaged: ld.so may crash, or not. */
static int check_damage(struct world *world, const struct link_object *object,
			const struct arch *arch, struct err *err)
{
	char what[256];
	enum elf_damage mark;

	if (object->flaw) {
		(void)broken_damaged(object->path, object->flaw, err);
		return world_cannot_tell(world, world_step(world, "libraries", object->path, NULL));
	}
	mark = elf_damage_find(object->image, arch->page_size, what, sizeof(what));
	if (mark != ELF_DAMAGE_CUT && mark != ELF_DAMAGE_CONTRADICTION)
		return 0;
	(void)broken_damaged(object->path, what, err);
	return world_cannot_tell(world, world_step(world, "libraries", object->path, NULL));
}

static int fail(struct world *world, const char *path, int status)
{
	return world_exit(world, world_step(world, "libraries", path, NULL), status);
}

/* A version that a loaded file needs and its library, which has some, does not have. */
static int check_versions(struct world *world, const struct link_load *load, struct err *err)
{
	for (size_t i = 0; i < load->n; i++) {
		const struct link_object *object = load->entries[i].object;

		for (size_t k = 0; k < object->symbols->n_needs; k++) {
			const struct elf_version_need *need = &object->symbols->needs[k];
			const struct link_object *by = link_load_find(load, need->file);

			if (!by) {
				(void)broken_stray_version(need->file, object->path, err);
				return fail(world, object->path, LDSO_NOT_FOUND);
			}
			if (by->flaw || link_version_find(by, need) != LINK_VERSION_MISSING)
				continue;
			(void)broken_version(by->path, need->version, object->path, err);
			return fail(world, by->path, LDSO_NO_VERSION);
		}
	}
	return 0;
}

/* The first symbol of a file that ld.so looks for in vain; NULL if there is none. */
static const struct elf_symbol *find_unbound(struct link_map *map, const struct link_load *load,
					     const struct link_object *object, bool now,
					     enum link_bound *ret_how)
{
	for (size_t i = 0; i < object->symbols->n_symbols; i++) {
		const struct elf_symbol *s = &object->symbols->symbols[i];

		if (!link_symbol_is_wanted(s, now))
			continue;
		*ret_how = link_map_bind(map, load, object, s);
		if (*ret_how != LINK_BOUND)
			return s;
	}
	return NULL;
}

/* A symbol that nothing defines. Without BIND_NOW only a function's first use would fail. ld.so
 * begins with what it has loaded last. */
static int check_symbols(struct world *world, struct link_map *map, const struct link_load *load,
			 struct err *err)
{
	const struct elf_symbol *s;
	enum link_bound how;

	for (size_t i = load->n; i--;) {
		const struct link_object *object = load->entries[i].object;

		s = find_unbound(map, load, object, link_map_binds_now(map, object), &how);
		if (!s)
			continue;
		if (how == LINK_ABORTS)
			(void)broken_unversioned(s->file, s->name, object->path, err);
		else
			(void)broken_symbol(s->name, object->path, err);
		return fail(world, object->path, LDSO_NOT_FOUND);
	}
	for (size_t i = 0; i < load->n; i++) {
		const struct link_object *object = load->entries[i].object;

		s = find_unbound(map, load, object, true, &how);
		if (!s)
			continue;
		(void)world_step(world, "libraries", object->path,
				 how == LINK_ABORTS ? "uses %s of a library without versions"
						    : "uses %s, which no library has",
				 s->name);
		break;
	}
	return 0;
}

static void list_libraries(struct world *world, const struct link_load *load)
{
	char names[512];
	struct text text;

	text_init(&text, names, sizeof(names));
	for (size_t i = 1; i < load->n && i <= NAMED; i++)
		text_addf(&text, "%s%s", i > 1 ? " " : "", load->entries[i].name);
	if (load->n > NAMED + 1)
		text_addf(&text, " and %zu more", load->n - NAMED - 1);
	if (load->n > 1)
		(void)world_step(world, "libraries", "libraries", "%s", names);
}

static int check_load(struct world *world, struct link_map *map, const struct link_load *load,
		      const struct last_program *last, struct err *err)
{
	struct link_object *ldso = NULL;
	int r;

	if (load->n_missing) {
		const struct link_load_missing *missing = &load->missing[0];

		if (missing->refused)
			(void)broken_library_refused(missing->refused->path, missing->name,
						     missing->by->path, missing->why, err);
		else
			(void)broken_library_missing(missing->name, missing->by->path, err);
		return fail(world, missing->name, LDSO_NOT_FOUND);
	}
	for (size_t i = 0; i < load->n; i++) {
		r = check_damage(world, load->entries[i].object, last->arch, err);
		if (r < 0)
			return r;
	}
	r = link_map_musl(map) ? 0 : check_versions(world, load, err);
	if (r < 0)
		return r;
	(void)link_map_get(map, last->interp, &ldso); /* the kernel has found it */
	r = replay_level(world, load, ldso, last, err);
	if (r < 0)
		return r;
	list_libraries(world, load);
	return check_symbols(world, map, load, err);
}

static int load_libraries(struct link_map *map, const char *program, struct link_load *ret)
{
	struct link_object *object;
	int r = link_map_get(map, program, &object);

	return r < 0 ? r : link_map_load(map, object, ret);
}

static int check_libraries(struct world *world, const struct found *program,
			   const struct last_program *last, struct err *err)
{
	ELF_LDSO_CLEANUP struct elf_ldso ldso = { 0 };
	struct ldso_machine machine;
	struct link_load load = { 0 };
	struct link_map *map = NULL;
	int r;

	if (!last->interp[0])
		return 0;
	r = elf_ldso_open(&ldso, world->root, last->arch, last->interp);
	give_settings(world, program, &machine, &ldso);
	if (r == 0)
		r = link_map_new(&ldso, &map);
	if (r == 0)
		r = load_libraries(map, program->at, &load);
	if (r < 0)
		(void)err_set(err, -r, "cannot list the libraries of %s", program->at);
	else
		r = check_load(world, map, &load, last, err);
	link_load_free(&load);
	link_map_free(map);
	return r;
}

int replay_program(struct world *world, const struct found *program,
		   const struct last_program *last, struct err *err)
{
	int r;

	/* enable has looked at all of them; ld.so there knows no others */
	if (path_below(program->at, RUNTIME_ROOT))
		(void)world_step(world, "libraries", "libraries", "the tree's alone");
	else if ((r = check_libraries(world, program, last, err)) < 0)
		return r;
	return replay_python(world, program, err);
}
