/* SPDX-License-Identifier: MIT */
/* Only of the interpreter's libraries: what one module needs is its own matter, `busypy check`
 * names it. */
#include "check/level.h"

#include <errno.h>
#include <string.h>

#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "elf/image.h"
#include "elf/ldso.h"
#include "elf/search.h"
#include "elf/x86.h"

#define INTERPRETER "/usr/bin/python3"

struct most {
	unsigned level;
	char *file;
};

/* real: the file at path on this machine. */
static void compare(struct most *most, const char *path, const char *real)
{
	ELF_IMAGE_CLEANUP struct elf_image image = { .fd = -1 };
	unsigned level = elf_image_open(real, &image, NULL) < 0 ? 0 : elf_x86_level(&image);

	if (level > most->level && str_copy(most->file, PATH_SIZE, path) == 0)
		most->level = level;
}

/* What is missing or broken is not asked for here. */
static int compare_all(const struct sysroot *root, const struct arch *arch, struct most *most)
{
	ELF_LIBRARIES_CLEANUP struct elf_libraries set = { 0 };
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	ELF_LDSO_CLEANUP struct elf_ldso ldso = { 0 };
	char real[PATH_SIZE];
	int r;

	if (sysroot_find(root, INTERPRETER, real) < 0 || elf_dynamic_read(real, &file, NULL) < 0)
		return 0;
	compare(most, INTERPRETER, real);
	r = file.interp ? elf_ldso_open(&ldso, root, arch, file.interp) : 0;
	if (r == 0 && file.interp)
		r = elf_search_add(&ldso, INTERPRETER, &set, NULL);
	for (size_t i = 0; i < set.n_libs; i++)
		compare(most, set.libs[i].path, set.libs[i].real);
	return r == -ENOMEM ? r : 0;
}

int level_find(const char *tree, const struct arch *arch, unsigned *ret, char *ret_file,
	       struct err *err)
{
	struct most most = { .file = ret_file };
	struct sysroot root;
	int r = sysroot_init_view(&root, tree, arch);

	ret_file[0] = '\0';
	if (r == 0)
		r = compare_all(&root, arch, &most);
	if (r < 0)
		return err_set(err, -r, "cannot list the libraries of %s's Python", tree);
	*ret = most.level;
	return 0;
}
