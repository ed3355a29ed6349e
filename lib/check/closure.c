/* SPDX-License-Identifier: MIT */
/* Goes through a runtime's ELF files: each by itself, then with what ld.so would load for it. */
#include "check/closure.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sysroot.h"
#include "check/finding.h"
#include "check/linkage.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/x86_level.h"
#include "elf/damage.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/ldso.h"
#include "elf/link_map.h"
#include "elf/search.h"
#include "elf/x86.h"
#include "sys/tree.h"

#define INTERPRETER "/usr/bin/python3"

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
static const struct finding_kind level = {
	FINDING_WARNING,
	"on an older processor glibc ends what loads it: 'CPU ISA level is lower than required'",
	"if such machines use the tree, take a build for all of them (-march=x86-64)"
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
static const struct finding_kind is_static = {
	FINDING_ERROR, "a static interpreter has no dlopen: the import fails",
	"link the module into the interpreter, or take a dynamic interpreter"
};

static const struct arch *object_arch(const struct link_object *object)
{
	struct elf_head head = { .elf_class = object->file->elf_class,
				 .data = object->file->data,
				 .machine = object->file->machine,
				 .flags = object->file->flags };

	return elf_head_arch(&head);
}

/* -- a file by itself ----------------------------------------------------------------------- */

static void say_foreign(const struct linkage *linkage, const struct link_object *object)
{
	const struct arch *arch = linkage->request->arch, *other = object_arch(object);

	if (other)
		finding_add(linkage->findings, &foreign, object->real, arch,
			    "is for %s, not for %s", other->name, arch->name);
	else if (object->file->data != arch->data)
		finding_add(linkage->findings, &foreign, object->real, arch,
			    "is %s-endian, and %s is %s-endian",
			    object->file->data == ELFDATA2MSB ? "big" : "little", arch->name,
			    arch->data == ELFDATA2MSB ? "big" : "little");
	else if (object->file->elf_class != arch->elf_class)
		finding_add(linkage->findings, &foreign, object->real, arch,
			    "is a %s-bit file, and %s is %s-bit",
			    object->file->elf_class == ELFCLASS64 ? "64" : "32", arch->name,
			    arch->elf_class == ELFCLASS64 ? "64" : "32");
	else
		finding_add(linkage->findings, &foreign, object->real, arch,
			    "is for another machine (e_machine %u, e_flags 0x%x), not for %s",
			    (unsigned)object->file->machine, (unsigned)object->file->flags,
			    arch->name);
}

/* In glibc-hwcaps/x86-64-v3 is what only such processors are given. */
static bool is_apart(const char *path, unsigned needed)
{
	static const char mark[] = "/glibc-hwcaps/";
	const char *at = strstr(path, mark), *end;
	char name[X86_LEVEL_NAME_SIZE];

	if (!at)
		return false;
	at += strlen(mark);
	end = strchrnul(at, '/');
	return str_copy_bytes(name, sizeof(name), at, (size_t)(end - at)) == 0 &&
	       x86_level_by_name(name) >= needed;
}

static void check_level(const struct linkage *linkage, const struct link_object *object)
{
	unsigned needed = elf_x86_level(object->image);

	/* every x86-64 has the first; a 32-bit processor is older */
	if (needed > 1 && !is_apart(object->path, needed))
		finding_add(linkage->findings, &level, object->real, linkage->request->arch,
			    "needs %s", x86_level_name(needed));
}

static void check_alone(const struct linkage *linkage, const struct link_object *object)
{
	const struct arch *arch = linkage->request->arch;
	char what[256];

	if (object->image->needs > object->image->size) {
		finding_add(linkage->findings, &cut, object->real, arch,
			    "it is cut: it has %zu bytes, and its segments need %llu",
			    object->image->size, (unsigned long long)object->image->needs);
		return;
	}
	if (object->flaw) {
		finding_add(linkage->findings, &unreadable, object->real, arch,
			    "is no sound ELF file: %s", object->flaw);
		return;
	}
	if (!object->fits) {
		say_foreign(linkage, object);
		return;
	}
	check_level(linkage, object);
	switch (elf_damage_find(object->image, arch->page_size, what, sizeof(what))) {
	case ELF_DAMAGE_NONE:
	case ELF_DAMAGE_CUT: /* said above */
		break;
	case ELF_DAMAGE_CONTRADICTION:
		finding_add(linkage->findings, &damaged, object->real, arch, "%s", what);
		break;
	case ELF_DAMAGE_PATCHED:
		finding_add(linkage->findings, &patched, object->real, arch, "%s", what);
		break;
	case ELF_DAMAGE_UNALIGNED:
		finding_add(linkage->findings, &unaligned, object->real, arch, "%s", what);
		break;
	}
}

/* -- a file as it is started or opened -------------------------------------------------------- */

/* Programs and their loader: the kernel executes both. */
static void check_mode(const struct linkage *linkage, const struct link_object *object)
{
	struct stat st;

	if (stat(object->real, &st) == 0 && !(st.st_mode & 0111))
		finding_add(linkage->findings, &no_execute, object->real, linkage->request->arch,
			    "is not executable (mode %04o)", (unsigned)st.st_mode & 07777);
}

static int check_interp(const struct linkage *linkage, const struct link_object *object)
{
	const char *interp = object->file->interp;
	struct link_object *ldso;
	int r = link_map_get(linkage->map, interp, &ldso);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		finding_add(linkage->findings, &no_ldso, object->real, linkage->request->arch,
			    "asks for the loader %s, which is not in the view", interp);
	else if (linkage_is_usable(ldso))
		check_mode(linkage, ldso);
	else
		finding_add(linkage->findings, &no_ldso, object->real, linkage->request->arch,
			    "asks for the loader %s, which cannot be used", interp);
	return 0;
}

static int check_loaded(const struct linkage *linkage, struct link_object *object)
{
	const struct link_object *interpreter = linkage_interpreter(linkage, object);
	int r = 0;

	if (linkage_is_program(object)) {
		check_mode(linkage, object);
		r = check_interp(linkage, object);
	} else if (interpreter && !interpreter->file->interp && object->file->n_needed &&
		   str_starts(object->path, "/usr/"))
		finding_add(linkage->findings, &is_static, object->real, linkage->request->arch,
			    "is a module for a dynamic interpreter, and " INTERPRETER " is static");
	if (str_starts(path_base(object->path), "ld") && strstr(path_base(object->path), ".so") &&
	    ldso_reads_etc(object->image->bytes, object->image->size))
		finding_add(linkage->findings, &reads_etc, object->real, linkage->request->arch,
			    "reads /etc/ld.so.cache or /etc/ld.so.preload");
	if (r < 0)
		return r;
	return linkage_check(linkage, object);
}

/* -- all of them ---------------------------------------------------------------------------- */

/* The loader that the interpreter asks for, else the usual one that is there. */
static void find_ldso(const struct linkage *linkage, const char *interp, char *ret)
{
	const char *const usual[] = { interp, linkage->request->arch->interp,
				      linkage->request->arch->musl };
	char real[PATH_SIZE];

	ret[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		if (usual[i] && sysroot_find(linkage->root, usual[i], real) == 0 &&
		    str_copy(ret, PATH_SIZE, usual[i]) == 0)
			return;
	}
}

static int find_interpreter(struct linkage *linkage)
{
	struct link_object *object;
	char place[PATH_SIZE];
	struct text text;
	int r = link_map_get(linkage->map, INTERPRETER, &object);

	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r == 0) {
		linkage->interpreter = linkage_is_usable(object) ? object : NULL;
		return 0;
	}
	text_init(&text, place, sizeof(place));
	text_addf(&text, "%s/bin/python3", sysroot_dir(linkage->root, "/usr"));
	finding_add(linkage->findings, &no_interpreter, place, linkage->request->arch, "%s",
		    r == -ENOENT ? "is missing" : strerror(-r));
	return 0;
}

/* What no DT_NEEDED names: nptl/pthread_exit.c, sysdeps/gnu/unwind-resume.c. */
static void check_opened(const struct linkage *linkage)
{
	char path[PATH_SIZE];
	struct elf_found found;
	struct text text;

	if (!linkage->interpreter || !linkage->interpreter->file->interp ||
	    link_map_musl(linkage->map) || !linkage->request->n_paths ||
	    elf_search_find(linkage->ldso, "libgcc_s.so.1",
			    &(struct elf_search_by){ .file = linkage->interpreter->file,
						     .path = linkage->interpreter->path },
			    &found))
		return;
	text_init(&text, path, sizeof(path));
	text_addf(&text, "%s/libgcc_s.so.1", sysroot_dir(linkage->root, "/lib"));
	finding_add(linkage->findings, &no_libgcc, path, linkage->request->arch, "is missing");
}

static int check_all(struct linkage *linkage)
{
	const struct closure_request *request = linkage->request;
	int r = find_interpreter(linkage);

	if (r < 0)
		return r;
	for (size_t i = 0; i < request->n_paths; i++) {
		struct link_object *object;

		r = link_map_get(linkage->map, request->paths[i], &object);
		if (r < 0 && r != -ENOENT && r != -ELOOP)
			return r; /* those two: a link that leads nowhere, the layout's matter */
	}
	check_opened(linkage);
	/* Loading adds what nobody has listed: the list grows while it is walked. */
	for (size_t i = 0; i < link_map_count(linkage->map); i++) {
		struct link_object *object = link_map_at(linkage->map, i);

		if (!object->flaw && object->file->type == ET_REL)
			continue; /* what the linker takes */
		check_alone(linkage, object);
		if (!linkage_is_usable(object))
			continue;
		r = check_loaded(linkage, object);
		if (r < 0)
			return r;
	}
	return 0;
}

/* PT_INTERP of the interpreter decides how names are searched for: glibc or musl. */
static int start(struct linkage *linkage, struct sysroot *root, char *path)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	char real[PATH_SIZE];
	int r = sysroot_init_view(root, linkage->request->tree, linkage->request->arch);

	if (r < 0)
		return r;
	linkage->root = root;
	if (sysroot_find(root, INTERPRETER, real) == 0)
		(void)elf_dynamic_read(real, &file, NULL); /* is reported when it is checked */
	find_ldso(linkage, file.interp, path);
	r = elf_ldso_open(linkage->ldso, root, linkage->request->arch, path);
	return r < 0 ? r : link_map_new(linkage->ldso, &linkage->map);
}

int closure_check_all(const struct closure_request *request, struct err *err)
{
	ELF_LDSO_CLEANUP struct elf_ldso ldso = { 0 };
	struct linkage linkage = { .request = request,
				   .findings = request->findings,
				   .ldso = &ldso };
	struct sysroot root;
	char path[PATH_SIZE];
	int r = start(&linkage, &root, path);

	if (r == 0)
		r = check_all(&linkage);
	link_map_free(linkage.map);
	return r < 0 ? err_set(err, -r, "cannot check the runtime for %s", request->arch->name) : 0;
}

/* Keeps the first error as a sentence. */
static void keep_first(const struct finding *finding, void *ctx)
{
	struct err *err = ctx;

	if (finding->severity == FINDING_ERROR && !err->code)
		(void)err_say(err, ENOEXEC, "%s %s", finding->path, finding->what);
}

int closure_check(const char *tree, const struct arch *arch, struct err *err)
{
	struct err first = { 0 };
	struct findings findings = { .found = keep_first, .ctx = &first, .tree = tree };
	int r = closure_check_all(
		&(struct closure_request){ .tree = tree, .arch = arch, .findings = &findings },
		err);

	if (r < 0 || !first.code)
		return r;
	return err_say(err, first.code, "%s: the runtime for %s: %s", tree, arch->name, first.text);
}

int closure_check_runtime(const char *tree, const struct arch *arch, struct err *err)
{
	int r = tree_need_runtime(tree, arch, err);

	if (r < 0)
		return r;
	return closure_check(tree, arch, err);
}
