/* SPDX-License-Identifier: MIT */
/* What a machine meets first: its init, the rescue shell, and what the inittab starts. */
#include "check/part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/command.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/inittab.h"
#include "core/path_size.h"
#include "core/pyscan.h"
#include "core/python_module.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/damage.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/ldso.h"
#include "elf/search.h"

enum { MODULES_MAX = 512 /* modules that are followed from one program */ };

static const struct finding_kind unsound = {
	FINDING_ERROR, "the kernel refuses it: 'Exec format error', or it crashes",
	"stage again: busypy stage TREE"
};
static const struct finding_kind foreign = { FINDING_ERROR,
					     "the kernel of that machine says 'Exec format error'",
					     "put the program for ARCH in its place" };
static const struct finding_kind unaligned = {
	FINDING_ERROR, "kernels with large pages (16 or 64 KiB) cannot map it",
	"link it with -z max-page-size=65536, or take another build"
};
static const struct finding_kind no_ldso = {
	FINDING_ERROR,
	"the kernel says 'Failed to execute (error -2)' although the program is there",
	"take a static program, or one whose loader is in etc/clib/ARCH"
};
static const struct finding_kind no_library = { FINDING_ERROR,
						"its loader ends it before it begins",
						"take a static program" };
static const struct finding_kind not_executable = {
	FINDING_ERROR, "the kernel says 'Failed to execute (error -13)'", "chmod a+x it"
};
static const struct finding_kind no_command = {
	FINDING_ERROR, "init says so at each boot, and tries again where it is to respawn",
	"remove the line from etc/inittab, or add the program"
};
static const struct finding_kind bad_line = { FINDING_WARNING, "init skips it",
					      "see inittab in init(8)" };
static const struct finding_kind blocks = {
	FINDING_WARNING,
	"before the kernel has gathered randomness, this waits: seconds without a "
	"hardware generator, or for ever",
	"use os.getrandom with GRND_NONBLOCK or random, or start the program later"
};

struct boot {
	struct check_part *part;
	/* modules that one program imports: paths below the tree */
	const char *modules[MODULES_MAX];
	size_t n_modules;
};

/* -- native programs ------------------------------------------------------------------------ */

/* A program at a path of the tree, on machines of arch. */
static void check_native(const struct boot *boot, const char *path, const struct arch *arch)
{
	ELF_IMAGE_CLEANUP struct elf_image image = { .fd = -1 };
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	ELF_LIBRARIES_CLEANUP struct elf_libraries set = { 0 };
	ELF_LDSO_CLEANUP struct elf_ldso ldso = { 0 };
	struct findings *findings = boot->part->findings;
	char real[PATH_SIZE], at[PATH_SIZE], what[256];
	struct sysroot view;
	struct err err = { 0 };

	if (files_path(real, NULL, "%s/%s", boot->part->request->tree, path) < 0 ||
	    files_path(at, NULL, "/%s", path) < 0 ||
	    sysroot_init_client(&view, boot->part->request->tree, arch) < 0)
		return;
	boot->part->elf_files++;
	if (elf_image_open(real, &image, &err) < 0 || elf_dynamic_take(&image, &file) < 0) {
		if (image.needs > image.size)
			finding_add(findings, &unsound, path, arch,
				    "it is cut: it has %zu bytes, and its segments need %llu",
				    image.size, (unsigned long long)image.needs);
		else
			finding_add(findings, &unsound, path, arch, "is no sound ELF file: %s",
				    image.flaw ? image.flaw : err.text);
		return;
	}
	if (!elf_dynamic_fits(&file, arch)) {
		struct elf_head head = { .elf_class = file.elf_class,
					 .data = file.data,
					 .machine = file.machine,
					 .flags = file.flags };
		const struct arch *other = elf_head_arch(&head);

		finding_add(findings, &foreign, path, arch, "is for %s, not for %s",
			    other ? other->name : "another machine", arch->name);
		return;
	}
	switch (elf_damage_find(&image, arch->page_size, what, sizeof(what))) {
	case ELF_DAMAGE_NONE:
	case ELF_DAMAGE_PATCHED:
		break;
	case ELF_DAMAGE_UNALIGNED:
		finding_add(findings, &unaligned, path, arch, "%s", what);
		break;
	case ELF_DAMAGE_CUT:
		finding_add(findings, &unsound, path, arch,
			    "it is cut: it has %zu bytes, and its segments need %llu", image.size,
			    (unsigned long long)image.needs);
		return;
	case ELF_DAMAGE_CONTRADICTION:
		finding_add(findings, &unsound, path, arch, "%s", what);
		return;
	}
	if (!file.interp)
		return;
	if (sysroot_find(&view, file.interp, real) < 0)
		finding_add(findings, &no_ldso, path, arch,
			    "asks for the loader %s, which is not in the view", file.interp);
	else if (elf_ldso_open(&ldso, &view, arch, file.interp) < 0 ||
		 elf_search_add(&ldso, at, &set, &err) < 0)
		finding_add(findings, &no_library, path, arch, "%s", err.text);
}

static const struct arch *arch_of(const struct boot *boot, const char *path)
{
	char head[SHEBANG_READ];
	struct elf_head elf;
	ssize_t n = check_read_head(boot->part, path, head);

	return n < 0 || elf_head_parse((const uint8_t *)head, (size_t)n, &elf) < 0
		       ? NULL
		       : elf_head_arch(&elf);
}

static bool is_elf(const struct boot *boot, const char *path)
{
	char head[SHEBANG_READ];

	return check_read_head(boot->part, path, head) >= 4 && memcmp(head, "\177ELF", 4) == 0;
}

static void check_mode(const struct boot *boot, const struct check_file *file,
		       const struct arch *arch)
{
	if (!(file->mode & 0111))
		finding_add(boot->part->findings, &not_executable, file->path, arch,
			    "is not executable (mode %04o)", (unsigned)file->mode & 07777);
}

/* sbin/ARCH-init, etc/busypy/ARCH/rescue/busybox of each arch, and an /init of any. */
static void check_natives(const struct boot *boot)
{
	const struct check_index *index = boot->part->index;
	const struct check_file *file = check_index_find(index, "init");
	const struct arch *first = boot->part->n_archs ? boot->part->archs[0] : arch_native();

	for (size_t i = 0; i < boot->part->n_archs; i++) {
		const struct arch *arch = boot->part->archs[i];

		for (size_t k = 0; k < 2; k++) {
			const struct check_file *program;
			char path[128];
			struct text text;

			text_init(&text, path, sizeof(path));
			text_addf(&text, k ? TREE_RESCUE_OF "/busybox" : TREE_INIT_OF, arch->name);
			program = check_index_find(index, path);
			if (!program || !S_ISREG(program->mode))
				continue;
			check_mode(boot, program, arch);
			check_native(boot, path, arch);
		}
	}
	if (!file || !S_ISREG(file->mode))
		return;
	check_mode(boot, file, NULL);
	if (is_elf(boot, "init")) {
		const struct arch *arch = arch_of(boot, "init");

		check_native(boot, "init", arch ? arch : first);
	}
}

/* -- what Python programs wait for ---------------------------------------------------------- */

/* Adds a module's file, if the shared packages have it. */
static void add_module(struct boot *boot, const char *by, const char *name)
{
	const char *below = str_starts(by, TREE_SITE "/") ? by + strlen(TREE_SITE "/") : "";
	const struct check_file *file;
	char module[PATH_SIZE];

	if (!python_module_absolute(below, name, module, sizeof(module)))
		return;
	file = check_imports_source(boot->part, module);
	if (!file || boot->n_modules == MODULES_MAX)
		return;
	for (size_t i = 0; i < boot->n_modules; i++) {
		if (str_eq(boot->modules[i], file->path))
			return;
	}
	boot->modules[boot->n_modules++] = file->path;
}

static void scan(struct boot *boot, const char *path, const char *command)
{
	FILES_FREE char *bytes = NULL;
	char real[PATH_SIZE], name[PYSCAN_NAME_MAX];
	struct pyscan reader = { 0 };
	enum pyscan_event event;
	unsigned line;

	if (files_path(real, NULL, "%s/%s", boot->part->request->tree, path) < 0 ||
	    files_read(real, &bytes, &reader.n, NULL) < 0)
		return;
	reader.bytes = bytes;
	while ((event = pyscan_next(&reader, name, &line)) != PYSCAN_END) {
		if (event == PYSCAN_BLOCKS)
			finding_add(boot->part->findings, &blocks, path, NULL,
				    "line %u has %s, and the inittab starts it with %s", line, name,
				    command);
		else
			add_module(boot, path, name);
	}
}

/* A program and all that it imports from the tree. */
static void scan_program(struct boot *boot, const char *path, const char *command)
{
	if (!check_is_python(boot->part, path))
		return;
	scan(boot, path, command);
	check_calls_at_boot(boot->part, path, command);
	for (size_t i = 0; i < boot->n_modules; i++) /* grows while it is walked */
		scan(boot, boot->modules[i], command);
	boot->n_modules = 0;
}

/* -- inittab -------------------------------------------------------------------------------- */

static void check_command(struct boot *boot, const char *text, unsigned line)
{
	static const char *const path_default[] = { "/sbin", "/usr/sbin", "/bin", "/usr/bin" };
	struct command *command = malloc(sizeof(*command));
	char at[PATH_SIZE], canonical[PATH_SIZE];
	struct sysroot view;
	int r = -ENOENT;

	if (!command || command_parse(text, command) < 0 || command->shell ||
	    sysroot_init_client(&view, boot->part->request->tree,
				boot->part->n_archs ? boot->part->archs[0] : arch_native()) < 0) {
		free(command);
		return; /* what a shell makes of it is its own matter */
	}
	if (strchr(command->path, '/'))
		r = sysroot_canonical(&view, command->path, canonical);
	for (size_t i = 0; r < 0 && !strchr(command->path, '/') && i < 4; i++) {
		if (files_path(at, NULL, "%s/%s", path_default[i], command->path) == 0)
			r = sysroot_canonical(&view, at, canonical);
	}
	if (r < 0)
		finding_add(boot->part->findings, &no_command, "etc/inittab", NULL,
			    "line %u starts %s, which is not there", line, command->path);
	else
		scan_program(boot, canonical + 1, command->path);
	free(command);
}

static void check_entry(struct boot *boot, struct inittab_reader *reader)
{
	struct inittab_entry entry;
	struct err err = { 0 };

	switch (inittab_parse(reader, &entry, &err)) {
	case INITTAB_NOTHING:
		break;
	case INITTAB_BAD:
		finding_add(boot->part->findings, &bad_line, "etc/inittab", NULL, "%s", err.text);
		break;
	case INITTAB_ENTRY:
		if (entry.action & (INITTAB_SYSINIT | INITTAB_WAIT | INITTAB_ONCE |
				    INITTAB_RESPAWN | INITTAB_ASKFIRST))
			check_command(boot, entry.command, entry.line);
		break;
	}
}

static int check_inittab(struct boot *boot)
{
	FILES_FREE char *bytes = NULL;
	struct inittab_reader *reader;
	char path[PATH_SIZE];
	size_t n, at = 0;

	if (files_path(path, NULL, "%s/etc/inittab", boot->part->request->tree) < 0 ||
	    files_read(path, &bytes, &n, NULL) < 0)
		return 0; /* without one, init starts a shell */
	reader = malloc(sizeof(*reader));
	if (!reader)
		return -ENOMEM;
	inittab_reader_init(reader);
	while (at < n) {
		at += inittab_read(reader, bytes + at, n - at);
		if (reader->ready)
			check_entry(boot, reader);
	}
	if (inittab_read_end(reader))
		check_entry(boot, reader);
	free(reader);
	return 0;
}

int check_boot(struct check_part *part, struct err *err)
{
	struct boot *boot = calloc(1, sizeof(*boot));
	int r;

	if (!boot)
		return err_set(err, ENOMEM, "cannot check what boots");
	boot->part = part;
	check_natives(boot);
	r = check_inittab(boot);
	free(boot);
	return r < 0 ? err_set(err, -r, "cannot check what boots") : 0;
}
