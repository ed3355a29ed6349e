/* SPDX-License-Identifier: MIT */
/* What the ELF files of a tree with `programs = host` would load of the host's. */
#include "check/part.h"

#include <string.h>
#include <sys/stat.h>

#include "base/conf_file.h"
#include "base/files.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "elf/inside.h"
#include "sys/below.h"
#include "sys/fd.h"

static const struct finding_kind elsewhere = {
	FINDING_ERROR,
	"beside the host's programs (programs = host) that is the host's, whose libraries would be "
	"loaded into the tree's Python; enable refuses the tree",
	"patchelf --remove-rpath, or say programs = tree"
};
static const struct finding_kind by_path = {
	FINDING_ERROR,
	"beside the host's programs (programs = host) that is the host's, which would be loaded "
	"into the tree's Python; enable refuses the tree",
	"patchelf --replace-needed, or say programs = tree"
};

bool check_uses_host(const struct check_part *part)
{
	struct tree_conf conf;

	return conf_file_read_tree(part->request->tree, &conf, NULL) == 0 &&
	       conf.programs == PROGRAMS_HOST;
}

static unsigned depth_of(const char *path)
{
	unsigned n = 0;

	while ((path = strchr(path, '/'))) {
		path++;
		n++;
	}
	return n;
}

static bool read_file(const struct check_part *part, const char *path, struct elf_dynamic *ret)
{
	char real[PATH_SIZE];
	unsigned char head[ELF_LOADABLE_SIZE];
	FD_CLEANUP int fd = -1;
	ssize_t n;

	if (files_path(real, NULL, "%s/%s", part->request->tree, path) < 0)
		return false;
	fd = below_open_regular(real);
	n = fd < 0 ? fd : fd_read_at(fd, head, sizeof(head), 0);
	return n > 0 && elf_loadable(head, (size_t)n) &&
	       elf_dynamic_read_open(fd, real, ret, NULL) == 0;
}

/* A file that cannot be read, or is not sound, is another part's matter. */
static void look_at(const struct check_part *part, const char *path, const struct arch *arch)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	struct elf_outside outside;

	if (!read_file(part, path, &file) || !elf_leads_outside(&file, depth_of(path), &outside))
		return;
	if (outside.dir)
		finding_add(part->findings, &elsewhere, path, arch, "looks for libraries in '%.*s'",
			    outside.dir_size, outside.dir);
	else
		finding_add(part->findings, &by_path, path, arch, "needs '%s'", outside.needed);
}

/* The ELF files below a folder of the tree; ld.so itself needs nothing. */
static void look_below(const struct check_part *part, const char *dir, const struct arch *arch)
{
	const char *ldso = arch ? path_base(arch->interp) : "";
	size_t from, to;

	check_index_below(part->index, dir, &from, &to);
	for (; from < to; from++) {
		const struct check_file *file = &part->index->files[from];

		if (S_ISREG(file->mode) && !str_ends(file->path, ".py") &&
		    !str_ends(file->path, ".pyc") && !str_eq(path_base(file->path), ldso))
			look_at(part, file->path, arch);
	}
}

int check_beside(struct check_part *part, struct err *err)
{
	char dir[PATH_SIZE];

	(void)err;
	if (!check_uses_host(part))
		return 0;
	for (size_t i = 0; i < part->n_archs; i++) {
		const struct arch *arch = part->archs[i];

		if (files_path(dir, NULL, TREE_USR_OF, arch->name) == 0)
			look_below(part, dir, arch);
		if (files_path(dir, NULL, TREE_CLIB_OF, arch->name) == 0)
			look_below(part, dir, arch);
	}
	look_below(part, TREE_SITE, NULL);
	return 0;
}
