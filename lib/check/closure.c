/* SPDX-License-Identifier: MIT */
/* Goes through a runtime's ELF files: each by itself, then with what ld.so would load for it. */
#include "check/closure.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sysroot.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/damage.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/link_map.h"
#include "elf/search.h"
#include "elf/symbols.h"
#include "sys/tree.h"

#define INTERPRETER "/usr/bin/python3"

enum { NAMED_MAX = 3 /* symbols of a file that are named, besides how many there are */ };

static const struct finding_kind no_interpreter = {
	FINDING_ERROR, "no Python program of the tree can start on ARCH machines",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind unreadable = {
	FINDING_ERROR, "the kernel or ld.so refuses it, and so does whatever needs it fail",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind foreign = {
	FINDING_ERROR, "ld.so passes over libraries of another machine as if they were missing",
	"put the file for ARCH in its place, or stage again: busypy stage --from debian --arch "
	"ARCH TREE"
};
static const struct finding_kind cut = {
	FINDING_ERROR, "it ends early, as after a full disk or a copy that was interrupted",
	"copy it again, or stage again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind damaged = {
	FINDING_ERROR, "patchelf and strip leave files like this; they crash or lose their symbols",
	"start from the pristine file, patch it once, and never strip it afterwards"
};
static const struct finding_kind patched = {
	FINDING_ERROR, "patchelf is not idempotent: patching what is patched may damage it",
	"start from the pristine file and patch it once"
};
static const struct finding_kind unaligned = {
	FINDING_ERROR, "it cannot be loaded by kernels with large pages (16 or 64 KiB)",
	"link it with -z max-page-size=65536, or take another build"
};
static const struct finding_kind no_ldso = {
	FINDING_ERROR, "execve says 'No such file or directory' although the program is there",
	"put that loader into etc/clib/ARCH, or build the program for the tree's C library or "
	"statically"
};
static const struct finding_kind no_execute = { FINDING_ERROR, "execve says 'Permission denied'",
						"chmod a+x it" };
static const struct finding_kind reads_etc = {
	FINDING_ERROR, "in a view on a full machine, that machine's libraries would be loaded",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind no_libgcc = {
	FINDING_ERROR,
	"no file needs it by name, but glibc opens it when a thread ends or is cancelled, "
	"and aborts without it",
	"put it into etc/clib/ARCH"
};
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
static const struct finding_kind is_static = {
	FINDING_ERROR, "a static interpreter has no dlopen: the import fails",
	"link the module into the interpreter, or take a dynamic interpreter"
};

/* What the linker of MIPS leaves undefined, and ld.so knows. */
static const char *const known_to_ldso[] = { "__gnu_local_gp", "_gp_disp" };

/* One examination. */
struct examination {
	const struct closure_request *request;
	struct sysroot root;
	struct link_map *map;
	struct link_object *interpreter; /* NULL if there is none that can be read */
	struct findings *findings;
};

static const struct arch *object_arch(const struct link_object *object)
{
	struct elf_head head = { .class = object->file->class,
				 .data = object->file->data,
				 .machine = object->file->machine,
				 .flags = object->file->flags };

	return elf_head_arch(&head);
}

static bool is_program(const struct link_object *object)
{
	return object->file->interp && !strstr(path_base(object->path), ".so");
}

static bool usable(const struct link_object *object)
{
	return !object->flaw && object->fits;
}

/* -- a file by itself ----------------------------------------------------------------------- */

static void say_foreign(const struct examination *e, const struct link_object *object)
{
	const struct arch *arch = e->request->arch, *other = object_arch(object);

	if (other)
		finding_add(e->findings, &foreign, object->real, arch, "is for %s, not for %s",
			    other->name, arch->name);
	else if (object->file->data != arch->data)
		finding_add(e->findings, &foreign, object->real, arch,
			    "is %s-endian, and %s is %s-endian",
			    object->file->data == ELFDATA2MSB ? "big" : "little", arch->name,
			    arch->data == ELFDATA2MSB ? "big" : "little");
	else if (object->file->class != arch->class)
		finding_add(e->findings, &foreign, object->real, arch,
			    "is a %s-bit file, and %s is %s-bit",
			    object->file->class == ELFCLASS64 ? "64" : "32", arch->name,
			    arch->class == ELFCLASS64 ? "64" : "32");
	else
		finding_add(e->findings, &foreign, object->real, arch,
			    "is for another machine (e_machine %u, e_flags 0x%x), not for %s",
			    (unsigned)object->file->machine, (unsigned)object->file->flags,
			    arch->name);
}

static void examine_alone(const struct examination *e, const struct link_object *object)
{
	const struct arch *arch = e->request->arch;
	char what[256];

	if (object->image->needs > object->image->size) {
		finding_add(e->findings, &cut, object->real, arch,
			    "it is cut: it has %zu bytes, and its segments need %llu",
			    object->image->size, (unsigned long long)object->image->needs);
		return;
	}
	if (object->flaw) {
		finding_add(e->findings, &unreadable, object->real, arch,
			    "is no sound ELF file: %s", object->flaw);
		return;
	}
	if (!object->fits) {
		say_foreign(e, object);
		return;
	}
	switch (elf_damage_find(object->image, arch->page_size, what, sizeof(what))) {
	case ELF_DAMAGE_NONE:
	case ELF_DAMAGE_CUT: /* said above */
		break;
	case ELF_DAMAGE_CONTRADICTION:
		finding_add(e->findings, &damaged, object->real, arch, "%s", what);
		break;
	case ELF_DAMAGE_PATCHED:
		finding_add(e->findings, &patched, object->real, arch, "%s", what);
		break;
	case ELF_DAMAGE_UNALIGNED:
		finding_add(e->findings, &unaligned, object->real, arch, "%s", what);
		break;
	}
}

/* -- a file with what it loads -------------------------------------------------------------- */

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

/* What is there when object is opened: for all but programs, the interpreter was before. */
static int load_for(const struct examination *e, struct link_object *object, struct link_load *load)
{
	int r = 0;

	if (!is_program(object) && e->interpreter && e->interpreter != object)
		r = link_map_load(e->map, e->interpreter, load);
	return r < 0 || contains(load, object) ? r : link_map_load(e->map, object, load);
}

/* A library may count on what those have that load it. True if one of them has what it wants: a
 * library (version NULL, hash 0) or a symbol. */
static bool is_excused(const struct examination *e, const struct link_object *object,
		       const struct elf_symbol *symbol, const char *library)
{
	bool excused = false;

	for (size_t i = 0; !excused && i < link_map_count(e->map); i++) {
		struct link_object *other = link_map_at(e->map, i);
		struct link_load load = { 0 };

		if (other == object || !usable(other))
			continue;
		if (load_for(e, other, &load) == 0 && contains(&load, object))
			excused = library ? !lacks(&load, object, library)
					  : link_map_define(e->map, &load, symbol->name,
							    symbol->hash, symbol->version);
		link_load_free(&load);
	}
	return excused;
}

static bool provides(const struct link_object *object, const char *version)
{
	return elf_symbols_provide(object->symbols, version);
}

/* True if some version is missing for which a finding stands already. */
static bool version_is_missing(const struct link_load *load, const struct link_object *object,
			       const char *version)
{
	for (size_t i = 0; version && i < object->symbols->n_needs; i++) {
		const struct elf_version_need *need = &object->symbols->needs[i];
		const struct link_object *by = link_load_find(load, need->file);

		if (str_eq(need->version, version) &&
		    (!by || !usable(by) || !provides(by, version)))
			return true;
	}
	return false;
}

/* One sentence for a library, whichever of its versions are missing: the newest says it. */
static void examine_versions(const struct examination *e, const struct link_object *object,
			     const struct link_load *load)
{
	const struct arch *arch = e->request->arch;
	const struct elf_symbols *symbols = object->symbols;

	for (size_t i = 0; i < symbols->n_needs; i++) {
		const struct elf_version_need *need = &symbols->needs[i];
		const struct link_object *by = link_load_find(load, need->file);
		bool first = i == 0 || !str_eq(symbols->needs[i - 1].file, need->file);

		if (!by && first && !lacks(load, object, need->file))
			finding_add(e->findings, &stray_version, object->real, arch,
				    "asks for versions of %s, which it does not load", need->file);
		if (!by || !usable(by) || need->weak)
			continue;
		if (!by->symbols->n_provides) {
			if (first)
				finding_add(e->findings, &unversioned, object->real, arch,
					    "needs %s of %s, which has no versions", need->version,
					    by->path);
		} else if (!provides(by, need->version)) {
			finding_add(e->findings, &no_version, object->real, arch,
				    "needs %s of %s, which does not have it", need->version,
				    by->path);
		}
	}
}

static bool is_known_to_ldso(const struct examination *e, const char *name)
{
	for (size_t i = 0; e->request->arch->machine == EM_MIPS && i < 2; i++) {
		if (str_eq(known_to_ldso[i], name))
			return true;
	}
	return false;
}

static void examine_symbols(const struct examination *e, const struct link_object *object,
			    const struct link_load *load)
{
	const struct elf_symbols *symbols = object->symbols;
	char names[512];
	struct text text;
	size_t n = 0;

	text_init(&text, names, sizeof(names));
	for (size_t i = 0; i < symbols->n_symbols; i++) {
		const struct elf_symbol *s = &symbols->symbols[i];

		if (s->flags & (ELF_SYMBOL_DEFINED | ELF_SYMBOL_WEAK))
			continue;
		if (link_map_define(e->map, load, s->name, s->hash, s->version) ||
		    is_known_to_ldso(e, s->name) || version_is_missing(load, object, s->version) ||
		    (!is_program(object) && is_excused(e, object, s, NULL)))
			continue;
		if (n++ < NAMED_MAX)
			text_addf(&text, "%s%s%s%s", n > 1 ? ", " : "", s->name,
				  s->version ? "@" : "", s->version ? s->version : "");
	}
	if (n > NAMED_MAX)
		text_addf(&text, " and %zu more", n - NAMED_MAX);
	if (n)
		finding_add(e->findings, &no_symbol, object->real, e->request->arch,
			    "uses %s, which nothing defines that it loads", names);
}

static void examine_missing(const struct examination *e, const struct link_object *object,
			    const struct link_load *load)
{
	for (size_t i = 0; i < load->n_missing; i++) {
		if (load->missing[i].by != object ||
		    (!is_program(object) && is_excused(e, object, NULL, load->missing[i].name)))
			continue;
		finding_add(e->findings, &no_library, object->real, e->request->arch,
			    "needs %s, which is not in the view", load->missing[i].name);
	}
}

/* Programs and their loader: the kernel executes both. */
static void examine_mode(const struct examination *e, const struct link_object *object)
{
	struct stat st;

	if (stat(object->real, &st) == 0 && !(st.st_mode & 0111))
		finding_add(e->findings, &no_execute, object->real, e->request->arch,
			    "is not executable (mode %04o)", (unsigned)st.st_mode & 07777);
}

static int examine_interp(const struct examination *e, const struct link_object *object)
{
	const char *interp = object->file->interp;
	struct link_object *ldso;
	int r = link_map_get(e->map, interp, &ldso);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		finding_add(e->findings, &no_ldso, object->real, e->request->arch,
			    "asks for the loader %s, which is not in the view", interp);
	else if (usable(ldso))
		examine_mode(e, ldso);
	else
		finding_add(e->findings, &no_ldso, object->real, e->request->arch,
			    "asks for the loader %s, which cannot be used", interp);
	return 0;
}

/* Tells who gets what, without the interpreter: as `ld.so --list` does. */
static int tell(const struct examination *e, struct link_object *object)
{
	const struct closure_request *request = e->request;
	struct link_load load = { 0 };
	int r = link_map_load(e->map, object, &load);

	if (r == 0)
		request->resolved(request->userdata, object->path, NULL, NULL);
	for (size_t i = 1; r == 0 && i < load.n; i++)
		request->resolved(request->userdata, object->path, load.entries[i].name,
				  load.entries[i].object->path);
	link_load_free(&load);
	return r;
}

static int examine_loaded(const struct examination *e, struct link_object *object)
{
	struct link_load load = { 0 };
	int r = 0;

	if (is_program(object)) {
		examine_mode(e, object);
		r = examine_interp(e, object);
	} else if (e->interpreter && !e->interpreter->file->interp && object->file->n_needed &&
		   str_starts(object->path, "/usr/"))
		finding_add(e->findings, &is_static, object->real, e->request->arch,
			    "is a module for a dynamic interpreter, and " INTERPRETER " is static");
	if (str_starts(path_base(object->path), "ld") && strstr(path_base(object->path), ".so") &&
	    ldso_reads_etc(object->image->bytes, object->image->size))
		finding_add(e->findings, &reads_etc, object->real, e->request->arch,
			    "reads /etc/ld.so.cache or /etc/ld.so.preload");
	if (r == 0)
		r = load_for(e, object, &load);
	if (r == 0) {
		examine_missing(e, object, &load);
		if (!link_map_musl(e->map))
			examine_versions(e, object, &load);
		if (!load.n_missing)
			examine_symbols(e, object, &load);
	}
	link_load_free(&load);
	return r == 0 && e->request->resolved ? tell(e, object) : r;
}

/* -- all of them ---------------------------------------------------------------------------- */

/* The loader that the interpreter asks for, else the usual one that is there. */
static void find_ldso(const struct examination *e, const char *interp, char *ret)
{
	const char *const usual[] = { interp, e->request->arch->interp, e->request->arch->musl };
	char real[PATH_SIZE];

	ret[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		if (usual[i] && sysroot_find(&e->root, usual[i], real) == 0 &&
		    str_copy(ret, PATH_SIZE, usual[i]) == 0)
			return;
	}
}

static int find_interpreter(struct examination *e)
{
	struct link_object *object;
	char place[PATH_SIZE];
	struct text text;
	int r = link_map_get(e->map, INTERPRETER, &object);

	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r == 0) {
		e->interpreter = usable(object) ? object : NULL;
		return 0;
	}
	text_init(&text, place, sizeof(place));
	text_addf(&text, "%s/bin/python3", e->root.mounts[0].dir);
	finding_add(e->findings, &no_interpreter, place, e->request->arch, "%s",
		    r == -ENOENT ? "is missing" : strerror(-r));
	return 0;
}

/* What no DT_NEEDED names: nptl/pthread_exit.c, sysdeps/gnu/unwind-resume.c. */
static void examine_opened(const struct examination *e)
{
	char real[PATH_SIZE], path[PATH_SIZE];
	struct text text;

	if (!e->interpreter || !e->interpreter->file->interp || link_map_musl(e->map) ||
	    !e->request->n_paths ||
	    elf_search_find(&e->root, e->request->arch, "libgcc_s.so.1",
			    &(struct elf_search_by){ .file = e->interpreter->file,
						     .path = e->interpreter->path },
			    false, real))
		return;
	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/libgcc_s.so.1", e->root.mounts[1].dir);
	finding_add(e->findings, &no_libgcc, path, e->request->arch, "is missing");
}

static int examine_all(struct examination *e)
{
	const struct closure_request *request = e->request;
	int r = find_interpreter(e);

	for (size_t i = 0; r == 0 && i < request->n_paths; i++) {
		struct link_object *object;

		r = link_map_get(e->map, request->paths[i], &object);
		if (r == -ENOENT || r == -ELOOP)
			r = 0; /* a link that leads nowhere is the layout's matter */
	}
	if (r == 0)
		examine_opened(e);
	/* Loading adds what nobody has listed: the list grows while it is walked. */
	for (size_t i = 0; r == 0 && i < link_map_count(e->map); i++) {
		struct link_object *object = link_map_at(e->map, i);

		if (!object->flaw && object->file->type == ET_REL)
			continue; /* what the linker takes */
		examine_alone(e, object);
		if (usable(object))
			r = examine_loaded(e, object);
	}
	return r;
}

/* PT_INTERP of the interpreter decides how names are searched for: glibc or musl. */
static int start(struct examination *e, char *ldso)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	char real[PATH_SIZE];
	int r = sysroot_init_view(&e->root, e->request->tree, e->request->arch);

	if (r < 0)
		return r;
	if (sysroot_find(&e->root, INTERPRETER, real) == 0)
		(void)elf_dynamic_read(real, &file, NULL); /* is reported when it is examined */
	find_ldso(e, file.interp, ldso);
	return link_map_new(&e->root, e->request->arch, ldso, &e->map);
}

int closure_examine(const struct closure_request *request, struct err *err)
{
	struct examination e = { .request = request, .findings = request->findings };
	char ldso[PATH_SIZE];
	int r = start(&e, ldso);

	if (r == 0)
		r = examine_all(&e);
	link_map_free(e.map);
	return r < 0 ? err_set(err, -r, "cannot check the runtime for %s", request->arch->name) : 0;
}

/* Keeps the first error as a sentence. */
static void keep_first(void *userdata, const struct finding *finding)
{
	struct err *err = userdata;

	if (finding->severity == FINDING_ERROR && !err->code)
		(void)err_say(err, ENOEXEC, "%s %s", finding->path, finding->what);
}

int closure_check(const char *tree, const struct arch *arch, struct err *err)
{
	struct err first = { 0 };
	struct findings findings = { .found = keep_first, .userdata = &first, .tree = tree };
	int r = closure_examine(
		&(struct closure_request){ .tree = tree, .arch = arch, .findings = &findings },
		err);

	if (r < 0 || !first.code)
		return r;
	return err_say(err, first.code, "%s: the runtime for %s: %s", tree, arch->name, first.text);
}

int closure_check_runtime(const char *tree, const struct arch *arch, struct err *err)
{
	int r = tree_need_runtime(tree, arch, err);

	return r < 0 ? r : closure_check(tree, arch, err);
}
