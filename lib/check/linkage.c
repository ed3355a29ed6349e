/* SPDX-License-Identifier: MIT */
/* What would be missing or of the wrong version if ld.so loaded a file now. */
#include "check/linkage.h"

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "check/closure.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/python_name.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/link_map.h"
#include "elf/symbols.h"

enum { NAMED_MAX = 3 /* symbols of a file that are named, besides how many there are */ };

static const struct finding_kind no_library = { FINDING_ERROR, "it cannot be started or imported",
						"put the library into etc/clib/ARCH" };
static const struct finding_kind no_version = {
	FINDING_ERROR, "ld.so refuses to load it: it was built for a newer library",
	"take a build for the tree's libraries, or stage a newer suite"
};
static const struct finding_kind unversioned = {
	FINDING_WARNING,
	"ld.so complains at each start, and may take another variant of a function",
	"take the library from where the file that needs it comes"
};
static const struct finding_kind stray_version = {
	FINDING_ERROR, "ld.so aborts: a patch has taken the library from its list",
	"start from the pristine file"
};
static const struct finding_kind no_symbol = {
	FINDING_ERROR, "it cannot be imported, or ends when it calls that",
	"take a build that belongs to the tree's interpreter and libraries"
};

/* What the linker of MIPS leaves undefined, and ld.so knows. */
static const char *const known_to_ldso[] = { "__gnu_local_gp", "_gp_disp" };

bool linkage_is_program(const struct link_object *object)
{
	return object->file->interp && !strstr(path_base(object->path), ".so");
}

bool linkage_is_usable(const struct link_object *object)
{
	return !object->flaw && object->fits;
}

static bool lacks(const struct link_load *load, const struct link_object *by, const char *name)
{
	for (size_t i = 0; i < load->n_missing; i++) {
		if (load->missing[i].by == by && (!name || str_eq(load->missing[i].name, name)))
			return true;
	}
	return false;
}

static bool contains(const struct link_load *load, const struct link_object *object)
{
	for (size_t i = 0; i < load->n; i++) {
		if (load->entries[i].object == object)
			return true;
	}
	return false;
}

struct link_object *linkage_interpreter(const struct linkage *linkage,
					const struct link_object *object)
{
	unsigned minor = python_name_of_file(object->path);
	struct link_object *own;
	char path[PYTHON_NAME_PATH_SIZE];

	if (!minor)
		return linkage->interpreter;
	python_name_path(minor, path);
	return link_map_get(linkage->map, path, &own) == 0 && linkage_is_usable(own)
		       ? own
		       : linkage->interpreter;
}

/* What is there when object is opened: for all but programs, the interpreter was before. */
static int load_for(const struct linkage *linkage, struct link_object *object,
		    struct link_load *load)
{
	struct link_object *interpreter = linkage_interpreter(linkage, object);
	int r = 0;

	if (!linkage_is_program(object) && interpreter && interpreter != object)
		r = link_map_load(linkage->map, interpreter, load);
	return r < 0 || contains(load, object) ? r : link_map_load(linkage->map, object, load);
}

/* A library may count on what those have that load it. True if one of them has what it wants: a
 * library (version NULL, hash 0) or a symbol. */
static bool is_excused(const struct linkage *linkage, const struct link_object *object,
		       const struct elf_symbol *symbol, const char *library)
{
	bool excused = false;

	for (size_t i = 0; !excused && i < link_map_count(linkage->map); i++) {
		struct link_object *other = link_map_at(linkage->map, i);
		struct link_load load = { 0 };

		if (other == object || !linkage_is_usable(other))
			continue;
		if (load_for(linkage, other, &load) == 0 && contains(&load, object))
			excused = library ? !lacks(&load, object, library)
					  : link_map_bind(linkage->map, &load, object, symbol) ==
						    LINK_BOUND;
		link_load_free(&load);
	}
	return excused;
}

/* True if some version is missing for which a finding stands already. */
static bool version_is_missing(const struct link_load *load, const struct link_object *object,
			       const char *version)
{
	for (size_t i = 0; version && i < object->symbols->n_needs; i++) {
		const struct elf_version_need *need = &object->symbols->needs[i];
		const struct link_object *by = link_load_find(load, need->file);

		if (str_eq(need->version, version) &&
		    (!by || !linkage_is_usable(by) ||
		     link_version_find(by, need) == LINK_VERSION_MISSING))
			return true;
	}
	return false;
}

/* One sentence for a library, whichever of its versions are missing: the newest says it. */
static void check_versions(const struct linkage *linkage, const struct link_object *object,
			   const struct link_load *load)
{
	const struct arch *arch = linkage->request->arch;
	const struct elf_symbols *symbols = object->symbols;

	for (size_t i = 0; i < symbols->n_needs; i++) {
		const struct elf_version_need *need = &symbols->needs[i];
		const struct link_object *by = link_load_find(load, need->file);
		bool first = i == 0 || !str_eq(symbols->needs[i - 1].file, need->file);

		if (!by && first && !lacks(load, object, need->file))
			finding_add(linkage->findings, &stray_version, object->real, arch,
				    "asks for versions of %s, which it does not load", need->file);
		if (!by || !linkage_is_usable(by))
			continue;
		switch (link_version_find(by, need)) {
		case LINK_VERSION_FOUND:
			break;
		case LINK_VERSION_NONE:
			if (first)
				finding_add(linkage->findings, &unversioned, object->real, arch,
					    "needs %s of %s, which has no versions", need->version,
					    by->path);
			break;
		case LINK_VERSION_MISSING:
			finding_add(linkage->findings, &no_version, object->real, arch,
				    "needs %s of %s, which does not have it", need->version,
				    by->path);
			break;
		}
	}
}

static bool is_known_to_ldso(const struct linkage *linkage, const char *name)
{
	for (size_t i = 0; linkage->request->arch->machine == EM_MIPS && i < 2; i++) {
		if (str_eq(known_to_ldso[i], name))
			return true;
	}
	return false;
}

static void check_symbols(const struct linkage *linkage, const struct link_object *object,
			  const struct link_load *load)
{
	const struct elf_symbols *symbols = object->symbols;
	char names[512];
	struct text text;
	size_t n = 0;

	text_init(&text, names, sizeof(names));
	for (size_t i = 0; i < symbols->n_symbols; i++) {
		const struct elf_symbol *s = &symbols->symbols[i];

		if (!link_symbol_is_wanted(s, true))
			continue;
		if (link_map_bind(linkage->map, load, object, s) != LINK_UNBOUND ||
		    is_known_to_ldso(linkage, s->name) ||
		    version_is_missing(load, object, s->version) ||
		    (!linkage_is_program(object) && is_excused(linkage, object, s, NULL)))
			continue;
		if (n++ < NAMED_MAX)
			text_addf(&text, "%s%s%s%s", n > 1 ? ", " : "", s->name,
				  s->version ? "@" : "", s->version ? s->version : "");
	}
	if (n > NAMED_MAX)
		text_addf(&text, " and %zu more", n - NAMED_MAX);
	if (n)
		finding_add(linkage->findings, &no_symbol, object->real, linkage->request->arch,
			    "uses %s, which nothing defines that it loads", names);
}

static void check_missing(const struct linkage *linkage, const struct link_object *object,
			  const struct link_load *load)
{
	for (size_t i = 0; i < load->n_missing; i++) {
		if (load->missing[i].by != object ||
		    (!linkage_is_program(object) &&
		     is_excused(linkage, object, NULL, load->missing[i].name)))
			continue;
		if (load->missing[i].refused)
			finding_add(linkage->findings, &no_library, object->real,
				    linkage->request->arch, "needs %s, which is %s there: %s",
				    load->missing[i].name, load->missing[i].refused->path,
				    load->missing[i].why);
		else
			finding_add(linkage->findings, &no_library, object->real,
				    linkage->request->arch, "needs %s, which is not in the view",
				    load->missing[i].name);
	}
}

/* Tells who gets what, without the interpreter: as `ld.so --list` does. */
static int tell(const struct linkage *linkage, struct link_object *object)
{
	const struct closure_request *request = linkage->request;
	LINK_LOAD_CLEANUP struct link_load load = { 0 };
	int r = link_map_load(linkage->map, object, &load);

	if (r < 0)
		return r;
	request->resolved(object->path, NULL, NULL, request->ctx);
	for (size_t i = 1; i < load.n; i++)
		request->resolved(object->path, load.entries[i].name, load.entries[i].object->path,
				  request->ctx);
	return 0;
}

int linkage_check(const struct linkage *linkage, struct link_object *object)
{
	LINK_LOAD_CLEANUP struct link_load load = { 0 };
	int r = load_for(linkage, object, &load);

	if (r < 0)
		return r;
	check_missing(linkage, object, &load);
	if (!link_map_musl(linkage->map))
		check_versions(linkage, object, &load);
	if (!load.n_missing)
		check_symbols(linkage, object, &load);
	return linkage->request->resolved ? tell(linkage, object) : 0;
}
